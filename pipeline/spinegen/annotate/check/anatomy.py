"""Rules of the body: left is left, bones keep their length."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ...skeleton import COUNT, INDEX, NAMES
from .tables import Rules

LENGTH_TOLERANCE_M = 0.004
"""A rigid pair may change by this much. The shank needs most of it: it rolls and glides on the condyles, so that the knee's centre in
the femur keeps its distance to the ankle within 0.5 % (`opensim_models/keypoints.csv`), some 2 mm."""
SIDE_MARGIN_M = 0.005
"""Sides are only judged where left and right lie further apart than this along the body's own axis."""

RIGID_PAIRS: tuple[tuple[int, int], ...] = tuple(
    (INDEX[a], INDEX[b])
    for a, b in (
        *((f"{side}_{a}", f"{side}_{b}")
          for side in ("left", "right")
          for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))),
        ("left_hip", "right_hip"), ("left_eye", "right_eye"), ("left_ear", "right_ear"), ("nose", "head"),
    )
)  # fmt: skip
"""Keypoints of one bone, or of two neighbours on the axis between them."""


class BoneLengths:
    """Shortest and longest of each rigid pair, person by person; memory grows with people, not with frames."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Array, Array]] = {}
        self._pairs: NDArray[np.int64] = np.array(RIGID_PAIRS)

    def see(self, person: str, keypoints_m: Array) -> None:
        """Note one posture; `keypoints_m` `(37, 3)` in any rigid frame, metres."""
        lengths = np.linalg.norm(keypoints_m[self._pairs[:, 0]] - keypoints_m[self._pairs[:, 1]], axis=1)
        low, high = self._seen.get(person, (lengths, lengths))
        self._seen[person] = (np.minimum(low, lengths), np.maximum(high, lengths))

    def judge(self, rules: Rules) -> None:
        """Record every person in `bone lengths constant`."""
        rule = rules.measured("bone lengths constant per person", "of the allowed")
        for person, (low, high) in sorted(self._seen.items()):
            spread = (high - low) / LENGTH_TOLERANCE_M
            worst = int(spread.argmax())
            a, b = (NAMES[i] for i in self._pairs[worst])
            fault = f"person {person}: {a} to {b} is {low[worst]:.3f} m in one frame and {high[worst]:.3f} m in another"
            rule.measure(float(spread[worst]), 1.0, fault)
        if not self._seen:
            rules.skip(rule.name, "no 3D keypoints")


def side_faults(keypoints_m: Array) -> list[str]:
    """Which pairs lie on the wrong side of the body, from 3D alone.

    Right is forward x up (x forward, y up, z right). The trunk's forward points from the vertebrae to the clavicles and hips,
    the head's from the ears to the nose; up follows the spine.

    Args:
        keypoints_m: `(37, 3)` in a right-handed frame (ground or camera), metres.
    """
    at = dict(zip(NAMES, keypoints_m, strict=True))
    middle = {name: (at[f"left_{name}"] + at[f"right_{name}"]) / 2 for name in ("hip", "clavicle", "ear", "shoulder")}
    frames = {
        "hip": (middle["hip"] - at["hip"], at["spine_01"] - at["hip"]),
        "shoulder": (middle["clavicle"] - at["spine_05"], at["neck"] - at["spine_04"]),
        "clavicle": (middle["clavicle"] - at["spine_05"], at["neck"] - at["spine_04"]),
        "eye": (at["nose"] - middle["ear"], at["head"] - at["neck_03"]),
        "ear": (at["nose"] - middle["ear"], at["head"] - at["neck_03"]),
    }
    wrong = []
    for name, (forward, up) in frames.items():
        right = np.cross(forward, up)
        length = float(np.linalg.norm(right))
        if length < 1e-6:
            continue
        across = float((at[f"right_{name}"] - at[f"left_{name}"]) @ right / length)
        if across < -SIDE_MARGIN_M:
            wrong.append(f"left_{name} lies {-1000 * across:.0f} mm to the right of right_{name}")
    return wrong


def facing_side(keypoints_xyv: Array) -> bool | None:
    """Whether left is left in a face that looks at the camera, from pixels alone; `None` where that cannot be told.

    Args:
        keypoints_xyv: `(37, 3)` x, y, v.
    """
    names = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "neck")
    ids = [INDEX[name] for name in names]
    if (keypoints_xyv[ids, 2] < 2).any() or len(keypoints_xyv) != COUNT:
        return None
    nose, left, right, _, _, neck = keypoints_xyv[ids, :2]
    up = (left + right) / 2 - neck
    across = left - right
    # With y downwards, the left eye of a face towards us lies clockwise of "up": to the right in an upright picture.
    turn = up[0] * across[1] - up[1] * across[0]
    scale = np.linalg.norm(up) * np.linalg.norm(across)
    nose_height = (nose - (left + right) / 2) @ up
    if scale < 4 or abs(turn) < 0.5 * scale or nose_height > 0:
        return None
    return bool(turn > 0)
