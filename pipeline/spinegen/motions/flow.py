"""A motion written by hand: key poses as joint angles in YAML, with times, holds and what touches the floor."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, field_validator, model_validator

from ..biomech.model.contacts import CONTACTS
from ..config import Settings, load_yaml
from ..resources import resource_path

FOLDER = "configs/motions"
TRANSITION = "transition"
"""Activity of frames between two poses."""
Angles = dict[str, float]
_DIRECTIONS = ("arm_plane", "arm_turn")
"""Words that say which way a limb moves, not how far."""
_TURNS_OVER = ("bending", "rotation", "list")
"""Motions of the midline whose sign turns over in the mirror."""


class Pose(Settings):
    """One key pose."""

    activity: str = Field(min_length=1)
    """What a person would call it; goes into labels and reports."""
    contacts: tuple[str, ...]
    """Parts on the floor, keys of `contacts.CONTACTS`."""
    angles: Angles
    """Degrees by coordinate of the model, or by the words of `arms` for where an arm points; a limb's name without `_r` or `_l`
    means both sides; what is absent is 0. An ankle that is absent under a foot on the floor is bent so that the foot lies flat."""
    like: str | None = None
    """Another pose of the file whose angles hold where this one says nothing."""
    above_floor_m: float = Field(default=0.0, ge=0, le=1.5)
    """How high the lowest part of a body without contacts is: in the air."""
    flown_m: tuple[float, float] = (0.0, 0.0)
    """How far forward and to the right the body has come since the pose before, where either is in the air."""
    balanced: bool | None = None
    """Whether the mass centre is brought over the feet; None: where only feet touch the floor and the body comes to rest."""

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
        return self.model_copy(
            update={
                "contacts": tuple(_other_side(name) for name in self.contacts),
                "angles": angles,
                "flown_m": (self.flown_m[0], -self.flown_m[1]),
            }
        )

    def sized(self, around: "Pose", size: float) -> "Pose":
        """The same pose with every angle `size` times as far from those of another one."""
        written = dict.fromkeys((*around.angles, *self.angles))
        apart = {name[:-2] for name in written if _is_sided(name)}
        names = dict.fromkeys(n for name in written for n in ((f"{name}_r", f"{name}_l") if name in apart else (name,)))
        angles = {}
        for name in names:
            base, goal = _angle(around.angles, name), _angle(self.angles, name)
            angles[name] = goal if name.startswith(_DIRECTIONS) else base + size * (goal - base)
        return self.model_copy(update={"angles": angles, "above_floor_m": min(1.5, self.above_floor_m * size)})


class Key(Settings):
    """One entry of a clip: go to a pose and stay."""

    pose: str
    mirror: bool = False
    """Play the pose on the other side."""
    travel_s: float = Field(default=2.0, ge=0.05, le=20)
    """Seconds to get here from the pose before; of no meaning for the first unless the clip is a cycle."""
    hold_s: float = Field(default=1.5, ge=0, le=60)
    """Seconds to stay."""
    through: bool | None = None
    """Pass the pose without coming to rest there (and without a hold); None: as the clip says."""
    moves: tuple[str, ...] = ()
    """Contacts that step to a new place although both poses have them on the floor; all others stay where they are."""
    lift_m: float = Field(default=0.06, ge=0, le=0.5)
    """How high a stepping contact is lifted on its way."""

    @field_validator("moves")
    @classmethod
    def _known(cls, moves: tuple[str, ...]) -> tuple[str, ...]:
        return _known_contacts(moves)


class Variant(Settings):
    """The same clip done otherwise."""

    speed: float = Field(default=1.0, ge=0.25, le=3)
    size: float = Field(default=1.0, ge=0.3, le=1.6)


class FlowClip(Settings):
    """One clip of a flow."""

    keys: tuple[Key, ...] = Field(min_length=2)
    through: bool = False
    """Keys are passed without coming to rest, unless they say otherwise: cycles, blows, swings."""
    repeat: int = Field(default=1, ge=1, le=200)
    """Times that the keys are played: a cycle."""
    alternate: bool = False
    """Every second time on the other side: the keys of one step make a walk."""
    speed: float = Field(default=1.0, ge=0.25, le=3)
    """Every travel and hold takes one over this of its time."""
    size: float = Field(default=1.0, ge=0.3, le=1.6)
    """How far every pose lies from the pose `around`, against what is written."""
    around: str | None = None
    """Name of the pose that size is measured from; None: the first one of the clip."""
    variants: dict[str, Variant] = Field(default_factory=dict)
    """Further clips, named `<clip>_<variant>`, of another speed and size."""

    @property
    def played(self) -> tuple[Key, ...]:
        """Keys as they are played: repeated, on alternate sides, at the clip's speed."""
        out = []
        for turn in range(self.repeat):
            for key in self.keys:
                through = self.through if key.through is None else key.through
                out.append(
                    key.model_copy(
                        update={
                            "mirror": key.mirror != (self.alternate and turn % 2 == 1),
                            "moves": tuple(map(_other_side, key.moves)) if self.alternate and turn % 2 else key.moves,
                            "travel_s": key.travel_s / self.speed,
                            "hold_s": 0.0 if through else key.hold_s / self.speed,
                            "through": through,
                        }
                    )
                )
        return tuple(out)

    @property
    def duration_s(self) -> float:
        """Holds and travels together."""
        first, *others = self.played
        return first.hold_s + sum(key.travel_s + key.hold_s for key in others)


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
    _source: str = PrivateAttr("")

    @property
    def source(self) -> str:
        """Path of the file that it was read from; empty: none."""
        return self._source

    @model_validator(mode="before")
    @classmethod
    def _with_variants(cls, data: Any) -> Any:
        """Each variant as a clip of its own, after the clip that it varies."""
        if not isinstance(data, dict) or not isinstance(data.get("clips"), dict):
            return data
        clips: dict[str, Any] = {}
        for name, clip in data["clips"].items():
            clips[name] = clip
            variants = clip.get("variants") if isinstance(clip, dict) else None
            for word, changed in (variants if isinstance(variants, dict) else {}).items():
                if isinstance(changed, dict):
                    clips[f"{name}_{word}"] = {**clip, **changed, "variants": {}}
        return {**data, "clips": clips}

    @model_validator(mode="after")
    def _known_poses(self) -> "Flow":
        named = [
            (f"clip {name}", pose)
            for name, clip in self.clips.items()
            for pose in (*(key.pose for key in clip.keys), clip.around)
        ]
        named += [(f"pose {name}", pose.like) for name, pose in self.poses.items()]
        for where, pose in named:
            if pose is not None and pose not in self.poses:
                raise ValueError(f"{where}: pose {pose!r} is not known; known are {', '.join(self.poses)}")
        for name in self.poses:
            self._ancestors(name)
        return self

    def pose(self, name: str) -> Pose:
        """A pose with the angles of those that it is like."""
        angles: Angles = {}
        for ancestor in reversed(self._ancestors(name)):
            for key, value in self.poses[ancestor].angles.items():
                if not _is_sided(key):
                    angles = {k: v for k, v in angles.items() if k not in (f"{key}_r", f"{key}_l")}
                elif key[:-2] in angles:
                    both = angles.pop(key[:-2])
                    angles |= {f"{key[:-2]}_r": both, f"{key[:-2]}_l": both}
                angles[key] = value
        return self.poses[name].model_copy(update={"angles": angles, "like": None})

    def key_poses(self, clip: str) -> tuple[Pose, ...]:
        """The poses of a clip as played: mirrored and sized."""
        spec = self.clips[clip]
        around = self.pose(spec.around or spec.keys[0].pose)
        found = {name: self.pose(name) for name in dict.fromkeys(key.pose for key in spec.keys)}
        if spec.size != 1.0:
            found = {name: pose.sized(around, spec.size) for name, pose in found.items()}
        return tuple(found[key.pose].mirrored() if key.mirror else found[key.pose] for key in spec.played)

    def _ancestors(self, name: str) -> list[str]:
        line = [name]
        while (before := self.poses[line[-1]].like) is not None:
            if before in line:
                raise ValueError(f"pose {name}: is like itself, by way of {', '.join(line)}")
            line.append(before)
        return line

    def activities(self, clip: str) -> tuple[str, ...]:
        """Activities of a clip in order of appearance, each once."""
        return tuple(dict.fromkeys(pose.activity for pose in self.key_poses(clip)))


@lru_cache(maxsize=64)
def load_flow(path: Path | None = None) -> Flow:
    """A flow file, the shipped yoga flow by default.

    Raises:
        ConfigError: unreadable, or a field that is not allowed.
    """
    path = path or resource_path(f"{FOLDER}/yoga.yaml")
    flow = load_yaml(path, Flow)
    flow._source = str(path)
    return flow


def _known_contacts(contacts: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in contacts if name not in CONTACTS]
    if unknown:
        raise ValueError(f"contacts {', '.join(unknown)} are not known; allowed are {', '.join(CONTACTS)}")
    return contacts


def _angle(angles: Angles, name: str) -> float:
    """Of a coordinate, which may be written for both sides at once or for one."""
    if name in angles:
        return angles[name]
    return angles.get(name[:-2], 0.0) if _is_sided(name) else 0.0


def _is_sided(name: str) -> bool:
    return name.endswith(("_r", "_l"))


def _other_side(name: str) -> str:
    if not _is_sided(name):
        return name
    return name[:-1] + ("l" if name.endswith("r") else "r")
