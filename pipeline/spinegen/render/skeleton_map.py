"""Which body of the model moves which bone of an engine's person, and where its landmarks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import numpy as np
from pydantic import Field

from ..config import Settings, load_yaml
from ..errors import EngineError
from ..geometry import rigid
from ..geometry.types import Array
from ..humans.body.landmarks import Landmarks
from ..resources import find_config
from .derived_landmarks import Point, SpinePath, both_sides, derive, of_side

_PREFIXES = ("joint/", "centroid/", "posterior/", "keypoint/", "landmark/")
_YAW_DEG = {"+X": 0.0, "+Y": 90.0, "-X": 180.0, "-Y": -90.0}


class SkeletonMap(Settings):
    """`configs/skeletons/*.yaml`."""

    same_names: bool = True
    faces: Literal["+X", "+Y", "-X", "-Y"] = "+X"
    """Where the character looks at rest, Unreal's axes (Epic's mannequins: +Y)."""
    stature_cm: float = Field(default=180.0, ge=100, le=250)
    """Stature that the offsets of `points` and `spine` are meant for."""
    bones: dict[str, str] = Field(default_factory=dict)
    """Engine bone -> body of the model; `{s}` stands for r and l."""
    optional_bones: dict[str, str] = Field(default_factory=dict)
    """The same for bones that a character may lack."""
    landmarks: dict[str, str] = Field(default_factory=dict)
    """Landmark -> engine bone."""
    points: dict[str, Point] = Field(default_factory=dict)
    """Landmark -> how it follows from bones and landmarks before it; `{s}` stands for r and l, `{side}` for right and left."""
    spine: SpinePath | None = None
    """How the vertebrae follow from bones."""

    @property
    def needed_bodies(self) -> dict[str, str]:
        """`bones` of both sides."""
        return {b: of_side(body, letter) for bone, body in self.bones.items() for b, letter, _ in both_sides(bone)}

    @property
    def body_of(self) -> dict[str, str]:
        """`bones` and `optional_bones` of both sides."""
        rest = {b: of_side(y, letter) for bone, y in self.optional_bones.items() for b, letter, _ in both_sides(bone)}
        return rest | self.needed_bodies

    @property
    def named_bones(self) -> tuple[str, ...]:
        """Every bone that a character must have: those moved, and those that landmarks and the spine follow from."""
        derived = {name for pattern in self.points for name, _, _ in both_sides(pattern)}
        anchors = [
            of_side(text, letter)
            for pattern, rule in self.points.items()
            for _, letter, _ in both_sides(pattern)
            for text in ((rule.bone,) if rule.bone else rule.between or ())
        ]
        spine = self.spine.bones if self.spine else ()
        named = [*self.needed_bodies, *self.landmarks.values(), *anchors, *spine]
        return tuple(name for name in dict.fromkeys(named) if name not in derived and not name.startswith(_PREFIXES))


@dataclass(frozen=True)
class RestPose:
    """An engine's person at rest, world frame."""

    bones: tuple[str, ...]
    transforms_ground_bone: Array
    """`(B, 4, 4)`."""
    landmarks: Landmarks


def load_skeleton_map(name: str = "anny") -> SkeletonMap:
    """A user's file or a shipped map.

    Raises:
        ConfigError: neither is there, or it is not usable.
    """
    return load_yaml(find_config(name, "configs/skeletons", "skeleton map"), SkeletonMap)


def check_bones(names: Sequence[str], mapping: SkeletonMap) -> None:
    """Raises EngineError where a character lacks bones that the map names: which, what they may be called, what there is."""
    missing = [bone for bone in mapping.named_bones if bone not in names]
    if not missing:
        return
    told = []
    for bone in missing:
        alike = get_close_matches(bone, names, 1, 0.7)
        told.append(f"{bone} (is it {alike[0]}?)" if alike else bone)
    raise EngineError(f"skeleton map: the engine's person has no bones {', '.join(told)}; it has: {', '.join(names)}")


def split_rest_pose(names: Sequence[str], transforms: Array, mapping: SkeletonMap, stature_m: float | None) -> RestPose:
    """Bones and landmarks of a `GetRestPose` reply.

    Raises:
        EngineError: a mapped bone is missing, or there are no landmarks at all.
    """
    place = {name: index for index, name in enumerate(names)}
    check_bones(names, mapping)
    transforms = _facing_x(transforms, mapping.faces)
    points = {name: transforms[i, :3, 3] for name, i in place.items() if name.startswith(_PREFIXES)}
    for landmark, bone in mapping.landmarks.items():
        points[landmark] = transforms[place[bone], :3, 3]
    scale = 1.0 if stature_m is None else 100.0 * stature_m / mapping.stature_cm
    at = {name: transforms[i, :3, 3] for name, i in place.items() if name not in points}
    points |= derive(at | points, mapping.points, mapping.spine, scale)
    if not points:
        raise EngineError("the engine's person sends no landmarks, and the skeleton map names none")
    bones = tuple(name for name in names if not name.startswith(_PREFIXES))
    rest = transforms[[place[name] for name in bones]]
    if stature_m is None:
        soles = [points[name][1] for name in points if name.endswith(("heel", "toe"))]
        stature_m = float(points["keypoint/head"][1] - min(soles)) if soles and "keypoint/head" in points else 1.7
    return RestPose(bones, rest, Landmarks(points, stature_m))


def _facing_x(transforms: Array, faces: str) -> Array:
    """The rest pose turned about the vertical so that it faces +x; a person may be turned as a whole."""
    yaw = np.radians(_YAW_DEG[faces])
    cosine, sine = np.cos(yaw), np.sin(yaw)
    turn = np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
    return rigid.transform(turn, np.zeros(3)) @ transforms


def body_of_bones(bones: Sequence[str], bodies: Mapping[str, int], mapping: SkeletonMap) -> list[tuple[int, int]]:
    """(bone index, body index) of every bone that the model moves.

    Raises:
        EngineError: the map names a body that the model lacks, or no bone is moved at all.
    """
    pairs, body_of = [], mapping.body_of
    for index, bone in enumerate(bones):
        body = body_of.get(bone, bone if mapping.same_names else "")
        if body in bodies:
            pairs.append((index, bodies[body]))
        elif bone in body_of:
            raise EngineError(f"skeleton map: bone {bone!r} is mapped to {body!r}, which the model does not have")
    if not pairs:
        raise EngineError(f"no bone of the engine's person is known to the model; it has: {', '.join(bones)}")
    return pairs
