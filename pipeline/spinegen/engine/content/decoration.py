"""What hangs on walls: framed pictures, curtains beside windows, radiators below them."""

from functools import lru_cache

import numpy as np

from ...geometry.types import Array
from ...streams import Stream, generator
from .colour import hex_linear, to_srgb
from .mesh import Material, Mesh, Texture
from .noise import band_noise
from .paints import paint
from .shapes import box, plain_mesh, quad

PICTURES = 12
"""Different pictures; rooms share them."""
_SIZE = 128
_INKS = (
    "#20303f", "#7a8f99", "#c9bda5", "#a65f3f", "#d9cdb4", "#4d5b45", "#8d7a5f", "#b9a48c", "#5d4a52", "#c4893f", "#e6e0d2", "#30363a",
)  # fmt: skip
_FRAMES = ("#2a2724", "#8a6a48", "#e4e1da", "#b9a06a", "#4a4c50")
_CURTAINS = ("#cfc6b5", "#8d939a", "#b7a58f", "#5d6a73", "#a9b0a2", "#7d4f4a", "#e3dfd6", "#c9a886")


def framed_picture(axes: Array, centre: Array, wide_m: float, tall_m: float, *, seed: int) -> list[Mesh]:
    """A picture in a frame, most with a white border; `axes` are the wall's (along, up, outward), `centre` in them."""
    rng = np.random.default_rng(seed)
    frame = paint(_FRAMES[int(rng.integers(len(_FRAMES)))], 0.45)
    border = float(rng.choice([0.0, 0.05, 0.08]))
    pieces = [box(axes @ centre, [wide_m, tall_m, 0.024], frame, axes)]
    out = 0.0135
    if border:
        pieces.append(
            _panel(axes, centre, wide_m=wide_m - 0.05, tall_m=tall_m - 0.05, out_m=out, material=paint("#e9e6df", 0.9))
        )
        out += 0.001
    inner = 0.05 + 2 * border
    shown = Material(_painting(int(rng.integers(PICTURES))), roughness=0.35)
    pieces.append(
        _panel(
            axes, centre, wide_m=max(wide_m - inner, 0.1), tall_m=max(tall_m - inner, 0.1), out_m=out, material=shown
        )
    )
    return pieces


def _panel(axes: Array, centre: Array, *, wide_m: float, tall_m: float, out_m: float, material: Material) -> Mesh:
    x, y, z = centre
    w, h = wide_m / 2, tall_m / 2
    corners = np.array([[x + w, y - h], [x - w, y - h], [x - w, y + h], [x + w, y + h]])
    placed = np.column_stack([corners, np.full(4, z - out_m)]) @ axes.T
    return quad(placed, material, [[0, 0], [1, 0], [1, 1], [0, 1]])


@lru_cache(maxsize=PICTURES)
def _painting(number: int) -> Texture:
    """A made-up landscape, or a few fields of colour."""
    rng = generator(Stream.WALL_PICTURES, number)
    inks = np.array([hex_linear(_INKS[index]) for index in rng.permutation(len(_INKS))[:5]])
    y = np.linspace(1, 0, _SIZE)[:, None] + np.zeros(_SIZE)
    broad = band_noise(rng, _SIZE, 1, 5, slope=1.0)
    if number % 2:
        picture = inks[0] + (inks[1] - inks[0]) * y[..., None]
        for level, ink in zip((0.62, 0.42, 0.24), inks[2:], strict=True):
            ridge = level + 0.07 * band_noise(rng, _SIZE, 1, 9, slope=1.1)[0]
            picture = np.where((y < ridge)[..., None], ink * (0.8 + 0.4 * y[..., None]), picture)
    else:
        picture = np.broadcast_to(inks[0], (_SIZE, _SIZE, 3))
        for turn, ink in enumerate(inks[1:]):
            field = np.roll(broad, 29 * turn, turn % 2) + 0.5 * band_noise(rng, _SIZE, 1, 12, slope=1.0)
            picture = np.where((field > 0.55)[..., None], ink, picture)
    picture = picture * (1 + 0.06 * band_noise(rng, _SIZE, 12, 60, slope=0.3)[..., None])
    return Texture(np.round(to_srgb(np.clip(picture, 0, 1)) * 255).astype(np.uint8))


def window_dressing(
    axes: Array,
    distance_m: float,
    height_m: float,
    openings: list[tuple[float, float, float, float]],
    *,
    seed: list[int],
) -> list[Mesh]:
    """Curtains drawn aside and radiators, or neither; openings are (from, to, sill, head) along the wall."""
    rng = generator(*seed, Stream.CURTAINS)
    colour, style = _CURTAINS[int(rng.integers(len(_CURTAINS)))], float(rng.random())
    long, share = bool(rng.random() < 0.6), float(rng.uniform(0.12, 0.3))
    cloth = Material(None, tuple(hex_linear(colour).tolist()), 0.9, two_sided=True)
    pieces: list[Mesh] = []
    for left, right, sill, head in openings:
        if style < 0.5:
            top = min(head + 0.14, height_m - 0.02)
            low = 0.03 if long else max(sill - 0.12, 0.05)
            wide = share * (right - left)
            for side, edge in ((1.0, left - 0.08), (-1.0, right + 0.08)):
                pieces.append(
                    _folded(
                        axes,
                        edge,
                        width=side * (wide + 0.08),
                        levels=(low, top),
                        distance=distance_m - 0.2,
                        fold=(0.1, 0.028),
                        material=cloth,
                    )
                )
            rail = [(left + right) / 2, top + 0.005, distance_m - 0.2]
            pieces.append(box(axes @ rail, [right - left + 0.5, 0.022, 0.022], paint("#8f8d88", 0.35), axes))
        if sill > 0.6 and not (style < 0.5 and long) and style < 0.85:
            pieces += _radiator(axes, (left + right) / 2, wide=min(right - left, 1.1), distance=distance_m, sill=sill)
    return pieces


def _folded(
    axes: Array,
    start: float,
    *,
    width: float,
    levels: tuple[float, float],
    distance: float,
    fold: tuple[float, float],
    material: Material,
) -> Mesh:
    """A sheet between two heights in waves of (length, half depth) that grow a little towards the floor."""
    length, deep = fold
    columns = max(12, round(abs(width) / length * 6))
    along = np.linspace(0.0, 1.0, columns)
    phase = along * abs(width) / length * 2 * np.pi
    rows = np.linspace(*levels, 3)
    depth = deep * np.sin(phase)[None] * np.array([1.15, 1.0, 0.8])[:, None]
    x = start + width * along[None] + 0 * rows[:, None]
    points = np.stack([x, rows[:, None] + 0 * x, distance + depth], -1)
    slope = deep * np.cos(phase) / length * 2 * np.pi * np.sign(width)
    normal = np.stack([slope, 0 * slope, -np.ones_like(slope)], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normals = np.broadcast_to(normal, points.shape).reshape(-1, 3)
    index = np.arange(3 * columns).reshape(3, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.stack([a, b, c, a, c, d], -1).reshape(-1, 3)
    flat = points.reshape(-1, 3)
    return plain_mesh(flat @ axes.T, normals @ axes.T, flat[:, :2], faces, material=material)


def _radiator(axes: Array, middle: float, *, wide: float, distance: float, sill: float) -> list[Mesh]:
    """A ribbed panel below a window."""
    white = Material(None, tuple(hex_linear("#e3e2dd").tolist()), 0.4, two_sided=True)
    high, low = min(0.55, sill - 0.2), 0.1
    core = box(axes @ [middle, low + high / 2, distance - 0.05], [wide, high, 0.06], white, axes)
    levels = (low + 0.015, low + high - 0.015)
    return [
        core,
        _folded(
            axes,
            middle - wide / 2,
            width=wide,
            levels=levels,
            distance=distance - 0.092,
            fold=(0.1, 0.009),
            material=white,
        ),
    ]
