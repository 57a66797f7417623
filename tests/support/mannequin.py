"""A skeleton with a mannequin's bone names and the proportions of a person of 180 cm, facing +Y in Unreal's axes."""

import numpy as np

from spinegen.geometry import rigid
from spinegen.geometry.axes import unreal_to_ground

# Right is -X, forward +Y, up +Z, centimetres.
MIDLINE = {
    "root": (0, 0, 0),
    "pelvis": (0, 1.5, 96),
    "spine_01": (0, 1.0, 99),
    "spine_02": (0, 1.8, 106),
    "spine_03": (0, 1.6, 114),
    "spine_04": (0, 0.2, 122),
    "spine_05": (0, -2.5, 139),
    "neck_01": (0, -2.0, 151),
    "neck_02": (0, 0.5, 157),
    "head": (0, 2.2, 164),
}
RIGHT = {
    "clavicle": (-2, 4.5, 145),
    "upperarm": (-17, -1.5, 145),
    "lowerarm": (-36, -1.5, 126),
    "hand": (-53, 6, 108),
    "thigh": (-9, 1, 93),
    "calf": (-12, 1, 50),
    "foot": (-14, -2.5, 9),
    "ball": (-15, 11, 2.5),
}


def rest_pose(scale: float = 1.0, seed: int = 0) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and world transforms `(B, 4, 4)` in ground metres; every bone has axes of its own."""
    at = {name: np.array(p, dtype=float) for name, p in MIDLINE.items()}
    for bone, (x, y, z) in RIGHT.items():
        at[f"{bone}_r"], at[f"{bone}_l"] = np.array([x, y, z], dtype=float), np.array([-x, y, z], dtype=float)
    quaternions = np.random.default_rng(seed).normal(size=(len(at), 4))
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    positions = unreal_to_ground(scale * np.stack(list(at.values())))
    return tuple(at), rigid.transform(rigid.quaternion_matrix(quaternions), positions)
