#version 330
// Distance from a large light and its square, from which soft shadows are made.
in float away;
out vec2 moments;
void main() { moments = vec2(away, away * away); }
