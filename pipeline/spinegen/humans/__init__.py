"""The drawn person: shape, skin, hair, garments and the bones that move them; knows no OpenSim and no images."""
