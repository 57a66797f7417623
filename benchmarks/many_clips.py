"""`fit-mocap` over hundreds or thousands of clips: time a clip, memory of the main process, and what a second run costs.

    python benchmarks/many_clips.py [--clips 250 1000] [--frames 60] [--jobs 2]

Clips are stretches of the shipped flow, each written as a TRC file of its own. Fits each number of clips in a fresh workspace, prints a row
each, and then runs the same command once more, which finds everything done.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from spinegen.clips.clip import Clip
from spinegen.clips.read import read_clip
from spinegen.motions.shipped import make_shipped_clips


def write_trc(path: Path, clip: Clip, first: int, frames: int) -> None:
    """Frames of a clip as a TRC file in millimetres; gaps are blank."""
    shown = slice(first, first + frames)
    positions = 1e3 * clip.positions_ground_m[shown].reshape(len(clip.times_s[shown]), -1)
    count = len(clip.labels)
    header = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        "\t".join(map(str, (clip.rate_hz, clip.rate_hz, len(positions), count, "mm", clip.rate_hz, 1, len(positions)))),
        "Frame#\tTime\t" + "\t\t\t".join(clip.labels),
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, count + 1) for axis in "XYZ"),
    ]
    rows = [
        "\t".join([str(row + 1), f"{row / clip.rate_hz:.5f}", *("" if np.isnan(x) else f"{x:.3f}" for x in values)])
        for row, values in enumerate(positions)
    ]
    path.write_text("\n".join([*header, *rows, ""]), encoding="utf-8")


def cut(folder: Path, count: int, frames: int) -> None:
    """Write `count` clips that begin all over the shipped flow."""
    folder.mkdir()
    clips = [read_clip(path) for path in make_shipped_clips(folder.parent / "shipped")]
    rng = np.random.default_rng(np.random.SeedSequence([8, count]))
    for number in range(count):
        clip = clips[number % len(clips)]
        first = int(rng.integers(len(clip.times_s) - frames))
        write_trc(folder / f"clip_{number:05d}.trc", clip, first, frames)


def run_here(clips: Path, root: Path, jobs: int) -> None:
    """Fit one folder and print what it took as JSON; runs in a process of its own."""
    from spinegen.biomech.fits.settings import FitSettings
    from spinegen.biomech.fits.stage import fit_mocap
    from spinegen.progress import SilentReporter
    from spinegen.workspace import Workspace

    start = time.perf_counter()
    fit_mocap(Workspace(root), FitSettings(clips=tuple(sorted(clips.glob("*.trc"))), jobs=jobs), SilentReporter())
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_s": sum(usage.ru_utime + usage.ru_stime for usage in used),
                "main_mb": used[0].ru_maxrss / 1024,
                "worker_mb": used[1].ru_maxrss / 1024,
            }
        )
    )


def main() -> None:
    """Fit each number of clips, twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="+", default=[250, 1000])
    parser.add_argument("--frames", type=int, default=60, help="frames of a clip")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--one", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        clips, root = given.one
        run_here(clips, root, given.jobs)
        return
    print(
        f"{'clips':>6} {'':>6} {'seconds':>8} {'CPU s':>7} {'ms a clip':>9} {'main MB':>8} {'worker MB':>9} {'fits':>6}"
    )
    with tempfile.TemporaryDirectory(dir=given.work) as folder:
        for count in given.clips:
            clips, root = Path(folder) / f"clips{count}", Path(folder) / f"w{count}"
            cut(clips, count, given.frames)
            for what in ("first", "again"):
                command = [sys.executable, __file__, "--one", str(clips), str(root), "--jobs", str(given.jobs)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    sys.exit(done.stderr)
                row = json.loads(done.stdout.splitlines()[-1])
                fits = len(list((root / "fits").glob("*/report.json")))
                print(
                    f"{count:6d} {what:>6} {row['seconds']:8.1f} {row['cpu_s']:7.1f} {1e3 * row['seconds'] / count:9.1f} "
                    f"{row['main_mb']:8.0f} {row['worker_mb']:9.0f} {fits:6d}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
