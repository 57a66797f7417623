"""A clear sky by single scattering of sunlight in a round atmosphere, as a small table; clouds are laid over it.

Radiance in kcd/m2, illuminance in klux. Scattering coefficients and scale heights after Bruneton & Neyret, "Precomputed Atmospheric
Scattering" (2008); ozone absorption after Hillaire, "A Scalable and Production Ready Sky and Atmosphere" (2020).
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..content.colour import LUMINANCE

AZIMUTHS, ELEVATIONS = 32, 24
"""Columns (angle from the sun's azimuth, 0..180 degrees) and rows (elevation, 90 * t^2 degrees) of the table."""

_PLANET_M, _TOP_M = 6_360e3, 6_420e3
_RAYLEIGH = np.array([5.8e-6, 13.5e-6, 33.1e-6])
_OZONE = np.array([0.65e-6, 1.88e-6, 0.085e-6])
_RAYLEIGH_HEIGHT_M, _MIE_HEIGHT_M = 8_000.0, 1_200.0
_MIE_PER_TURBIDITY = 2.2e-6
_SUN_KLUX = 128.0
"""Above the atmosphere."""


@lru_cache(maxsize=64)
def sky_table(elevation_deg: float, turbidity: float) -> NDArray[np.float32]:
    """Radiance `(ELEVATIONS, AZIMUTHS, 3)` of a cloudless sky, kcd/m2."""
    sun = np.array([np.cos(np.radians(elevation_deg)), np.sin(np.radians(elevation_deg)), 0.0])
    azimuth = np.linspace(0, np.pi, AZIMUTHS)[None, :]
    elevation = np.radians(90.0 * (np.linspace(0, 1, ELEVATIONS) ** 2))[:, None]
    view = np.stack(
        [np.cos(elevation) * np.cos(azimuth), np.sin(elevation) + 0 * azimuth, np.cos(elevation) * np.sin(azimuth)], -1
    )
    mie = _MIE_PER_TURBIDITY * max(turbidity - 1.0, 0.3)
    height = _PLANET_M + 2.0
    length = -height * view[..., 1] + np.sqrt((height * view[..., 1]) ** 2 + _TOP_M**2 - height**2)
    edges = np.linspace(0, 1, 21) ** 1.8
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    points = view[..., None, :] * (length[..., None] * middle)[..., None] + np.array([0.0, height, 0.0])
    density = _densities(points)
    step = length[..., None] * width
    along = np.cumsum(density * step[..., None], axis=-2) - density * step[..., None] / 2
    light = np.exp(-_depth(along, mie) - _depth(_column(points, sun), mie))
    light[_shaded(points, sun)] = 0.0
    cosine = view @ sun
    rayleigh_phase = 3 / (16 * np.pi) * (1 + cosine**2)
    g = 0.76
    mie_phase = 3 / (8 * np.pi) * (1 - g * g) * (1 + cosine**2) / ((2 + g * g) * (1 + g * g - 2 * g * cosine) ** 1.5)
    scattered = (
        rayleigh_phase[..., None, None] * _RAYLEIGH * density[..., :1]
        + mie_phase[..., None, None] * mie * density[..., 1:2]
    )
    isotropic = (_RAYLEIGH * density[..., :1] + mie * density[..., 1:2]) / (4 * np.pi)
    table = (light * (scattered + 0.55 * isotropic) * step[..., None]).sum(-2) * _SUN_KLUX
    return (_paled(table, elevation_deg) + 2e-5).astype(np.float32)


def _paled(table: NDArray, elevation_deg: float) -> NDArray:
    """Light that was scattered more than once is nearly white: without it low suns make a sky of pure yellow."""
    share = 0.06 + 0.30 * np.exp(-max(elevation_deg, 0.0) / 9.0)
    return table * (1.0 - share) + (table @ LUMINANCE)[..., None] * share


def _densities(points: NDArray) -> NDArray:
    """Rayleigh, Mie and ozone density `(..., 3)` relative to the ground's (ozone: to its peak)."""
    height = np.maximum(np.linalg.norm(points, axis=-1) - _PLANET_M, 0.0)
    ozone = np.maximum(0.0, 1.0 - np.abs(height - 25e3) / 15e3)
    return np.stack([np.exp(-height / _RAYLEIGH_HEIGHT_M), np.exp(-height / _MIE_HEIGHT_M), ozone], -1)


def _depth(columns_m: NDArray, mie: float) -> NDArray:
    """Optical depth `(..., 3)` in RGB of columns `(..., 3)`."""
    return columns_m[..., :1] * _RAYLEIGH + columns_m[..., 1:2] * mie * 1.11 + columns_m[..., 2:] * _OZONE


def _column(points: NDArray, sun: NDArray, steps: int = 6) -> NDArray:
    """Columns `(..., 3)` from the points to space towards the sun."""
    along = points @ sun
    square = (points**2).sum(-1)
    length = -along + np.sqrt(np.maximum(along**2 + _TOP_M**2 - square, 0.0))
    edges = np.linspace(0, 1, steps + 1) ** 1.5
    total = np.zeros(points.shape)
    for near, far in pairwise(edges):
        here = points + sun * (length * (near + far) / 2)[..., None]
        total += _densities(here) * (length * (far - near))[..., None]
    return total


def _shaded(points: NDArray, sun: NDArray) -> NDArray[np.bool_]:
    along = points @ sun
    closest = (points**2).sum(-1) - along**2
    return (along < 0) & (closest < (_PLANET_M - 1000.0) ** 2)


def sky_radiance(table: NDArray[np.float32], sun_azimuth_rad: float, directions: NDArray) -> NDArray:
    """Table looked up `(N, 3)` for unit directions `(N, 3)` in ground axes (y up); below the horizon the horizon's."""
    elevation = np.degrees(np.arcsin(np.clip(directions[:, 1], 0.0, 1.0)))
    azimuth = np.arctan2(directions[:, 2], directions[:, 0]) - sun_azimuth_rad
    azimuth = np.abs((azimuth + np.pi) % (2 * np.pi) - np.pi)
    row = np.sqrt(elevation / 90.0) * (ELEVATIONS - 1)
    column = azimuth / np.pi * (AZIMUTHS - 1)
    r0 = np.minimum(row.astype(int), ELEVATIONS - 2)
    c0 = np.minimum(column.astype(int), AZIMUTHS - 2)
    fr, fc = (row - r0)[:, None], (column - c0)[:, None]
    upper = table[r0, c0] * (1 - fc) + table[r0, c0 + 1] * fc
    lower = table[r0 + 1, c0] * (1 - fc) + table[r0 + 1, c0 + 1] * fc
    return upper * (1 - fr) + lower * fr
