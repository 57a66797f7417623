"""Does the ranking of `spinegen label` pay? The whole loop without a person: drawn frames stand for photographs, their truth for the annotator.

    python benchmarks/active.py WORKSPACE [--out DIR] [--rounds 3] [--per-round 100] [--repeats 3] [--steps 600]
    python benchmarks/active.py WORKSPACE --rounds 2 --per-round 12 --repeats 1 --steps 20 --base 60 --pool 60     # minutes

WORKSPACE holds a COCO export of varied frames (`spinegen render --scenes street` and `spinegen export-coco`). Its indoor pictures
are what a network learns first; its outdoor pictures of other people, which no network saw, are the photographs. Each round, `label
prepare` looks at all of them with the network of the round before and chooses some, by rank or at random; the truth is put in place
of the pre-labels, `label accept` merges it, and the network learns anew from the first set mixed with all that is accepted. Every
network is scored on the outdoor pictures of the validation split. Same seeds on both sides; repeats differ in seed and first set.
Writes `active.json` after every network and prints a table; the same call goes on where it was broken off.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinegen import skeleton
from spinegen.curation.accept import SET_NAME, accept
from spinegen.curation.editing.saving import Desk
from spinegen.curation.folder import LabelFolder
from spinegen.curation.moves import moves_of
from spinegen.curation.prepare import prepare
from spinegen.curation.real_set import annotations_file
from spinegen.curation.settings import PrepareSettings
from spinegen.errors import SpinegenError, UsageError
from spinegen.files import write_json
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.scoring.baseline import mean_pose
from spinegen.pose.settings import TrainSettings
from spinegen.pose.train_part import Split, train
from spinegen.pose.validation import validate
from spinegen.predict.boxes import overlaps, xyxy
from spinegen.progress import Reporter, SilentReporter, make_reporter
from spinegen.records.label_files import Keypoints, LabelledPerson, PictureLabels
from spinegen.streams import generator

SAME_BOX = 0.3
"""A detection belongs to the person whose true box it shares this much with (intersection over union)."""
WAYS = ("ranked", "random")


@dataclass(frozen=True)
class Sizes:
    """How large a run is."""

    rounds: int
    per_round: int
    repeats: int
    steps: int
    base: int
    """Pictures of the first set."""
    pool: int
    """Pictures to choose from."""
    validation: int
    """Pictures to score on."""
    model: str


def main() -> int:
    """Measure, write and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, default=Path("active"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--per-round", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600, help="of every training, 16 people each")
    parser.add_argument("--base", type=int, default=400, help="indoor pictures of the first set")
    parser.add_argument("--pool", type=int, default=1500, help="outdoor pictures to choose from, at most")
    parser.add_argument("--validation", type=int, default=400, help="outdoor pictures to score on, at most")
    parser.add_argument("--model", default="light", help="light or full")
    given = vars(parser.parse_args())
    workspace, out = given.pop("workspace"), given.pop("out")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        measure(workspace, out, Sizes(**given), make_reporter())
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def measure(workspace: Path, out: Path, sizes: Sizes, reporter: Reporter) -> None:
    """All repeats, both ways."""
    rows: list[dict[str, Any]] = []
    for repeat in range(sizes.repeats):
        folder = out / f"repeat-{repeat}"
        sets = make_sets(workspace, folder / "sets", sizes, repeat)
        first = folder / "round-0"
        trained(first, sets, None, sizes, seed=repeat, reporter=reporter)
        rows.append({"repeat": repeat, "way": "both", "round": 0, "labelled": 0, **score(first, sets)})
        for way in WAYS:
            rows += loop(folder / way, first / "pose.onnx", sets, way, sizes=sizes, repeat=repeat, reporter=reporter)
            write_json(out / "active.json", {"sizes": vars(sizes), "rows": rows})
    print_table(rows, sizes)


@dataclass(frozen=True)
class Sets:
    """Where the three sets of a repeat lie."""

    base: Split
    pool: Path
    """Folder of pictures alone."""
    truth: dict[str, list[dict[str, Any]]]
    """Annotations of the pool by picture."""
    validation: Split


def make_sets(workspace: Path, folder: Path, sizes: Sizes, seed: int) -> Sets:
    """Indoor pictures to begin with, outdoor ones of other people to choose from, outdoor ones of the validation split.

    Raises:
        UsageError: the export is missing or holds too few of either.
    """
    data = {name: _read(workspace, name) for name in ("train", "val")}
    people_of = {name: _people(one) for name, one in data.items()}
    indoor = [image for image in data["train"]["images"] if image["plan"]["indoor"]]
    order = generator(seed, 1).permutation(len(indoor))[: sizes.base]
    base = [indoor[i] for i in sorted(order)]
    known = {person for image in base for person in people_of["train"].get(image["id"], ())}
    outdoor = [
        image for image in data["train"]["images"]
        if not image["plan"]["indoor"] and not known & people_of["train"].get(image["id"], set())
    ][: sizes.pool]  # fmt: skip
    checked = [image for image in data["val"]["images"] if not image["plan"]["indoor"]][: sizes.validation]
    for what, found, least in (
        ("indoor", base, 2),
        ("outdoor", outdoor, sizes.rounds * sizes.per_round),
        ("validation", checked, 2),
    ):
        if len(found) < least:
            raise UsageError(f"{workspace}: has {len(found)} {what} pictures, needed are {least}: render more")
    pool = folder / "pool"
    pool.mkdir(parents=True, exist_ok=True)
    for image in outdoor:
        target = pool / image["file_name"]
        if not target.exists():
            target.symlink_to((workspace / "coco/images/train-unreal" / image["file_name"]).resolve())
    truth = {image["file_name"]: _annotations(data["train"], [image]) for image in outdoor}
    return Sets(
        _write(folder / "base.json", data["train"], base, workspace / "coco/images/train-unreal"),
        pool,
        truth,
        _write(folder / "val.json", data["val"], checked, workspace / "coco/images/val-unreal"),
    )


def loop(
    folder: Path, first: Path, sets: Sets, way: str, *, sizes: Sizes, repeat: int, reporter: Reporter
) -> list[dict[str, Any]]:
    """Rounds of choosing, labelling by the truth, accepting and learning; a row a round."""
    network, root = first, folder / "L"
    rows = []
    for number in range(1, sizes.rounds + 1):
        settings = PrepareSettings.model_validate(
            {"sources": (sets.pool,), "count": sizes.per_round, "model": str(network), "choose": way, "seed": repeat}
        )
        if len(LabelFolder(root).found_set().rounds) < number:
            prepare(root, settings, reporter)
        moved = annotate(LabelFolder(root), number, sets)
        target = folder / f"round-{number}"
        accept(root, target / "real", SET_NAME, "truth", SilentReporter())
        trained(target, sets, annotations_file(target / "real", SET_NAME), sizes, seed=repeat, reporter=reporter)
        network = target / "pose.onnx"
        labelled = number * sizes.per_round
        rows.append(
            {"repeat": repeat, "way": way, "round": number, "labelled": labelled, "moved": moved, **score(target, sets)}
        )
        last = rows[-1]
        reporter.say(f"repeat {repeat}, {way}, round {number}: AP all {last['all']:.3f}, spine {last['spine']:.3f}")
    return rows


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


def trained(folder: Path, sets: Sets, mix: Path | None, sizes: Sizes, *, seed: int, reporter: Reporter) -> None:
    """A network from the first set, mixed with what was accepted; kept where it is there."""
    if (folder / "training.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    settings = TrainSettings.model_validate(
        {"model": sizes.model, "steps": sizes.steps, "batch": 16, "seed": seed, "mix": mix}
    )
    train(folder, sets.base, sets.validation, settings, key=f"{sizes}-{seed}-{mix}", reporter=reporter)


def score(folder: Path, sets: Sets) -> dict[str, float]:
    """Validation AP of a round's network by subset, and as `auc_...` the area under its PCK curve up to 0.2 of the box."""
    known = folder / "score.json"
    if not known.exists():
        people = read_coco(sets.validation.annotations, sets.validation.images)
        found = validate(folder / "pose.onnx", people, mean_pose(people), device="cpu", reporter=SilentReporter())
        ap = {name: values["AP"] or 0.0 for name, values in found.scores.network.items()}
        auc = {f"auc_{name}": value or 0.0 for name, value in found.scores.auc.network.items()}
        write_json(known, ap | auc)
    return json.loads(known.read_text())


def print_table(rows: Sequence[dict[str, Any]], sizes: Sizes) -> None:
    """Means over the repeats, with the range where there are several, and the differences of the same seeds."""
    print(
        f"{sizes.model}, {sizes.steps} steps of 16; first set {sizes.base} pictures, pool {sizes.pool}, {sizes.repeats} repeats"
    )
    print(
        "| labelled | way | AP all | AP spine | AUC all | AUC spine | moved, % of box |\n|---|---|---|---|---|---|---|"
    )
    for number in range(sizes.rounds + 1):
        for way in ("both",) if number == 0 else WAYS:
            own = [row for row in rows if row["round"] == number and row["way"] == way]
            cells = [_spread([row[name] for row in own]) for name in ("all", "spine", "auc_all", "auc_spine")]
            moved = "" if number == 0 else f"{100 * np.mean([row['moved'] for row in own]):.1f}"
            print(f"| {own[0]['labelled']} | {way} | {' | '.join(cells)} | {moved} |")
    for name in ("all", "spine", "auc_all", "auc_spine"):
        last = {(row["repeat"], row["way"]): row[name] for row in rows if row["round"] == sizes.rounds}
        ahead = [last[k, "ranked"] - last[k, "random"] for k in range(sizes.repeats)]
        print(
            f"AP {name}, ranked minus random after the last round, by repeat: {', '.join(f'{d:+.3f}' for d in ahead)}"
        )


def _spread(values: Sequence[float]) -> str:
    few = f"{np.mean(values):.3f}"
    return few if len(values) == 1 else f"{few} ({min(values):.3f} to {max(values):.3f})"


def _read(workspace: Path, split: str) -> dict[str, Any]:
    path = workspace / "coco/annotations" / f"person_keypoints_{split}-unreal.json"
    if not path.is_file():
        raise UsageError(f"{path}: does not exist; make it with: spinegen export-coco {workspace}")
    return json.loads(path.read_text(encoding="utf-8"))


def _people(data: dict[str, Any]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for item in data["annotations"]:
        found.setdefault(item["image_id"], set()).add(item["person"])
    return found


def _annotations(data: dict[str, Any], images: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = {image["id"] for image in images}
    return [item for item in data["annotations"] if item["image_id"] in wanted]


def _write(path: Path, data: dict[str, Any], images: Sequence[dict[str, Any]], pictures: Path) -> Split:
    write_json(path, {**data, "images": list(images), "annotations": _annotations(data, images)}, indent=None)
    return Split(path, pictures)


if __name__ == "__main__":
    sys.exit(main())
