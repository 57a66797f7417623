#version 330
uniform mat4 light_from_model;
uniform float inward;    // metres by which a coarse shape is thinner than the fine one, which it must not shade
in vec3 in_position;
in vec3 in_normal;
void main() { gl_Position = light_from_model * vec4(in_position - inward * in_normal, 1.0); }
