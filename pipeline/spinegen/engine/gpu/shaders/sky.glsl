// What lies behind everything: clear sky, clouds, sun, panorama, studio paper, users' pictures.
uniform sampler2D sky_map;
uniform sampler2D cloud_map;
uniform sampler2D leaf_map;
uniform sampler2D panorama_map;
uniform sampler2D picture_map;

// Picture values (after the tone curve) in direction d.
vec3 background(vec3 d, vec2 ndc) {
#if SKY == 4
    vec2 at = vec2(ndc.x, -ndc.y) * 0.5 + 0.5;
    float wide = picture.x * picture.w / below.a;
    at = (at - 0.5) * (wide > 1.0 ? vec2(1.0, 1.0 / wide) : vec2(wide, 1.0)) + 0.5;
    return pow(clamp(textureLod(picture_map, at, 0.0).rgb, 0.0, 1.0), vec3(1.0 / 2.2));
#elif SKY == 3
    vec2 at = equirect(d);
    return tone(textureLod(picture_map, vec2(at.x, 1.0 - at.y), 0.0).rgb);
#elif SKY == 1
    float glow = smoothstep(0.0, 0.12, d.y) * exp(-8.0 * max(d.y - 0.12, 0.0)) * 0.10;
    return tone(haze.rgb * (1.0 + glow - 0.30 * smoothstep(0.0, 0.8, d.y)));
#else
    float up = max(d.y, 0.0);
    float turn = abs(mod(atan(d.z, d.x) - sky.x + PI, 2.0 * PI) - PI) / PI;
    float rise = sqrt(asin(up) / (0.5 * PI));
    vec3 light = textureLod(sky_map, vec2(turn * (31.0 / 32.0) + 0.5 / 32.0, rise * (23.0 / 24.0) + 0.5 / 24.0), 0.0).rgb;
    if (cloud.a > 0.0) {
        vec2 at = d.xz / (up + 0.12) * 0.11 + sky.yz;
        float c = textureLod(cloud_map, at, 0.0).r * 0.68 + textureLod(cloud_map, at * 3.1 + 0.37, 0.0).r * 0.32;
        float cover = smoothstep(1.02 - cloud.a * 1.05, 1.30 - cloud.a * 0.85, c + 0.12);
        float thick = smoothstep(0.45, 1.0, c);
        vec3 white = cloud.rgb * (1.25 - 0.55 * thick * (0.5 + 0.5 * cloud.a)) * (0.75 + 0.35 * up);
        light = mix(light, white, cover * smoothstep(-0.02, 0.12, d.y) * 0.95);
    }
    float toward = dot(d, sun_direction.xyz);
    float edge = cos(max(atan(sun_direction.w), 0.0046));
    if (sun_light.w > 0.0 && sun_direction.w < 0.03)
        light += sun_light.rgb * 200.0 * smoothstep(edge, mix(edge, 1.0, 0.5), toward) * step(0.0, d.y);
    if (d.y < 0.0) light = mix(light, below.rgb, smoothstep(0.0, -0.02, d.y));
#if SKY == 2
    {
        float elevation = degrees(asin(d.y));
        vec2 at = vec2(atan(d.z, d.x) * 0.15915494 + 0.5 - far_light.w, (26.0 - elevation) / 28.0);
        if (at.y > 0.0 && at.y < 1.0) {
            vec4 strip = textureLod(panorama_map, at, 0.0);
            if (below.a >= 0.5) {
                vec2 twig = at * vec2(87.0, 6.8), bough = at * vec2(19.0, 1.5);
                // As fine as pixels are: 512 texels a repeat, a pixel's share of the horizon at the picture's middle.
                float fine = log2(512.0 * abs(ray.x) * picture.z / PI);
                float twigs = clamp(fine + log2(87.0), 0.0, 5.0), boughs = clamp(fine + log2(19.0), 0.0, 5.0);
                float leaves = textureLod(leaf_map, twig, twigs).r + 0.6 * textureLod(leaf_map, bough, boughs).r - 1.6 * 0.50196;
                strip.a = smoothstep(0.25, 0.75, strip.a + leaves * 5.0 * (1.0 - abs(2.0 * strip.a - 1.0)));
                strip.rgb *= clamp(1.0 + 2.2 * leaves, 0.4, 1.8);
            }
            float front = 0.55 + 0.45 * cos(turn * PI + PI);
            vec3 lit = strip.rgb * strip.rgb * (far_light.rgb + sun_light.rgb * (0.12 + 0.5 * front)) / PI;
            light = mix(light, mix(lit, haze.rgb, 0.10), strip.a);
        }
    }
#endif
    return tone(light * gain.w);
#endif
}
