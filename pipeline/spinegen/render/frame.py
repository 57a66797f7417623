"""One frame: people posed, pictures taken, labels judged, files written with the sidecar last."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..biomech.fits.files import FittedClip
from ..files import write_bytes
from ..geometry import rigid
from ..geometry.camera import Camera
from ..humans.spec.spine_shape import SpineShape
from ..labels.visibility import person_visibility
from ..scenes.shot import Shot
from ..skeleton import VERTEBRAE
from .avatar import Avatar, Pose
from .batch_poses import BatchPoses, sub_frame_shifts_s
from .foreign import Pictures
from .paths import FramePaths
from .sensor import expose, jpeg, mean_exposure, png
from .session import Session
from .skeleton_map import SkeletonMap

_DECIMALS = 6
_KEPT_AVATARS = 24


@dataclass
class Avatars:
    """Performers built so far; they depend on the person only, so they outlive engines."""

    mapping: SkeletonMap
    specs: Mapping[str, Mapping[str, Any]]
    clips: Mapping[str, FittedClip]
    built: dict[str, Avatar] = field(default_factory=dict)
    poses: BatchPoses = field(init=False)

    def __post_init__(self) -> None:
        self.poses = BatchPoses(self.clips)

    def avatar(self, session: Session, person: str) -> Avatar:
        """The dressed person with their model."""
        rest = session.dress(person, self.specs[person])
        if person not in self.built:
            while len(self.built) >= _KEPT_AVATARS:
                del self.built[next(iter(self.built))]
            spine = SpineShape.model_validate(self.specs[person].get("spine", {}))
            self.built[person] = Avatar(rest, self.mapping, spine)
        return self.built[person]


def draw_frame(shot: Shot, session: Session, avatars: Avatars, paths: FramePaths, keep_depth: bool) -> None:
    """Draw one row of the plan and write its files.

    Raises:
        EngineError: the engine failed; nothing of the frame is called done.
    """
    camera = shot.geometry
    session.set_stage(shot.stage, shot.light, shot.props)
    everyone = [avatars.avatar(session, placed.person) for placed in shot.placed]
    people = [placed.person for placed in shot.placed]
    session.show_only(people)
    session.set_camera(camera)
    blurred = _sub_frames(shot, session, avatars, everyone)
    poses = _strike(shot, session, avatars, everyone, 0.0)
    seen = session.capture(camera, len(people))
    picture = mean_exposure([*blurred, seen.lit_rgb]) if blurred else seen.lit_rgb
    files = {
        paths.image: jpeg(expose(picture, shot.sensor, shot.seed), int(shot.sensor["jpeg_quality"])),
        paths.mask: png(seen.mask),
    }
    if keep_depth:
        files[paths.depth] = _depth_npz(seen.depth_m)
    for path, data in files.items():
        write_bytes(path, data)
    record = _sidecar(shot, camera, poses, seen, session.identity, paths, keep_depth)
    record["sha256"] = {path.name: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    write_bytes(paths.sidecar, sealed(record))


def sealed(record: dict[str, Any]) -> bytes:
    """The sidecar's text: one JSON object whose last field is a checksum of what stands before it."""
    text = json.dumps(record, separators=(",", ":"), allow_nan=False)
    return json.dumps({**record, "seal": seal(text)}, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def seal(text: str) -> str:
    """Short checksum of a sidecar's content."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _strike(shot: Shot, session: Session, avatars: Avatars, everyone: list[Avatar], shift_s: float) -> list[Pose]:
    poses = []
    for placed, avatar in zip(shot.placed, everyone, strict=True):
        pose = avatars.poses.pose(shot, placed, avatar, shift_s)
        session.set_pose(placed.person, f"{shot.shot}", avatar.moved_bones, pose.transforms_ground_bone)
        poses.append(pose)
    return poses


def _sub_frames(shot: Shot, session: Session, avatars: Avatars, everyone: list[Avatar]) -> list[NDArray[np.uint8]]:
    pictures = []
    for shift in sub_frame_shifts_s(shot):
        _strike(shot, session, avatars, everyone, shift)
        pictures.append(session.lit(shot.geometry))
    return pictures


def _sidecar(
    shot: Shot,
    camera: Camera,
    poses: list[Pose],
    seen: Pictures,
    identity: Mapping[str, str],
    paths: FramePaths,
    keep_depth: bool,
) -> dict[str, Any]:
    return {
        "version": 1,
        "shot": shot.shot,
        "split": shot.split,
        "clip": shot.clip,
        "activity": shot.activity,
        "frame": shot.frame,
        "time_s": shot.time_s,
        "image": paths.image.name,
        "mask": paths.mask.name,
        "depth": paths.depth.name if keep_depth else None,
        "width": camera.width,
        "height": camera.height,
        "camera": camera.to_json(),
        "people": [
            _person(index + 1, placed.person, placed.clip, placed.time_s, pose, camera, seen)
            for index, (placed, pose) in enumerate(zip(shot.placed, poses, strict=True))
        ],
        "engine": dict(identity),
        "plan": shot.readable(),
    }


def _person(
    instance: int, person: str, clip: str, time_s: float, pose: Pose, camera: Camera, seen: Pictures
) -> dict[str, Any]:
    keypoints, posterior = person_visibility(
        camera, pose.keypoints_ground_m, pose.posterior_ground_m, seen.mask, instance, seen.depth_m
    )
    quaternions = rigid.matrix_quaternion(pose.vertebra_rotations)
    return {
        "instance": instance,
        "person": person,
        "clip": clip,
        "time_s": time_s,
        "keypoints_ground_m": _rounded(pose.keypoints_ground_m),
        "posterior_ground_m": dict(zip(VERTEBRAE, _rounded(pose.posterior_ground_m), strict=True)),
        "vertebrae": {
            name: {"centroid_ground_m": centroid, "quaternion_wxyz": quaternion}
            for name, centroid, quaternion in zip(
                VERTEBRAE, _rounded(pose.centroids_ground_m), _rounded(quaternions), strict=True
            )
        },
        "intervertebral_deg": dict(zip(VERTEBRAE[1:], _rounded(pose.intervertebral_deg, 4), strict=True)),
        "visibility": keypoints.flags.tolist(),
        "hidden_fraction": _rounded(keypoints.hidden, 4),
        "visibility_posterior": dict(zip(VERTEBRAE, posterior.flags.tolist(), strict=True)),
        "hidden_fraction_posterior": dict(zip(VERTEBRAE, _rounded(posterior.hidden, 4), strict=True)),
        "area_px": int((seen.mask == instance).sum()),
    }


def _rounded(values: NDArray[np.float64], decimals: int = _DECIMALS) -> Any:
    return np.round(values, decimals).tolist()


def _depth_npz(depth_m: NDArray[np.float32]) -> bytes:
    """Compressed npz with one array `depth_m`, the same bytes for the same depth."""
    buffer = io.BytesIO()
    array = io.BytesIO()
    np.save(array, depth_m, allow_pickle=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr(zipfile.ZipInfo("depth_m.npy", (1980, 1, 1, 0, 0, 0)), array.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
