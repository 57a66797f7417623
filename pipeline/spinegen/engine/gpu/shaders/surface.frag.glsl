#version 330
// Depth and surface of what is nearest, to be lit later.
#include "frame.glsl"
uniform sampler2D albedo_map;
uniform vec4 tint;       // rgb, roughness
uniform vec4 glow;       // rgb kcd/m2, metallic
uniform int kind;
uniform vec2 texel;      // texture scale, relief m (where RELIEF)
centroid in float away;
centroid in vec3 normal;
in vec3 world;
in vec2 uv;
#if GRAINED
uniform sampler2D grain_map;
uniform vec4 grain;      // shift uv, strength of threads or pores, of mottle
uniform vec2 broad;      // strength of blush, metres of folds
#endif
layout(location = 0) out float depth;
layout(location = 1) out uvec2 surface;     // of what shines: light over its largest channel, and log2 of that in place of roughness
#include "packing.glsl"
#if VARIED
float corner(vec2 cell) {
    vec2 p = fract(cell * vec2(0.1031, 0.1137) + 0.31);
    p += dot(p, p.yx + 33.33);
    return fract((p.x + p.y) * p.x);
}
// Smooth noise of one bump a unit, 0..1.
float drifting(vec2 p) {
    vec2 cell = floor(p), at = fract(p);
    at *= at * (3.0 - 2.0 * at);
    return mix(mix(corner(cell), corner(cell + vec2(1.0, 0.0)), at.x),
        mix(corner(cell + vec2(0.0, 1.0)), corner(cell + vec2(1.0, 1.0)), at.x), at.y);
}
#endif
void main() {
    depth = away;
    vec2 at = uv * texel.x;
    vec3 albedo = texture(albedo_map, at).rgb * tint.rgb;
#if VARIED > 1
    vec3 turned = texture(albedo_map, mat2(0.57, 0.52, -0.52, 0.57) * at + 0.31).rgb * tint.rgb;
    albedo = mix(albedo, turned, smoothstep(0.35, 0.65, drifting(world.xz * 0.38 + 3.1)));
#endif
#if VARIED
    albedo *= 1.0 + 0.30 * (drifting(world.xz * 0.13) * 0.6 + drifting(world.xz * 0.55 + 7.3) * 0.4 - 0.5);
#endif
#if GRAINED
    // Codes of 128 are none and 32 a standard deviation; they count for sRGB, whose square is about light.
    vec4 off = (texture(grain_map, at + grain.xy) - 0.50196) * 8.77;
    vec3 factor = (1.0 + dot(off.rg, grain.zw)) * (1.0 + broad.x * off.b * vec3(1.0, -0.8, -0.8));
    // Less light falls between folds than on them.
    factor *= 1.0 + min(broad.y * 20.0, 0.07) * off.a;
    albedo *= factor * factor;
#endif
    vec3 n = normal;    // its length does not matter to what is laid down
#if TURNS
    vec3 towards = (eye.xyz - world) * lens.x - vec3(view[0].z, view[1].z, view[2].z) * lens.y;
    if (dot(n, towards) < 0.0) n = -n;
#endif
#if RELIEF
    n = normalize(n);
    float h = dot(albedo, vec3(0.3333)) * texel.y * 3.0 * smoothstep(22.0, 4.0, depth * lens.x + lens.z);
#if GRAINED
    h += broad.y * off.a;
#endif
    vec3 px = dFdx(world), py = dFdy(world);
    float hx = dFdx(h), hy = dFdy(h);
    vec3 rx = cross(py, n), ry = cross(n, px);
    float area = dot(px, rx);
    vec3 slope = (hx * rx + hy * ry) / (abs(area) + 1e-12) * sign(area);
    float steep = length(slope);
    n -= slope * min(1.0, 0.8 / max(steep, 1e-6));
#endif
#if GLOWS
    float most = max(glow.r, max(glow.g, glow.b));
    surface = coded(vec4(sqrt(glow.rgb / most), (log2(most) + 8.0) / 32.0), n, 8, 0.0);
#else
    surface = coded(vec4(sqrt(clamp(albedo, 0.0, 1.0)), tint.a), n, kind, glow.a);
#endif
}
