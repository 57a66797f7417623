"""Generated cloth textures with patterns of true size; threads and wear are laid over them as they are drawn (`mesh/grain.py`)."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats
from ...streams import Stream, generator
from ..mesh.grain import grain_of
from ..mesh.mesh import Grain
from ..mesh.texture_noise import noise
from ..spec.person_spec import Fabric

SIZE = 1024
TILE_M = 1.2
"""A texture covers this much cloth; patterns repeat a whole number of times in it."""
_NARROW = 8
"""Pixels along which nothing changes: enough for the texture's levels."""
_FINE, _MOTTLE = 0.012, 0.016
Grid = Floats
Picture = NDArray[np.uint8]


def fabric_texture(fabric: Fabric, kind: str) -> Picture:
    """`(SIZE, SIZE, 3)` sRGB; narrow along an axis in which the cloth is the same everywhere."""
    rng = generator(fabric.seed, Stream.FABRIC)
    share = _pattern(fabric, rng)
    whole = kind == "shirt" or fabric.print != "none"
    image = _coloured(share, fabric)
    rows, columns = (_NARROW if size == 1 and not whole else SIZE for size in share.shape)
    image = np.array(np.broadcast_to(image, (rows, columns, 3)), order="C")
    accent = np.array(fabric.colours[2], np.float32) * 255.0
    if kind == "shirt":
        _placket(image)
    if fabric.print != "none":
        _print(image, fabric, accent, rng)
    return image


def fabric_grain(fabric: Fabric, *, folds_m: float = 0.0) -> Grain:
    """Threads, wear and folds of a cloth."""
    return grain_of(generator(fabric.seed, Stream.FABRIC, 1), _FINE, _MOTTLE, folds_m=folds_m)


def _coloured(share: Grid, fabric: Fabric) -> Picture:
    """Shares of the second colour as colours; shares of 2 and more are the accent's, less 2."""
    ground, second, accent = (np.array(c, np.float32) * 255.0 for c in fabric.colours)
    steps = np.linspace(0.0, 1.0, 128, dtype=np.float32)[:, None]
    blend = ground + steps * (second - ground)
    palette = np.concatenate([blend, blend + 0.6 * (accent - blend)])
    table = np.clip(np.rint(palette), 0, 255).astype(np.uint8)
    codes = np.rint((share % 2.0) * 127.0).astype(np.uint8) + (share >= 2.0).astype(np.uint8) * np.uint8(128)
    planes = [cv2.LUT(codes, np.ascontiguousarray(table[:, channel])) for channel in range(3)]
    return np.asarray(cv2.merge(planes), np.uint8)


def _axes() -> tuple[Grid, Grid]:
    """Texture coordinates u `(1, SIZE)` and v `(SIZE, 1)` of the pixels' centres."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    return axis[None, :], (1.0 - axis)[:, None]


def _repeats(scale_m: float) -> int:
    return max(1, round(TILE_M / scale_m))


def _stripes(scale_m: float, share: float, axis: int) -> Grid:
    """1 on stripes that take `share` of the repeat; axis 0 upright, 1 level."""
    return ((_axes()[axis] * _repeats(scale_m)) % 1.0 < share).astype(np.float32)


@lru_cache(maxsize=3)
def _shared_noise(rows_px: float, columns_px: float) -> Grid:
    """`(SIZE, SIZE)` of unit variance, the same for all cloth."""
    field = noise(SIZE, (rows_px, columns_px), generator(Stream.GRAIN, round(10 * rows_px), round(10 * columns_px)))
    field.flags.writeable = False
    return field


def _rolled(rows_px: float, columns_px: float, rng: np.random.Generator) -> Grid:
    """The shared noise, shifted."""
    down, right = rng.integers(0, SIZE, 2).tolist()
    return np.roll(_shared_noise(rows_px, columns_px), (down, right), (0, 1))


def _pattern(fabric: Fabric, rng: np.random.Generator) -> Grid:
    """Share of the second colour, `(SIZE, SIZE)` or of one row or column where all are alike; 2 more on lines of the accent."""
    u, v = _axes()
    n = _repeats(fabric.scale_m)
    match fabric.pattern:
        case "stripes":
            return _stripes(fabric.scale_m, 0.5, 1)
        case "pinstripes":
            return _stripes(fabric.scale_m, 0.1, 0)
        case "plaid":
            fields = 0.5 * _stripes(fabric.scale_m * 2, 0.5, 0) + 0.5 * _stripes(fabric.scale_m * 2, 0.5, 1)
            lines = np.maximum(_stripes(fabric.scale_m, 0.08, 0), _stripes(fabric.scale_m, 0.08, 1))
            return fields + 2.0 * lines
        case "dots":
            x, y = (u * n) % 1.0 - 0.5, (v * n) % 1.0 - 0.5
            return (x * x + y * y < 0.055).astype(np.float32)
        case "camouflage":
            size = fabric.scale_m / TILE_M * SIZE / 5
            blobs = noise(SIZE, size, rng)
            return np.float32(0.5) * (blobs > 0.5) + np.float32(0.5) * ((blobs > 0.5) | (blobs < -0.6))
        case "floral":
            return _floral(n, rng)
        case "gradient":
            return (0.5 - 0.5 * np.cos(2 * np.pi * v)).astype(np.float32)
        case "melange":
            return np.clip(0.2 + 0.2 * _rolled(0.6, 2.0, rng), 0, 1)
        case "denim":
            twill = np.float32(0.12) * (((u * 340 + v * 340) % 1.0) < 0.5)
            worn = 0.08 * _rolled(3.0, 0.6, rng) + 0.08 * _rolled(90.0, 90.0, rng)
            return np.clip(0.12 + twill + worn, 0, 1)
        case _:
            return np.zeros((1, 1), np.float32)


def _floral(n: int, rng: np.random.Generator) -> Grid:
    """Petals scattered over the cloth."""
    image = np.zeros((SIZE, SIZE), np.uint8)
    radius = SIZE / n * 0.22
    for _ in range(n * n):
        centre = rng.uniform(0, SIZE, 2)
        turn, petals = rng.uniform(0, np.pi), int(rng.integers(4, 7))
        size = radius * rng.uniform(0.6, 1.2)
        for k in range(petals):
            angle = turn + 2 * np.pi * k / petals
            at = centre + size * 0.8 * np.array([np.cos(angle), np.sin(angle)])
            cv2.ellipse(
                image,
                (int(at[0]) % SIZE, int(at[1]) % SIZE),
                (int(size * 0.6), int(size * 0.35)),
                float(np.degrees(angle)),
                0,
                360,
                255,
                -1,
                cv2.LINE_AA,
            )
    return (image / np.float32(255.0)).astype(np.float32)


def _placket(image: Picture) -> None:
    """The button border of a shirt, down the middle of the front (u = 0), in place."""
    u, v = _axes()
    aside = np.minimum(u, 1.0 - u) * TILE_M
    border = np.flatnonzero(np.abs(aside[0] - 0.016) < 0.0015)
    image[:, border] = np.rint(image[:, border] * 0.72)
    bright = image.mean() > 127.5
    near = np.flatnonzero(aside[0] < 0.006)
    button = np.hypot(aside[:, near], ((v * TILE_M / 0.085) % 1.0 - 0.5) * 0.085) < 0.0055
    rows, columns = np.nonzero(button)
    image[rows, near[columns]] = 89 if bright else 204


def _print(image: Picture, fabric: Fabric, accent: Floats, rng: np.random.Generator) -> None:
    """A print on the chest (u = 0, wraps) at about 1.28 m of height, in place."""
    ink = np.zeros((SIZE, SIZE), np.uint8)
    px = SIZE / TILE_M
    cx, cy = SIZE // 2, int((1.0 - (1.28 % TILE_M) / TILE_M) * SIZE)
    if fabric.print == "ring":
        cv2.circle(ink, (cx, cy), int(0.08 * px), 255, max(2, int(0.018 * px)))
    elif fabric.print == "block":
        half = (int(0.11 * px), int(0.06 * px))
        cv2.rectangle(ink, (cx - half[0], cy - half[1]), (cx + half[0], cy + half[1]), 255, -1)
    elif fabric.print == "lines":
        for k in range(-1, 2):
            y = cy + int(k * 0.035 * px)
            cv2.line(ink, (cx - int(0.12 * px), y), (cx + int(0.12 * px), y), 255, max(2, int(0.012 * px)))
    else:
        text = "".join(chr(65 + int(c)) for c in rng.integers(0, 26, int(rng.integers(3, 7))))
        scale = 0.055 * px / 22.0
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 4)
        cv2.putText(ink, text, (cx - width // 2, cy + height // 2), cv2.FONT_HERSHEY_DUPLEX, scale, 255, 4)
    rows, columns = np.nonzero(ink)
    share = ink[rows, columns].astype(np.float32)[:, None] / 255.0
    columns = (columns + SIZE // 2) % SIZE
    image[rows, columns] = np.rint(image[rows, columns] + share * (accent - image[rows, columns]))
