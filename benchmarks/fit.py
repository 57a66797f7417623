"""How near, how fast, how much memory: the fit against known motion, against OpenSim's own tool, and on real clips.

    python benchmarks/fit.py accuracy speed linear jobs clips [--clips FOLDER]

Times are process CPU seconds on one thread of linear algebra unless they say wall, so that a busy machine changes them little.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fit.fit_clip import fit_clip
from spinegen.biomech.fit.inverse import mend, solve_motion
from spinegen.biomech.fit.opensim_tool import solve_with_opensim
from spinegen.biomech.fit.setup import make_problem
from spinegen.biomech.model.spine_model import SEGMENTS
from spinegen.clips.clip import Clip
from spinegen.clips.marker_set import MarkerRow, MarkerSet
from spinegen.clips.matching import MarkerMatch
from support.known_motions import centroids, known_motion, marked_model, vertebra_error_mm

WHAT = ("accuracy", "speed", "linear", "jobs", "clips")
NOISE_M = 0.005
RATE_HZ = 60.0


def accuracy(seeds: int = 3) -> None:
    """Mean distance of the vertebral centroids from known ones."""
    model, markers = marked_model()
    rows: dict[str, list[float]] = {
        "smoothed": [],
        "frame by frame": [],
        "10 % gaps and a swapped pair": [],
        "proportions differ": [],
    }
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        q = known_motion(model, 900, RATE_HZ, rng)
        truth = centroids(model, q)
        observed = model.station_positions(model.forward(q), markers.stations)
        observed = observed + NOISE_M * rng.standard_normal(observed.shape)
        for name, smooth in (("smoothed", True), ("frame by frame", False)):
            problem = make_problem(model, markers, observed, RATE_HZ, smooth=smooth)
            rows[name].append(vertebra_error_mm(model, solve_motion(model, problem, smooth=smooth), truth))
        holed = observed.copy()
        for column in range(holed.shape[1]):
            for start in rng.integers(0, 880, 9):
                holed[start : start + 10, column] = np.nan
        pair = [markers.labels.index(label) for label in ("RANL", "RANM")]
        holed[300:500, pair] = holed[300:500, pair[::-1]]
        problem = make_problem(model, markers, holed, RATE_HZ)
        _, found, faults = mend(markers.labels, problem, solve_motion(model, problem))
        rows["10 % gaps and a swapped pair"].append(vertebra_error_mm(model, found, truth))
        print(f"  seed {seed}: {'; '.join(fault.sentence() for fault in faults) or 'no fault found'}")
        rows["proportions differ"].append(_other_performer(rng))
    limits = (3.5, 4.0, 5.0, 12.0)
    for (name, errors), limit in zip(rows.items(), limits, strict=True):
        print(f"{name:32s} {np.mean(errors):5.2f} mm (worst of {seeds}: {max(errors):.2f}; at most {limit})")


def _other_performer(rng: np.random.Generator) -> float:
    """Every segment and axis up to 10 % longer or shorter (left and right alike), clusters elsewhere, 5 mm noise, no static clip."""
    base, markers = marked_model()
    pairs = {name.rsplit("_", 1)[0] if name.endswith(("_r", "_l")) else name for name in SEGMENTS}
    factor = {name: rng.uniform(0.9, 1.1, 3) for name in sorted(pairs)}
    scales = {name: factor[name.rsplit("_", 1)[0] if name.endswith(("_r", "_l")) else name] for name in SEGMENTS}
    moved = {
        station: np.asarray(base.stations[source].location_body_m) + 0.02 * rng.standard_normal(3)
        for station, source, free in zip(markers.stations, markers.sources, markers.movable, strict=True)
        if free
    }
    person = base.scaled(scales, station_overrides=moved)
    q = known_motion(person, 900, RATE_HZ, rng)
    observed = person.station_positions(person.forward(q), markers.stations)
    observed = observed + NOISE_M * rng.standard_normal(observed.shape)
    clip = Clip("known", Path("known.c3d"), RATE_HZ, np.arange(900) / RATE_HZ, markers.labels, observed, "markers")
    table = {
        label: MarkerRow(station=source, role="cluster" if free else "anatomical")
        for label, source, free in zip(markers.labels, markers.sources, markers.movable, strict=True)
    }
    match = MarkerMatch("known", MarkerSet(kind="markers", markers=table), table, 1.0, "known", ())
    fit = fit_clip(clip, match, load_model())
    return vertebra_error_mm(fit.model, fit.q, centroids(person, q))


def speed(frames: int = 3000, opensim_frames: int = 30) -> None:
    """Inverse kinematics on the same model, markers and noise: ours against OpenSim's tool with its couplers."""
    model, markers = marked_model()
    rng = np.random.default_rng(0)
    q = known_motion(model, frames, RATE_HZ, rng)
    truth = centroids(model, q)
    observed = model.station_positions(model.forward(q), markers.stations)
    observed = observed + NOISE_M * rng.standard_normal(observed.shape)
    solve_motion(model, make_problem(model, markers, observed[:100], RATE_HZ))  # imports
    rates = {}
    for name, smooth in (("ours, smoothed", True), ("ours, frame by frame", False)):
        problem = make_problem(model, markers, observed, RATE_HZ, smooth=smooth)
        start = time.process_time()
        found = solve_motion(model, problem, smooth=smooth)
        rates[smooth] = frames / (time.process_time() - start)
        print(f"{name:24s} {rates[smooth]:8.1f} frames/s  {vertebra_error_mm(model, found, truth):5.2f} mm")
    part = slice(0, opensim_frames)
    start = time.process_time()
    found = solve_with_opensim(model, markers, observed[part], np.arange(opensim_frames) / RATE_HZ, first_q=q[0])
    theirs = opensim_frames / (time.process_time() - start)
    print(
        f"{'OpenSim with couplers':24s} {theirs:8.2f} frames/s  {vertebra_error_mm(model, found, truth[part]):5.2f} mm"
    )
    print(f"ratio {rates[True] / theirs:.0f} smoothed, {rates[False] / theirs:.0f} frame by frame")


def linear(counts: tuple[int, ...] = (1000, 10_000, 100_000)) -> None:
    """CPU time and peak memory of clips of growing length, each in a process of its own."""
    for count in counts:
        command = [sys.executable, __file__, "--one-length", str(count)]
        figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{count:7d} frames: {1000 * figures['seconds'] / count:.2f} ms/frame, {count / figures['seconds']:.0f} frames/s, "
            f"{figures['megabytes']:.0f} MB more than before the solve ({1000 * figures['megabytes'] / count:.1f} kB/frame)"
        )


def one_length(count: int) -> None:
    """For `linear`: one solve, its figures as JSON."""
    model, markers = marked_model()
    rng = np.random.default_rng(0)
    q = known_motion(model, count, RATE_HZ, rng)
    problem = make_problem(model, markers, np.zeros((0, len(markers.labels), 3)), RATE_HZ)
    observed = problem.kinematics.positions(q)
    observed += NOISE_M * rng.standard_normal(observed.shape)
    del q
    problem = make_problem(model, markers, observed, RATE_HZ)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    mend(markers.labels, problem, solve_motion(model, problem))
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "megabytes": (after - before) / 1024.0}))


def jobs(clips: int = 10, frames: int = 600) -> None:
    """Wall time of the stage with one process and with two."""
    from spinegen.biomech.fit.opensim_tool import write_trc
    from spinegen.biomech.fits.settings import FitSettings
    from spinegen.biomech.fits.stage import fit_mocap
    from spinegen.progress import SilentReporter
    from spinegen.workspace import Workspace

    model, markers = marked_model()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        rows = "".join(f"  {label}: {{station: landmark/{label}}}\n" for label in markers.labels)
        (root / "set.yaml").write_text(f"kind: markers\nmarkers:\n{rows}")
        for number in range(clips):
            rng = np.random.default_rng(number)
            q = known_motion(model, frames, RATE_HZ, rng)
            observed = model.station_positions(model.forward(q), markers.stations)
            observed = observed + NOISE_M * rng.standard_normal(observed.shape)
            write_trc(root / f"clip{number}.trc", markers.labels, observed, np.arange(frames) / RATE_HZ)
        wall = {}
        for count in (1, 2):
            settings = FitSettings(
                clips=tuple(sorted(root.glob("*.trc"))), marker_set=str(root / "set.yaml"), jobs=count
            )
            start = time.perf_counter()
            summary = fit_mocap(Workspace(root / f"out{count}"), settings, SilentReporter())
            wall[count] = time.perf_counter() - start
            print(f"{count} process(es): {wall[count]:.1f} s wall, failures: {list(summary.failures)}")
        print(f"ratio {wall[1] / wall[2]:.2f}")


def clips(folder: Path) -> None:
    """Every real clip of a folder."""
    from spinegen.biomech.fits.clip_list import ClipTask
    from spinegen.biomech.fits.one_clip import fit_one
    from spinegen.biomech.fits.settings import FitSettings
    from spinegen.biomech.fits.stage import fit_identity

    with tempfile.TemporaryDirectory() as name:
        for path in sorted(folder.iterdir()):
            settings = FitSettings(clips=(path,))
            task = ClipTask(path.stem, path, settings)
            _, report = fit_one(task, Path(name) / path.stem, fit_identity(path, settings))
            if isinstance(report, str):
                print(f"{path.name}: {report}")
                continue
            curve = report.curvature_deg
            print(
                f"{path.name:28s} {report.frames:5d} frames  RMS {report.residual_mm.rms:5.2f} mm  max {report.residual_mm.max:5.1f}  "
                f"spine at limit {report.limits.spine or 'never'}  jumps {report.jumps.frames} "
                f"(max {report.jumps.max_rad_s2:.0f} rad/s^2)  standing lordosis/kyphosis {curve.standing_lordosis}/{curve.standing_kyphosis}  "
                f"{report.verdict}"
            )


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help=f"of {', '.join(WHAT)}; default: accuracy speed")
    parser.add_argument("--clips", type=Path, help="folder of real clips")
    parser.add_argument("--longest", type=int, default=100_000, help="longest clip of `linear`")
    parser.add_argument("--one-length", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one_length:
        one_length(given.one_length)
        return
    if unknown := [what for what in given.what if what not in WHAT]:
        parser.error(f"{unknown[0]!r} is none of {', '.join(WHAT)}")
    for what in given.what or WHAT[:2]:
        print(f"== {what}")
        if what == "accuracy":
            accuracy()
        elif what == "speed":
            speed()
        elif what == "linear":
            linear(tuple(n for n in (1000, 10_000, 100_000) if n <= given.longest))
        elif what == "jobs":
            jobs()
        elif given.clips is None:
            parser.error("clips needs --clips FOLDER")
        else:
            clips(given.clips)


if __name__ == "__main__":
    main()
