#version 330
#include "frame.glsl"
uniform mat4 model;
in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
// At the edge of a triangle the middle of a pixel may lie outside it: what is meant is a place on the triangle. Derivatives are not for that.
centroid out float away;
centroid out vec3 normal;
out vec3 world;
out vec2 uv;
void main() {
    vec4 p = model * vec4(in_position, 1.0);
    world = p.xyz;
    normal = mat3(model) * in_normal;
    uv = in_uv;
    away = dot(vec4(view[0].z, view[1].z, view[2].z, view[3].z), p);
    gl_Position = view_projection * p;
}
