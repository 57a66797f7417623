"""A user's own footage: people found, followed, their spines read. Works from exported files alone: neither torch nor OpenSim nor OpenGL comes in."""
