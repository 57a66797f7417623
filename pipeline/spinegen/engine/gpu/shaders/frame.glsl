// Read by all shaders. World is ground axes (y up), metres; light is klux and kcd/m2.
layout(std140) uniform Frame {
    mat4 view_projection;
    mat4 view;
    mat4 sun_from_world;
    vec4 eye;             // w: distance of the panorama m
    vec4 sun_direction;   // w: tangent of half the light's apparent angle
    vec4 sun_light;       // w: 1 where shadows are drawn
    vec4 ambient[9];       // light on a surface, by its normal: of 1, y, z, x, xy, yz, zz, xz, xx - yy
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
    vec4 contact;         // origin xz m, uv per metre
    vec4 light_place[4];  // middle, area m2
    vec4 light_facing[4]; // w: number of its soft shadow, -1 none
    vec4 light_rgb[4];
    vec4 soft[3];         // tangent of half the angle, texels per metre, highest level, metres along it per metre of height (0: not drawn)
    vec4 room_place;      // middle xz m, cosine and sine of its yaw
    vec4 room_half;       // half its length, height, half its width in metres; w: 1 indoors
    mat4 soft_from_world[3];
};
