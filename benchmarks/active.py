"""Does the ranking of `spinegen label` pay? The whole loop without a person: drawn frames stand for photographs, their truth for the annotator.

    python benchmarks/active.py WORKSPACE [--out DIR] [--rounds 3] [--per-round 100] [--repeats 3] [--steps 60]
    python benchmarks/active.py WORKSPACE --rounds 2 --per-round 12 --repeats 1 --steps 10 --base 60 --pool 60     # minutes
    python benchmarks/active.py WORKSPACE --unsure light --validation 100       # does the ranking find what a network gets wrong?

WORKSPACE holds a COCO export of varied frames (`spinegen render --scenes street` and `spinegen export-coco`). Its indoor pictures
are what a network learns first; its outdoor pictures of people who are never indoors are the photographs, but for a fifth of those
people, whose pictures every network is scored on, with the outdoor ones of the validation split. Each round, `label prepare` looks
at the photographs with the network of the round before and chooses some, by rank or at random; the truth is put in place of the
pre-labels, `label accept` merges it, and that network goes on learning (`--start`) from the first set mixed with all that is
accepted. Same seeds on both sides; repeats differ in seed and first set. At random, `prepare` looks only at pictures that were drawn
by lot before: looking at all of them would choose the same and take longer. Both ways share what networks said of a picture.
`--unsure` learns nothing: it takes the validation pictures of all places and sets what the ranking says of each person beside how wrong
the network is of them.
Writes `active.json` after every network and prints a table; the same call goes on where it was broken off.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from label_loop.sets import WAYS, Sets, Sizes, make_sets
from label_loop.unsureness import unsure_and_wrong

from spinegen import skeleton
from spinegen.curation.accept import SET_NAME, accept
from spinegen.curation.editing.saving import Desk
from spinegen.curation.folder import LabelFolder
from spinegen.curation.moves import moves_of
from spinegen.curation.prepare import prepare
from spinegen.curation.real_set import annotations_file
from spinegen.curation.settings import PrepareSettings
from spinegen.errors import SpinegenError
from spinegen.files import write_json
from spinegen.pose.assembly import ARCHITECTURES
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.scoring.baseline import mean_pose
from spinegen.pose.settings import TrainSettings
from spinegen.pose.train_part import train
from spinegen.pose.validation import validate
from spinegen.predict.boxes import overlaps, xyxy
from spinegen.progress import Reporter, SilentReporter, make_reporter
from spinegen.records.label_files import Keypoints, LabelledPerson, PictureLabels
from spinegen.streams import generator

SAME_BOX = 0.3
"""A detection belongs to the person whose true box it shares this much with (intersection over union)."""
SMALL_HW = (128, 96)
"""Input of `small-lite`: the lite network at a quarter of its pixels, and of its time."""


def main() -> int:
    """Measure, write and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, default=Path("active"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--per-round", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60, help="of learning after each round, 16 people each")
    parser.add_argument("--base", type=int, default=300, help="indoor pictures of the first set")
    parser.add_argument("--base-steps", type=int, default=150, help="of learning from the first set")
    parser.add_argument("--pool", type=int, default=900, help="outdoor pictures to choose from, at most")
    parser.add_argument("--validation", type=int, default=400, help="outdoor pictures to score on, at most")
    parser.add_argument("--model", default="lite", help="full, light, lite or small-lite")
    parser.add_argument(
        "--unsure", metavar="light|full|FILE.onnx", help="only set this network's unsureness beside its errors"
    )
    parser.add_argument(
        "--first-seed", type=int, default=0, help="of the first repeat: others than an idea was found on tell its worth"
    )
    parser.add_argument(
        "--ways", nargs="+", choices=WAYS, default=list(WAYS[:2]), help="of choosing, the first against the second"
    )
    given = vars(parser.parse_args())
    given["ways"] = tuple(given["ways"])
    workspace, out, unsure = given.pop("workspace"), given.pop("out"), given.pop("unsure")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    ARCHITECTURES["small-lite"] = replace(ARCHITECTURES["lite"], size="small-lite", input_hw=SMALL_HW)
    try:
        if unsure is not None:
            unsure_and_wrong(workspace, unsure, given["validation"], make_reporter())
        else:
            measure(workspace, out, Sizes(**given), make_reporter())
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def measure(workspace: Path, out: Path, sizes: Sizes, reporter: Reporter) -> None:
    """All repeats, both ways."""
    rows: list[dict[str, Any]] = []

    def note(row: dict[str, Any]) -> None:
        rows.append(row)
        write_json(out / "active.json", {"sizes": vars(sizes), "rows": rows})
        reporter.say(
            f"repeat {row['repeat']}, {row['way']}, round {row['round']}: AP all {row['all']:.3f}, spine {row['spine']:.3f}"
        )

    loops: list[Iterator[dict[str, Any]]] = []
    for repeat in range(sizes.first_seed, sizes.first_seed + sizes.repeats):
        folder = out / f"repeat-{repeat}"
        sets = make_sets(workspace, folder / "sets", sizes, repeat)
        first = folder / "round-0"
        trained(first, sets, sizes, seed=repeat, reporter=reporter)
        note({"repeat": repeat, "way": "both", "round": 0, "labelled": 0, **score(first, sets)})
        for way in sizes.ways:
            shared_looks(folder / way / "L", out / "looks")
            loops.append(loop(folder / way, first, sets, way, sizes=sizes, repeat=repeat, reporter=reporter))
    for _ in range(sizes.rounds):  # a round of all before the next: what is broken off can be compared
        for one in loops:
            note(next(one))
        print_table(rows, sizes)


def shared_looks(root: Path, place: Path) -> None:
    """Let a labelled folder keep what networks say of pictures in a place that others use, too."""
    looks = LabelFolder(root).looks
    place.mkdir(parents=True, exist_ok=True)
    if not looks.exists():
        looks.parent.mkdir(parents=True, exist_ok=True)
        looks.symlink_to(place.resolve())


def loop(
    folder: Path, first: Path, sets: Sets, way: str, *, sizes: Sizes, repeat: int, reporter: Reporter
) -> Iterator[dict[str, Any]]:
    """Rounds of choosing, labelling by the truth, accepting and learning; a row a round."""
    before, root = first, folder / "L"
    for number in range(1, sizes.rounds + 1):
        if len(LabelFolder(root).found_set().rounds) < number:
            sources = (
                sets.pool if way != "random" else drawn_by_lot(folder, number, sets.pool, sizes=sizes, repeat=repeat)
            )
            settings = {"sources": (sources,), "count": sizes.per_round, "model": str(before / "pose.onnx")}
            prepare(
                root, PrepareSettings.model_validate(settings | {"choose": way, "seed": repeat, "threads": 1}), reporter
            )
        moved = annotate(LabelFolder(root), number, sets)
        target = folder / f"round-{number}"
        accept(root, target / "real", name=SET_NAME, by="truth", reporter=SilentReporter())
        trained(target, sets, sizes, seed=repeat, reporter=reporter, before=before)
        before = target
        labelled = sum(len(made.pictures) for made in LabelFolder(root).found_set().rounds[:number])
        yield {
            "repeat": repeat,
            "way": way,
            "round": number,
            "labelled": labelled,
            "moved": moved,
            **score(target, sets),
        }


def drawn_by_lot(folder: Path, number: int, pool: Path, *, sizes: Sizes, repeat: int) -> Path:
    """A folder of links to pictures of the pool that were not chosen before: as many as a round needs, and half as many again."""
    chosen = {labels.source for labels in (LabelFolder(folder / "L").all_labels() if number > 1 else ())}
    left = sorted(path for path in pool.iterdir() if path.name not in chosen)
    order = generator(repeat, 4, number).permutation(len(left))[: sizes.per_round * 3 // 2]
    drawn = folder / f"lot-{number}"
    drawn.mkdir(parents=True, exist_ok=True)
    for i in order:
        target = drawn / left[i].name
        if not target.exists():
            target.symlink_to(left[i].resolve())
    return drawn


def annotate(folder: LabelFolder, number: int, sets: Sets) -> float:
    """Put the truth in place of the round's pre-labels; mean move in longer sides of the box."""
    desk = Desk.at(folder.root, "truth")
    mine = [labels for labels in folder.all_labels() if labels.round == number]
    done = [desk.put(labels, _corrected(labels, sets.truth[labels.source]), True) for labels in mine]
    shares = moves_of(done).share_of_box
    return float(np.nanmean(shares)) if np.isfinite(shares).any() else 0.0


def _corrected(labels: PictureLabels, truth: Sequence[dict[str, Any]]) -> tuple[LabelledPerson, ...]:
    boxes = np.array([item["bbox"] for item in truth], dtype=np.float64)
    left = list(range(len(truth)))
    people = []
    for person in labels.people:
        shared = overlaps(xyxy(np.array([person.box_xywh_px])), xyxy(boxes[left]))[0] if left else np.zeros(0)
        if len(shared) and shared.max() >= SAME_BOX:
            item = truth[left.pop(int(shared.argmax()))]
            people.append(
                person.model_copy(update={"keypoints": _points(item), "box_xywh_px": tuple(map(float, item["bbox"]))})
            )
        else:
            people.append(person.model_copy(update={"removed": True}))
    for k in left:
        x, y, width, height = map(float, truth[k]["bbox"])
        people.append(
            LabelledPerson(
                person=len(people) + 1, box_xywh_px=(x, y, width, height), keypoints=_points(truth[k]), added=True
            )
        )
    return tuple(people)


def _points(item: dict[str, Any]) -> Keypoints:
    rows = np.array(item["keypoints"], dtype=np.float64).reshape(skeleton.COUNT, 3)
    return tuple((x, y, int(v)) for x, y, v in rows.tolist())  # pyright: ignore[reportReturnType]


def trained(
    folder: Path, sets: Sets, sizes: Sizes, *, seed: int, reporter: Reporter, before: Path | None = None
) -> None:
    """A network from the first set, or `before` gone on with, mixed with what was accepted; kept where it is there."""
    if (folder / "training.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {"model": sizes.model, "steps": sizes.base_steps, "batch": 16, "seed": seed, "threads": 1}
    if before is not None:
        mix = annotations_file(folder / "real", SET_NAME)
        given |= {"steps": sizes.steps, "start": str(before / "weights.pt"), "mix": mix}
    settings = TrainSettings.model_validate(given)
    train(folder, sets.base, sets.watched, settings, key=f"{sizes}-{seed}-{folder}", reporter=reporter)


def score(folder: Path, sets: Sets) -> dict[str, float]:
    """Validation AP of a round's network by subset, and as `auc_...` the area under its PCK curve up to 0.2 of the box."""
    known = folder / "score.json"
    if not known.exists():
        people = read_coco(sets.validation.annotations, sets.validation.images)
        found = validate(
            folder / "pose.onnx", people, mean_pose(people), device="cpu", reporter=SilentReporter(), threads=1
        )
        ap = {name: values["AP"] or 0.0 for name, values in found.scores.network.items()}
        auc = {f"auc_{name}": value or 0.0 for name, value in found.scores.auc.network.items()}
        write_json(known, ap | auc)
    return json.loads(known.read_text())


def print_table(rows: Sequence[dict[str, Any]], sizes: Sizes) -> None:
    """Means over the repeats, with the range where there are several, and the differences of the same seeds."""
    print(
        f"{sizes.model}, {sizes.base_steps} steps of 16 on {sizes.base} pictures, {sizes.steps} a round; pool {sizes.pool}, "
        f"{sizes.repeats} repeats"
    )
    print(
        "| labelled | way | AP all | AP spine | AUC all | AUC spine | moved, % of box |\n|---|---|---|---|---|---|---|"
    )
    last_round = max(row["round"] for row in rows)
    for number in range(last_round + 1):
        for way in ("both",) if number == 0 else sizes.ways:
            own = [row for row in rows if row["round"] == number and row["way"] == way]
            cells = [_spread([row[name] for row in own]) for name in ("all", "spine", "auc_all", "auc_spine")]
            moved = "" if number == 0 else f"{100 * np.mean([row['moved'] for row in own]):.1f}"
            print(f"| {own[0]['labelled']} | {way} | {' | '.join(cells)} | {moved} |")
    for name in ("all", "spine", "auc_all", "auc_spine"):
        last = {(row["repeat"], row["way"]): row[name] for row in rows if row["round"] == last_round}
        ahead = [last[k, sizes.ways[0]] - last[k, sizes.ways[1]] for k in sorted({row["repeat"] for row in rows})]
        print(
            f"{name}, {sizes.ways[0]} minus {sizes.ways[1]} after round {last_round}, by repeat: "
            + ", ".join(f"{d:+.3f}" for d in ahead)
        )


def _spread(values: Sequence[float]) -> str:
    few = f"{np.mean(values):.3f}"
    return few if len(values) == 1 else f"{few} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    sys.exit(main())
