"""Names in the body files' rig."""

from .body_data import BodyData

SIDES = (("r", "r", "right"), ("l", "l", "left"))
"""Letter of a side in the skeleton's names and in the files', and its word in keypoints."""


def columns(data: BodyData, prefixes: tuple[str, ...]) -> list[int]:
    """Columns of the rig weights whose bones start so."""
    return [i for i, bone in enumerate(data.rig_bones) if bone.startswith(prefixes)]
