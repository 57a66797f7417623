"""Colours of skin, hair, irises and cloth, sRGB 0..1."""

import colorsys

import numpy as np

from ...geometry.types import Floats
from .person_spec import Rgb

Rng = np.random.Generator

# Skin from very fair to very dark; steps follow the ten tones of the Monk scale (Monk 2019) in lightness and hue.
SKIN_TONES = np.array([
    (0.93, 0.80, 0.73), (0.90, 0.74, 0.65), (0.86, 0.68, 0.56), (0.80, 0.61, 0.48), (0.72, 0.53, 0.40), (0.62, 0.44, 0.32),
    (0.51, 0.35, 0.25), (0.41, 0.27, 0.19), (0.31, 0.20, 0.145), (0.22, 0.145, 0.11),
])  # fmt: skip
HAIR_TONES: tuple[Rgb, ...] = (
    (0.055, 0.045, 0.042), (0.13, 0.085, 0.06), (0.24, 0.16, 0.105), (0.38, 0.27, 0.18), (0.58, 0.45, 0.29), (0.40, 0.17, 0.08),
)  # fmt: skip
"""Black, dark brown, brown, light brown, blond, red."""
GREY_HAIR = np.array((0.66, 0.65, 0.64))
IRISES: tuple[Rgb, ...] = (
    (0.20, 0.11, 0.06),
    (0.30, 0.18, 0.09),
    (0.38, 0.33, 0.17),
    (0.30, 0.38, 0.30),
    (0.38, 0.48, 0.58),
)


def skin_colour(melanin: float) -> Floats:
    """Base colour `(3,)` of a complexion, 0 very fair .. 1 very dark."""
    grid = np.linspace(0.0, 1.0, len(SKIN_TONES))
    return np.array([np.interp(melanin, grid, SKIN_TONES[:, c]) for c in range(3)])


def sample_melanin(rng: Rng, ancestry: tuple[float, float, float]) -> float:
    """A complexion that goes with the body's ancestry, with a wide spread."""
    mean = float(np.dot(ancestry, (0.84, 0.36, 0.2)))
    return float(np.clip(mean + rng.normal(0.0, 0.15), 0.0, 1.0))


def sample_hair_colour(rng: Rng, melanin: float) -> tuple[Rgb, Rgb]:
    """The natural colour and the one worn: rarely they differ."""
    fair = max(0.0, 1.0 - melanin / 0.4)
    weights = np.array([0.35 + melanin, 0.3, 0.2 * fair + 0.05, 0.2 * fair, 0.22 * fair, 0.06 * fair])
    tone = np.array(HAIR_TONES[int(rng.choice(len(HAIR_TONES), p=weights / weights.sum()))])
    natural = rgb(tone * rng.uniform(0.8, 1.2))
    dyed = rgb(np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.4, 0.75), rng.uniform(0.25, 0.6))))
    return natural, dyed if rng.random() < 0.025 else natural


def greyed(colour: Rgb, grey: float) -> Rgb:
    """A hair colour with a share of grey hairs."""
    return rgb(np.array(colour) * (1.0 - grey) + GREY_HAIR * grey)


def sample_iris(rng: Rng, melanin: float) -> Rgb:
    """Brown where skin is dark, any colour where it is fair."""
    fair = max(0.0, 1.0 - melanin / 0.4)
    weights = np.array([0.6, 0.3, 0.2 * fair, 0.15 * fair, 0.35 * fair])
    return rgb(np.array(IRISES[int(rng.choice(len(IRISES), p=weights / weights.sum()))]) * rng.uniform(0.85, 1.15))


def sample_cloth(rng: Rng, palette: str) -> tuple[Rgb, Rgb, Rgb]:
    """Ground, second and accent colour of a fabric; black, white, grey and navy are as common as they are in wardrobes."""
    ground = _neutral(rng, palette) if rng.random() < _NEUTRAL[palette] else _hued(rng, palette)
    second = _hued(rng, palette) if rng.random() < 0.5 else _contrast(ground)
    return ground, second, _hued(rng, "bright")


_NEUTRAL = {"bright": 0.3, "muted": 0.45, "dark": 0.6, "pastel": 0.3, "formal": 0.6, "earth": 0.25}
_RANGES = {
    "bright": ((0.45, 0.85), (0.45, 0.9)), "muted": ((0.15, 0.5), (0.25, 0.7)), "dark": ((0.2, 0.6), (0.1, 0.35)),
    "pastel": ((0.12, 0.35), (0.75, 0.95)), "formal": ((0.1, 0.4), (0.2, 0.6)), "earth": ((0.25, 0.55), (0.25, 0.6)),
}  # fmt: skip


def _hued(rng: Rng, palette: str) -> Rgb:
    (s_low, s_high), (v_low, v_high) = _RANGES[palette]
    hue = rng.uniform(0.03, 0.14) if palette == "earth" else rng.random()
    return rgb(np.array(colorsys.hsv_to_rgb(hue, rng.uniform(s_low, s_high), rng.uniform(v_low, v_high))))


def _neutral(rng: Rng, palette: str) -> Rgb:
    value = float(rng.choice([0.06, 0.1, 0.2, 0.45, 0.7, 0.9], p=[0.28, 0.14, 0.12, 0.14, 0.1, 0.22]))
    if palette in ("dark", "formal") and rng.random() < 0.6:
        value = min(value, 0.2)
    tint = np.array([1.0, 1.0, 1.0]) if rng.random() < 0.6 else np.array([0.75, 0.85, 1.25])
    return rgb(value * tint * rng.uniform(0.95, 1.05))


def _contrast(colour: Rgb) -> Rgb:
    dark = sum(colour) < 1.2
    return (0.88, 0.88, 0.86) if dark else (0.12, 0.13, 0.17)


def sample_denim(rng: Rng) -> tuple[Rgb, Rgb, Rgb]:
    """Blue, black or grey denim; the second colour is the weft."""
    if rng.random() < 0.25:
        ground = np.full(3, rng.uniform(0.06, 0.25))
    else:
        ground = np.array(colorsys.hsv_to_rgb(rng.uniform(0.57, 0.63), rng.uniform(0.3, 0.65), rng.uniform(0.18, 0.6)))
    return rgb(ground), rgb(ground * 0.5 + 0.4), (0.7, 0.5, 0.25)


def rgb(colour: Floats) -> Rgb:
    """Clipped, rounded, as plain floats."""
    red, green, blue = (round(float(c), 4) for c in np.clip(colour, 0.0, 1.0))
    return red, green, blue
