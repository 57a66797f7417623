"""Mirroring: tables hold the right side, the left one is its mirror image across the sagittal plane (z -> -z)."""

from ...geometry.types import Vector


def other_side(name: str) -> str:
    """`femur_r` -> `femur_l`, `right_ear` -> `left_ear`, `RASI` -> `LASI`; names without a side stay."""
    if name.endswith("_r"):
        return name[:-2] + "_l"
    if name.startswith("right_"):
        return "left_" + name[6:]
    return name


def mirrored_point(point: Vector) -> Vector:
    """A point or a translation axis."""
    x, y, z = point
    return x, y, -z


def mirrored_axis(axis: Vector) -> Vector:
    """A rotation axis, such that the same angle gives the mirrored posture."""
    x, y, z = axis
    return -x, -y, z
