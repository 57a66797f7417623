#version 330
// Ambient occlusion without its pattern of four by four; what has none is as it was.
uniform sampler2D occlusion_map;
uniform sampler2D beside_map;
uniform vec2 texel_uv;
in vec2 ndc;
out vec4 open;
void main() {
    vec2 uv = ndc * 0.5 + 0.5;
    float sum = 0.0;
    for (int y = 0; y < 2; y++) for (int x = 0; x < 2; x++)
        sum += texture(occlusion_map, uv + (vec2(x, y) * 2.0 - 1.5) * texel_uv).r;
    ivec2 texel = ivec2(gl_FragCoord.xy);
    open = vec4(sum * 0.25 * texelFetch(beside_map, texel, 0).r, texelFetch(occlusion_map, texel, 0).gba);
}
