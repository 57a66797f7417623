"""Rooms: walls with windows, ceiling, skirting, lamps, a door and pictures, as one mesh seen from inside."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...geometry.rigid import axis_angle_matrix
from ...geometry.types import Array
from ..protocol.vocabulary import Room, Windows
from .colour import kelvin_rgb
from .decoration import framed_picture, window_dressing
from .mesh import Material, Mesh, join
from .paints import STEEL, paint
from .props import surface_material
from .shapes import box, moved, plain_mesh, quad

SIDES = {"+x": 0.0, "+y": 90.0, "-x": 180.0, "-y": 270.0}
"""Yaw of each wall's outward direction in the room's frame."""
FRAME = paint("#e9e8e4", 0.4)


@dataclass(frozen=True)
class AreaLight:
    """A shining rectangle, far enough away to be treated by its middle."""

    centre_m: Array
    facing: Array
    area_m2: float
    radiance_kcd: Array


@dataclass(frozen=True, eq=False)
class RoomModel:
    """Geometry and openings of a room; world ground axes."""

    room: Room
    mesh: Mesh
    window_rectangles: tuple[tuple[str, float, float, float, float], ...]
    """(side, from, to along the wall, sill, head) in metres, the wall's own axis."""
    lamp_rectangles: tuple[tuple[float, float, float, float], ...]
    """(centre x, centre z, size x, size z) on the ceiling, room frame."""
    lamp_radiance_kcd: Array

    @property
    def size_m(self) -> Array:
        """Inside extents along x, y (up), z."""
        x, z, y = self.room.size_cm
        return np.array([x, y, z]) / 100.0

    @property
    def rotation(self) -> Array:
        """`(3, 3)`, room frame to ground axes."""
        return axis_angle_matrix((0, 1, 0), -np.radians(self.room.yaw_deg))

    @property
    def centre_m(self) -> Array:
        """Middle of the floor."""
        return np.array([self.room.centre_cm[0], 0.0, self.room.centre_cm[1]]) / 100.0


def wall_span(side: str, size_m: Array) -> tuple[float, float]:
    """(distance of the wall from the middle, its length)."""
    return (size_m[0] / 2, size_m[2]) if side[1] == "x" else (size_m[2] / 2, size_m[0])


def wall_frame(side: str) -> Array:
    """Columns: along the wall, up, outward; room frame."""
    angle = np.radians(SIDES[side])
    outward = np.array([np.cos(angle), 0.0, np.sin(angle)])
    return np.stack([np.cross(outward, [0, 1, 0]) * -1.0, [0, 1, 0], outward], axis=1)


@lru_cache(maxsize=2)
def build_room(room: Room) -> RoomModel:
    """The room's model; the last few are kept."""
    rng = np.random.default_rng(room.seed)
    size = np.array([room.size_cm[0], room.size_cm[2], room.size_cm[1]]) / 100.0
    wall, accent = surface_material(room.wall), surface_material(room.accent or room.wall)
    ceiling = paint(room.ceiling, 0.9)
    pieces, rectangles = [], []
    for side in SIDES:
        windows = [row for row in room.windows if row.side == side]
        openings = _openings(windows, *wall_span(side, size)[1:], size[1])
        rectangles += [(side, *opening) for opening in openings]
        pieces += _wall(side, size, openings, accent if side == "+x" else wall)
        if openings:
            pieces += window_dressing(
                wall_frame(side), wall_span(side, size)[0], size[1], openings, seed=[room.seed, len(rectangles)]
            )
        else:
            pieces += _hangings(side, size, rng)
    x, y, z = size / 2 * [1, 2, 1]
    pieces.append(quad([[-x, y, -z], [x, y, -z], [x, y, z], [-x, y, z]], ceiling))
    lamps, radiance = _lamps(room, size)
    glow = Material(None, (0.8, 0.8, 0.8), 0.9, emission=tuple(radiance.tolist()))
    for cx, cz, sx, sz in lamps:
        pieces.append(box([cx, y - 0.01, cz], [sx, 0.02, sz], glow))
        pieces.append(box([cx, y - 0.004, cz], [sx + 0.05, 0.012, sz + 0.05], FRAME))
    model = RoomModel(room, join(pieces), tuple(rectangles), lamps, radiance)
    placed = moved(model.mesh, model.rotation, model.centre_m)
    return RoomModel(room, placed, tuple(rectangles), lamps, radiance)


def _openings(rows: list[Windows], length: float, height: float) -> list[tuple[float, float, float, float]]:
    out: list[tuple[float, float, float, float]] = []
    for row in rows[:1]:
        count = max(1, min(row.count, int((length - 0.3) / 0.6)))
        pitch = (length - 0.3) / count
        width = min(row.width_cm / 100, pitch - 0.2)
        sill = min(row.sill_cm / 100, height - 0.5)
        head = min(sill + row.height_cm / 100, height - 0.1)
        for number in range(count):
            middle = (number + 0.5 - count / 2) * pitch
            out.append((middle - width / 2, middle + width / 2, sill, head))
    return out


def _wall(side: str, size: Array, openings: list[tuple[float, float, float, float]], material: Material) -> list[Mesh]:
    distance, length = wall_span(side, size)
    axes, height = wall_frame(side), size[1]

    def patch(left: float, right: float, low: float, high: float) -> Mesh:
        """A piece of wall that faces into the room."""
        corners = np.array(
            [[right, low, distance], [left, low, distance], [left, high, distance], [right, high, distance]]
        )
        uv = np.stack([-corners[:, 0], corners[:, 1]], -1)
        return quad(corners @ axes.T, material, uv)

    def bar(centre: tuple[float, float, float], extents: tuple[float, float, float]) -> Mesh:
        return box(axes @ np.asarray(centre), extents, FRAME, axes)

    pieces, at = [], -length / 2
    for left, right, sill, head in sorted(openings):
        pieces += [patch(at, left, 0, height), patch(left, right, 0, sill), patch(left, right, head, height)]
        at = right
        middle, wide, tall, deep = (left + right) / 2, right - left, head - sill, distance + 0.06
        for edge in (left, right, middle):
            pieces.append(bar((edge, (sill + head) / 2, deep), (0.05, tall, 0.10)))
        for level in (sill, head):
            pieces.append(bar((middle, level, deep), (wide + 0.05, 0.05, 0.14)))
        pieces.append(bar((middle, sill - 0.02, distance - 0.06), (wide + 0.14, 0.03, 0.16)))
    pieces.append(patch(at, length / 2, 0, height))
    pieces.append(_skirting(axes, distance, length))
    return pieces


def _skirting(axes: Array, distance: float, length: float) -> Mesh:
    """A board whose top edge is lit like its face: it is thinner than a pixel from across the room, and would sparkle."""
    high, thick, half = 0.09, 0.014, length / 2
    rows = [(0.0, thick), (high - 0.012, thick), (high, 0.0)]
    corners = np.array([[at, level, distance - out] for level, out in rows for at in (half, -half)])
    normal = np.tile(-axes[:, 2], (len(corners), 1))
    faces = [[0, 1, 3], [0, 3, 2], [2, 3, 5], [2, 5, 4]]
    uv = np.stack([corners[:, 0], corners[:, 1]], -1)
    return plain_mesh(corners @ axes.T, normal, uv, np.array(faces), material=FRAME)


def _hangings(side: str, size: Array, rng: np.random.Generator) -> list[Mesh]:
    """A door or a few pictures on a wall without windows."""
    distance, length = wall_span(side, size)
    axes, pieces = wall_frame(side), []
    if rng.random() < 0.5 and length > 2.5:
        at = float(rng.uniform(-0.4, 0.4)) * length
        leaf = paint(["#e4e1da", "#8a6a48", "#5b6670", "#cfcac0"][int(rng.integers(4))], 0.5)
        high = min(2.05, size[1] - 0.15)
        pieces.append(box(axes @ [at, high / 2, distance - 0.015], [0.88, high, 0.03], leaf, axes))
        for edge, extents in ((-0.47, (0.07, high, 0.05)), (0.47, (0.07, high, 0.05)), (0.0, (1.01, 0.07, 0.05))):
            level = high if edge == 0.0 else high / 2
            pieces.append(box(axes @ [at + edge, level, distance - 0.02], extents, FRAME, axes))
        pieces.append(box(axes @ [at + 0.36, 1.03, distance - 0.06], [0.12, 0.02, 0.05], STEEL, axes))
    elif rng.random() < 0.8:
        for number in range(int(rng.integers(1, 4))):
            wide, tall = rng.uniform(0.35, 1.0, 2)
            at = (number - 1) * min(1.4, length / 4) + float(rng.uniform(-0.2, 0.2))
            centre = np.array([at, 1.55, distance - 0.012])
            pieces += framed_picture(axes, centre, float(wide), float(tall), seed=int(rng.integers(2**31)))
    return pieces


def _lamps(room: Room, size: Array) -> tuple[tuple[tuple[float, float, float, float], ...], Array]:
    """Lamps on the ceiling and their radiance: together they give `lamp_lux` on the floor (lumen method, all light used)."""
    if room.lamps == "none" or room.lamp_lux == 0:
        return (), np.zeros(3)
    lamp = {"panels": (0.6, 0.6, 2.4), "tubes": (1.3, 0.16, 2.2), "spots": (0.11, 0.11, 1.5)}[room.lamps]
    nx, nz = max(1, round(size[0] / lamp[2])), max(1, round(size[2] / lamp[2]))
    lamps = tuple(
        ((i + 0.5 - nx / 2) * size[0] / nx, (j + 0.5 - nz / 2) * size[2] / nz, lamp[0], lamp[1])
        for i in range(nx)
        for j in range(nz)
    )
    flux_klm = room.lamp_lux / 1000 * size[0] * size[2]
    area = len(lamps) * lamp[0] * lamp[1]
    return lamps, flux_klm / (np.pi * area) * kelvin_rgb(room.lamp_kelvin)
