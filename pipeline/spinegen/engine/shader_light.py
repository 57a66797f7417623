"""GLSL of the one pass that lights what the geometry pass has laid down."""

LIGHT_FRAGMENT = """#version 330
%(frame)s
%(common)s
%(sky)s
uniform sampler2D depth_map;
uniform sampler2D paint_map;
uniform sampler2D shape_map;
uniform sampler2D environment_map;
uniform sampler2DShadow shadow_map;
uniform sampler2D shadow_depth;
uniform sampler2D occlusion_map;
uniform sampler2D contact_map;
in vec2 ndc;
out vec4 colour;

const vec2 DISC[16] = vec2[](
    vec2(-0.326, -0.406), vec2(-0.840, -0.074), vec2(-0.696, 0.457), vec2(-0.203, 0.621),
    vec2(0.962, -0.195), vec2(0.473, -0.480), vec2(0.519, 0.767), vec2(0.185, -0.893),
    vec2(0.507, 0.064), vec2(0.896, 0.412), vec2(-0.322, -0.933), vec2(-0.792, -0.598),
    vec2(0.070, 0.210), vec2(-0.480, 0.060), vec2(0.160, -0.330), vec2(-0.080, 0.950));

float sunlit(vec3 world, vec3 n) {
    vec3 offset = world + n * (shadow.y * 1.5 + min(sun_direction.w * 0.12, 0.02));
    vec3 q = (sun_from_world * vec4(offset, 1.0)).xyz;
    if (any(greaterThan(abs(q.xy - 0.5), vec2(0.499))) || q.z > 1.0) return 1.0;
    float turn = pattern(gl_FragCoord.xy) * 6.2831853;
    mat2 rotation = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
    float radius = sun_direction.w * shadow.x * 0.6;
#if BLOCKERS > 0
    float search = clamp(sun_direction.w * shadow.x * 1.2, shadow.w * 2.0, 0.08);
    float above = 0.0, count = 0.0;
    for (int i = 0; i < BLOCKERS; i++) {
        float d = texture(shadow_depth, q.xy + rotation * DISC[i * 2] * search).r;
        if (d < q.z) { above += (q.z - d) * shadow.z; count += 1.0; }
    }
    if (count > 0.0) radius = sun_direction.w * shadow.x * above / count;
#endif
    radius = clamp(radius, shadow.w * 1.2, 0.12);
    float depth = q.z - shadow.y / shadow.z;
    float light = 0.0;
    for (int i = 0; i < TAPS; i++) light += texture(shadow_map, vec3(q.xy + rotation * DISC[i] * radius, depth));
    return light / float(TAPS);
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float z = texelFetch(depth_map, pixel, 0).r;
    vec3 ray_world = transpose(mat3(view)) * vec3(ndc * ray.xy + ray.zw, 1.0);
    if (z <= 0.0) {
        colour = vec4(background(normalize(ray_world), ndc), 1.0);
        return;
    }
    vec4 paint = texelFetch(paint_map, pixel, 0), shape = texelFetch(shape_map, pixel, 0);
    vec3 world = eye.xyz + ray_world * z;
    int kind = int(shape.w);
    float metal = fract(shape.w) / 0.9, rough = paint.a;
    vec3 albedo = paint.rgb * paint.rgb;
    if (kind == 8) {
        colour = vec4(tone(albedo * exp2(metal * 32.0 - 8.0)), 1.0);
        return;
    }
    vec3 v = normalize(eye.xyz - world), n = normalize(shape.xyz);
    float nv = dot(n, v);
    if (nv < 0.02) { n = normalize(n + v * (0.03 - nv)); nv = max(dot(n, v), 0.02); }
    vec3 f0 = mix(vec3(kind == 1 ? 0.028 : 0.04), albedo, metal);
    vec3 diffuse = albedo * (1.0 - metal);
    float occlusion = textureLod(occlusion_map, ndc * 0.5 + 0.5, 0.0).r;
    if (contact.z > 0.0 && world.y < 0.5 && n.y > 0.3) {
        vec2 at_floor = (world.xz - contact.xy) * contact.z;
        float texels = contact.z * contact.w;
        float hand = textureLod(contact_map, at_floor, log2(texels * 0.06)).r;
        float arm = textureLod(contact_map, at_floor, log2(texels * 0.24)).g;
        float leg = textureLod(contact_map, at_floor, log2(texels * 0.75)).b;
        float open = (1.0 - 0.65 * hand) * (1.0 - 0.6 * arm) * (1.0 - 0.65 * leg);
        vec2 inside = smoothstep(vec2(0.0), vec2(0.04), at_floor) * smoothstep(vec2(1.0), vec2(0.96), at_floor);
        occlusion *= mix(1.0, open, inside.x * inside.y * exp(-max(world.y, 0.0) * 7.0) * n.y);
    }
    vec3 light = vec3(0.0);
    float shade = 1.0;
    vec3 l = sun_direction.xyz;
    float nl = dot(n, l);
    if (sun_light.w > 0.0 && (nl > -0.25)) {
        float lit = sunlit(world, n);
        shade = lit;
        vec3 h = normalize(v + l);
        float nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0), pl = max(nl, 0.0);
        float a = max(rough * rough, sun_direction.w * 0.5), a2 = a * a;
        float dd = nh * nh * (a2 - 1.0) + 1.0;
        float k = (rough + 1.0) * (rough + 1.0) / 8.0;
        vec3 f = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);
        vec3 mirror = f * (a2 / (PI * dd * dd)) * 0.25 / ((pl * (1.0 - k) + k) * (nv * (1.0 - k) + k));
        vec3 wrapped = vec3(pl);
        if (kind == 1) {
            vec3 w = vec3(0.30, 0.12, 0.07);
            wrapped = clamp((nl + w) / (1.0 + w), 0.0, 1.0);
            wrapped *= wrapped * (1.0 - w) + w;
        }
        light += (diffuse / PI * (1.0 - f) * wrapped + mirror * pl) * sun_light.rgb * lit;
    }
    vec3 around = irradiance(n);
    int lamps = int(ground.w);
    for (int i = 0; i < lamps; i++) {
        vec3 away = light_place[i].xyz - world;
        float square = dot(away, away), area = light_place[i].w;
        vec3 direction = away * inversesqrt(square);
        float shine = clamp(-dot(direction, light_facing[i].xyz) * 0.85 + 0.15, 0.0, 1.0);
        float face = max(dot(n, direction) * 0.8 + 0.2, 0.0);
        around += light_rgb[i].rgb * (shine * face * area / (square + area * 0.5 + 1.0));
    }
    vec3 bounced = mix(vec3(occlusion), vec3(1.0), 0.35 * (1.0 - occlusion) * albedo);
    light += diffuse * around / PI * bounced * occlusion;
    vec3 r = reflect(-v, n);
    vec4 fit = rough * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    vec2 ab = vec2(-1.04, 1.04) * (min(fit.x * fit.x, exp2(-9.28 * nv)) * fit.x + fit.y) + fit.zw;
    vec3 seen = textureLod(environment_map, equirect(r), 1.0 + rough * 4.5).rgb;
    light += seen * (f0 * ab.x + ab.y) * occlusion * occlusion;
    if (kind == 4) light += diffuse * around / PI * 0.35 * pow(1.0 - nv, 4.0) * occlusion;
    if (kind == 6) {
        float whole = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) + dot(around, vec3(0.33));
        float left = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) * shade + dot(around, vec3(0.33)) * occlusion;
        float edge = smoothstep(30.0, 8.0, length(world.xz));
        colour = vec4(background(normalize(ray_world), ndc) * mix(1.0, pow(clamp(left / max(whole, 1e-6), 0.0, 1.0), 1.0 / 2.2), edge), 1.0);
        return;
    }
    float fade = 1.0 - exp(-distance(eye.xyz, world) * max(haze.w, 0.0));
    if (haze.w < 0.0) fade = kind == 5 ? smoothstep(1.5, 14.0, length(world.xz)) : 0.0;
    colour = vec4(tone(mix(light, haze.rgb, fade)), 1.0);
}
"""
