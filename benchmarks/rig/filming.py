"""Draws a clip from several cameras at once, with the embedded engine."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import spinegen
from spinegen.biomech.fits.files import FittedClip
from spinegen.engine.protocol.vocabulary import Backdrop, Ground
from spinegen.geometry.camera import Camera
from spinegen.geometry.types import Array
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.media.video_write import written_video
from spinegen.progress import Reporter
from spinegen.records.place import Light, Place
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar, Pose
from spinegen.render.engines import EmbeddedEngine
from spinegen.render.session import Session
from spinegen.render.skeleton_map import load_skeleton_map

RIG_GROUND = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Ground (x, y up, z) as the rig's (z, x, y)."""
LIGHT = Light(sun=(45.0, 30.0, 60_000.0, 5500.0, 0.53), sky=(3.0, 0.2, 1.0, 0), exposure_ev=0.0, white_balance_k=0.0)


@dataclass(frozen=True)
class Actor:
    """Somebody who is filmed."""

    seed: int
    clip: FittedClip
    start_s: float
    x_m: float
    z_m: float
    yaw_deg: float

    def spec(self) -> PersonSpec:
        """Who it is."""
        return spinegen.sample_person(np.random.default_rng(self.seed), "sport")


def ring(count: int, distance_m: float, size: int) -> tuple[Camera, ...]:
    """Cameras around the origin at breast height, some higher, that see two metres and a half."""
    cameras = []
    for index in range(count):
        bearing = 2 * np.pi * (index + 0.4) / count
        height = (1.1, 2.0, 1.4, 1.7)[index % 4]
        eye = (distance_m * np.cos(bearing), height, distance_m * np.sin(bearing))
        focal = 0.9 * size * distance_m / 2.4
        cameras.append(Camera.look_at(eye, (0.0, 0.95, 0.0), roll_deg=0.0, focal_px=focal, width=size, height=size))
    return tuple(cameras)


def film_rig(
    folder: Path, cameras: Sequence[Camera], actors: Sequence[Actor], frames: int, *, rate_hz: float, reporter: Reporter
) -> tuple[list[Path], Array]:
    """A video a camera, `cam_1.mp4` and so on, and the keypoints `(people, frames, 37, 3)` in ground metres."""
    mapping = load_skeleton_map("anny")
    engine = EmbeddedEngine()
    session = Session(engine.connect(), mapping)
    session.set_stage(Place(kind="lawn", ground=Ground(), backdrop=Backdrop(kind="sky")), LIGHT, ())
    poses: list[list[Pose]] = []
    avatars: list[Avatar] = []
    for number, actor in enumerate(actors):
        spec = actor.spec()
        avatars.append(Avatar(session.dress(f"p{number}", spec), mapping, spec.spine))
        poses.append(avatars[-1].poses(_moments(actor, frames, rate_hz, number), {actor.clip.name: actor.clip}))
    names = [f"p{number}" for number in range(len(actors))]
    session.show_only(names)
    videos = [folder / f"cam_{number}.mp4" for number in range(1, len(cameras) + 1)]
    with ExitStack() as stack, reporter.task("draw", frames * len(cameras), "pictures") as task:
        writers = [stack.enter_context(written_video(video, rate_hz)) for video in videos]
        for frame in range(frames):
            for name, avatar, own in zip(names, avatars, poses, strict=True):
                session.set_pose(name, str(frame), avatar.moved_bones, own[frame].transforms_ground_bone)
            for camera, writer in zip(cameras, writers, strict=True):
                session.set_camera(camera)
                writer.write(np.ascontiguousarray(session.lit(camera)), frame / rate_hz)
                task.advance()
    engine.discard()
    return videos, np.array([[pose.keypoints_ground_m for pose in own] for own in poses])


def _moments(actor: Actor, frames: int, rate_hz: float, number: int) -> list[tuple[PlacedPerson, float]]:
    times = actor.start_s + np.arange(frames) / rate_hz
    if times[-1] > actor.clip.times_s[-1]:
        raise SystemExit(f"{actor.clip.name}: lasts {actor.clip.times_s[-1]:.1f} s, {times[-1]:.1f} s are needed")
    rows = np.abs(np.asarray(actor.clip.times_s)[None] - times[:, None]).argmin(axis=1)
    anchor = int(rows[0])
    return [
        (
            PlacedPerson(
                person=f"p{number}",
                clip=actor.clip.name,
                frame=int(row),
                time_s=float(actor.clip.times_s[row]),
                x_m=actor.x_m,
                z_m=actor.z_m,
                yaw_deg=actor.yaw_deg,
                anchor_frame=anchor,
            ),
            0.0,
        )
        for row in rows
    ]


def pose2sim_toml(cameras: Sequence[Camera]) -> str:
    """The rig as Pose2Sim writes it: metres, z up."""
    import cv2

    sections = []
    for number, camera in enumerate(cameras, 1):
        rotation = cv2.Rodrigues(camera.rotation_camera_ground @ RIG_GROUND.T)[0].ravel()
        sections.append(
            f'[cam_{number}]\nname = "cam_{number}"\nsize = [ {camera.width}.0, {camera.height}.0]\n'
            f"matrix = {camera.intrinsics.tolist()}\ndistortions = [ 0.0, 0.0, 0.0, 0.0]\n"
            f"rotation = {rotation.tolist()}\ntranslation = {camera.translation_camera_m.tolist()}\nfisheye = false\n"
        )
    return "\n".join([*sections, "[metadata]\nadjusted = false\nerror = 0.0\n"])
