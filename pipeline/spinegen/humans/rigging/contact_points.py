"""What of a body rests on the floor when it kneels, lies or leans on its hands: the model's landmarks over this body's own skin."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ...geometry.types import Floats
from ..body.body_data import load_body_data
from ..body.rig import SIDES
from ..body.shape import Vertices, joint

Point = Floats
PALM_BONES = ("wrist", "metacarpal", "finger")
PALM_RADIUS_M = 0.012
"""Skin this near to the normal through a knuckle lies under it."""
KNUCKLE_OVER_PALM_M, TIP_OVER_PALM_M = 0.038, 0.018
"""Height of the landmarks on knuckles and fingertips over the floor under a flat hand, as in `biomech.model.contacts`."""
_FEW = 3
"""Vertices nearest to a line that tell where it leaves the skin."""
SHIN_SHARE, THIGH_SHARE = 0.13, 0.48
"""Tibial tuberosity from knee to ankle; middle of the thigh's front from hip to knee."""
SPINE_OF_HIPS = 1.42
"""Half the breadth of the iliac spines over that of the hip centres, as on the model."""
FOREHEAD_SHARE = 0.4
"""Height of the middle of the forehead from the eyes to the top of the head."""
TOE_REACH_M = 0.025
"""How far from its tip the big toe may touch the floor with its back."""
OVER_SKIN_M = 0.01
OVER_HIP_M = 0.02
"""Height of a landmark over the floor under the skin that it marks, as in `biomech.model.contacts`."""


def contact_landmarks(vertices_m: Vertices, points: Mapping[str, Point]) -> dict[str, Point]:
    """Landmarks of `biomech.model.contacts` on one body: where they stand over its skin as the model's stand over the floor.

    Args:
        vertices_m: `(V, 3)` base mesh at rest.
        points: joint centres and surface keypoints of the body, by landmark name.
    """
    data = load_body_data()
    body = data.vertices_of("body")
    skin = vertices_m[body].astype(np.float64)
    arms = data.hold_of(("shoulder", "upperarm", "lowerarm", *PALM_BONES))[body] > 0.3
    out = _palms(vertices_m)

    def front(at: Point, over_m: float) -> Point:
        ahead = skin[(skin[:, 0] > at[0]) & ~arms]
        nearest = np.argsort(np.linalg.norm(ahead[:, 1:] - at[1:], axis=1))[:_FEW]
        return np.array([ahead[nearest, 0].mean() + over_m, at[1], at[2]])

    for side, _, word in SIDES:
        hip, knee, ankle = (points[f"joint/{n}_{side}"] for n in ("femur", "tibia", "talus"))
        letter = side.upper()
        out[f"landmark/{letter}TTB"] = front(knee + SHIN_SHARE * (ankle - knee), OVER_SKIN_M)
        out[f"landmark/{letter}THF"] = front(hip + THIGH_SHARE * (knee - hip), OVER_SKIN_M)
        out[f"landmark/{letter}ASI"] = front(hip * np.array([1.0, 1.0, SPINE_OF_HIPS]), OVER_HIP_M)
        toe = skin[data.hold_of((f"toe1-2.{letter}", f"toe1-1.{letter}"))[body] > 0.5]
        tip = toe[toe[:, 0] > points[f"keypoint/{word}_big_toe"][0] - TOE_REACH_M]
        out[f"landmark/{letter}TOE"] = tip[tip[:, 1].argmax()] + np.array([0.0, OVER_SKIN_M, 0.0])
    eyes = 0.5 * (points["keypoint/right_eye"] + points["keypoint/left_eye"])
    forehead = eyes + np.array([0.0, FOREHEAD_SHARE * (points["keypoint/head"][1] - eyes[1]), 0.0])
    out["landmark/FORE"] = front(forehead, OVER_SKIN_M)
    return out


def _palms(vertices_m: Vertices) -> dict[str, Point]:
    """Heads of the second and fifth metacarpal and tip of the middle finger over the skin of the palm; fingers count as straight."""
    data = load_body_data()
    body = data.vertices_of("body")
    out: dict[str, Point] = {}
    for side, cube, _ in SIDES:
        hand = body[data.hold_of(PALM_BONES)[body] > 0.5]
        points = vertices_m[hand].astype(np.float64)
        at = lambda name, c=cube: joint(data, vertices_m, f"{c}-{name}").astype(np.float64)  # noqa: E731
        wrist, second, fifth = at("hand"), at("finger-2-1"), at("finger-5-1")
        back = np.cross(fifth - wrist, second - wrist) * (1.0 if side == "r" else -1.0)
        back /= np.linalg.norm(back)
        palm = []
        for digit, knuckle in ((2, second), (5, fifth)):
            way = points - knuckle
            height = way @ back
            near = np.linalg.norm(way - height[:, None] * back, axis=1) < PALM_RADIUS_M
            palm.append(knuckle + height[near].min() * back)
            out[f"landmark/{side.upper()}MC{digit}"] = palm[-1] + KNUCKLE_OVER_PALM_M * back
        middle = [at(f"finger-3-{k}") for k in (1, 2, 3, 4)]
        length = sum(float(np.linalg.norm(b - a)) for a, b in pairwise(middle))
        forward = middle[0] - wrist
        forward -= (forward @ back) * back
        tip = middle[0] + length * forward / np.linalg.norm(forward)
        level = (0.5 * (palm[0] + palm[1]) - tip) @ back
        out[f"landmark/{side.upper()}FTP"] = tip + (level + TIP_OVER_PALM_M) * back
    return out
