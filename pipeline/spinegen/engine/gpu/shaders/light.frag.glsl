#version 330
// Lights what the geometry pass has laid down: once a pixel, at edges once a sample.
#include "frame.glsl"
#include "common.glsl"
#include "packing.glsl"
uniform sampler2DMS depth_map;
uniform usampler2DMS surface_map;
#if COVERED == 0
uniform sampler2D behind_map;
#endif
uniform sampler2D environment_map;
uniform sampler2DShadow shadow_map;
uniform sampler2D shadow_depth;
uniform sampler2D occlusion_map;
uniform sampler2D contact_map;
uniform sampler2D nearest_map;
#if CATCHER
uniform sampler2D backdrop_map;    // what would be seen if nothing stood anywhere
#endif
in vec2 ndc;
out vec4 colour;

const vec2 DISC[16] = vec2[](
    vec2(-0.326, -0.406), vec2(-0.840, -0.074), vec2(-0.696, 0.457), vec2(-0.203, 0.621),
    vec2(0.962, -0.195), vec2(0.473, -0.480), vec2(0.519, 0.767), vec2(0.185, -0.893),
    vec2(0.507, 0.064), vec2(0.896, 0.412), vec2(-0.322, -0.933), vec2(-0.792, -0.598),
    vec2(0.070, 0.210), vec2(-0.480, 0.060), vec2(0.160, -0.330), vec2(-0.080, 0.950));

#if SOFT == 0
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
    radius = sun_direction.w * shadow.x * above / max(count, 1.0);
#else
    float count = 1.0;
#endif
    radius = clamp(radius, shadow.w * 1.2, 0.12);
    float depth = q.z - shadow.y / shadow.z;
    float light = 0.0;
    for (int i = 0; i < TAPS; i++) light += texture(shadow_map, vec3(q.xy + rotation * DISC[i] * radius, depth));
    return count > 0.0 ? light / float(TAPS) : 1.0;
}
#endif

#if SOFT
// What reaches a place at a depth: light from all around, and of the three large lights. It was found for every second pixel; where those
// around differ in depth, that counts which is nearest.
vec4 reaching(float z) {
    vec2 size = vec2(textureSize(occlusion_map, 0)), at = (ndc * 0.5 + 0.5) * size;
    ivec2 last = textureSize(nearest_map, 0) - 1, first = ivec2(floor(at - 0.5)) * 2;
    vec2 best = at;
    float apart = 0.02 * z, least = 1e9, most = 0.0;
    for (int i = 0; i < 4; i++) {
        ivec2 texel = clamp(first + ivec2(i & 1, i >> 1) * 2, ivec2(0), last);
        float off = abs(texelFetch(nearest_map, texel, 0).r - z);
        best = off < least ? vec2(texel / 2) + 0.5 : best;
        least = min(least, off);
        most = max(most, off);
    }
    return textureLod(occlusion_map, (most < apart ? at : best) / size, 0.0);
}
#endif

// Of what lies at a depth along the ray from a start, which is so long for a depth of one and points away from v.
vec3 lit(vec3 start, vec3 ray_world, float stretch, vec3 v, float z, vec4 paint, vec3 n, uint bits, vec3 behind) {
    vec3 world = start + ray_world * z;
    int kind = decoded_kind(bits);
    vec3 albedo = paint.rgb * paint.rgb;
    if (kind < 0) return behind;
    if (kind == 8) return tone(albedo * exp2(paint.a * 32.0 - 8.0));
    float metal = float(bits >> 24 & 63u) / 63.0, rough = paint.a;
    float nv = dot(n, v);
    if (nv < 0.02) { n = normalize(n + v * (0.03 - nv)); nv = max(dot(n, v), 0.02); }
    vec3 f0 = mix(vec3(kind == 1 ? 0.028 : 0.04), albedo, metal);
    vec3 diffuse = albedo * (1.0 - metal);
#if SOFT
    vec4 open = reaching(z);
    float occlusion = open.r;
#else
    float occlusion = textureLod(occlusion_map, ndc * 0.5 + 0.5, 0.0).r;
#endif
    if (contact.z > 0.0 && world.y < 0.5 && n.y > 0.3) {
        vec2 at_floor = (world.xz - contact.xy) * contact.z;
        float under = textureLod(contact_map, at_floor, 0.0).r;
        vec2 inside = smoothstep(vec2(0.0), vec2(0.04), at_floor) * smoothstep(vec2(1.0), vec2(0.96), at_floor);
        occlusion *= mix(1.0, under, inside.x * inside.y * exp(-max(world.y, 0.0) * 7.0) * n.y);
    }
#if SOFT
    float from_above = open.b * open.b, from_window = open.a;    // the lamps of a ceiling, taken for one of the same area, shine past a person more than they do
#endif
    vec3 light = vec3(0.0);
    float shade = 1.0;
    vec3 l = sun_direction.xyz;
    float nl = dot(n, l);
    if (sun_light.w > 0.0 && (nl > -0.25)) {
#if SOFT
        float lit = open.g;
#else
        float lit = sunlit(world, n);
#endif
        shade = lit;
        vec3 h = normalize(v + l);
        float nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0), pl = max(nl, 0.0);
        float a = max(rough * rough, sun_direction.w * 0.5), a2 = a * a;
        float dd = nh * nh * (a2 - 1.0) + 1.0;
        float k = (rough + 1.0) * (rough + 1.0) / 8.0;
        float grazing = max(1.0 - vh, 0.0), grazing_2 = grazing * grazing;
        vec3 f = f0 + (1.0 - f0) * (grazing_2 * grazing_2 * grazing);
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
#if SOFT
    around *= mix(1.0, from_above, 0.6 * max(n.y, 0.0));
    int i = 0, lamps = int(ground.w);
    do {
        vec3 away = light_place[i].xyz - world;
        float square = dot(away, away), area = light_place[i].w;
        vec3 direction = away * inversesqrt(square);
        float shine = clamp(-dot(direction, light_facing[i].xyz) * 0.85 + 0.15, 0.0, 1.0);
        float face = max(dot(n, direction) * 0.8 + 0.2, 0.0);
        float seen_of_it = light_facing[i].w == 1.0 ? from_above : light_facing[i].w == 2.0 ? from_window : 1.0;
        around += light_rgb[i].rgb * (seen_of_it * shine * face * area / (square + area * 0.5 + 1.0));
        i++;
    } while (i < lamps);
#endif
    vec3 bounced = mix(vec3(occlusion), vec3(1.0), 0.35 * (1.0 - occlusion) * albedo);
    light += diffuse * around / PI * bounced * occlusion;
    vec3 r = reflect(-v, n);
    vec4 fit = rough * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    vec2 ab = vec2(-1.04, 1.04) * (min(fit.x * fit.x, exp2(-9.28 * nv)) * fit.x + fit.y) + fit.zw;
    vec3 seen = textureLod(environment_map, equirect(r), 1.0 + rough * 4.5).rgb;
    light += seen * (f0 * ab.x + ab.y) * occlusion * occlusion;
    float aslant = (1.0 - nv) * (1.0 - nv);
    if (kind == 4) light += diffuse * around / PI * 0.35 * (aslant * aslant) * occlusion;
#if CATCHER
    if (kind == 6) {
        float whole = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) + dot(around, vec3(0.33));
        float left = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) * shade + dot(around, vec3(0.33)) * occlusion;
        float edge = smoothstep(30.0, 8.0, length(world.xz));
        float darker = mix(1.0, pow(clamp(left / max(whole, 1e-6), 0.0, 1.0), 1.0 / 2.2), edge);
        return texelFetch(backdrop_map, ivec2(gl_FragCoord.xy), 0).rgb * darker;
    }
#endif
#if HAZY
    float far = z * stretch;
    float fade = 1.0 - exp(-min(far, eye.w) * max(haze.w, 0.0));
    if (kind == 5 && sky.w == 2.0) light *= 1.0 - 0.5 * below.a * smoothstep(0.3, 1.0, far / eye.w);
    if (haze.w < 0.0) fade = kind == 5 ? smoothstep(1.5, 14.0, length(world.xz)) : 0.0;
    light = mix(light, haze.rgb, fade);
#endif
    return tone(light);
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 across = ndc * ray.xy + ray.zw;
    vec3 ray_world = transpose(mat3(view)) * vec3(across * lens.x, 1.0);
    vec3 start = eye.xyz + transpose(mat3(view)) * vec3(across * lens.y, 0.0);
    float stretch = length(ray_world);
#if COVERED
    vec4 exact = vec4(0.0), near = vec4(0.0);
    vec3 behind = vec3(0.0);
#else
    // Where the middle of a pixel is covered nothing was drawn behind it: samples beside an edge take what lies near, and where nothing
    // does, as in the hair cracks between large triangles, they do not count.
    vec4 near = textureLod(behind_map, ndc * 0.5 + 0.5, 2.0), exact = texelFetch(behind_map, pixel, 0);
    vec3 behind = exact.a > 0.5 ? exact.rgb : near.rgb / max(near.a, 0.01);
#endif
    float z = texelFetch(depth_map, pixel, 0).r;
    uvec2 surface = texelFetch(surface_map, pixel, 0).rg;
    // Samples of one surface are one to the eye: the means of those like the first one are lit, and if there are others, those.
    vec4 paint = decoded_paint(surface.r), alike = paint, unlike = vec4(0.0);
    vec2 facing = decoded_octahedron(surface.g), middle = facing, facing_2 = facing;
    uint bits_2 = 0u;
    float count_1 = 1.0, count_2 = 0.0, mixed = 0.0;
    int other_at = 0;
    for (int i = 1; i < SAMPLES; i++) {
        uvec2 other = texelFetch(surface_map, pixel, i).rg;
        vec4 painted = decoded_paint(other.r);
        vec2 faced = decoded_octahedron(other.g);
        bool like = (other.g ^ surface.g) >> 20 == 0u && all(lessThan(abs(painted - paint), vec4(0.12)))
            && all(lessThan(abs(faced - facing), vec2(0.12)));
        bool first = !like && count_2 == 0.0;
        bits_2 = first ? other.g : bits_2;
        facing_2 = first ? faced : facing_2;
        other_at = first ? i : other_at;
        float same_2 = float(!like && (other.g ^ bits_2) >> 20 == 0u);
        alike += like ? painted : vec4(0.0);
        middle += like ? faced : vec2(0.0);
        count_1 += float(like);
        count_2 += float(!like);
        unlike += same_2 * painted;
        mixed += same_2;
    }
    uint bits = surface.g;
    paint = alike / count_1;
    facing = middle / count_1;
    // Tested at its end: software renderers walk through a loop once more after a test at its start has failed. How often it is gone through
    // must not be known before, or it is unrolled, and then every pixel takes as long as those at edges.
    vec3 sum = vec3(0.0);
    float seen = 0.0, counts = count_1;
    float left = count_2 > 0.0 ? 2.0 : 1.0;
    do {
        counts *= float(decoded_kind(bits) >= 0 || exact.a + near.a > 0.01);
        sum += counts * lit(start, ray_world, stretch, -ray_world / stretch, z, paint, unfolded(facing), bits, behind);
        seen += counts;
        left -= 1.0;
        z = texelFetch(depth_map, pixel, other_at).r;
        paint = unlike / max(mixed, 1.0);
        facing = facing_2;
        bits = bits_2;
        counts = count_2;
    } while (left > 0.5);
    colour = vec4(sum / max(seen, 1.0), 1.0);
}
