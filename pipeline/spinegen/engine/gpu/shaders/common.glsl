// The tone curve and light from all sides.
const float PI = 3.14159265;
vec3 tone(vec3 light) {
    vec3 x = light * gain.rgb * 0.95;
    x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    // x to the power of 1 / 2.2, to within a ninth of a code: powers take software renderers three times as long as roots.
    vec3 root = sqrt(x), fourth = sqrt(root);
    return x * 0.1412237 + root * 1.2411069 + fourth * 0.0334402 - root * fourth * 0.4153438;
}
float pattern(vec2 p) { return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))); }
vec2 equirect(vec3 d) {
    return vec2(atan(d.z, d.x) * 0.15915494 + 0.5, 1.0 - acos(clamp(d.y, -1.0, 1.0)) * 0.31830989);
}
vec3 irradiance(vec3 n) {
    return max(vec3(0.0), ambient[0].rgb + n.y * (ambient[1].rgb + n.x * ambient[4].rgb + n.z * ambient[5].rgb)
        + n.z * (ambient[2].rgb + n.z * ambient[6].rgb + n.x * ambient[7].rgb) + n.x * ambient[3].rgb
        + (n.x * n.x - n.y * n.y) * ambient[8].rgb);
}
