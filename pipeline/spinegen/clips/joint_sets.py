"""Joint orders of the published 3D keypoint layouts, for files that hold an array without names."""

from .. import skeleton

COCO_17: tuple[str, ...] = skeleton.NAMES[:17]
HALPE_26: tuple[str, ...] = skeleton.NAMES[:26]
SPINETRACK_37: tuple[str, ...] = skeleton.NAMES

H36M_17: tuple[str, ...] = (
    *("pelvis", "right_hip", "right_knee", "right_foot", "left_hip", "left_knee", "left_foot"),
    *("spine", "thorax", "nose", "head"),
    *("left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist"),
)
"""The 17 of 32 Human3.6M joints that lifting networks use (Martinez et al. 2017)."""

SMPL_24: tuple[str, ...] = (
    *("pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle"),
    *("spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    *("left_hand", "right_hand"),
)
"""Joints of SMPL (Loper et al. 2015) in the order of its kinematic tree."""

JOINT_SETS: dict[str, tuple[str, ...]] = {
    "coco17": COCO_17,
    "h36m17": H36M_17,
    "smpl24": SMPL_24,
    "halpe26": HALPE_26,
    "spinetrack37": SPINETRACK_37,
}
"""Names of the shipped joint sets; the marker sets of the same names give their stations."""
