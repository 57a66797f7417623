"""Levels of detail: how fine a surface has to be for a picture."""

DETAILS_M = (0.0, 0.004, 0.007, 0.012)
"""Length of the shortest edges of each level, nearly; the first has all there are."""

PIXELS = 2.0
"""The shortest edges' length in pixels: what is left out lies within a tenth of that of what is drawn."""


def level_of(pixel_m: float) -> int:
    """The level for a person of whom a pixel shows so much; all detail where that is nothing, or behind the camera."""
    return max((level for level, detail_m in enumerate(DETAILS_M) if detail_m <= PIXELS * pixel_m), default=0)
