"""Where the pelvis is in each frame, from its markers alone, in the model's own angles."""

import warnings
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy.spatial.transform import Rotation

from ...errors import ModelError
from ...geometry.types import Array
from ..model.spine_model import SpineModel

TRUNK = ("pelvis", "thorax", "clavicle_r", "clavicle_l", "scapula_r", "scapula_l", "femur_r", "femur_l")


@dataclass(frozen=True)
class PelvisAngles:
    """The order and the sense of the three angles that turn the pelvis in the ground."""

    columns: tuple[int, int, int]
    """Columns of q, in the order in which the turns are made (body-fixed)."""
    axes: str
    """Intrinsic sequence such as `ZXY`."""
    signs: tuple[float, float, float]
    translations: tuple[int, int, int]
    """Columns of q for x, y and z."""

    def from_matrix(self, rotation: Array) -> Array:
        """Angles `(F, 3)` in the order of `columns` of rotation matrices `(F, 3, 3)`; the middle one lies in +-90 deg."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # gimbal lock: any of the equal solutions will do
            return Rotation.from_matrix(rotation).as_euler(self.axes) * self.signs

    def unwrap(self, q: Array, start: int = 0) -> Array:
        """The same poses with angles that change as little as possible from frame to frame."""
        q = q.copy()
        columns = list(self.columns)
        signs = np.asarray(self.signs)
        previous = q[start, columns] * signs
        for frame in range(start, len(q)):
            here = q[frame, columns] * signs
            other = np.array([here[0] + np.pi, np.pi - here[1], here[2] + np.pi])
            near = [a + 2 * np.pi * np.round((previous - a) / (2 * np.pi)) for a in (here, other)]
            previous = min(near, key=lambda angles: float(np.abs(angles - previous).sum()))
            q[frame, columns] = previous * signs
        return q


def pelvis_angles(model: SpineModel) -> PelvisAngles:
    """Found by turning the model, so that it holds for any model.

    Raises:
        ModelError: the pelvis does not hang from the ground by three turns about body axes and three translations.
    """
    columns = [i for i, c in enumerate(model.coordinates) if c.region == "pelvis" and c.kind == "rotation"]
    shifts = [i for i, c in enumerate(model.coordinates) if c.region == "pelvis" and c.kind == "translation"]
    if len(columns) != 3 or len(shifts) != 3:
        raise ModelError("model: the pelvis must have three rotations and three translations in the ground")
    pelvis = model.bodies.index("pelvis")
    q = np.repeat(model.default_q[None], 8, axis=0)
    q[:, columns] = 0.0
    for row, column in enumerate(columns):
        q[row, column] = 0.3
    for row, column in enumerate(shifts, start=3):
        q[row, column] += 1.0
    q[6, columns] = (0.3, -0.5, 0.7)
    poses = model.forward(q)
    rotation, position = poses.rotation_ground_body[:, pelvis], poses.position_ground_m[:, pelvis]
    neutral = rotation[7]
    if not np.allclose(neutral, np.eye(3), atol=1e-6):
        raise ModelError("model: the pelvis axes must be those of the ground when its angles are 0")
    letters, signs = [], []
    for row in range(3):
        turn = rotation[row]
        axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / (2 * np.sin(0.3))
        main = int(np.argmax(np.abs(axis)))
        if abs(axis[main]) < 0.999:
            raise ModelError("model: the pelvis must turn about the ground's axes, one a coordinate")
        letters.append("XYZ"[main])
        signs.append(float(np.sign(axis[main])))
    moves = [int(np.argmax(np.abs(position[row] - position[7]))) for row in range(3, 6)]
    translations = tuple(shifts[moves.index(axis)] for axis in range(3))
    for order in permutations(range(3)):
        found = PelvisAngles(
            (columns[order[0]], columns[order[1]], columns[order[2]]),
            "".join(letters[i] for i in order),
            (signs[order[0]], signs[order[1]], signs[order[2]]),
            (translations[0], translations[1], translations[2]),
        )
        if np.allclose(found.from_matrix(rotation[6:7])[0], q[6, list(found.columns)], atol=1e-6):
            return found
    raise ModelError("model: the order of the pelvis turns was not understood")


def place_pelvis(model: SpineModel, angles: PelvisAngles, stations: tuple[str, ...], observed_m: Array) -> Array:
    """Poses `(F, Q)`: everything at the default, the pelvis where its markers are (those of the trunk help a little).

    Frames without enough markers take the pose of the nearest frame that has them.
    """
    q = np.repeat(model.default_q[None], len(observed_m), axis=0)
    columns = [*angles.columns, *angles.translations]
    q[:, columns] = 0.0
    points = model.station_positions(model.forward(q[:1]), stations)[0]
    bodies = [model.stations[name].body for name in stations]
    weight = np.array(
        [1.0 if b == "pelvis" else 0.03 if b in TRUNK or (b[0] in "LT" and b[1:].isdigit()) else 0.0 for b in bodies]
    )
    seen = np.isfinite(observed_m[..., 0]) * weight
    target = np.nan_to_num(observed_m)
    total = np.maximum(seen.sum(1), 1e-9)[:, None]
    centre_model = seen @ points / total
    centre_seen = np.einsum("fm,fmi->fi", seen, target) / total
    covariance = np.einsum(
        "fm,fmi,fmj->fij", seen, points - centre_model[:, None], target - centre_seen[:, None], optimize=True
    )
    u, spread, vt = np.linalg.svd(covariance)
    sign = np.linalg.det(np.swapaxes(vt, 1, 2) @ np.swapaxes(u, 1, 2))
    vt[:, 2] *= sign[:, None]
    rotation = np.swapaxes(vt, 1, 2) @ np.swapaxes(u, 1, 2)
    q[:, list(angles.columns)] = angles.from_matrix(rotation)
    q[:, list(angles.translations)] = centre_seen - np.einsum("fij,fj->fi", rotation, centre_model)
    good = ((seen > 0).sum(1) >= 3) & (spread[:, 1] > 1e-7)
    if not good.any():
        good[:] = True
    nearest = np.flatnonzero(good)[np.argmin(np.abs(np.arange(len(q))[:, None] - np.flatnonzero(good)), axis=1)]
    return q[nearest]
