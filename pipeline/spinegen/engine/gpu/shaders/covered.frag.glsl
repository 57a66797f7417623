#version 330
// What is seen where nothing stands, and in the depth whether anything does: only there surfaces are lit.
uniform usampler2DMS surface_map;
uniform sampler2D behind_map;
in vec2 ndc;
out vec4 colour;
void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    // Nothing was drawn behind what is so thin that it covers the middle of a pixel alone: that shows what is behind its neighbours.
    vec4 near = textureLod(behind_map, ndc * 0.5 + 0.5, 2.0), exact = texelFetch(behind_map, pixel, 0);
    colour = vec4(exact.a > 0.5 ? exact.rgb : near.rgb / max(near.a, 0.01), 1.0);
    uint any = 0u;
    for (int i = 0; i < SAMPLES; i++) any |= texelFetch(surface_map, pixel, i).g;
    gl_FragDepth = (any >> 20 & 15u) == 0u ? 0.0 : 1.0;    // bits of its kind, see packing.glsl
}
