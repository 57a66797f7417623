"""Trunks from four calibrated pictures of many drawn people, as the views saw them and where they most probably are, in millimetres.

    python benchmarks/trunks.py FOLDER --fits WORKSPACE/fits [--people 34] [--first 2000] [--moments 2] [--model full] [--write FILE.npz]

Each person is drawn at two moments of one of the fits, which take turns, by four cameras at 3.2 to 4.6 m, 640 x 640 pixels; pictures and truth are
kept in FOLDER. The network looks at the box of the true keypoints with a margin. `--write` keeps what any two, three and four of the cameras see, from
which `scripts/fit_trunk_statistics.py` learns: of other people (`--first 5000 --people 450 --moments 1`) than those who are measured.
Films, in which boxes are found and tracks smoothed: `benchmarks/views.py`.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from rig.filming import LIGHT, ring
from rig.told import subject_of

import spinegen
from spinegen import skeleton
from spinegen.biomech.fits.files import read_fit
from spinegen.engine.protocol.vocabulary import Backdrop, Ground
from spinegen.errors import SpinegenError
from spinegen.files import sha256
from spinegen.geometry.camera import Camera
from spinegen.geometry.types import Array
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.media.pictures import read_rgb
from spinegen.pose.networks import network_file
from spinegen.pose.predictor import PosePredictor
from spinegen.predict.views.cameras import ViewCamera
from spinegen.predict.views.triangulation import ERROR_LIMIT, triangulate
from spinegen.predict.views.trunk.build import UNTOLD, Subject
from spinegen.predict.views.trunk.frame import TRUNK_IDS
from spinegen.predict.views.trunk.statistics import TrunkStatistics, statistics_of
from spinegen.predict.views.trunk.whole_people import WholePerson, write_people
from spinegen.records.place import Place
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar
from spinegen.render.engines import EmbeddedEngine
from spinegen.render.session import Session
from spinegen.render.skeleton_map import load_skeleton_map

VIEWS, SIZE = 4, 640
DISTANCE_M = (3.2, 4.6)
WARDROBES = ("sport", "yoga", "street", "office")
MARGIN = 0.05
SPINE = list(skeleton.SPINE_CHAIN)


@dataclass(frozen=True)
class Look:
    """What four views see of one moment."""

    plane: Array
    """`(VIEWS, 37, 2)`."""
    scores: Array
    """`(VIEWS, 37)`."""
    limits: Array
    """`(VIEWS,)`: errors up to which a view agrees."""


def main() -> int:
    """Draw what is missing, measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fits", type=Path, required=True, help="fits of a workspace")
    parser.add_argument("--people", type=int, default=34)
    parser.add_argument("--first", type=int, default=2000, help="number of the first person, which is their seed")
    parser.add_argument("--moments", type=int, default=2, help="of each person")
    parser.add_argument("--model", default="full")
    parser.add_argument("--write", type=Path, help="keep what is seen for fit_trunk_statistics.py")
    given = parser.parse_args()
    numbers = range(given.first, given.first + given.people)
    try:
        draw(given.folder, given.fits, [n for n in numbers if not (given.folder / f"{n}.npy").is_file()], given.moments)
        model = network_file(given.model)
        predictor = PosePredictor(model, flip_test=True, threads=1, closer=True)
        true = np.stack([np.load(given.folder / f"{n}.npy") for n in numbers])
        looks = [look_at(given.folder, n, t, predictor) for n, t in zip(numbers, true, strict=True)]
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if given.write is not None:
        people = [
            WholePerson(t, {count: seen_by(n, look, count) for count in (2, 3, 4)}, subject_of(person_of(n)))
            for n, each, moments in zip(numbers, looks, true, strict=True)
            for look, t in zip(each, moments, strict=True)
        ]
        write_people(given.write, sha256(model), people)
    seen = np.stack(
        [np.concatenate([seen_by(n, look, VIEWS) for look in each]) for n, each in zip(numbers, looks, strict=True)]
    )
    show("as seen", seen, true)
    statistics = statistics_of(model)
    if statistics is not None:
        show("most probable", put_right(seen, statistics, [UNTOLD] * len(seen)), true)
        told = [subject_of(person_of(number)) for number in numbers]
        show("height told", put_right(seen, statistics, [Subject(one.height_m) for one in told]), true)
        show("height, mass, age and sex told", put_right(seen, statistics, told), true)
    return 0


def put_right(seen: Array, statistics: TrunkStatistics, subjects: Sequence[Subject]) -> Array:
    """`(P, MOMENTS, 37, 3)` of people in metres."""
    four = np.full(seen.shape[1:3], VIEWS)
    return np.stack(
        [statistics.corrected(person, four, subject=subject) for person, subject in zip(seen, subjects, strict=True)]
    )


def person_of(number: int) -> PersonSpec:
    """Who is drawn."""
    wardrobe = WARDROBES[int(np.random.default_rng([number, 0]).integers(len(WARDROBES)))]
    return spinegen.sample_person(np.random.default_rng(number), wardrobe)


def cameras_of(number: int) -> tuple[Camera, ...]:
    """Of one person's rig."""
    return ring(VIEWS, float(np.random.default_rng([number, 1]).uniform(*DISTANCE_M)), SIZE)


def picture(folder: Path, number: int, moment: int, view: int) -> Path:
    """Where it is kept."""
    return folder / f"{number}_{moment}_{view}.png"


def draw(folder: Path, fits: Path, numbers: Sequence[int], moments_each: int) -> None:
    """Pictures, and then the keypoints `(moments_each, 37, 3)` in ground metres, of each person."""
    if not numbers:
        return
    folder.mkdir(parents=True, exist_ok=True)
    clips = sorted(path.name for path in fits.iterdir() if (path / "report.json").is_file())
    mapping = load_skeleton_map("anny")
    engine = EmbeddedEngine()
    session = Session(engine.connect(), mapping)
    session.set_stage(Place(kind="lawn", ground=Ground(), backdrop=Backdrop(kind="sky")), LIGHT, ())
    for number in numbers:
        rng = np.random.default_rng([number, 0])
        clip = read_fit(fits / clips[number % len(clips)])
        rng.integers(len(WARDROBES))  # that of the wardrobe
        spec = person_of(number)
        name, yaw = f"p{number}", float(rng.uniform(0, 360))
        avatar = Avatar(session.dress(name, spec), mapping, spec.spine)
        rows = np.sort(rng.choice(len(clip.times_s), moments_each, replace=False))
        moments = [
            PlacedPerson(
                person=name,
                clip=clip.name,
                frame=int(row),
                time_s=float(clip.times_s[row]),
                x_m=0.0,
                z_m=0.0,
                yaw_deg=yaw,
                anchor_frame=int(row),
            )
            for row in rows
        ]
        poses = avatar.poses([(moment, 0.0) for moment in moments], {clip.name: clip})
        session.show_only([name])
        for moment, pose in enumerate(poses):
            session.set_pose(name, str(moment), avatar.moved_bones, pose.transforms_ground_bone)
            for view, camera in enumerate(cameras_of(number)):
                session.set_camera(camera)
                cv2.imwrite(str(picture(folder, number, moment, view)), session.lit(camera)[..., ::-1])
        np.save(folder / f"{number}.npy", np.array([pose.keypoints_ground_m for pose in poses]))
    engine.discard()


def view_cameras(number: int) -> list[ViewCamera]:
    """Of one person's rig, as a calibration gives them."""
    return [
        ViewCamera(
            str(view), (SIZE, SIZE), c.intrinsics, np.zeros(5), False, c.rotation_camera_ground, c.translation_camera_m
        )
        for view, c in enumerate(cameras_of(number))
    ]


def look_at(folder: Path, number: int, true: Array, predictor: PosePredictor) -> list[Look]:
    """What the network sees of keypoints `(M, 37, 3)` in ground metres."""
    views = view_cameras(number)
    found = []
    for moment, points in enumerate(true):
        plane, scores, heights = [], [], []
        for view, camera in enumerate(cameras_of(number)):
            pixels, _ = camera.project(points)
            low, high = pixels.min(axis=0), pixels.max(axis=0)
            margin = MARGIN * float((high - low).max())
            box = np.concatenate([low - margin, high - low + 2 * margin])
            said = predictor.predict(read_rgb(picture(folder, number, moment, view)), box[None])
            plane.append(views[view].undistorted(said.keypoints_px[0]))
            scores.append(np.clip(said.scores[0], 0.0, 1.0))
            heights.append(float((high - low).max()) / views[view].focal_px)
        found.append(Look(np.array(plane), np.array(scores), ERROR_LIMIT * np.array(heights)))
    return found


def seen_by(number: int, look: Look, count: int) -> Array:
    """`(S, 37, 3)` in ground metres: one moment as each choice of neighbouring cameras sees it."""
    views = view_cameras(number)
    choices = [list(c) for c in combinations(range(VIEWS), count) if count > 2 or (c[1] - c[0]) % 2]
    return np.array(
        [
            triangulate([views[v] for v in own], look.plane[own], look.scores[own], look.limits[own]).points
            for own in choices
        ]
    )


def show(what: str, found: Array, true: Array) -> None:
    """Mean distances of `(P, MOMENTS, 37, 3)`."""
    error = 1000 * np.linalg.norm(found - true, axis=-1)
    each = " ".join(f"{skeleton.KEYPOINTS[k].vertebra} {np.nanmean(error[..., k]):.1f}" for k in SPINE)
    print(
        f"{what}: vertebrae {np.nanmean(error[..., SPINE]):.1f} mm, trunk and head {np.nanmean(error[..., TRUNK_IDS]):.1f} mm, "
        f"found {np.isfinite(error).mean():.1%}\n  {each}"
    )


if __name__ == "__main__":
    sys.exit(main())
