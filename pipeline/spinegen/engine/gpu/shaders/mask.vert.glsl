#version 330
#include "frame.glsl"
uniform mat4 model;
in vec3 in_position;
out float away;
void main() {
    vec4 p = model * vec4(in_position, 1.0);
    away = dot(vec4(view[0].z, view[1].z, view[2].z, view[3].z), p);
    gl_Position = view_projection * p;
}
