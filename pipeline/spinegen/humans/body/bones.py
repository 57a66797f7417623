"""The bones of a drawn person: the bodies of the skeleton model."""

from ...skeleton import VERTEBRAE

SPINE: tuple[str, ...] = ("pelvis", *VERTEBRAE[1:], "skull")
"""The chain that bends the trunk, caudal to cranial."""
_SIDED = ("clavicle", "scapula", "humerus", "ulna", "radius", "hand", "femur", "tibia", "talus", "calcn", "toes")
BONES: tuple[str, ...] = (*SPINE, *(f"{name}_{side}" for side in "rl" for name in _SIDED))
INDEX: dict[str, int] = {name: i for i, name in enumerate(BONES)}
