"""Drawn pictures shared out: what is known, what may be chosen, and what every network is scored on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinegen.errors import UsageError
from spinegen.files import write_json
from spinegen.pose.train_part import Split
from spinegen.streams import generator

WAYS = ("ranked", "random", "spread")
"""Of `prepare --choose`."""
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
    """A network's size, or `small-lite`."""
    ways: tuple[str, ...] = WAYS[:2]
    first_seed: int = 0
    """Of the first repeat."""


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
