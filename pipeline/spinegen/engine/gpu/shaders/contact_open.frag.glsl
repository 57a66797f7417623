#version 330
// How open the floor is under what stands on it: of three reaches, each read where texels are about as wide.
uniform sampler2D contact_map;
uniform vec3 levels;
in vec2 ndc;
out float open_share;
void main() {
    vec2 at = ndc * 0.5 + 0.5;
    float hand = textureLod(contact_map, at, levels.x).r;
    float arm = textureLod(contact_map, at, levels.y).g;
    float leg = textureLod(contact_map, at, levels.z).b;
    open_share = (1.0 - 0.8 * hand) * (1.0 - 0.65 * arm) * (1.0 - 0.7 * leg);
}
