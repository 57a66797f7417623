"""Distant surroundings as a strip around the horizon: hills, trees, a forest edge, a skyline."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...streams import generator
from ..content.noise import band_noise
from ..content.pattern_store import stored

WIDTH, HEIGHT = 2048, 256
LOW_DEG, HIGH_DEG = -2.0, 26.0
"""Elevations of the strip's lower and upper edge."""
KINDS = ("meadow", "park", "forest", "city", "street")
VARIANTS = 4
"""Different strips a kind; seeds share them."""

Picture = NDArray[np.floating[Any]]

_ELEVATION = np.linspace(HIGH_DEG, LOW_DEG, HEIGHT, dtype=np.float32)[:, None]
"""Of every row; the first row is the highest."""


def _line(rng: np.random.Generator, low: float, high: float, slope: float) -> Picture:
    """A closed outline around the horizon `(WIDTH,)`, mean 0, deviation 1."""
    spectrum = rng.standard_normal(WIDTH // 2 + 1) + 1j * rng.standard_normal(WIDTH // 2 + 1)
    frequency = np.arange(WIDTH // 2 + 1)
    spectrum[(frequency < low) | (frequency > high)] = 0
    spectrum *= np.maximum(frequency, 1) ** -slope
    line = np.fft.irfft(spectrum, WIDTH)
    return (line / line.std()).astype(np.float32)


def _field(rng: np.random.Generator, low: float, high: float, slope: float) -> Picture:
    return np.tile(band_noise(rng, 512, low, high, slope=slope)[:HEIGHT], (1, WIDTH // 512))


def _paint(picture: Picture, cover: Picture, colour: Picture) -> None:
    """Lay albedo `colour` with opacity `cover` over an RGBA strip."""
    picture[..., :3] += (colour - picture[..., :3]) * cover[..., None]
    picture[..., 3] = np.maximum(picture[..., 3], cover)


def _ridge(top_deg: Picture, roughness: Picture | float = 0.0) -> Picture:
    return np.clip((top_deg[None] + roughness - _ELEVATION) / 0.12 + 0.5, 0, 1).astype(np.float32)


def _hills(picture: Picture, rng: np.random.Generator) -> None:
    for level, haze in ((4.5, 0.62), (2.6, 0.38), (1.3, 0.12)):
        top = level * (0.8 + 0.22 * _line(rng, 1, 14, 1.2)) + 0.05 * _line(rng, 30, 400, 0.6)
        green = np.array([0.10, 0.14, 0.045]) * (1 + 0.25 * _field(rng, 4, 80, 1.0))[..., None]
        distant = np.array([0.24, 0.29, 0.36])
        _paint(picture, _ridge(top), (green * (1 - haze) + distant * haze).astype(np.float32))


def _trees(picture: Picture, rng: np.random.Generator, *, count: int, height: tuple[float, float], haze: float) -> None:
    """Crowns made of blobs, from far to near."""
    column = np.arange(WIDTH, dtype=np.float32)[None]
    lumps, fine = _field(rng, 10, 120, 0.7), _field(rng, 40, 250, 0.2)
    tall = np.sort(rng.uniform(*height, count))
    for top in tall:
        centre = float(rng.uniform(0, WIDTH))
        half = float(top * rng.uniform(0.3, 0.55)) * WIDTH / 360
        base = top * float(rng.uniform(0.1, 0.3))
        dx = np.abs((column - centre + WIDTH / 2) % WIDTH - WIDTH / 2)
        near = dx[0] < half * 1.5
        if not near.any():
            continue
        u = dx[:, near] / half
        v = (_ELEVATION - (top + base) / 2) / ((top - base) / 2)
        inside = 1.0 - u * u - v * v + 0.30 * lumps[:, near] + 0.16 * fine[:, near]
        cover = np.clip(inside * 3.0, 0, 1)
        trunk = (dx[:, near] < 0.035 * half + 0.8) & (base + 0.3 * top > _ELEVATION) & (_ELEVATION > -0.6)
        hue = rng.uniform(0.75, 1.3, 3) * [1.0, 1.0, 0.8]
        shade = 0.62 + 0.38 * np.clip(v * 0.7 + 0.5 * lumps[:, near] + 0.25, -0.8, 1.2) + 0.16 * fine[:, near]
        green = np.array([0.065, 0.10, 0.03]) * hue * shade[..., None]
        green = green * (1 - haze) + np.array([0.22, 0.27, 0.32]) * haze
        part = np.ascontiguousarray(picture[:, near])
        _paint(
            part,
            trunk.astype(np.float32),
            np.broadcast_to(np.array([0.06, 0.045, 0.03], np.float32), part[..., :3].shape),
        )
        _paint(part, cover.astype(np.float32), green.astype(np.float32))
        picture[:, near] = part


def _hedge(picture: Picture, rng: np.random.Generator, top: float, haze: float) -> None:
    outline = top * (0.75 + 0.2 * _line(rng, 4, 60, 0.8) + 0.12 * _line(rng, 60, 500, 0.4))
    lumps = _field(rng, 8, 200, 0.8)
    shade = 0.75 + 0.25 * lumps + 0.25 * (_ELEVATION / max(top, 0.1) - 0.5)
    green = np.array([0.06, 0.09, 0.03]) * np.maximum(shade, 0.15)[..., None]
    green = green * (1 - haze) + np.array([0.22, 0.27, 0.32]) * haze
    _paint(picture, _ridge(outline, 0.25 * lumps), green.astype(np.float32))


def _skyline(
    picture: Picture, rng: np.random.Generator, *, count: int, height: tuple[float, float], haze: float
) -> None:
    """House blocks with rows of windows."""
    rows_a_degree = HEIGHT / (HIGH_DEG - LOW_DEG)
    row = np.arange(HEIGHT)[:, None]
    walls = np.array(
        [[0.42, 0.38, 0.33], [0.30, 0.20, 0.16], [0.36, 0.37, 0.38], [0.50, 0.47, 0.41], [0.22, 0.24, 0.27]]
    )
    for top in np.sort(rng.uniform(*height, count)):
        wide = int(rng.uniform(14, 60) * (0.6 + 0.5 * float(rng.random())))
        columns = (int(rng.integers(WIDTH)) + np.arange(wide)) % WIDTH
        body = top > _ELEVATION
        floor, bay = float(rng.uniform(4.0, 7.0)), float(rng.uniform(4.0, 8.0))
        first = (HIGH_DEG - top) * rows_a_degree
        in_floor, in_bay = ((row - first) / floor) % 1.0, (np.arange(wide)[None] / bay) % 1.0
        window = (np.abs(in_floor - 0.5) < 0.28) & (np.abs(in_bay - 0.5) < 0.30) & (row > first + 2)
        wall = walls[int(rng.integers(len(walls)))] * rng.uniform(0.7, 1.2)
        glass = np.array([0.10, 0.13, 0.17]) * rng.uniform(0.6, 1.6)
        face = np.where(window[..., None], glass, wall * (0.9 + 0.1 * float(rng.random())))
        face = face * (1 - haze) + np.array([0.30, 0.34, 0.40]) * haze
        part = np.ascontiguousarray(picture[:, columns])
        cover = np.broadcast_to(body.astype(np.float32), (HEIGHT, wide))
        _paint(part, np.ascontiguousarray(cover), face.astype(np.float32))
        picture[:, columns] = part


def panorama(kind: str, variant: int) -> NDArray[np.uint8] | None:
    """RGBA strip `(HEIGHT, WIDTH, 4)`: square root of albedo, and cover; `None` for kinds without one."""
    if kind not in KINDS:
        return None
    return stored(f"strip-{kind}-{variant}", 1, lambda: [_painted(kind, variant)])[0]


def _painted(kind: str, variant: int) -> NDArray[np.uint8]:
    rng = generator(variant, sum(kind.encode()))
    picture = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    if kind == "meadow":
        _hills(picture, rng)
        _trees(picture, rng, count=26, height=(0.8, 2.4), haze=0.25)
    elif kind == "park":
        _hedge(picture, rng, 2.2, 0.3)
        _trees(picture, rng, count=70, height=(2.5, 11.0), haze=0.12)
    elif kind == "forest":
        _hedge(picture, rng, 6.0, 0.2)
        _trees(picture, rng, count=150, height=(6.0, 17.0), haze=0.06)
    elif kind == "city":
        _skyline(picture, rng, count=90, height=(2.0, 9.0), haze=0.38)
        _skyline(picture, rng, count=40, height=(2.0, 14.0), haze=0.15)
        _hedge(picture, rng, 0.9, 0.1)
    else:
        _skyline(picture, rng, count=70, height=(2.0, 6.0), haze=0.35)
    picture[..., :3] = np.sqrt(np.clip(picture[..., :3], 0.0, 1.0))
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
