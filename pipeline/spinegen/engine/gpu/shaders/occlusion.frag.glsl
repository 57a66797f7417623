#version 330
// Ambient occlusion from the depths around a pixel.
#include "frame.glsl"
uniform sampler2D depth_map;
in vec2 ndc;
out float open_share;
// Depths belong to the middles of their texels: reading them anywhere else lays bands over slanting floors and walls.
vec3 place(ivec2 texel, float z) {
    return vec3((((vec2(texel) + 0.5) * picture.zw * 2.0 - 1.0) * ray.xy + ray.zw) * (z * lens.x + lens.y), z);
}
void main() {
    ivec2 last = ivec2(picture.xy) - 1, here = min(ivec2(gl_FragCoord.xy) * 2, last);
    float z = texelFetch(depth_map, here, 0).r;
    float small = z * lens.x + lens.z;    // how far off a thing of this size in the picture usually is
    open_share = 1.0;
    if (z <= 0.0 || small > 24.0) return;
    vec3 p = place(here, z);
    ivec2 right = min(here + ivec2(2, 0), last), left = max(here - ivec2(2, 0), ivec2(0));
    ivec2 up = min(here + ivec2(0, 2), last), down = max(here - ivec2(0, 2), ivec2(0));
    float zr = texelFetch(depth_map, right, 0).r, zl = texelFetch(depth_map, left, 0).r;
    float zu = texelFetch(depth_map, up, 0).r, zd = texelFetch(depth_map, down, 0).r;
    vec3 ddx = right != here && (left == here || abs(zr - z) < abs(zl - z)) ? place(right, zr) - p : p - place(left, zl);
    vec3 ddy = up != here && (down == here || abs(zu - z) < abs(zd - z)) ? place(up, zu) - p : p - place(down, zd);
    vec3 n = normalize(cross(ddy, ddx));
    if (dot(n, vec3(p.xy * lens.x, p.z)) > 0.0) n = -n;
    ivec2 cell = ivec2(gl_FragCoord.xy) & 3;
    float turn = float(((cell.x * 4 + cell.y) * 7) & 15) * 0.39269908;
    float shut = 0.0;
    for (int i = 0; i < AMBIENT; i++) {
        float share = (float(i) + 0.5) / float(AMBIENT);
        float angle = turn + float(i) * 2.3999632;
        vec2 reach = vec2(cos(angle), sin(angle)) * (share * 0.32 / (z * lens.x + lens.y)) / abs(ray.xy);
        ivec2 there = clamp(here + ivec2(round(reach * 0.5 * picture.xy)), ivec2(0), last);
        float zs = texelFetch(depth_map, there, 0).r;
        if (zs <= 0.0) continue;
        vec3 d = place(there, zs) - p;
        float far = length(d);
        shut += max(0.0, dot(d, n) / (far + 0.001) - 0.06) * smoothstep(0.45, 0.08, far);
    }
    open_share = mix(clamp(1.0 - 1.9 * shut / float(AMBIENT), 0.08, 1.0), 1.0, smoothstep(10.0, 24.0, small));
}
