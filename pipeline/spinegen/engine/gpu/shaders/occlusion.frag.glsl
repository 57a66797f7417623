#version 330
// Ambient occlusion from the depths around a pixel, and how much of large lights reaches it.
#include "frame.glsl"
uniform sampler2D depth_map;
in vec2 ndc;
layout(location = 0) out vec4 open;      // light from all around, of each large light
layout(location = 1) out float beside;   // what is left of the first in corners of a room
#if SOFT
uniform sampler2D soft_0;
uniform sampler2D soft_1;
uniform sampler2D soft_2;
// Share of a large light that is seen past whatever stands in its way (a map of moments, see soft_shadow).
float unveiled(sampler2D moments_map, int light, vec3 point) {
    vec2 q = (soft_from_world[light] * vec4(point, 1.0)).xy;
    vec2 inside = smoothstep(vec2(0.0), vec2(0.08), min(q, 1.0 - q));
    if (inside.x * inside.y <= 0.0) return 1.0;
    vec4 s = soft[light];
    float here = max(point.y, 0.0) * s.w;
    vec2 m = textureLod(moments_map, q, clamp(log2(s.x * s.y * 1.4), 0.0, s.z)).rg;
    float apart = m.x - here;
    if (apart <= 0.0) return 1.0;
    float spread = max(m.y - m.x * m.x, 0.0) + apart * apart;
    float share = inside.x * inside.y * smoothstep(0.0, 0.12, apart * apart / spread);
    m = textureLod(moments_map, q, clamp(log2(s.x * s.y * 1.2 * spread / apart), 0.0, s.z)).rg;
    apart = max(m.x - here, 0.0);
    spread = max(m.y - m.x * m.x, 4e-4);
    return mix(1.0, spread / (spread + apart * apart), share);
}
#endif

// Depths belong to the middles of their texels: reading them anywhere else lays bands over slanting floors and walls.
vec3 place(ivec2 texel, float z) {
    return vec3((((vec2(texel) + 0.5) * picture.zw * 2.0 - 1.0) * ray.xy + ray.zw) * (z * lens.x + lens.y), z);
}
void main() {
    ivec2 last = ivec2(picture.xy) - 1, here = min(ivec2(gl_FragCoord.xy) * 2, last);
    float z = texelFetch(depth_map, here, 0).r;
    float small = z * lens.x + lens.z;    // how far off a thing of this size in the picture usually is
    open = vec4(1.0);
    beside = 1.0;
    if (z <= 0.0) return;
    vec3 p = place(here, z);
    ivec2 right = min(here + ivec2(2, 0), last), left = max(here - ivec2(2, 0), ivec2(0));
    ivec2 up = min(here + ivec2(0, 2), last), down = max(here - ivec2(0, 2), ivec2(0));
    float zr = texelFetch(depth_map, right, 0).r, zl = texelFetch(depth_map, left, 0).r;
    float zu = texelFetch(depth_map, up, 0).r, zd = texelFetch(depth_map, down, 0).r;
    vec3 ddx = right != here && (left == here || abs(zr - z) < abs(zl - z)) ? place(right, zr) - p : p - place(left, zl);
    vec3 ddy = up != here && (down == here || abs(zu - z) < abs(zd - z)) ? place(up, zu) - p : p - place(down, zd);
    vec3 n = normalize(cross(ddy, ddx));
    if (dot(n, vec3(p.xy * lens.x, p.z)) > 0.0) n = -n;
#if SOFT
    mat3 world_camera = transpose(mat3(view));
    vec3 world = eye.xyz + world_camera * p, above = world_camera * n;
    if (soft[0].w > 0.0) open.g = unveiled(soft_0, 0, world + above * 0.015);
#if SOFT > 1
    if (soft[1].w > 0.0) open.b = unveiled(soft_1, 1, world + above * 0.03);
#endif
#if SOFT > 2
    if (soft[2].w > 0.0) open.a = unveiled(soft_2, 2, world + above * 0.03);
#endif
#endif
#if AMBIENT
    ivec2 cell = ivec2(gl_FragCoord.xy) & 3;
    float turn = float(((cell.x * 4 + cell.y) * 7) & 15) * 0.39269908;
    mat2 turned = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
    vec2 texels = 0.16 / (z * lens.x + lens.y) / abs(ray.xy) * picture.xy;    // of the furthest tap
    float shut = 0.0;
    for (int i = 0; i < AMBIENT; i++) {
        float share = (float(i) + 0.5) / float(AMBIENT);
        vec2 towards = vec2(cos(float(i) * 2.3999632), sin(float(i) * 2.3999632)) * share;
        ivec2 there = clamp(here + ivec2(round(turned * towards * texels)), ivec2(0), last);
        float zs = texelFetch(depth_map, there, 0).r;
        vec3 d = place(there, zs) - p;
        float far = length(d);
        shut += zs > 0.0 ? max(0.0, dot(d, n) / (far + 0.001) - 0.06) * smoothstep(0.45, 0.08, far) : 0.0;
    }
    open.r = mix(clamp(1.0 - 1.9 * shut / float(AMBIENT), 0.08, 1.0), 1.0, smoothstep(10.0, 24.0, small));
#endif
#if SOFT
    if (room_half.w > 0.0) {
        vec2 from_middle = world.xz - room_place.xy;
        vec2 turned = vec2(dot(from_middle, room_place.zw), dot(from_middle, vec2(-room_place.w, room_place.z)));
        vec2 level = vec2(dot(above.xz, room_place.zw), dot(above.xz, vec2(-room_place.w, room_place.z)));
        vec3 gap = vec3(room_half.x - abs(turned.x), min(world.y, room_half.y - world.y), room_half.z - abs(turned.y));
        vec3 away = 1.0 - abs(vec3(level.x, above.y, level.y));
        vec3 corner = 1.0 - 0.42 * away * exp(-max(gap, 0.0) * 2.2);
        beside *= corner.x * corner.y * corner.z;
    }
#endif
}
