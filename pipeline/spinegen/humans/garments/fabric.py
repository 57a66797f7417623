"""Generated cloth textures with patterns of true size."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats
from ...streams import Stream, generator
from ..mesh.texture_noise import interleaved, layered, noise
from ..spec.person_spec import Fabric

SIZE = 1024
TILE_M = 1.2
"""A texture covers this much cloth; patterns repeat a whole number of times in it."""
Grid = Floats


def fabric_texture(fabric: Fabric, kind: str) -> NDArray[np.uint8]:
    """`(SIZE, SIZE, 3)` sRGB."""
    rng = generator(fabric.seed, Stream.FABRIC)
    ground, second, accent = (np.array(c, np.float32)[:, None, None] for c in fabric.colours)
    image = ground + _pattern(fabric, rng) * (second - ground)
    if fabric.pattern == "plaid":
        line = _stripes(fabric.scale_m, 0.08, 0) + _stripes(fabric.scale_m, 0.08, 1)
        image = image + np.minimum(line, 1.0) * 0.6 * (accent - image)
    if kind == "shirt":
        image = _placket(image)
    if fabric.print != "none":
        image = _print(image, fabric, accent, rng)
    weave = 1.0 + 0.035 * noise(SIZE, 0.7, rng) + 0.02 * layered(SIZE, (3.0, 20.0, 80.0), rng)
    return interleaved(plane * weave for plane in image)


def _axes() -> tuple[Grid, Grid]:
    """Texture coordinates u `(1, SIZE)` and v `(SIZE, 1)` of the pixels' centres."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    return axis[None, :], (1.0 - axis)[:, None]


def _repeats(scale_m: float) -> int:
    return max(1, round(TILE_M / scale_m))


def _stripes(scale_m: float, share: float, axis: int) -> Grid:
    """1 on stripes that take `share` of the repeat; axis 0 upright, 1 level."""
    return ((_axes()[axis] * _repeats(scale_m)) % 1.0 < share).astype(np.float32)


def _pattern(fabric: Fabric, rng: np.random.Generator) -> Grid:
    """Share of the second colour, `(SIZE, SIZE)` or what broadcasts to it."""
    u, v = _axes()
    n = _repeats(fabric.scale_m)
    match fabric.pattern:
        case "stripes":
            return _stripes(fabric.scale_m, 0.5, 1)
        case "pinstripes":
            return _stripes(fabric.scale_m, 0.1, 0)
        case "plaid":
            return 0.5 * _stripes(fabric.scale_m * 2, 0.5, 0) + 0.5 * _stripes(fabric.scale_m * 2, 0.5, 1)
        case "dots":
            x, y = (u * n) % 1.0 - 0.5, (v * n) % 1.0 - 0.5
            return (x * x + y * y < 0.055).astype(np.float32)
        case "camouflage":
            size = fabric.scale_m / TILE_M * SIZE / 5
            blobs = noise(SIZE, size, rng)
            return np.where(blobs > 0.5, 1.0, np.where(blobs < -0.6, 0.5, 0.0)).astype(np.float32)
        case "floral":
            return _floral(n, rng)
        case "gradient":
            return (0.5 - 0.5 * np.cos(2 * np.pi * v)).astype(np.float32)
        case "melange":
            return np.clip(0.2 + 0.2 * noise(SIZE, (0.6, 2.0), rng), 0, 1)
        case "denim":
            twill = 0.12 * (((u * 340 + v * 340) % 1.0) < 0.5)
            return np.clip(0.12 + twill + 0.08 * noise(SIZE, (3.0, 0.6), rng) + 0.08 * noise(SIZE, 90.0, rng), 0, 1)
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
    return (image / 255.0).astype(np.float32)


def _placket(image: Grid) -> Grid:
    """The button border of a shirt, down the middle of the front (u = 0)."""
    u, v = _axes()
    aside = np.minimum(u, 1.0 - u) * TILE_M
    image = np.where(np.abs(aside - 0.016) < 0.0015, image * 0.72, image)
    button = np.hypot(aside, ((v * TILE_M / 0.085) % 1.0 - 0.5) * 0.085) < 0.0055
    return np.where(button, np.where(image.mean() > 0.5, 0.35, 0.8), image)


def _print(image: Grid, fabric: Fabric, accent: Floats, rng: np.random.Generator) -> Grid:
    """A print on the chest (u = 0, wraps) at about 1.28 m of height."""
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
    ink = np.roll(ink, SIZE // 2, axis=1).astype(np.float32) / 255.0
    return image + ink * (accent - image)
