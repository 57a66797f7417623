"""Poses a person by hand: rotations at joints, for tests that know no skeleton model."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from spinegen.geometry import rigid
from spinegen.humans.body import bones
from spinegen.humans.person import Person

Degrees = tuple[float, float, float]
PARENT: dict[str, str] = dict(zip(bones.SPINE[1:], bones.SPINE[:-1], strict=True))
for _side in "rl":
    _arm = ("T3", "clavicle", "scapula", "humerus", "ulna", "radius", "hand")
    _leg = ("pelvis", "femur", "tibia", "talus", "calcn", "toes")
    for _chain in (_arm, _leg):
        for _above, _below in pairwise(_chain):
            PARENT[f"{_below}_{_side}"] = _above if _above in bones.SPINE else f"{_above}_{_side}"

LUMBAR = tuple(f"L{i}" for i in range(1, 6))
THORACIC = tuple(f"T{i}" for i in range(1, 13))


def posed(person: Person, turns_deg: Mapping[str, Degrees]) -> np.ndarray:
    """Bone transforms `(B, 4, 4)` with rotation vectors, ground axes in the rest pose, at the named joints."""
    rest = dict(zip(person.bones, person.rest_positions_ground_m, strict=True))
    done: dict[str, np.ndarray] = {}

    def place(bone: str) -> np.ndarray:
        if bone not in done:
            turn = rigid.rotation_vector_matrix(np.radians(turns_deg.get(bone, (0.0, 0.0, 0.0))))
            if bone == "pelvis":
                done[bone] = rigid.transform(turn, rest[bone])
            else:
                offset = rest[bone] - rest[PARENT[bone]]
                done[bone] = place(PARENT[bone]) @ rigid.transform(turn, offset)
        return done[bone]

    return np.stack([place(bone) for bone in person.bones])


def spread(names: tuple[str, ...], turn_deg: Degrees) -> dict[str, Degrees]:
    """A rotation shared evenly among joints."""
    x, y, z = (angle / len(names) for angle in turn_deg)
    return dict.fromkeys(names, (x, y, z))


def both(bone: str, turn_deg: Degrees) -> dict[str, Degrees]:
    """A rotation on the right and its mirror image on the left."""
    x, y, z = turn_deg
    return {f"{bone}_r": (x, y, z), f"{bone}_l": (-x, -y, z)}


FORWARD_FOLD = {
    "pelvis": (0.0, 0.0, -70.0), **both("femur", (0.0, 0.0, 70.0)), **spread(LUMBAR, (0.0, 0.0, -50.0)),
    **spread(THORACIC, (0.0, 0.0, -30.0)), **both("humerus", (0.0, 0.0, 100.0)),
}  # fmt: skip
CHILDS_POSE = {
    "pelvis": (0.0, 0.0, -60.0), **both("femur", (0.0, 0.0, 125.0)), **both("tibia", (0.0, 0.0, -145.0)),
    **spread(LUMBAR, (0.0, 0.0, -45.0)), **both("humerus", (0.0, 0.0, 130.0)),
}  # fmt: skip
ARMS_OVERHEAD = {
    **both("clavicle", (-25.0, 0.0, 0.0)), **both("scapula", (-30.0, 0.0, 0.0)), **both("humerus", (-75.0, 0.0, 0.0))
}  # fmt: skip
DEEP_SQUAT = {
    "pelvis": (0.0, 0.0, -25.0), **both("femur", (0.0, 0.0, 115.0)), **both("tibia", (0.0, 0.0, -130.0)),
    **both("talus", (0.0, 0.0, 30.0)), **spread(LUMBAR, (0.0, 0.0, -25.0)),
}  # fmt: skip
SITTING = {**both("femur", (0.0, 0.0, 88.0)), **both("tibia", (0.0, 0.0, -88.0)), **both("humerus", (40.0, 0.0, 20.0))}
POSES = {"fold": FORWARD_FOLD, "child": CHILDS_POSE, "overhead": ARMS_OVERHEAD, "squat": DEEP_SQUAT}
