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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.curation.accept import SET_NAME, accept
from spinegen.curation.answers import ask
from spinegen.curation.editing.saving import Desk
from spinegen.curation.folder import LabelFolder
from spinegen.curation.moves import moves_of
from spinegen.curation.prepare import prepare
from spinegen.curation.real_set import annotations_file
from spinegen.curation.settings import PrepareSettings
from spinegen.curation.similarity import similarity
from spinegen.errors import SpinegenError, UsageError
from spinegen.files import write_json
from spinegen.pose.assembly import ARCHITECTURES
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.networks import cards, shipped_model
from spinegen.pose.predictor import PosePredictor
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
WAYS = ("ranked", "random", "spread")
"""Of `prepare --choose`."""
SMALL_HW = (128, 96)
"""Input of `small-light`: the light network at a quarter of its pixels, and of its time."""
SCORED_SHARE = 0.2
"""Of the people who are never indoors: their pictures are scored on, not chosen from."""
WATCHED = 16
"""Pictures that the log of a training takes its AP from."""


@dataclass(frozen=True)
class Sizes:
    """How large a run is."""

    rounds: int
    per_round: int
    repeats: int
    steps: int
    """Of learning after each round."""
    base: int
    """Pictures of the first set."""
    base_steps: int
    """Of learning from them alone."""
    pool: int
    """Pictures to choose from."""
    validation: int
    """Pictures to score on."""
    model: str
    """A network's size, or `small-light`."""
    ways: tuple[str, ...] = WAYS[:2]
    first_seed: int = 0
    """Of the first repeat."""


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
    parser.add_argument("--model", default="light", help="light, full or small-light")
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
    ARCHITECTURES["small-light"] = replace(ARCHITECTURES["light"], size="small-light", input_hw=SMALL_HW)
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


def unsure_and_wrong(workspace: Path, model: str, pictures: int, reporter: Reporter) -> None:
    """Print how wrong (OKS lost) the network is of the people that the ranking calls least and most sure."""
    split = workspace / "coco"
    people = read_coco(split / "annotations/person_keypoints_val-unreal.json", split / "images/val-unreal")
    predictor = PosePredictor(shipped_model(model) if model in cards() else Path(model), threads=1)
    found: list[list[float]] = []
    rows_of_pictures = people.rows_of_pictures()
    chosen = np.unique(np.linspace(0, len(rows_of_pictures) - 1, min(pictures, len(rows_of_pictures))).astype(int))
    chain = np.isin(np.arange(skeleton.COUNT), skeleton.SPINE_CHAIN)
    with reporter.task("look", len(chosen), "pictures") as task:
        for rows in (rows_of_pictures[i] for i in chosen):
            answer = ask(predictor, people.picture(rows[0]), people.boxes_xywh_px[rows])
            for k, box in enumerate(answer.boxes_xywh_px):
                row = next(row for row in rows if np.array_equal(people.boxes_xywh_px[row], box))
                truth, seen = people.keypoints_px[row], people.visibility[row] > 0
                lost = [
                    1 - similarity(answer.keypoints_px[k], truth, box, seen & some)
                    for some in (np.ones_like(chain), chain)
                ]
                found.append([*(float(some[k]) for some in (answer.disagreement, answer.spine, answer.unsure)), *lost])
            task.advance()
    table = np.array(found)
    print(f"{model}: {len(table)} people in {len(chosen)} validation pictures, true boxes")
    print(
        "| ranked by | OKS lost, least sure third | middle | surest third | rank correlation | of the spine |\n|---|---|---|---|---|---|"
    )
    for column, name in enumerate(("disagreement", "spine", "unsure")):
        order = np.argsort(-table[:, column], kind="stable")
        thirds = " | ".join(f"{table[part, 3].mean():.3f}" for part in np.array_split(order, 3))
        ranks = [rank_correlation(table[:, column], table[:, wrong]) for wrong in (3, 4)]
        print(f"| {name} | {thirds} | {ranks[0]:.2f} | {ranks[1]:.2f} |")


def rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Spearman's, of two rows without ties."""
    ranks = [np.argsort(np.argsort(values)) for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def shared_looks(root: Path, place: Path) -> None:
    """Let a labelled folder keep what networks say of pictures in a place that others use, too."""
    looks = LabelFolder(root).looks
    place.mkdir(parents=True, exist_ok=True)
    if not looks.exists():
        looks.parent.mkdir(parents=True, exist_ok=True)
        looks.symlink_to(place.resolve())


@dataclass(frozen=True)
class Sets:
    """Where the three sets of a repeat lie."""

    base: Split
    pool: Path
    """Folder of pictures alone."""
    truth: dict[str, list[dict[str, Any]]]
    """Annotations of the pool by picture."""
    validation: Split
    """What every network is scored on."""
    watched: Split
    """A few of them, for the log of a training."""


def make_sets(workspace: Path, folder: Path, sizes: Sizes, seed: int) -> Sets:
    """Indoor pictures to begin with, outdoor ones of other people to choose from, and of others again to score on.

    Raises:
        UsageError: the export is missing or holds too few of either.
    """
    data = {name: _read(workspace, name) for name in ("train", "val")}
    people_of = _people(data["train"])
    indoor = [image for image in data["train"]["images"] if image["plan"]["indoor"]]
    outdoor = [image for image in data["train"]["images"] if not image["plan"]["indoor"] and image["id"] in people_of]
    base = [indoor[i] for i in sorted(generator(seed, 1).permutation(len(indoor))[: sizes.base])]
    known = {person for image in indoor for person in people_of.get(image["id"], ())}
    strangers = sorted({person for image in outdoor for person in people_of[image["id"]]} - known)
    asked = set(generator(0, 2).permutation(strangers)[: round(SCORED_SHARE * len(strangers))].tolist())
    free = [image for image in outdoor if not people_of[image["id"]] & (asked | known)]
    pool = [free[i] for i in sorted(generator(0, 3).permutation(len(free))[: sizes.pool])]
    scored = {
        "val": [image for image in data["val"]["images"] if not image["plan"]["indoor"]],
        "train": [image for image in outdoor if people_of[image["id"]] <= asked],
    }
    scored["train"] = scored["train"][: max(sizes.validation - len(scored["val"]), 0)]
    scored["val"] = scored["val"][: sizes.validation]
    for what, found, least in (
        ("indoor", len(base), 2),
        ("outdoor", len(pool), sizes.rounds * sizes.per_round),
        ("validation", sum(map(len, scored.values())), 2),
    ):
        if found < least:
            raise UsageError(f"{workspace}: has {found} {what} pictures, needed are {least}: render more")
    links(folder / "pool", workspace, "train", pool)
    merged = {**data["train"], "annotations": data["train"]["annotations"] + data["val"]["annotations"]}
    for split, images in scored.items():
        links(folder / "scored", workspace, split, images)
    everyone = scored["val"] + scored["train"]
    return Sets(
        _write(folder / "base.json", data["train"], base, workspace / "coco/images/train-unreal"),
        folder / "pool",
        {image["file_name"]: _annotations(data["train"], [image]) for image in pool},
        _write(folder / "scored.json", merged, everyone, folder / "scored"),
        _write(folder / "watched.json", merged, everyone[:WATCHED], folder / "scored"),
    )


def links(folder: Path, workspace: Path, split: str, images: Sequence[dict[str, Any]]) -> None:
    """A folder of links to pictures of a split."""
    folder.mkdir(parents=True, exist_ok=True)
    for image in images:
        target = folder / image["file_name"]
        if not target.exists():
            target.symlink_to((workspace / f"coco/images/{split}-unreal" / image["file_name"]).resolve())


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
