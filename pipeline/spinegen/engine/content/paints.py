"""Plain colours, and the words that builders of things share."""

import numpy as np

from .colour import hex_linear
from .mesh import Material

Rng = np.random.Generator
UP = (0.0, 1.0, 0.0)


def paint(colour: str, roughness: float = 0.5, metallic: float = 0.0) -> Material:
    """One colour."""
    red, green, blue = hex_linear(colour).tolist()
    return Material(None, (red, green, blue), roughness, metallic)


STEEL = paint("#b9bcc0", 0.35, 0.9)
DARK = paint("#26272a", 0.6)
RUBBER = paint("#1e1e20", 0.8)
