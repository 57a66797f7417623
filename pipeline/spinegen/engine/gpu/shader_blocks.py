"""GLSL shared by all shaders. World is ground axes (y up), metres; light is klux and kcd/m2."""

from .shader_sky import SKY

FRAME = """
layout(std140) uniform Frame {
    mat4 view_projection;
    mat4 view;
    mat4 sun_from_world;
    vec4 eye;             // w: distance of the panorama m
    vec4 sun_direction;   // w: tangent of half the light's apparent angle
    vec4 sun_light;       // w: 1 where shadows are drawn
    vec4 sh[9];
    vec4 gain;            // w: of what lies outside
    vec4 picture;         // width, height, 1/width, 1/height
    vec4 shadow;          // uv per metre, bias m, depth range m, texel in uv
    vec4 haze;            // rgb, 1/distance
    vec4 ray;             // ndc to where a pixel's ray points (orthographic: starts): scale xy, offset xy
    vec4 lens;            // 1 0 0, or orthographic 0 1 and the width m that the picture shows
    vec4 cloud;           // rgb, cover
    vec4 sky;             // sun azimuth, cloud offset xy, panorama kind
    vec4 ground;          // mean albedo rgb, number of area lights
    vec4 far_light;       // rgb klux that lights the panorama, its yaw
    vec4 below;           // rgb under the horizon; a photo's width / height, a panorama's share of leaves
    vec4 contact;         // origin xz m, uv per metre, texels of the map
    vec4 light_place[4];  // middle, area m2
    vec4 light_facing[4]; // w: number of its soft shadow, -1 none
    vec4 light_rgb[4];
    vec4 soft[3];         // tangent of half the angle, texels per metre, highest level, metres along it per metre of height (0: not drawn)
    vec4 room_place;      // middle xz m, cosine and sine of its yaw
    vec4 room_half;       // half its length, height, half its width in metres; w: 1 indoors
    mat4 soft_from_world[3];
};
"""

COMMON = """
const float PI = 3.14159265;
vec3 tone(vec3 light) {
    vec3 x = light * gain.rgb * 0.95;
    x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    return pow(x, vec3(1.0 / 2.2));
}
float pattern(vec2 p) { return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))); }
vec2 equirect(vec3 d) {
    return vec2(atan(d.z, d.x) * 0.15915494 + 0.5, 1.0 - acos(clamp(d.y, -1.0, 1.0)) * 0.31830989);
}
vec3 irradiance(vec3 n) {
    return max(vec3(0.0), sh[0].rgb * 0.282095 + sh[1].rgb * (0.488603 * n.y) + sh[2].rgb * (0.488603 * n.z)
        + sh[3].rgb * (0.488603 * n.x) + sh[4].rgb * (1.092548 * n.x * n.y) + sh[5].rgb * (1.092548 * n.y * n.z)
        + sh[6].rgb * (0.315392 * (3.0 * n.z * n.z - 1.0)) + sh[7].rgb * (1.092548 * n.x * n.z)
        + sh[8].rgb * (0.546274 * (n.x * n.x - n.y * n.y)));
}
"""

PACKING = """
// A surface in two numbers of 32 bits. First: square root of albedo and roughness, a byte each. Second: normal on an octahedron in ten bits
// an axis, kind of surface and one (4 bits; 0 where there is none), metallic (6 bits).
uint bytes(vec4 v) {
    uvec4 u = uvec4(clamp(v, 0.0, 1.0) * 255.0 + 0.5);
    return u.r | u.g << 8 | u.b << 16 | u.a << 24;
}
uvec2 coded(vec4 paint, vec3 n, int kind, float metallic) {
    n /= abs(n.x) + abs(n.y) + abs(n.z);
    vec2 folded = (1.0 - abs(n.yx)) * vec2(n.x < 0.0 ? -1.0 : 1.0, n.y < 0.0 ? -1.0 : 1.0);
    uvec2 at = uvec2(((n.z < 0.0 ? folded : n.xy) * 0.5 + 0.5) * 1023.0 + 0.5);
    return uvec2(bytes(paint), at.x | at.y << 10 | uint(kind + 1) << 20 | uint(clamp(metallic, 0.0, 1.0) * 63.0 + 0.5) << 24);
}
int decoded_kind(uint s) { return int(s >> 20 & 15u) - 1; }
vec4 decoded_paint(uint p) { return vec4(p & 255u, p >> 8 & 255u, p >> 16 & 255u, p >> 24) / 255.0; }
vec2 decoded_octahedron(uint s) { return vec2(s & 1023u, s >> 10 & 1023u) / 511.5 - 1.0; }
vec3 unfolded(vec2 at) {
    vec3 n = vec3(at, 1.0 - abs(at.x) - abs(at.y));
    float over = max(-n.z, 0.0);
    return normalize(n - vec3(n.x < 0.0 ? -over : over, n.y < 0.0 ? -over : over, 0.0));
}
"""


def source(text: str, **defines: int) -> str:
    """A shader with its blocks filled in and `#define`s after the version line."""
    filled = (
        text.replace("%(frame)s", FRAME)
        .replace("%(common)s", COMMON)
        .replace("%(sky)s", SKY)
        .replace("%(packing)s", PACKING)
    )
    lines = "".join(f"#define {name} {value}\n" for name, value in defines.items())
    return filled.replace("#version 330\n", f"#version 330\n{lines}", 1)
