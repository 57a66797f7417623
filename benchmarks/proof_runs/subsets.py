"""Parts of a set: the same number of pictures, from as few people, clips or places as hold them, or from all."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinegen.errors import UsageError
from spinegen.files import write_json
from spinegen.records.json_file import read_json
from spinegen.streams import Stream, generator

KINDS: dict[str, str] = {
    "people": "drawn persons",
    "clips": "motions and sets of postures",
    "places": "kinds of place",
}


@dataclass(frozen=True)
class Part:
    """Which pictures a run learns from."""

    share: int
    """One picture in so many."""
    kind: str | None = None
    """What is as little varied as so many pictures can be; None: nothing."""

    @property
    def name(self) -> str:
        """Such as `pictures-16` or `people-4`."""
        return f"{self.kind or 'pictures'}-{self.share}"


PARTS = (
    Part(16),
    Part(4),
    Part(1),
    *(Part(share, kind) for share in (16, 4) for kind in KINDS),
)


def write_part(source: Path, part: Part, target: Path, seed: int) -> dict[str, int]:
    """Write the annotations of a part, and count its pictures, people (annotations) and how much of each kind is in it.

    Raises:
        UsageError: the set says nothing of the kind.
    """
    held: dict[str, Any] = read_json(source)
    people: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in held["annotations"]:
        people[annotation["image_id"]].append(annotation)
    values = {kind: _values(held["images"], people, kind) for kind in KINDS}
    order = generator(seed, Stream.PROOF_PART, part.share).permutation(len(held["images"]))
    shuffled = [held["images"][i] for i in order]
    wanted = max(len(shuffled) // part.share, 1)
    if part.kind is not None:
        shuffled = _from_few(shuffled, values[part.kind], wanted, seed)
    chosen = shuffled[:wanted]
    ids = {image["id"] for image in chosen}
    write_json(
        target,
        {
            **held,
            "images": [image for image in held["images"] if image["id"] in ids],
            "annotations": [annotation for annotation in held["annotations"] if annotation["image_id"] in ids],
        },
    )
    inside = {kind: len(set().union(*(values[kind][image["id"]] for image in chosen))) for kind in KINDS}
    return {"pictures": len(chosen), "annotated": sum(len(people[i]) for i in ids), **inside}


def write_first(source: Path, count: int, target: Path) -> None:
    """The annotations of so many pictures, evenly spread over a set."""
    held: dict[str, Any] = read_json(source)
    images = held["images"][:: max(len(held["images"]) // count, 1)]
    ids = {image["id"] for image in images}
    kept = [annotation for annotation in held["annotations"] if annotation["image_id"] in ids]
    write_json(target, {**held, "images": images, "annotations": kept})


def _values(
    images: list[dict[str, Any]], people: dict[int, list[dict[str, Any]]], kind: str
) -> dict[int, set[Hashable]]:
    """What of a kind each picture shows."""
    read: dict[str, Callable[[dict[str, Any]], set[Hashable]]] = {
        "people": lambda image: {person.get("person") for person in people[image["id"]]},
        "clips": lambda image: {person.get("clip") for person in people[image["id"]]},
        "places": lambda image: {image.get("plan", {}).get("place_kind")},
    }
    found = {image["id"]: read[kind](image) for image in images}
    if any(None in values for values in found.values()):
        raise UsageError(f"the set does not say of each picture which {KINDS[kind]} it shows: export it with spinegen")
    return found


def _from_few(
    images: list[dict[str, Any]], values: dict[int, set[Hashable]], wanted: int, seed: int
) -> list[dict[str, Any]]:
    """Pictures that show nothing but the first of the kind's values, drawn by chance: just as many values as `wanted` pictures need."""
    names = sorted({str(value) for shown in values.values() for value in shown})
    order = [names[i] for i in generator(seed, Stream.PROOF_VALUES).permutation(len(names))]
    allowed: set[str] = set()
    for name in order:
        allowed.add(name)
        inside = [image for image in images if {str(value) for value in values[image["id"]]} <= allowed]
        if len(inside) >= wanted:
            return inside
    return images
