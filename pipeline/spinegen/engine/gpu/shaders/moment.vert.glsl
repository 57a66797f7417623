#version 330
uniform mat4 light_from_model;
uniform vec4 above;
in vec3 in_position;
out float away;
void main() {
    gl_Position = light_from_model * vec4(in_position, 1.0);
    away = max(dot(above, vec4(in_position, 1.0)), 0.0);
}
