"""Points in space from drawn films of calibrated rigs: vertebrae and body against the truth, in millimetres.

    python benchmarks/views.py FOLDER --fits WORKSPACE/fits --clips lift_box golf [--cameras 4] [--frames 75] [--people 1]

Draws each clip once (films are kept in FOLDER), runs `spinegen triangulate` on the videos, with `--as-seen`, without, and with what is known of a
single person told, and again with the points that a network without error would have seen.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from rig.filming import RIG_GROUND, Actor, film_rig, pose2sim_toml, ring
from rig.told import subject_of

from spinegen import shipped_model, skeleton
from spinegen.biomech.fits.files import read_fit
from spinegen.errors import SpinegenError
from spinegen.files import write_text
from spinegen.geometry.types import Array
from spinegen.predict.film import Film
from spinegen.predict.film_person import FilmPerson
from spinegen.predict.views.calibration import read_calibration
from spinegen.predict.views.matching import match_people
from spinegen.predict.views.sightings import sightings
from spinegen.predict.views.stage import TriangulationSettings, triangulate_videos
from spinegen.predict.views.triangulation import triangulate_person
from spinegen.predict.views.world import find_world
from spinegen.progress import make_reporter

SPINE = list(skeleton.SPINE_CHAIN)
SPOTS = ((0.0, 0.0, 20.0), (0.15, -0.75, 200.0), (-0.6, 0.5, 100.0))
"""Where people stand, and which way they face."""


def main() -> int:
    """Draw, measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fits", type=Path, required=True, help="fits of a workspace")
    parser.add_argument("--clips", nargs="+", required=True)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--frames", type=int, default=75)
    parser.add_argument("--rate", type=float, default=25.0, help="frames a second")
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--seed", type=int, default=100, help="of the drawn people")
    parser.add_argument("--model", default="full")
    given = parser.parse_args()
    try:
        for index, clip in enumerate(given.clips):
            measure(given, clip, given.seed + 10 * index)
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def measure(given: argparse.Namespace, clip: str, seed: int) -> None:
    """Draw one clip unless it is there, and print both results."""
    folder = given.folder / f"{clip}_{given.cameras}_{given.people}"
    videos, truth = filmed(given, clip, seed, folder)
    out = folder / "out"
    held = held_by_all(folder / "rig.toml", truth)
    print(f"\n{clip}: {given.cameras} cameras, {given.people} people, {truth.shape[1]} frames")
    model = shipped_model(given.model)
    runs = {"network, as seen": TriangulationSettings(model, as_seen=True), "network": TriangulationSettings(model)}
    if given.people == 1:
        subject = subject_of(actors_of(given, clip, seed)[0].spec())
        runs["network, height, mass, age and sex told"] = TriangulationSettings(model, subject=subject)
    for what, settings in runs.items():
        triangulate_videos(folder / "rig.toml", videos, out, settings=settings, reporter=make_reporter())
        show(what, truth, [positions(path) for path in sorted(out.glob("person_*.parquet"))], held)
    show("true 2D", truth, from_truth(folder / "rig.toml", truth, given.rate), held)


def filmed(given: argparse.Namespace, clip: str, seed: int, folder: Path) -> tuple[list[Path], Array]:
    """The videos and the truth `(people, frames, 37, 3)`."""
    videos = [folder / f"cam_{number}.mp4" for number in range(1, given.cameras + 1)]
    if not (folder / "truth.npy").is_file():
        cameras = ring(given.cameras, 3.8, given.size)
        actors = actors_of(given, clip, seed)
        write_text(folder / "rig.toml", pose2sim_toml(cameras))
        videos, truth = film_rig(folder, cameras, actors, given.frames, rate_hz=given.rate, reporter=make_reporter())
        np.save(folder / "truth.npy", truth)
    return videos, np.load(folder / "truth.npy")


def actors_of(given: argparse.Namespace, clip: str, seed: int) -> list[Actor]:
    """Who is filmed."""
    fit = read_fit(given.fits / clip)
    return [Actor(seed + k, fit, 0.4 * k, *SPOTS[k]) for k in range(given.people)]


def positions(path: Path) -> Array:
    """`(T, 37, 3)`."""
    table = pq.read_table(path)
    return np.stack(
        [np.stack([table[f"{name}_{axis}"].to_numpy() for axis in "xyz"], -1) for name in skeleton.NAMES], 1
    )


def from_truth(calibration: Path, truth: Array, rate_hz: float) -> list[Array]:
    """What triangulation makes of exact pixels."""
    rig = read_calibration(calibration)
    count = truth.shape[1]
    times = np.arange(count) / rate_hz
    tracks = []
    for view, camera in enumerate(rig.cameras):
        people = []
        for number, points in enumerate(truth, 1):
            pixels = camera.project(points @ RIG_GROUND.T)
            low, high = np.nanmin(pixels, axis=1), np.nanmax(pixels, axis=1)
            ones = np.ones(pixels.shape[:2])
            boxes = np.concatenate([low, high - low], axis=1)
            people.append(FilmPerson(number, list(range(count)), boxes, pixels, ones, ones < 0))
        tracks += sightings(
            view,
            camera,
            Film(times.tolist(), people, rate_hz, [], camera.size_wh or (0, 0)),
            start_s=0.0,
            times_s=times,
        )
    found = [triangulate_person(rig.cameras, person, count) for person in match_people(rig.cameras, tracks)]
    world = find_world(calibration, rig, [points.positions_world for points in found], rate_hz)
    return [world.ground_m(points.positions_world) for points in found]


def held_by_all(calibration: Path, truth: Array) -> NDArray[np.bool_]:
    """`(people, T)`: every vertebra lies inside the picture of every camera."""
    held = np.ones(truth.shape[:2], bool)
    for camera in read_calibration(calibration).cameras:
        pixels = camera.project(truth[:, :, SPINE] @ RIG_GROUND.T)
        held &= ((pixels >= 0) & (pixels <= np.array(camera.size_wh) - 1)).all(axis=(-2, -1))
    return held


def show(what: str, truth: Array, found: list[Array], held: NDArray[np.bool_]) -> None:
    """Errors of each person after the turn about the vertical that the two worlds differ by.

    Args:
        held: `(people, T)` frames in which all cameras have the whole spine.
    """
    for number, points in enumerate(truth, 1):
        errors = [np.linalg.norm(aligned(own, points) - points, axis=-1) * 1000 for own in found]
        mean = [float(np.nanmean(error)) for error in errors]
        if not mean:
            print(f"  {what}: nobody")
            return
        error = errors[int(np.argmin(mean))]
        worst = ", ".join(
            f"{skeleton.NAMES[k]} {np.nanmean(error[:, k]):.0f}" for k in np.argsort(-np.nanmean(error, axis=0))[:5]
        )
        spine = " ".join(f"{skeleton.KEYPOINTS[k].vertebra} {np.nanmean(error[:, k]):.1f}" for k in SPINE)
        print(
            f"  {what}, person {number}: vertebrae {np.nanmean(error[:, SPINE]):.2f} mm (95 %: {np.nanpercentile(error[:, SPINE], 95):.1f}), "
            f"in {held[number - 1].sum()} frames whose spine all cameras have {np.nanmean(error[held[number - 1]][:, SPINE]):.2f} mm, "
            f"all points {np.nanmean(error):.2f} mm, found {np.isfinite(error).mean():.1%}\n    {spine}\n    worst: {worst}"
        )


def aligned(found: Array, truth: Array) -> Array:
    """Pose2Sim's axes against ours differ by a quarter turn about the vertical, which is known; nothing is fitted."""
    del truth
    # ground (x, y, z) was written as (z, x, y) and read back as (z, y, -x)
    return np.stack([-found[..., 2], found[..., 1], found[..., 0]], axis=-1)


if __name__ == "__main__":
    sys.exit(main())
