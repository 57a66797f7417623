#version 330
uniform mat4 light_from_model;
in vec3 in_position;
out float height;
void main() {
    gl_Position = light_from_model * vec4(in_position, 1.0);
    height = (gl_Position.z * 0.5 + 0.5) * 2.5;
}
