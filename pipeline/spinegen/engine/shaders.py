"""GLSL: lighting of surfaces, sky, masks, ambient occlusion. World is ground axes (y up), metres; light is klux and kcd/m2."""

FRAME = """
layout(std140) uniform Frame {
    mat4 view_projection;
    mat4 view;
    mat4 sun_from_world;
    vec4 eye;
    vec4 sun_direction;   // w: tangent of half the light's apparent angle
    vec4 sun_light;       // w: 1 where shadows are drawn
    vec4 sh[9];
    vec4 gain;
    vec4 picture;         // width, height, 1/width, 1/height
    vec4 shadow;          // uv per metre, bias m, depth range m, texel in uv
    vec4 haze;            // rgb, 1/distance
    vec4 ray;             // ndc to camera ray: scale xy, offset xy
    vec4 cloud;           // rgb, cover
    vec4 sky;             // sun azimuth, cloud offset xy, panorama kind
    vec4 ground;          // mean albedo rgb, number of area lights
    vec4 far_light;       // rgb klux that lights the panorama, its yaw
    vec4 below;           // rgb under the horizon, picture's width / height
    vec4 contact;         // origin xz m, uv per metre, texels of the map
    vec4 light_place[4];  // middle, area m2
    vec4 light_facing[4];
    vec4 light_rgb[4];
};
"""

COMMON = """
const float PI = 3.14159265;
vec3 tone(vec3 light) {
    vec3 x = light * gain.rgb * 0.78;
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

SURFACE_VERTEX = """#version 330
%(frame)s
uniform mat4 model;
in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
out vec3 world;
out vec3 normal;
out vec2 uv;
void main() {
    vec4 p = model * vec4(in_position, 1.0);
    world = p.xyz;
    normal = mat3(model) * in_normal;
    uv = in_uv;
    gl_Position = view_projection * p;
}
"""

SURFACE_FRAGMENT = """#version 330
%(frame)s
%(common)s
uniform sampler2D albedo_map;
uniform sampler2D environment_map;
uniform sampler2DShadow shadow_map;
uniform sampler2D shadow_depth;
uniform sampler2D occlusion_map;
uniform sampler2D contact_map;
uniform vec4 tint;       // rgb, roughness
uniform vec4 glow;       // rgb kcd/m2, metallic
uniform ivec2 kind;      // kind of surface, two-sided
uniform vec4 texel;      // texture scale, relief m, -, -
in vec3 world;
in vec3 normal;
in vec2 uv;
out vec4 colour;

const vec2 DISC[16] = vec2[](
    vec2(-0.326, -0.406), vec2(-0.840, -0.074), vec2(-0.696, 0.457), vec2(-0.203, 0.621),
    vec2(0.962, -0.195), vec2(0.473, -0.480), vec2(0.519, 0.767), vec2(0.185, -0.893),
    vec2(0.507, 0.064), vec2(0.896, 0.412), vec2(-0.322, -0.933), vec2(-0.792, -0.598),
    vec2(0.070, 0.210), vec2(-0.480, 0.060), vec2(0.160, -0.330), vec2(-0.080, 0.950));

float sunlit(vec3 n) {
    vec3 offset = world + n * (shadow.y * 1.5);
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
    vec3 v = normalize(eye.xyz - world);
    vec3 n = normalize(normal);
    if (kind.y == 1 && dot(n, v) < 0.0) n = -n;
    vec3 facing = n;
    vec2 at = uv * texel.x;
    vec3 albedo = texture(albedo_map, at).rgb * tint.rgb;
    if (kind.x == 5) {
        vec3 wide = texture(albedo_map, at * 0.137 + 0.31).rgb;
        albedo *= mix(vec3(1.0), wide / max(ground.rgb, vec3(0.02)), 0.30);
    }
    float nv = dot(n, v);
    if (nv < 0.02) { n = normalize(n + v * (0.03 - nv)); nv = max(dot(n, v), 0.02); }
    float rough = tint.a, metal = glow.a;
    vec3 f0 = mix(vec3(kind.x == 1 ? 0.028 : 0.04), albedo, metal);
    vec3 diffuse = albedo * (1.0 - metal);
    float occlusion = texture(occlusion_map, gl_FragCoord.xy * picture.zw).r;

    if (contact.z > 0.0 && world.y < 0.5 && facing.y > 0.3) {
        vec2 at_floor = (world.xz - contact.xy) * contact.z;
        float texels = contact.z * contact.w;
        float hand = textureLod(contact_map, at_floor, log2(texels * 0.06)).r;
        float arm = textureLod(contact_map, at_floor, log2(texels * 0.24)).g;
        float leg = textureLod(contact_map, at_floor, log2(texels * 0.75)).b;
        float open = (1.0 - 0.55 * hand) * (1.0 - 0.5 * arm) * (1.0 - 0.6 * leg);
        vec2 inside = smoothstep(vec2(0.0), vec2(0.04), at_floor) * smoothstep(vec2(1.0), vec2(0.96), at_floor);
        occlusion *= mix(1.0, open, inside.x * inside.y * exp(-max(world.y, 0.0) * 7.0) * facing.y);
    }
    vec3 light = glow.rgb;
    float shade = 1.0;
    vec3 l = sun_direction.xyz;
    float nl = dot(n, l);
    if (sun_light.w > 0.0 && (nl > -0.25)) {
        float lit = sunlit(facing);
        shade = lit;
        vec3 h = normalize(v + l);
        float nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0), pl = max(nl, 0.0);
        float a = max(rough * rough, sun_direction.w * 0.5), a2 = a * a;
        float dd = nh * nh * (a2 - 1.0) + 1.0;
        float k = (rough + 1.0) * (rough + 1.0) / 8.0;
        vec3 f = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);
        vec3 mirror = f * (a2 / (PI * dd * dd)) * 0.25 / ((pl * (1.0 - k) + k) * (nv * (1.0 - k) + k));
        vec3 wrapped = vec3(pl);
        if (kind.x == 1) {
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
    if (kind.x == 4) light += diffuse * around / PI * 0.35 * pow(1.0 - nv, 4.0) * occlusion;
    if (kind.x == 6) {
        float whole = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) + dot(around, vec3(0.33));
        float left = dot(sun_light.rgb, vec3(0.33)) * max(nl, 0.0) * shade + dot(around, vec3(0.33)) * occlusion;
        float edge = smoothstep(30.0, 8.0, length(world.xz));
        colour = vec4(0.0, 0.0, 0.0, edge * (1.0 - pow(clamp(left / max(whole, 1e-6), 0.0, 1.0), 1.0 / 2.2)));
        return;
    }
    float fade = 1.0 - exp(-length(eye.xyz - world) * max(haze.w, 0.0));
    if (haze.w < 0.0) fade = kind.x == 5 ? smoothstep(2.5, 11.0, length(world.xz)) : 0.0;
    colour = vec4(tone(mix(light, haze.rgb, fade)), 1.0);
}
"""

SKY_VERTEX = """#version 330
in vec2 in_position;
out vec2 ndc;
void main() { ndc = in_position; gl_Position = vec4(in_position, 0.999999, 1.0); }
"""

SKY_FRAGMENT = """#version 330
%(frame)s
%(common)s
uniform sampler2D sky_map;
uniform sampler2D cloud_map;
uniform sampler2D panorama_map;
uniform sampler2D picture_map;
in vec2 ndc;
out vec4 colour;
void main() {
    vec3 d = normalize(transpose(mat3(view)) * vec3(ndc * ray.xy + ray.zw, 1.0));
    float up = max(d.y, 0.0);
    float turn = abs(mod(atan(d.z, d.x) - sky.x + PI, 2.0 * PI) - PI) / PI;
    float rise = sqrt(asin(up) / (0.5 * PI));
    if (sky.w == 4.0) {
        vec2 at = vec2(ndc.x, -ndc.y) * 0.5 + 0.5;
        float wide = picture.x * picture.w / below.a;
        at = (at - 0.5) * (wide > 1.0 ? vec2(1.0, 1.0 / wide) : vec2(wide, 1.0)) + 0.5;
        colour = vec4(pow(clamp(texture(picture_map, at).rgb, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
        return;
    }
    if (sky.w == 3.0) {
        vec2 at = equirect(d);
        colour = vec4(tone(textureLod(picture_map, vec2(at.x, 1.0 - at.y), 0.0).rgb), 1.0);
        return;
    }
    if (sky.w == 1.0) {
        float glow = exp(-8.0 * abs(d.y - 0.05)) * 0.12;
        colour = vec4(tone(haze.rgb * (1.0 + glow - 0.35 * smoothstep(0.1, 0.9, d.y))), 1.0);
        return;
    }
    vec3 light = texture(sky_map, vec2(turn * (31.0 / 32.0) + 0.5 / 32.0, rise * (23.0 / 24.0) + 0.5 / 24.0)).rgb;
    if (cloud.a > 0.0) {
        vec2 at = d.xz / (up + 0.12) * 0.11 + sky.yz;
        float c = texture(cloud_map, at).r * 0.68 + texture(cloud_map, at * 3.1 + 0.37).r * 0.32;
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
    if (sky.w == 2.0) {
        float elevation = degrees(asin(d.y));
        vec2 at = vec2(atan(d.z, d.x) * 0.15915494 + 0.5 - far_light.w, (26.0 - elevation) / 28.0);
        if (at.y > 0.0 && at.y < 1.0) {
            vec4 strip = textureLod(panorama_map, at, 0.0);
            float front = 0.55 + 0.45 * cos(turn * PI + PI);
            vec3 lit = strip.rgb * strip.rgb * (far_light.rgb + sun_light.rgb * (0.12 + 0.5 * front)) / PI;
            light = mix(light, mix(lit, haze.rgb, 0.10), strip.a);
        }
    }
    colour = vec4(tone(light), 1.0);
}
"""

MASK_FRAGMENT = """#version 330
%(frame)s
uniform int mask_id;
in vec3 world;
in vec3 normal;
in vec2 uv;
layout(location = 0) out float depth;
layout(location = 1) out uint number;
void main() {
    depth = dot(vec4(view[0].z, view[1].z, view[2].z, view[3].z), vec4(world, 1.0));
    number = uint(mask_id);
}
"""

NORMAL_FRAGMENT = """#version 330
%(frame)s
uniform ivec2 kind;
in vec3 world;
in vec3 normal;
in vec2 uv;
out vec4 colour;
void main() {
    vec3 n = normalize(normal);
    if (kind.y == 1 && dot(n, eye.xyz - world) < 0.0) n = -n;
    colour = vec4(n.xzy * 0.5 + 0.5, 1.0);
}
"""

SHADOW_VERTEX = """#version 330
uniform mat4 light_from_model;
in vec3 in_position;
void main() { gl_Position = light_from_model * vec4(in_position, 1.0); }
"""

CONTACT_VERTEX = """#version 330
uniform mat4 light_from_model;
in vec3 in_position;
out float height;
void main() {
    gl_Position = light_from_model * vec4(in_position, 1.0);
    height = (gl_Position.z * 0.5 + 0.5) * 2.5;
}
"""

CONTACT_FRAGMENT = """#version 330
in float height;
out vec4 low;
void main() {
    float h = max(height, 0.0);
    low = vec4(exp(-h / 0.05), exp(-h / 0.22), exp(-h / 0.8), 1.0);
}
"""

SHADOW_FRAGMENT = "#version 330\nvoid main() {}\n"

OCCLUSION_FRAGMENT = """#version 330
%(frame)s
uniform sampler2D depth_map;
in vec2 ndc;
out float open_share;
vec3 place(vec2 at, float z) { return vec3(at * ray.xy + ray.zw, 1.0) * z; }
void main() {
    vec2 uv = ndc * 0.5 + 0.5;
    float z = texture(depth_map, uv).r;
    open_share = 1.0;
    if (z <= 0.0 || z > 60.0) return;
    vec3 p = place(ndc, z);
    vec2 step_uv = picture.zw * 2.0;
    float zr = texture(depth_map, uv + vec2(step_uv.x, 0.0)).r, zl = texture(depth_map, uv - vec2(step_uv.x, 0.0)).r;
    float zu = texture(depth_map, uv + vec2(0.0, step_uv.y)).r, zd = texture(depth_map, uv - vec2(0.0, step_uv.y)).r;
    vec2 dx = vec2(step_uv.x * 2.0, 0.0), dy = vec2(0.0, step_uv.y * 2.0);
    vec3 ddx = abs(zr - z) < abs(zl - z) ? place(ndc + dx, zr) - p : p - place(ndc - dx, zl);
    vec3 ddy = abs(zu - z) < abs(zd - z) ? place(ndc + dy, zu) - p : p - place(ndc - dy, zd);
    vec3 n = normalize(cross(ddy, ddx));
    if (dot(n, p) > 0.0) n = -n;
    float turn = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) * 6.2831853;
    float shut = 0.0;
    for (int i = 0; i < AMBIENT; i++) {
        float share = (float(i) + 0.5) / float(AMBIENT);
        float angle = turn + float(i) * 2.3999632;
        vec2 reach = vec2(cos(angle), sin(angle)) * (share * 0.32 / z) / abs(ray.xy);
        vec2 at = ndc + reach;
        float zs = texture(depth_map, at * 0.5 + 0.5).r;
        if (zs <= 0.0) continue;
        vec3 d = place(at, zs) - p;
        float far = length(d);
        shut += max(0.0, dot(d, n) / (far + 0.001) - 0.06) * smoothstep(0.45, 0.08, far);
    }
    open_share = clamp(1.0 - 1.9 * shut / float(AMBIENT), 0.08, 1.0);
}
"""

BLUR_FRAGMENT = """#version 330
uniform sampler2D occlusion_map;
uniform vec2 texel_uv;
in vec2 ndc;
out float open_share;
void main() {
    vec2 uv = ndc * 0.5 + 0.5;
    float sum = 0.0;
    for (int y = 0; y < 2; y++) for (int x = 0; x < 2; x++)
        sum += texture(occlusion_map, uv + (vec2(x, y) * 2.0 - 1.0) * texel_uv).r;
    open_share = sum * 0.25;
}
"""


def source(text: str, **defines: int) -> str:
    """A shader with its blocks filled in and `#define`s after the version line."""
    filled = text % {"frame": FRAME, "common": COMMON} if "%(frame)s" in text else text
    lines = "".join(f"#define {name} {value}\n" for name, value in defines.items())
    return filled.replace("#version 330\n", f"#version 330\n{lines}", 1)
