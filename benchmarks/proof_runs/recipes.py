"""The augmentation with one thing left out at a time."""

from collections.abc import Mapping

from spinegen.pose.settings import UNDISTURBED, AugmentSettings

FULL = AugmentSettings(trunk=0)

LEFT_OUT: Mapping[str, Mapping[str, object]] = {
    "nothing": {},
    "spectrum": {"spectrum": 0},
    "background": {"background": 0},
    "patches": {"patches": 0},
    "truncation": {"half_body": 0, "bust": 0, "scale": UNDISTURBED.scale, "shift": 0},
    "rotation": {"rotation": 0},
    "upright": {"upright": 0},
    "low_resolution": {"low_resolution": 0},
    "blur": {"blur": 0},
    "noise": {"noise": 0},
    "jpeg": {"jpeg": 0},
    "colour": {"color": 0, "swap_channels": 0},
    "all": UNDISTURBED.model_dump(exclude={"flip"}),
}
"""Settings of `AugmentSettings` that each run differs in; `nothing` is the full recipe but for crops of the closer look, since the proof looks once."""


def recipe(left_out: str) -> AugmentSettings:
    """The full recipe without one thing."""
    return FULL.model_copy(update=dict(LEFT_OUT[left_out]))
