"""BVH: a skeleton and its joint angles, turned into the world positions of its joint centres."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ClipError
from ..geometry.rigid import axis_angle_matrix
from .bvh_text import BvhJoint, BvhText, parse_bvh
from .raw import RawCapture, check_rate, read_text

_OPENING_S = 0.1
"""Converted libraries open with a T-pose that swings into the take within this time (cgspeed's CMU files: 8 frames at 120 Hz)."""
_REST_JUMP = 0.03
"""Mean step of all joints, in body sizes a frame, above which the opening cannot be a person's motion."""


def read_bvh(path: Path) -> RawCapture:
    """World positions of every joint and end site (`<joint>_end`), in the file's axes and unit.

    Raises:
        ClipError: not a BVH file, or damaged.
    """
    parsed = parse_bvh(path, read_text(path))
    if not (np.isfinite(parsed.frame_time_s) and parsed.frame_time_s > 0):
        raise ClipError(f"{path}: frame time is {parsed.frame_time_s:g} s; it must be positive")
    positions = joint_positions(parsed)
    notes: list[str] = []
    rate = check_rate(path, _round_rate(1.0 / parsed.frame_time_s))
    opening = rest_pose_frames(positions, rate)
    if opening:
        positions = positions[opening:]
        notes.append(f"the first {opening} frames swing from a rest pose into the motion and were left out")
    names = tuple(joint.name for joint in parsed.joints)
    return RawCapture(
        labels=names,
        positions=positions,
        rate_hz=rate,
        kind="joints",
        usual_up="+y",
        notes=tuple(notes),
        subjects=_roots(parsed.joints),
    )


def joint_positions(parsed: BvhText) -> NDArray[np.float64]:
    """Forward kinematics `(F, J, 3)`: rotations in channel order; position channels take the offset's place."""
    frames = len(parsed.values)
    rotations: list[NDArray[np.float64]] = []
    positions = np.empty((frames, len(parsed.joints), 3))
    with np.errstate(all="ignore"):
        for index, joint in enumerate(parsed.joints):
            rotation, offset = _local(joint, parsed.values)
            if joint.parent < 0:
                positions[:, index] = offset
                rotations.append(rotation)
                continue
            parent = rotations[joint.parent]
            positions[:, index] = positions[:, joint.parent] + np.einsum("fij,fj->fi", parent, offset)
            rotations.append(parent @ rotation if joint.channels else parent)
    return positions


def _local(joint: BvhJoint, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rotation `(F, 3, 3)` and offset `(F, 3)` of a joint in its parent."""
    rotation = np.broadcast_to(np.eye(3), (len(values), 3, 3))
    offset = np.tile(np.array(joint.offset), (len(values), 1))
    for number, (kind, axis) in enumerate(joint.channels):
        column = values[:, joint.first_channel + number]
        if kind == "position":
            offset[:, axis] = column
        else:
            rotation = rotation @ axis_angle_matrix(np.eye(3)[axis], np.radians(column))
    return rotation, offset


def rest_pose_frames(positions: NDArray[np.float64], rate_hz: float) -> int:
    """Frames at the start that belong to a rest pose apart from an otherwise calm motion; 0 for most files."""
    window, second = max(round(_OPENING_S * rate_hz), 2), max(round(rate_hz), 5)
    head = positions[: window + second + 1]
    if len(head) < 2 * window + 1 or not np.isfinite(head).all():
        return 0
    steps = np.linalg.norm(np.diff(head - head.mean(1, keepdims=True), axis=0), axis=-1).mean(-1)
    size = float(np.ptp(head[0], axis=0).max())
    usual = float(steps[window:].max())
    if steps[0] < _REST_JUMP * size or steps[0] < 5.0 * usual:
        return 0
    return int(np.flatnonzero(steps[:window] > usual)[-1]) + 1


def _round_rate(rate_hz: float) -> float:
    """Frame times are written with few digits: 0.0083333 s means 120 Hz."""
    nearest = round(rate_hz)
    return float(nearest) if nearest and abs(rate_hz - nearest) < 0.005 * rate_hz else rate_hz


def _roots(joints: tuple[BvhJoint, ...]) -> tuple[str, ...] | None:
    """The root of every joint where the file holds several skeletons."""
    roots: list[int] = []
    for index, joint in enumerate(joints):
        roots.append(index if joint.parent < 0 else roots[joint.parent])
    if len(set(roots)) < 2:
        return None
    return tuple(joints[root].name for root in roots)
