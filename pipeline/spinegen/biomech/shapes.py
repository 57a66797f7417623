"""Simple solids that make the model visible in the OpenSim GUI."""

import numpy as np

from .definition import Joint, Shape, Vector
from .spine import Spine

_BONE_RADIUS_M = {"femur": 0.014, "tibia": 0.012, "humerus": 0.011, "ulna": 0.007, "radius": 0.007, "clavicle": 0.006}


def build_shapes(spine: Spine, joints: tuple[Joint, ...]) -> dict[str, tuple[Shape, ...]]:
    """Shapes by body."""
    shapes = {v.name: _vertebra(spine, v.name) for v in spine.vertebrae.values() if v.name != "S1"}
    shapes["skull"] = (
        Shape("ellipsoid", (0.092, 0.078, 0.072), (0.004, 0.068, 0.0)),
        Shape("ellipsoid", (0.04, 0.05, 0.045), (0.058, -0.018, 0.0)),
    )
    return shapes


def _vertebra(spine: Spine, name: str) -> tuple[Shape, ...]:
    v = spine.vertebrae[name]
    body = Shape("cylinder", (float(np.sqrt(v.depth_m * v.width_m)) / 2.0, v.height_m / 2.0, 0.0), v.centroid_m)
    back = (v.centroid_m[0] - v.depth_m / 2.0, v.centroid_m[1], 0.0)
    return body, _rod(back, v.posterior_m, 0.004)


def _rod(start: Vector, end: Vector, radius_m: float) -> Shape:
    """A cylinder from one point to another."""
    a, b = np.asarray(start), np.asarray(end)
    along = (b - a) / np.linalg.norm(b - a)
    # Turn y onto `along` by a rotation about x, then about z (XYZ body-fixed with y = 0).
    about_z = float(np.arcsin(-along[0]))
    about_x = float(np.arctan2(along[2], along[1]))
    x, y, z = (float(m) for m in (a + b) / 2.0)
    return Shape("cylinder", (radius_m, float(np.linalg.norm(b - a)) / 2.0, 0.0), (x, y, z), (about_x, 0.0, about_z))
