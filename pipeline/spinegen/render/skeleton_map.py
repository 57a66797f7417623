"""Which body of the model moves which bone of an engine's person, and where its landmarks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..config import Settings, load_yaml
from ..errors import EngineError
from ..humans.landmarks import Landmarks
from ..resources import find_config

Array = NDArray[np.float64]
_PREFIXES = ("joint/", "centroid/", "posterior/", "keypoint/")


class SkeletonMap(Settings):
    """`configs/skeletons/*.yaml`."""

    same_names: bool = True
    bones: dict[str, str] = Field(default_factory=dict)
    """Engine bone -> body of the model."""
    landmarks: dict[str, str] = Field(default_factory=dict)
    """Landmark -> engine bone."""


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


def split_rest_pose(names: Sequence[str], transforms: Array, mapping: SkeletonMap, stature_m: float | None) -> RestPose:
    """Bones and landmarks of a `GetRestPose` reply.

    Raises:
        EngineError: a mapped bone is missing, or there are no landmarks at all.
    """
    place = {name: index for index, name in enumerate(names)}
    points = {name: transforms[i, :3, 3] for name, i in place.items() if name.startswith(_PREFIXES)}
    for landmark, bone in mapping.landmarks.items():
        if bone not in place:
            raise EngineError(
                f"skeleton map: the engine's person has no bone {bone!r} for {landmark}; it has: {', '.join(names)}"
            )
        points[landmark] = transforms[place[bone], :3, 3]
    if not points:
        raise EngineError("the engine's person sends no landmarks, and the skeleton map names none")
    bones = tuple(name for name in names if not name.startswith(_PREFIXES))
    rest = transforms[[place[name] for name in bones]]
    if stature_m is None:
        soles = [points[name][1] for name in points if name.endswith(("heel", "toe"))]
        stature_m = float(points["keypoint/head"][1] - min(soles)) if soles and "keypoint/head" in points else 1.7
    return RestPose(bones, rest, Landmarks(points, stature_m))


def body_of_bones(bones: Sequence[str], bodies: Mapping[str, int], mapping: SkeletonMap) -> list[tuple[int, int]]:
    """(bone index, body index) of every bone that the model moves.

    Raises:
        EngineError: the map names a body that the model lacks, or no bone is moved at all.
    """
    pairs = []
    for index, bone in enumerate(bones):
        body = mapping.bones.get(bone, bone if mapping.same_names else "")
        if body in bodies:
            pairs.append((index, bodies[body]))
        elif bone in mapping.bones:
            raise EngineError(f"skeleton map: bone {bone!r} is mapped to {body!r}, which the model does not have")
    if not pairs:
        raise EngineError(f"no bone of the engine's person is known to the model; it has: {', '.join(bones)}")
    return pairs
