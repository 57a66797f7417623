"""sRGB, linear light and the colour of hot bodies."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rgb = NDArray[np.float64]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Of linear Rec. 709 (= sRGB) primaries (ITU-R BT.709)."""

_XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def hex_linear(colour: str) -> Rgb:
    """`#rrggbb` as linear light, 0..1."""
    return to_linear(np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0)


def to_linear(srgb: ArrayLike) -> Rgb:
    """sRGB 0..1 to linear 0..1 (IEC 61966-2-1)."""
    value = np.asarray(srgb, dtype=np.float64)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: ArrayLike) -> Rgb:
    """Linear 0..1 to sRGB 0..1 (IEC 61966-2-1)."""
    value = np.clip(np.asarray(linear, dtype=np.float64), 0.0, 1.0)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def kelvin_rgb(kelvin: float) -> Rgb:
    """Linear RGB of luminance 1 of a black body; chromaticity by the cubic fit of Kim et al. (US patent 7024034), 1667..25000 K."""
    t = 1000.0 / float(np.clip(kelvin, 1667.0, 25000.0))
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    rgb = np.maximum(_XYZ_TO_RGB @ np.array([x / y, 1.0, (1.0 - x - y) / y]), 0.0)
    return rgb / (LUMINANCE @ rgb)
