"""What to draw: people, places, light and cameras sampled from a scenes file into a plan; knows no engine and no OpenSim."""
