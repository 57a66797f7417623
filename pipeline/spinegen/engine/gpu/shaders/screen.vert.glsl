#version 330
in vec2 in_position;
out vec2 ndc;
void main() { ndc = in_position; gl_Position = vec4(in_position, 1.0, 1.0); }
