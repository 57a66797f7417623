#version 330
// How near to the floor hands, arms and legs are: three reaches in three channels.
in float height;
out vec4 low;
void main() {
    float h = max(height, 0.0);
    low = vec4(exp(-h / 0.05), exp(-h / 0.22), exp(-h / 0.8), 1.0);
}
