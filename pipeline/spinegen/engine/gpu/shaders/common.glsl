// The tone curve and light from all sides.
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
