"""Plants, bushes and trees out of leaf cards; own axes are ground axes, origin below the stem."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from .mesh import Material, Mesh, join
from .paints import Rng, paint
from .shapes import lathe, rod


def leaves(
    centres_m: NDArray, outward: NDArray, length_m: NDArray, rng: Rng, *, material: Material, breadth: float = 0.45
) -> Mesh:
    """One bent leaf of four triangles at every centre `(N, 3)`, growing along `outward (N, 3)`."""
    count = len(centres_m)
    along = outward + rng.normal(0, 0.35, (count, 3))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, rng.normal(0, 1, (count, 3)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    normal = np.cross(side, along)
    length = length_m[:, None]
    tip = centres_m + along * length - [0, 1, 0] * (0.25 * length)
    middle = centres_m + along * length * 0.5
    half = side * length * breadth * 0.5
    vertices = np.stack(
        [centres_m, middle - half - normal * length * 0.08, middle + half - normal * length * 0.08, tip], 1
    )
    soft = normal * 0.4 + outward * 0.9
    soft /= np.maximum(np.linalg.norm(soft, axis=1, keepdims=True), 1e-9)
    base = np.arange(count)[:, None] * 4
    faces = (base + np.array([0, 2, 1, 1, 2, 3])).reshape(-1, 3)
    uv = np.tile([[0.5, 0], [0, 0.5], [1, 0.5], [0.5, 1]], (count, 1))
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        np.repeat(soft, 4, 0).astype(np.float32),
        uv.astype(np.float32),
        faces.astype(np.int32),
        ((0, len(faces), material),),
    )


def _leaf(material: Material, shade: float) -> Material:
    red, green, blue = material.colour
    return Material(None, (red * shade, green * shade, blue * shade), 0.6, two_sided=True)


def _crown(centre: NDArray, radii: NDArray, count: int, length: float, *, material: Material, rng: Rng) -> list[Mesh]:
    """Leaves through an ellipsoid, denser and lighter outside."""
    out = []
    for share, shade in ((0.4, 0.55), (0.35, 0.85), (0.25, 1.2)):
        number = max(8, int(count * share))
        direction = rng.normal(0, 1, (number, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        inner = {0.55: 0.45, 0.85: 0.75, 1.2: 0.9}[shade]
        lumps = 1 + 0.16 * np.sin(direction @ rng.normal(0, 4, 3) + 1) + 0.12 * np.sin(direction @ rng.normal(0, 7, 3))
        radius = rng.uniform(inner - 0.25, inner + 0.08, number) * lumps
        out.append(
            leaves(
                centre + direction * radii * radius[:, None],
                direction,
                length * rng.uniform(0.6, 1.2, number),
                rng,
                material=_leaf(material, shade),
            )
        )
    return out


def plant(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A pot plant."""
    pot_h, pot_r = min(0.32, size[1] * 0.3), min(size[0], size[2]) * 0.28
    pot = lathe(
        [
            (0, 0),
            (pot_r * 0.75, 0),
            (pot_r, pot_h),
            (pot_r * 0.9, pot_h),
            (pot_r * 0.88, pot_h * 0.9),
            (0, pot_h * 0.9),
        ],
        second,
        28,
    )
    stems, count = [], 26
    for _ in range(count):
        angle, lean = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.9)
        top = np.array(
            [
                np.cos(angle) * lean * size[0] / 2.6,
                pot_h + (size[1] - pot_h) * rng.uniform(0.45, 0.95),
                np.sin(angle) * lean * size[2] / 2.6,
            ]
        )
        root = np.array([np.cos(angle), 0, np.sin(angle)]) * pot_r * 0.25 + [0, pot_h * 0.85, 0]
        stems.append((root, top))
    green = paint("#3c5a2b", 0.6)
    pieces = [pot, *(rod(root, top, 0.006, green, segments=5) for root, top in stems)]
    tops = np.array([root + (top - root) * share for root, top in stems for share in (0.55, 0.75, 0.9, 1.0)])
    out = tops - [0, tops[:, 1].mean() - 0.2, 0]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    pieces.append(
        leaves(
            tops,
            out,
            rng.uniform(0.16, 0.34, len(tops)) * min(1.4, size[1]),
            rng,
            material=_leaf(main, 1.0),
            breadth=0.42,
        )
    )
    return join(pieces)


def bush(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """A round bush."""
    centre, radii = np.array([0, size[1] * 0.5, 0]), size * 0.5
    return join(_crown(centre, radii, 1500, 0.11 * float(size.mean()), material=main, rng=rng))


def tree(size: Array, main: Material, second: Material, rng: Rng) -> Mesh:
    """Trunk, boughs and crown."""
    high, girth = size[1], 0.028 * size[1]
    fork = high * 0.42
    pieces = [lathe([(girth * 1.35, 0), (girth, high * 0.06), (girth * 0.8, fork), (0, fork)], second, 14)]
    crown_at = np.array([0.0, high * 0.68, 0.0])
    radii = np.array([size[0] / 2, high * 0.32, size[2] / 2])
    for number in range(9):
        angle = 2.4 * number + rng.uniform(-0.3, 0.3)
        end = crown_at + radii * [np.cos(angle) * 0.62, rng.uniform(-0.35, 0.65), np.sin(angle) * 0.62]
        pieces.append(rod([0, fork * rng.uniform(0.85, 1.0), 0], end, girth * 0.3, second, segments=6))
        pieces += _crown(end, radii * rng.uniform(0.38, 0.52), 330, 0.075 * high**0.5 * 2, material=main, rng=rng)
    return join(pieces)
