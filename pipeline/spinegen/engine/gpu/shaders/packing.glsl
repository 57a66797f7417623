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
