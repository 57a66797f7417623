"""What in a set, and what in the augmentation, makes a network good: each left out by itself.

    python benchmarks/proof.py WORKSPACE FOOTAGE [--out proof] [--only pictures-16 without-spectrum ...]

Curves: the same training on 1/16, 1/4 and all pictures of WORKSPACE/coco, and on as many pictures from as few people, motions or kinds
of place as hold them. Recipes: the full augmentation, and with one thing left out at a time. Every network starts from BlazePose's
features with a new head, learns for the same steps, and is scored on the set's validation people and on the real footage of
`benchmarks/real.py` (fetch it first). Finished runs are kept and not done again; `proof.json` and `proof.md` are written after each.
"""

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof_runs.recipes import LEFT_OUT, recipe
from proof_runs.subsets import PARTS, write_first, write_part
from proof_runs.table import proof_markdown
from real import predict
from real_footage.scores import scores
from real_footage.truth import load_truth

from spinegen.errors import SpinegenError, UsageError
from spinegen.files import write_json, write_text
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.predictor import PosePredictor
from spinegen.pose.scoring.oks import oks_scores
from spinegen.pose.settings import LIGHT, AugmentSettings, TrainSettings
from spinegen.pose.train_part import Split, find_split, train
from spinegen.pose.validation import predictions
from spinegen.progress import Reporter, make_reporter
from spinegen.records.json_file import read_json
from spinegen.workspace import Workspace

WATCHED = 16
"""Pictures that the log of a training takes its AP from."""


@dataclass(frozen=True)
class Bench:
    """What all runs share."""

    workspace: Workspace
    footage: Path
    out: Path
    model: str
    steps: int
    batch: int
    seed: int
    threads: int | None
    reporter: Reporter


def main() -> int:
    """Do the runs that are missing; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path, help="workspace with an exported coco/ folder")
    parser.add_argument("footage", type=Path, help="folder of `real.py --fetch`")
    parser.add_argument("--out", type=Path, default=Path("proof"), help="folder of the runs and their table")
    parser.add_argument("--only", nargs="+", help="names of runs; default: all")
    parser.add_argument("--model", default="lite", help="full, light or lite")
    parser.add_argument("--steps", type=int, default=400, help="of each training")
    parser.add_argument(
        "--batch", type=int, default=8, help="people a step: early on, steps teach more than people a step"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    bench = Bench(
        Workspace(given.workspace),
        given.footage,
        given.out,
        given.model,
        given.steps,
        given.batch,
        given.seed,
        given.threads,
        make_reporter(),
    )
    try:
        run_all(bench, given.only)
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def run_all(bench: Bench, only: list[str] | None) -> None:
    """Every wanted run that is not finished, and the table after each.

    Raises:
        UsageError: no run has such a name.
    """
    runs = all_runs(bench)
    unknown = sorted(set(only or ()) - set(runs))
    if unknown:
        raise UsageError(f"--only must be of {', '.join(runs)}, found {', '.join(unknown)}")
    for name in only or runs:
        result = bench.out / name / "result.json"
        if not result.is_file():
            write_json(result, runs[name]())
        rows = {n: read_json(bench.out / n / "result.json") for n in runs if (bench.out / n / "result.json").is_file()}
        write_json(
            bench.out / "proof.json",
            {"model": bench.model, "steps": bench.steps, "batch": bench.batch, "seed": bench.seed, "runs": rows},
        )
        text = proof_markdown(rows)
        write_text(bench.out / "proof.md", text)
    shutil.rmtree(bench.out / "crops", ignore_errors=True)
    print((bench.out / "proof.md").read_text(encoding="utf-8"))


def all_runs(bench: Bench) -> dict[str, Callable[[], dict[str, Any]]]:
    """What is done for each name, curves first."""
    whole = find_split(bench.workspace, "train")

    def on_part(part: Any) -> dict[str, Any]:
        split = Split(bench.out / part.name / "train.json", whole.images)
        held = write_part(whole.annotations, part, split.annotations, bench.seed)
        return {**held, **learn_and_score(bench, part.name, split, LIGHT)}

    def without(left_out: str, name: str) -> dict[str, Any]:
        return {"left_out": left_out, **learn_and_score(bench, name, whole, recipe(left_out))}

    curves = {part.name: lambda part=part: on_part(part) for part in PARTS}
    recipes = {f"without-{x}": lambda x=x: without(x, f"without-{x}") for x in LEFT_OUT}
    return {**curves, **recipes}


def learn_and_score(bench: Bench, name: str, split: Split, augment: AugmentSettings) -> dict[str, Any]:
    """One training, and its scores on drawn and on real people."""
    bench.reporter.say(f"-- {name}")
    folder, drawn = bench.out / name, find_split(bench.workspace, "val")
    watched = Split(bench.out / "watched.json", drawn.images)
    if not watched.annotations.is_file():
        write_first(drawn.annotations, WATCHED, watched.annotations)
    settings = TrainSettings(
        model=bench.model,
        steps=bench.steps,
        batch=bench.batch,
        seed=bench.seed,
        augment=augment,
        upper_rate=0,
        optimizer="adamw",  # as in the runs that docs/training.md tells of
        threads=bench.threads,
        device="cpu",
    )
    key = f"{name}-{bench.model}-{bench.steps}x{bench.batch}-{bench.seed}"
    record = train(folder, split, watched, settings, key=key, reporter=bench.reporter, crops=bench.out / "crops")
    model = folder / "pose.onnx"
    seen = predictions(
        model, read_coco(drawn.annotations, drawn.images), device="cpu", reporter=bench.reporter, threads=bench.threads
    )
    truths = load_truth(bench.footage, bench.reporter)
    predictor = PosePredictor(model, flip_test=True, threads=bench.threads)
    answers = predict(bench.footage, truths, predictor, name=name, reporter=bench.reporter)
    real = scores(truths, answers)
    return {
        "drawn": {
            group: row["AP"] for group, row in oks_scores(seen.people, seen.keypoints_px, seen.confidences).items()
        },
        "real": {**real["all"], "views": {view: row["pck_05"] for view, row in real["views"].items()}},
        "loss": record.history[-1]["loss"],
    }


if __name__ == "__main__":
    sys.exit(main())
