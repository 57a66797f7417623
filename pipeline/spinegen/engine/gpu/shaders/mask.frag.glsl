#version 330
// Distance and number of what is nearest at the middle of each pixel.
uniform int mask_id;
in float away;
layout(location = 0) out float depth;
layout(location = 1) out uint number;
void main() {
    depth = away;
    number = uint(mask_id);
}
