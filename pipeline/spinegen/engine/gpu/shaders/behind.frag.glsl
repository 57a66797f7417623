#version 330
// What is seen where nothing stands.
#include "frame.glsl"
#include "common.glsl"
#include "sky.glsl"
in vec2 ndc;
out vec4 colour;
void main() {
    vec3 ray_world = transpose(mat3(view)) * vec3((ndc * ray.xy + ray.zw) * lens.x, 1.0);
    colour = vec4(background(normalize(ray_world), ndc), 1.0);
}
