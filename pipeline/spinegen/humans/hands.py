"""Relaxed hands: fingers curled a little about their own joints, more towards the little finger."""

import numpy as np

from ..geometry import rigid
from .arrays import Floats
from .body_data import BodyData
from .shape import Vertices, joint

CURL_RAD = {
    1: (0.10, 0.18, 0.12),
    2: (0.22, 0.34, 0.22),
    3: (0.30, 0.40, 0.26),
    4: (0.36, 0.44, 0.28),
    5: (0.42, 0.46, 0.30),
}
"""Bend of the three joints of each finger, thumb first, in a fully relaxed hand."""


def curl_hands(data: BodyData, vertices_m: Vertices, amount: float) -> Vertices:
    """The body with its fingers bent by `amount`, 0 straight as modelled .. 1 relaxed."""
    out = vertices_m.copy()
    for side in "lr":
        wrist, first, last = (joint(data, vertices_m, f"{side}-{n}") for n in ("hand", "finger-2-1", "finger-5-1"))
        palm = np.cross(first - wrist, last - wrist)
        palm /= np.linalg.norm(palm)
        thumb = joint(data, vertices_m, f"{side}-finger-1-4")
        palm *= np.sign(np.dot(thumb - wrist, palm)) or 1.0
        for finger, bends in CURL_RAD.items():
            out += _bend(data, vertices_m, side, finger, palm, [amount * bend for bend in bends])
    return out


def _bend(data: BodyData, vertices_m: Vertices, side: str, finger: int, palm: Floats, bends: list[float]) -> Vertices:
    """Displacement `(V, 3)` of one finger."""
    joints = [joint(data, vertices_m, f"{side}-finger-{finger}-{k}") for k in (1, 2, 3, 4)]
    moved = np.zeros_like(vertices_m)
    chain = np.eye(4)
    for k, bend in enumerate(bends):
        along = joints[k + 1] - joints[k]
        axis = np.cross(along, palm)
        turn = rigid.axis_angle_matrix(axis / np.linalg.norm(axis), bend)
        chain = chain @ rigid.transform(turn, joints[k] - turn @ joints[k])
        weight = data.rig_weights[:, data.rig_bones.index(f"finger{finger}-{k + 1}.{side.upper()}")]
        own = np.flatnonzero(weight > 0)
        shift = rigid.apply(chain, vertices_m[own]) - vertices_m[own]
        moved[own] += (weight[own, None] * shift).astype(np.float32)
    return moved
