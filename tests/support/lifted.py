"""People in 3D for tests of lifting: the model in postures of its own, and cameras before it."""

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.lifting.lens import Lens
from spinegen.lifting.norms import STATURE_M
from spinegen.lifting.points import joined
from spinegen.lifting.sequences import Sequences
from spinegen.skeleton import NAMES

SIZE = (640, 480)
LENS = Lens(*SIZE, fov_deg=60.0)


def bowing(frames: int, deepest_deg: float = 60.0) -> np.ndarray:
    """Points `(T, 53, 3)`, ground axes, of somebody of 1.70 m who stands and bows slowly from the waist."""
    model = load_model("unisex")
    q = np.repeat(model.default_q[None], frames, axis=0)
    share = 0.5 - 0.5 * np.cos(np.linspace(0.0, 2.0 * np.pi, frames))
    q[:, model.coordinate_index["lumbar_flexion"]] += share * np.radians(deepest_deg) * 0.5
    q[:, model.coordinate_index["pelvis_tilt"]] -= share * np.radians(deepest_deg) * 0.5
    for side in "rl":
        q[:, model.coordinate_index[f"hip_flexion_{side}"]] += share * np.radians(deepest_deg) * 0.5
        q[:, model.coordinate_index[f"elbow_flexion_{side}"]] += 0.4
    poses = model.forward(q)
    keypoints = model.station_positions(poses, [f"keypoint/{name}" for name in NAMES])
    return joined(keypoints, model.vertebra_frames(poses)[1]) * (STATURE_M / model.stature_m)


def seen_from(points_ground_m: np.ndarray, azimuth_deg: float, distance_m: float = 4.0) -> np.ndarray:
    """The same points before a level camera at 1.2 m, camera axes: x right, y down, z forward."""
    azimuth = np.radians(azimuth_deg)
    forward = -np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])
    right = np.cross(forward, [0.0, 1.0, 0.0])
    rotation = np.stack([right, [0.0, -1.0, 0.0], forward])
    at = -distance_m * forward + np.array([0.0, 1.2, 0.0])
    return (points_ground_m - at) @ rotation.T


def few_sequences() -> Sequences:
    """Two short sequences, single precision."""
    first, second = (bowing(30, deg).astype(np.float32) for deg in (30.0, 70.0))
    return Sequences(np.concatenate([first, second]), np.array([0, 30, 60]))
