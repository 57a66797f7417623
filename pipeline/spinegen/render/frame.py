"""One frame: people posed, pictures taken, labels judged, files written with the sidecar last."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..biomech.fits.files import FittedClip
from ..engine.protocol.images import encode_numbers
from ..files import write_bytes
from ..geometry import rigid
from ..geometry.camera import Camera
from ..humans.spec.person_spec import PersonSpec
from ..labels.visibility import person_visibility
from ..records.plan_shot import PlacedPerson, Shot
from ..records.sidecar import VERSION, Bystander, PersonLabel, Sidecar, Vertebrae
from .avatar import Avatar, Pose
from .batch_poses import BatchPoses, sub_frame_shifts_s
from .foreign import Pictures
from .grips import held_transform
from .paths import FramePaths
from .sensor import expose, jpeg, mean_exposure
from .session import Session
from .skeleton_map import SkeletonMap

_DECIMALS = 6
_KEPT_AVATARS = 128
"""Models of people that a worker keeps in memory: half a megabyte each."""


@dataclass
class Avatars:
    """Performers built so far; they depend on the person only, so they outlive engines."""

    mapping: SkeletonMap
    specs: Mapping[str, PersonSpec]
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
            self.built[person] = Avatar(rest, self.mapping, self.specs[person].spine)
        return self.built[person]


def draw_frame(shot: Shot, session: Session, avatars: Avatars, paths: FramePaths, *, keep_depth: bool) -> None:
    """Draw one row of the plan and write its files.

    Raises:
        EngineError: the engine failed; nothing of the frame is called done.
    """
    camera = shot.geometry
    session.set_stage(shot.place, shot.light, shot.things)
    everyone = [avatars.avatar(session, placed.person) for placed in shot.people]
    people = [placed.person for placed in shot.people]
    session.show_only(people)
    session.set_camera(camera)
    blurred = _sub_frames(shot, session, avatars, everyone)
    poses = _strike(shot, session, avatars, everyone, shift_s=0.0)
    seen = session.capture(camera, len(people))
    picture = mean_exposure([*blurred, seen.lit_rgb]) if blurred else seen.lit_rgb
    files = {
        paths.image: jpeg(expose(picture, shot.sensor, shot.seed), int(shot.sensor.jpeg_quality)),
        paths.mask: encode_numbers(seen.mask),
    }
    if keep_depth:
        files[paths.depth] = _depth_npz(seen.depth_m)
    for path, data in files.items():
        write_bytes(path, data)
    digests = {path.name: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    labels, bystanders = _labels(shot, poses, camera, seen), _bystanders(shot, seen)
    sidecar = _sidecar(shot, labels, bystanders, session.identity, paths=paths, digests=digests)
    write_bytes(paths.sidecar, sidecar.sealed())


def _strike(shot: Shot, session: Session, avatars: Avatars, everyone: list[Avatar], *, shift_s: float) -> list[Pose]:
    poses = []
    for placed, avatar in zip(shot.people, everyone, strict=True):
        pose = avatars.poses.pose(shot, placed, avatar, shift_s)
        session.set_pose(placed.person, f"{shot.shot}", avatar.moved_bones, pose.transforms_ground_bone)
        for held in placed.held:
            at = held_transform(held, pose.grips_ground)
            if at is not None:
                session.put(held.prop.name, at)
        poses.append(pose)
    return poses


def _sub_frames(shot: Shot, session: Session, avatars: Avatars, everyone: list[Avatar]) -> list[NDArray[np.uint8]]:
    pictures = []
    for shift in sub_frame_shifts_s(shot):
        _strike(shot, session, avatars, everyone, shift_s=shift)
        pictures.append(session.lit(shot.geometry))
    return pictures


def _sidecar(
    shot: Shot,
    people: tuple[PersonLabel, ...],
    bystanders: tuple[Bystander, ...],
    engine: Mapping[str, str],
    *,
    paths: FramePaths,
    digests: dict[str, str],
) -> Sidecar:
    return Sidecar(
        version=VERSION,
        shot=shot.shot,
        split=shot.split,
        clip=shot.clip,
        activity=shot.activity,
        frame=shot.frame,
        time_s=shot.time_s,
        image=paths.image.name,
        mask=paths.mask.name,
        depth=paths.depth.name if paths.depth.name in digests else None,
        width=shot.camera.width,
        height=shot.camera.height,
        camera=shot.camera,
        people=people,
        bystanders=bystanders,
        engine=dict(engine),
        plan=shot.readable(),
        sha256=digests,
    )


def _labels(shot: Shot, poses: list[Pose], camera: Camera, seen: Pictures) -> tuple[PersonLabel, ...]:
    placed = zip(shot.people, poses, strict=True)
    return tuple(
        _label(index, person, pose, camera, seen=seen)
        for index, (person, pose) in enumerate(placed, 1)
        if person.labelled
    )


def _bystanders(shot: Shot, seen: Pictures) -> tuple[Bystander, ...]:
    return tuple(
        Bystander(
            instance=index, person=placed.person, clip=placed.clip, time_s=placed.time_s,
            area_px=int((seen.mask == index).sum()),
        )
        for index, placed in enumerate(shot.people, 1)
        if not placed.labelled
    )  # fmt: skip


def _label(instance: int, placed: PlacedPerson, pose: Pose, camera: Camera, *, seen: Pictures) -> PersonLabel:
    keypoints, posterior = person_visibility(
        camera, pose.keypoints_ground_m, pose.posterior_ground_m, seen.mask, instance=instance, depth_map_m=seen.depth_m
    )
    quaternions = rigid.matrix_quaternion(pose.vertebra_rotations)
    return PersonLabel(
        instance=instance,
        person=placed.person,
        clip=placed.clip,
        time_s=placed.time_s,
        keypoints_ground_m=np.round(pose.keypoints_ground_m, _DECIMALS),
        posterior_ground_m=np.round(pose.posterior_ground_m, _DECIMALS),
        vertebrae=Vertebrae(np.round(pose.centroids_ground_m, _DECIMALS), np.round(quaternions, _DECIMALS)),
        intervertebral_deg=np.round(pose.intervertebral_deg, 4),
        visibility=keypoints.flags,
        hidden_fraction=np.round(keypoints.hidden, 4),
        visibility_posterior=posterior.flags,
        hidden_fraction_posterior=np.round(posterior.hidden, 4),
        area_px=int((seen.mask == instance).sum()),
    )


def _depth_npz(depth_m: NDArray[np.float32]) -> bytes:
    """Compressed npz with one array `depth_m`, the same bytes for the same depth."""
    buffer = io.BytesIO()
    array = io.BytesIO()
    np.save(array, depth_m, allow_pickle=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr(zipfile.ZipInfo("depth_m.npy", (1980, 1, 1, 0, 0, 0)), array.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
