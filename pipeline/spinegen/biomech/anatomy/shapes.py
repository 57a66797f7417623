"""Simple solids that make the model visible in the OpenSim GUI: bones as rods and ellipsoids, ribs as bent rods."""

from itertools import pairwise

import numpy as np

from ...errors import ModelError
from ...geometry.types import Vector
from ...model_tables import Row, number, rows, triple
from ..model.definition import Shape
from ..model.sides import mirrored_point, other_side
from .spine import MM, Spine

_RIB_RADIUS_M = 0.0035
_TRANSVERSE_RADIUS_M = 0.003
_CARTILAGE: Vector = (0.72, 0.80, 0.84)


def build_shapes(
    spine: Spine, neutral: dict[str, tuple[float, Vector]], thorax_m: Vector
) -> dict[str, tuple[Shape, ...]]:
    """Shapes by body.

    Args:
        neutral: tilt about z and origin of every vertebra in the pelvis frame.
        thorax_m: origin of the rib cage in the pelvis frame.
    """
    shapes: dict[str, list[Shape]] = {
        v.name: _vertebra(spine, v.name) for v in spine.vertebrae.values() if v.name != "S1"
    }
    for row in rows("bones"):
        body = row["body"]
        paired = body.endswith("_r")
        target = "pelvis" if body == "pelvis_r" else body
        shapes.setdefault(target, []).append(_bone(row, mirrored=False))
        if paired:
            shapes.setdefault("pelvis" if body == "pelvis_r" else other_side(body), []).append(
                _bone(row, mirrored=True)
            )
    shapes["thorax"] += _ribs(spine, neutral, thorax_m)
    return {body: tuple(found) for body, found in shapes.items()}


def rod(start: Vector, end: Vector, radius_m: float, color: Vector | None = None) -> Shape:
    """A cylinder from one point to another."""
    a, b = np.asarray(start), np.asarray(end)
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length
    # y is turned onto `along` by XYZ body-fixed angles with the middle one zero.
    about_z, about_x = float(np.arcsin(np.clip(-along[0], -1.0, 1.0))), float(np.arctan2(along[2], along[1]))
    x, y, z = (float(m) for m in (a + b) / 2.0)
    shape = Shape("cylinder", (radius_m, length / 2.0, 0.0), (x, y, z), (about_x, 0.0, about_z))
    return shape if color is None else Shape(shape.kind, shape.size_m, shape.location_m, shape.orientation_rad, color)


def _bone(row: Row, mirrored: bool) -> Shape:
    """A rod from the first point to the second, or an ellipsoid at the first, turned by XYZ body-fixed degrees."""
    first, second = triple(row, MM, ("x1_mm", "y1_mm", "z1_mm")), triple(row, 1.0, ("x2", "y2", "z2"))
    if row["kind"] == "rod":
        x, y, z = second
        end = (x * MM, y * MM, z * MM)
        points = (mirrored_point(first), mirrored_point(end)) if mirrored else (first, end)
        return rod(*points, number(row, "size1_mm", MM))
    if row["kind"] != "ellipsoid":
        raise ModelError(f"bones.csv: kind must be rod or ellipsoid, found {row['kind']!r}")
    x, y, z = (float(a) for a in np.radians(second))
    turn = (-x, -y, z) if mirrored else (x, y, z)
    size = triple(row, MM, ("size1_mm", "size2_mm", "size3_mm"))
    return Shape("ellipsoid", size, mirrored_point(first) if mirrored else first, turn)


def _vertebra(spine: Spine, name: str) -> list[Shape]:
    v = spine.vertebrae[name]
    body = Shape("cylinder", (float(np.sqrt(v.depth_m * v.width_m)) / 2.0, v.height_m / 2.0, 0.0), v.centroid_m)
    if name == "C1":
        body = Shape("ellipsoid", (v.depth_m / 2.0, v.height_m / 2.0, v.width_m / 2.0), v.centroid_m)
    back = (v.centroid_m[0] - v.depth_m / 2.0, v.centroid_m[1], 0.0)
    reach = 0.032 if name[0] == "T" else 0.038 if name[0] == "L" else 0.026
    lamina = (back[0] - 0.016, back[1], 0.0)
    tips = [(lamina[0] - 0.004, lamina[1], side * reach) for side in (1.0, -1.0)]
    return [body, rod(back, v.posterior_m, 0.0045), *(rod(lamina, tip, _TRANSVERSE_RADIUS_M) for tip in tips)]


def _ribs(spine: Spine, neutral: dict[str, tuple[float, Vector]], thorax_m: Vector) -> list[Shape]:
    """Twelve pairs in the frame of the rib cage: round the side, down and forward to the sternum or to the costal arch."""
    shapes = []
    for i in range(1, 13):
        tilt, origin = neutral[f"T{i}"]
        middle = spine.vertebrae[f"T{i}"].centroid_m[1]
        x = float(origin[0] - np.sin(tilt) * middle - thorax_m[0])
        y = float(origin[1] + np.cos(tilt) * middle - thorax_m[1])
        width = float(np.interp(i, [1, 2, 4, 8, 10, 12], [0.055, 0.085, 0.115, 0.138, 0.135, 0.10]))
        drop = float(np.interp(i, [1, 4, 8, 10, 12], [0.03, 0.07, 0.10, 0.09, 0.06]))
        front = (0.008 + 0.0053 * min(i, 7), -0.004 - 0.0205 * (min(i, 7) - 1), 0.014)
        front = front if i <= 7 else (0.036 - 0.012 * (i - 7), -0.14 - 0.032 * (i - 7), 0.03 + 0.022 * (i - 7))
        ends = 5 if i <= 10 else 3
        depth = front[0] - x
        bow = [
            (x - 0.012, y, 0.022),
            (x - 0.02, y - 0.12 * drop, 0.55 * width),
            (x + 0.32 * depth, y - 0.5 * drop, width),
            (x + 0.78 * depth, y - drop, 0.72 * width),
            front,
        ][:ends]
        for sign in (1.0, -1.0):
            points = [(p[0], p[1], p[2] * sign) for p in bow]
            for k, (a, b) in enumerate(pairwise(points)):
                shapes.append(rod(a, b, _RIB_RADIUS_M, _CARTILAGE if k == 3 else None))
    return shapes
