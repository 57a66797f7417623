"""Generated surfaces: `vocabulary.Surface` to a texture, its size in metres, roughness and relief."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...streams import generator
from ..protocol.vocabulary import Surface
from .colour import hex_linear, to_linear, to_srgb
from .mesh import Texture
from .noise import band_noise, cell_noise
from .pattern_store import stored

SIZE = 512
VARIANTS = 3
"""Different patterns a kind; seeds share them, colours are free."""
_LINEAR = to_linear(np.arange(256) / 255.0)
"""Light of every code."""
_LIGHT_BLADES = np.array([1.5, 1.38, 1.5])
"""Blades in the light against the mean of a lawn, sRGB."""
Field = NDArray[np.floating[Any]]
Pattern = tuple[NDArray[np.float16], ...]
"""What of a picture is constant, what follows the first colour, what the second."""
Painter = Callable[[np.random.Generator, NDArray[Any], NDArray[Any]], NDArray[Any]]
"""(rng, colours, second colours `(N, 1, 1, 3)`, sRGB 0..1) -> pictures `(N, S, S, 3)` sRGB 0..1 of one pattern."""


@dataclass(frozen=True)
class SurfaceTexture:
    """A surface that is ready to draw."""

    texture: Texture
    tile_m: float
    roughness: float
    relief_m: float
    mean_linear: tuple[float, float, float]


@dataclass(frozen=True)
class _Recipe:
    paint: Painter
    colour: str
    colour_2: str | None
    tile_m: float
    roughness: float
    relief_m: float = 0.0


def surface_texture(surface: Surface, coarse: bool = False) -> SurfaceTexture:
    """Paint a surface (the last few are kept); `coarse` with half the texels a side, for what nobody sees from near."""
    return _surface_texture(surface, coarse)  # type: ignore[arg-type]  # frozen models are hashable


@lru_cache(maxsize=12)
def _surface_texture(surface: Surface, coarse: bool) -> SurfaceTexture:
    recipe = _RECIPES[surface.kind]
    pixels = _pixels(_planes(surface, coarse))
    mean = _LINEAR[pixels[::4, ::4]].mean((0, 1))
    texture = Texture(pixels, recipe.relief_m > 0, kept=False, again=lambda: _pixels(_planes(surface, coarse)))
    roughness = surface.roughness if surface.roughness is not None else recipe.roughness
    relief = recipe.relief_m * surface.scale
    return SurfaceTexture(texture, recipe.tile_m * surface.scale, roughness, relief, tuple(mean.tolist()))


def _planes(surface: Surface, coarse: bool) -> list[NDArray[np.float32]]:
    """Red, green and blue `(S, S)` of a surface, 0..1."""
    recipe = _RECIPES[surface.kind]
    first = _srgb(surface.colour or recipe.colour)
    other = surface.colour_2 or recipe.colour_2
    second = _srgb(other) if other else first * 0.7
    if surface.kind == "grass" and surface.colour and not surface.colour_2:
        second = np.clip(first * _LIGHT_BLADES, 0.0, 1.0)
    pattern = _pattern(surface.kind, surface.seed % VARIANTS)
    planes = _coloured(pattern, first.astype(np.float32), second.astype(np.float32))
    if not coarse or min(planes[0].shape) < 2:
        return planes
    half = (planes[0].shape[0] // 2, 2, planes[0].shape[1] // 2, 2)
    return [plane.reshape(half).mean((1, 3), dtype=np.float32) for plane in planes]


def _pixels(planes: list[NDArray[np.float32]]) -> NDArray[np.uint8]:
    return np.stack([np.round(plane * 255).astype(np.uint8) for plane in planes], axis=-1)


def _coloured(pattern: Pattern, first: NDArray, second: NDArray) -> list[NDArray[np.float32]]:
    """Red, green and blue `(S, S)` of a pattern in two colours, 0..1; whole planes, which are several times faster than pixels of three."""
    single = [field.astype(np.float32) for field in pattern]
    shape = np.broadcast_shapes(*(field.shape for field in single))[:2]
    planes = []
    for channel in range(3):
        constant, of_first, of_second = (field[..., min(channel, field.shape[2] - 1)] for field in single)
        plane = np.zeros(shape, np.float32)
        plane += constant
        plane += of_first * first[channel]
        plane += of_second * second[channel]
        planes.append(np.clip(plane, 0.0, 1.0, out=plane))
    return planes


def _pattern(kind: str, variant: int) -> Pattern:
    """Fields C, A, B `(S, S, 3)` such that the picture is C + A * colour + B * second colour: painters are affine in colours."""
    return stored(f"{kind}-{variant}", 3, lambda: _painted(kind, variant))


def _painted(kind: str, variant: int) -> Pattern:
    rng = generator(variant, list(_RECIPES).index(kind))
    first, second = (np.array(shares).reshape(3, 1, 1, 1) * np.ones(3) for shares in ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    constant, of_first, of_second = _RECIPES[kind].paint(rng, first, second)
    return _slim(constant), _slim(of_first - constant), _slim(of_second - constant)


def _slim(field: Field) -> NDArray[np.float16]:
    """As half floats, with one channel where all are the same and one value where all are the same."""
    half = field.astype(np.float16)
    if (half == half[..., :1]).all():
        half = half[..., :1]
    return half[:1, :1].copy() if (half == half[:1, :1]).all() else np.ascontiguousarray(half)


def _srgb(colour: str) -> NDArray:
    return to_srgb(hex_linear(colour))


def _shade(base: NDArray, field: Field, strength: float) -> NDArray:
    return base * (1.0 + strength * field)[..., None]


def _mix(a: NDArray, b: NDArray, share: Field) -> NDArray:
    return a + (b - a) * np.clip(share, 0.0, 1.0)[..., None]


def _plain(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    return np.broadcast_to(a, (len(a), 8, 8, 3)).copy()


def _plaster(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    return _shade(a, band_noise(rng, SIZE, 1, 6, slope=0.5) * 0.4 + band_noise(rng, SIZE, 20, 250, slope=0.5), 0.014)


def _concrete(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    picture = _shade(a, band_noise(rng, SIZE, 2, 200, slope=1.1), 0.022)
    picture = _shade(picture, band_noise(rng, SIZE, 40, 250, slope=0.3), 0.025)
    pores = band_noise(rng, SIZE, 30, 250, slope=0.2) > 2.6
    return _mix(picture, a * 0.6, pores.astype(np.float32) * 0.7)


def _asphalt(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    value, edge = cell_noise(rng, SIZE, 20_000)
    stones = np.clip(value - 0.3, 0, 1) ** 2 * np.clip(edge, 0, 1)
    picture = _shade(_mix(a, b, 0.12 + 0.55 * stones), band_noise(rng, SIZE, 40, 250, slope=0.0), 0.03)
    return _shade(picture, band_noise(rng, SIZE, 1, 12, slope=1.0), 0.05)


def _grass(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    blades = np.full((SIZE, SIZE), -9.0, np.float32)
    tone = np.zeros((SIZE, SIZE), np.float32)
    for turn in range(4):
        streaks = np.rot90(band_noise(rng, SIZE, 26, 250, slope=0.4, stretch=0.22), turn % 2)
        if turn >= 2:
            rows = np.arange(SIZE)[:, None]
            streaks = streaks[rows, (np.arange(SIZE)[None] + rows * (1 if turn == 2 else -1)) % SIZE]
        tone = np.where(streaks > blades, turn / 3.0 + 0.35 * rng.random(dtype=np.float32), tone)
        blades = np.maximum(blades, streaks)
    depth = (blades - blades.mean()) / blades.std()
    picture = _mix(a, b, 0.5 * tone + 0.25 + 0.12 * band_noise(rng, SIZE, 1, 9, slope=0.8))
    dry = np.array([0.55, 0.50, 0.27])
    picture = _mix(picture, dry, 0.16 * np.clip(band_noise(rng, SIZE, 20, 220, slope=0.3) - 1.0, 0, 2))
    return _shade(picture, np.clip(depth, -2.2, 2.2), 0.17)


def _sand(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    return _shade(a, band_noise(rng, SIZE, 2, 20, slope=1.2) * 0.7 + band_noise(rng, SIZE, 60, 250, slope=0.0), 0.05)


def _gravel(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    value, edge = cell_noise(rng, SIZE, 2600)
    tone = 0.25 + 0.5 * value + 0.08 * band_noise(rng, SIZE, 30, 250, slope=0.3)
    return _shade(_mix(a, b, tone), np.clip(edge / 3.0, 0, 1) - 0.75, 0.32)


def _grid(rows: int, columns: int, joint_px: float, shift: float = 0.0) -> tuple[NDArray[np.int64], Field]:
    """(number of the slab at every pixel, distance to the nearest joint's middle in pixels)."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    row = np.floor(y * rows / SIZE).astype(int)
    x = (x + shift * (row % 2) * SIZE / columns) % SIZE
    column = np.floor(x * columns / SIZE).astype(int)
    inside_y = np.abs((y * rows / SIZE + 0.5) % 1.0 - 0.5) * SIZE / rows
    inside_x = np.abs((x * columns / SIZE + 0.5) % 1.0 - 0.5) * SIZE / columns
    return row * columns + column, np.minimum(inside_x, inside_y).astype(np.float32)


def _slabs(rows: int, columns: int, *, joint_px: float, variation: float, grain: float, shift: float = 0.0) -> Painter:
    def paint(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
        number, distance = _grid(rows, columns, joint_px, shift)
        tone = rng.standard_normal(rows * columns).astype(np.float32)[number]
        hue = rng.standard_normal((rows * columns, 3)).astype(np.float32)[number] * 0.25
        picture = a * (1 + variation * (tone[..., None] + hue))
        picture = _shade(picture, band_noise(rng, SIZE, 2, 200, slope=1.0), grain)
        return _mix(b, picture, (distance - joint_px / 2) / 1.2 + 0.5)

    return paint


def _boards(rng: np.random.Generator, a: NDArray, b: NDArray, *, boards: int, pieces: int) -> NDArray:
    number, distance = _grid(boards, pieces, 1.0, 0.37)
    tone = rng.standard_normal(boards * pieces).astype(np.float32)[number]
    grain = band_noise(rng, SIZE, 2, 250, slope=0.7, stretch=1.0 / 12.0)
    rolled = np.concatenate([np.roll(part, int(rng.integers(SIZE)), 1) for part in np.array_split(grain, boards)])
    veins = np.sin(rolled * 2.5 + band_noise(rng, SIZE, 1, 4, slope=1.0) * 2)
    picture = _shade(a, tone, 0.09)
    picture = _mix(picture, b, 0.22 + 0.13 * rolled + 0.10 * veins)
    return _mix(b * 0.45, picture, (distance - 0.4) / 1.0)


def _planks(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    return _boards(rng, a, b, boards=8, pieces=1)


def _parquet(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    """Basket pattern: squares of strips, every other one turned."""
    whole = _boards(rng, a, b, boards=16, pieces=4)
    other = _boards(rng, a, b, boards=16, pieces=4).swapaxes(-3, -2)
    y, x = np.mgrid[0:SIZE, 0:SIZE] * 4 // SIZE
    return np.where(((x + y) % 2 == 0)[..., None], whole, other)


def _carpet(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    value, edge = cell_noise(rng, SIZE, 12000)
    return _shade(_mix(a, b, value * 0.5), np.clip(edge / 1.5, 0, 1) - 0.6, 0.2)


def _rubber(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    value, _ = cell_noise(rng, SIZE, 40_000)
    flecks = np.clip((value - 0.86) / 0.14, 0, 1)
    picture = _shade(_mix(a, b, flecks * 0.28), band_noise(rng, SIZE, 30, 250, slope=0.0), 0.04)
    return _shade(picture, band_noise(rng, SIZE, 1, 8, slope=1.0), 0.02)


def _fabric(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    y, x = np.mgrid[0:SIZE, 0:SIZE] * (2 * np.pi * 64 / SIZE)
    weave = (np.sin(x) * np.sign(np.sin(y / 2)) + np.sin(y) * np.sign(np.sin(x / 2))).astype(np.float32)
    return _shade(_mix(a, b, 0.3 + 0.08 * band_noise(rng, SIZE, 4, 60, slope=0.5)), weave, 0.06)


def _veneer(rng: np.random.Generator, a: NDArray, b: NDArray) -> NDArray:
    """Long grain with the arches of a trunk's year rings."""
    grain = band_noise(rng, SIZE, 3, 250, slope=0.8, stretch=1.0 / 14.0)
    rings = np.sin(9.0 * band_noise(rng, SIZE, 1, 3, slope=1.0, stretch=1.0 / 3.0) + 0.7 * grain)
    return _mix(_shade(a, grain, 0.035), b, 0.16 + 0.10 * rings + 0.06 * grain)


_RECIPES: dict[str, _Recipe] = {
    "plain": _Recipe(_plain, "#b8b4ac", None, 1.0, 0.6),
    "plaster": _Recipe(_plaster, "#d8d4ca", None, 2.0, 0.85, 0.0015),
    "concrete": _Recipe(_concrete, "#9a978f", None, 2.0, 0.8, 0.001),
    "asphalt": _Recipe(_asphalt, "#4a4a4b", "#8a8883", 1.0, 0.85, 0.003),
    "grass": _Recipe(_grass, "#46552a", "#6d7742", 1.6, 0.9, 0.02),
    "sand": _Recipe(_sand, "#c9b48c", None, 1.5, 0.9, 0.004),
    "gravel": _Recipe(_gravel, "#8b857b", "#b9b2a5", 1.0, 0.85, 0.008),
    "paving": _Recipe(
        _slabs(4, 4, joint_px=5.0, variation=0.06, grain=0.05, shift=0.5), "#a39d92", "#5f5b54", 1.6, 0.8, 0.004
    ),
    "tiles": _Recipe(_slabs(4, 4, joint_px=3.0, variation=0.015, grain=0.01), "#cfcac0", "#8d8981", 1.6, 0.3, 0.001),
    "brick": _Recipe(
        _slabs(16, 5, joint_px=6.0, variation=0.12, grain=0.08, shift=0.5), "#96563f", "#b5aca0", 1.25, 0.85, 0.006
    ),
    "planks": _Recipe(_planks, "#b08a5e", "#7d5733", 1.3, 0.45, 0.0006),
    "parquet": _Recipe(_parquet, "#b58855", "#86592f", 1.6, 0.35, 0.0003),
    "carpet": _Recipe(_carpet, "#6f7076", "#57585e", 0.8, 0.95, 0.004),
    "rubber": _Recipe(_rubber, "#333437", "#8f9296", 1.0, 0.8, 0.0008),
    "fabric": _Recipe(_fabric, "#7f8791", None, 0.4, 0.9, 0.0008),
    "panels": _Recipe(_slabs(1, 2, joint_px=2.5, variation=0.012, grain=0.012), "#c4bfb4", "#77726a", 2.4, 0.5, 0.001),
    "veneer": _Recipe(_veneer, "#b08a5e", None, 0.9, 0.45),
}
