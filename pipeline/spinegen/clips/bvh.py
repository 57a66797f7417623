"""BVH: a skeleton and its joint angles, turned into the world positions of its joint centres."""

from pathlib import Path

import numpy as np

from ..geometry.rigid import axis_angle_matrix
from ..geometry.types import Array, Flags
from .bvh_text import BvhJoint, BvhText, parse_bvh
from .intake import read_text
from .raw import RawCapture
from .timing import Moments

REST_DEG = 1e-3
"""Rotations smaller than this are those of the rig's rest pose."""


def read_bvh(path: Path) -> RawCapture:
    """World positions of every joint and end site (`<joint>_end`), in the file's axes and unit.

    Raises:
        ClipError: not a BVH file, or damaged.
    """
    parsed = parse_bvh(path, read_text(path))
    return RawCapture(
        labels=tuple(joint.name for joint in parsed.joints),
        positions=joint_positions(parsed),
        kind="joints",
        moments=Moments(step=parsed.frame_time, step_rounding=parsed.frame_time_rounding),
        usual_up="+y",
        notes=parsed.notes,
        subjects=_roots(parsed.joints),
        rest=rest_frames(parsed),
        hint=_collapsed(parsed),
    )


def joint_positions(parsed: BvhText) -> Array:
    """Forward kinematics `(F, J, 3)`: rotations in channel order; position channels take the offset's place."""
    frames = len(parsed.values)
    rotations: list[Array] = []
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


def _local(joint: BvhJoint, values: Array) -> tuple[Array, Array]:
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


def rest_frames(parsed: BvhText) -> Flags:
    """`(F,)`: frames in which no joint is turned."""
    turns = [
        joint.first_channel + number
        for joint in parsed.joints
        for number, (kind, _) in enumerate(joint.channels)
        if kind == "rotation"
    ]
    return np.logical_and.reduce(np.abs(parsed.values[:, turns]) < REST_DEG, axis=1)


def _collapsed(parsed: BvhText) -> str:
    """What explains a body without size: position channels of joints that put each on its parent."""
    placed = [
        joint for joint in parsed.joints if joint.parent >= 0 and any(kind == "position" for kind, _ in joint.channels)
    ]
    columns = [
        joint.first_channel + number
        for joint in placed
        for number, (kind, _) in enumerate(joint.channels)
        if kind == "position"
    ]
    if not columns or np.abs(parsed.values[:, columns]).max() > 0 or not any(any(joint.offset) for joint in placed):
        return ""
    return (
        f"; the position channels of {len(placed)} joints stand in place of their OFFSETs and are all 0: export them with "
        "rotations only, or with their offsets as positions"
    )


def _roots(joints: tuple[BvhJoint, ...]) -> tuple[str, ...] | None:
    """The root of every joint where the file holds several skeletons."""
    roots: list[int] = []
    for index, joint in enumerate(joints):
        roots.append(index if joint.parent < 0 else roots[joint.parent])
    if len(set(roots)) < 2:
        return None
    return tuple(joints[root].name for root in roots)
