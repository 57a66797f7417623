"""A motion written by hand: key poses as joint angles in YAML, with times, holds and what touches the floor."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from ..biomech.model.contacts import CONTACTS
from ..config import Settings, load_yaml
from ..resources import resource_path

FOLDER = "configs/motions"
TRANSITION = "transition"
"""Activity of frames between two poses."""
Angles = dict[str, float]
_TURNS_OVER = ("bending", "rotation", "list")
"""Motions of the midline whose sign turns over in the mirror."""


class Pose(Settings):
    """One key pose."""

    activity: str = Field(min_length=1)
    """What a person would call it; goes into labels and reports."""
    contacts: tuple[str, ...]
    """Parts on the floor, keys of `contacts.CONTACTS`."""
    angles: Angles
    """Degrees by coordinate of the model; a limb's name without `_r` or `_l` means both sides; what is absent is 0."""

    @field_validator("contacts")
    @classmethod
    def _known(cls, contacts: tuple[str, ...]) -> tuple[str, ...]:
        return _known_contacts(contacts)

    def mirrored(self) -> "Pose":
        """The same pose on the other side."""
        angles = {
            _other_side(name): -value if name.rpartition("_")[2] in _TURNS_OVER and not _is_sided(name) else value
            for name, value in self.angles.items()
        }
        return Pose(activity=self.activity, contacts=tuple(_other_side(name) for name in self.contacts), angles=angles)


class Key(Settings):
    """One entry of a clip: go to a pose and stay."""

    pose: str
    mirror: bool = False
    """Play the pose on the other side."""
    travel_s: float = Field(default=2.0, ge=0.3, le=20)
    """Seconds to get here from the pose before; of no meaning for the first."""
    hold_s: float = Field(default=1.5, ge=0, le=60)
    """Seconds to stay."""
    moves: tuple[str, ...] = ()
    """Contacts that step to a new place although both poses have them on the floor; all others stay where they are."""
    lift_m: float = Field(default=0.06, ge=0, le=0.5)
    """How high a stepping contact is lifted on its way."""

    @field_validator("moves")
    @classmethod
    def _known(cls, moves: tuple[str, ...]) -> tuple[str, ...]:
        return _known_contacts(moves)


class FlowClip(Settings):
    """One clip of a flow."""

    keys: tuple[Key, ...] = Field(min_length=2)

    @property
    def duration_s(self) -> float:
        """Holds and travels together."""
        return self.keys[0].hold_s + sum(key.travel_s + key.hold_s for key in self.keys[1:])


class Flow(Settings):
    """A file of `configs/motions`."""

    about: str = ""
    breath_per_minute: float = Field(default=14.0, gt=0, le=60)
    breath_deg: float = Field(default=1.5, ge=0, le=10)
    """How far the thoracic spine moves with the breath."""
    sway_deg: float = Field(default=0.6, ge=0, le=10)
    """Slow natural sway of every joint, standard deviation."""
    poses: dict[str, Pose]
    clips: dict[str, FlowClip]

    @model_validator(mode="after")
    def _known_poses(self) -> "Flow":
        for name, clip in self.clips.items():
            for key in clip.keys:
                if key.pose not in self.poses:
                    raise ValueError(f"clip {name}: pose {key.pose!r} is not known; known are {', '.join(self.poses)}")
        return self

    def key_poses(self, clip: str) -> tuple[Pose, ...]:
        """The poses of a clip, mirrored where asked."""
        found = [(self.poses[key.pose], key.mirror) for key in self.clips[clip].keys]
        return tuple(pose.mirrored() if mirror else pose for pose, mirror in found)

    def activities(self, clip: str) -> tuple[str, ...]:
        """Activities of a clip in order of appearance, each once."""
        return tuple(dict.fromkeys(pose.activity for pose in self.key_poses(clip)))


@lru_cache(maxsize=8)
def load_flow(path: Path | None = None) -> Flow:
    """A flow file, the shipped yoga flow by default.

    Raises:
        ConfigError: unreadable, or a field that is not allowed.
    """
    return load_yaml(path or resource_path(f"{FOLDER}/yoga.yaml"), Flow)


def _known_contacts(contacts: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in contacts if name not in CONTACTS]
    if unknown:
        raise ValueError(f"contacts {', '.join(unknown)} are not known; allowed are {', '.join(CONTACTS)}")
    return contacts


def _is_sided(name: str) -> bool:
    return name.endswith(("_r", "_l"))


def _other_side(name: str) -> str:
    if not _is_sided(name):
        return name
    return name[:-1] + ("l" if name.endswith("r") else "r")
