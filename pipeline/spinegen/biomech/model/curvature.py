"""Lordosis and kyphosis of a posture, from the frames of the vertebrae."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Array
from ...skeleton import VERTEBRAE
from .spine_model import BodyPoses, SpineModel


@dataclass(frozen=True, eq=False)
class Curvature:
    """Cobb-like angles in the sagittal plane of the pelvis, degrees `(F,)`, positive in the usual sense of each curve."""

    lumbar_lordosis_deg: Array
    """L1 against the sacral endplate."""
    thoracic_kyphosis_deg: Array
    """T1 against T12."""
    cervical_lordosis_deg: Array
    """C2 against C7."""


def curvature(model: SpineModel, poses: BodyPoses) -> Curvature:
    """Angles between the mid-planes of vertebral bodies (for S1: its endplate), as seen from the side of the lower one."""
    rotation, _ = model.vertebra_frames(poses)
    return Curvature(
        between_deg(rotation, "S1", "L1"),
        -between_deg(rotation, "T12", "T1"),
        between_deg(rotation, "C7", "C2"),
    )


def between_deg(rotation: Array, below: str, above: str) -> Array:
    """Extension `(F,)` of one vertebra against another in the sagittal plane of the lower one; rotations `(F, 25, 3, 3)`."""
    lower, upper = (rotation[:, VERTEBRAE.index(name)] for name in (below, above))
    up = np.einsum("fji,fj->fi", lower, upper[:, :, 1])
    return np.degrees(np.arctan2(-up[:, 0], up[:, 1]))
