"""Who performs: the model scaled to a body whose proportions differ from it."""

import numpy as np
from pydantic import Field

from ..biomech.anatomy.assemble import load_model
from ..biomech.model.spine_model import SpineModel
from ..config import Settings

LENGTH_GROUPS: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis",),
    "trunk": ("lumbar", "thoracic"),
    "neck": ("cervical", "head"),
    "shoulders": ("shoulder_r", "shoulder_l"),
    "upper arms": ("upper_arm_r", "upper_arm_l"),
    "forearms": ("forearm_r", "forearm_l", "hand_r", "hand_l"),
    "thighs": ("thigh_r", "thigh_l"),
    "shanks": ("shank_r", "shank_l"),
    "feet": ("foot_r", "foot_l"),
}
"""Segments that vary together; both sides alike."""


class Performer(Settings):
    """How far a performer departs from the model."""

    model: str = "unisex"
    size: float = Field(default=1.0, ge=0.5, le=1.5)
    """Factor of the whole body."""
    variation: float = Field(default=0.05, ge=0, le=0.2)
    """Largest departure of a segment's proportions from the model's, as a share."""


def performer_model(performer: Performer, rng: np.random.Generator) -> SpineModel:
    """The performer's own model: each group of segments longer or shorter by up to `variation`, girth by half of that."""
    model = load_model(performer.model)
    scales = {}
    for segments in LENGTH_GROUPS.values():
        length, girth = performer.size * (1.0 + performer.variation * rng.uniform(-1.0, 1.0, 2) * np.array([1.0, 0.5]))
        for segment in segments:
            scales[segment] = np.array([girth, length, girth])
    return model.scaled(scales)
