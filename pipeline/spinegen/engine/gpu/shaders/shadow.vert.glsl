#version 330
uniform mat4 light_from_model;
in vec3 in_position;
void main() { gl_Position = light_from_model * vec4(in_position, 1.0); }
