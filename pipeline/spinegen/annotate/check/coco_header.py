"""Rules for the skeleton of an annotation file: keys, category, ids; foreign files included."""

from collections import Counter
from pathlib import Path
from typing import Any

from ...skeleton import LINKS, NAMES
from .tables import Rules

_IMAGE_KEYS = ("id", "width", "height", "file_name")
_ANNOTATION_KEYS = ("id", "image_id", "category_id", "bbox", "keypoints", "iscrowd")


def see_header(rules: Rules, path: Path, data: dict[str, Any]) -> bool:
    """Check keys, category and ids; `False` when the file cannot be looked at further."""
    lists = rules["annotation files have COCO's keys"]
    missing = [key for key in ("images", "annotations", "categories") if not isinstance(data.get(key), list)]
    lists.tell(not missing, f"{path}: no list {', '.join(missing)}")
    if missing:
        return False
    whole = True
    for key, wanted in (("images", _IMAGE_KEYS), ("annotations", _ANNOTATION_KEYS)):
        bad = [item for item in data[key] if not isinstance(item, dict) or any(k not in item for k in wanted)]
        whole &= not bad
        absent = sorted({k for item in bad if isinstance(item, dict) for k in wanted if k not in item})
        lists.tell(not bad, f"{path}: {len(bad)} of {len(data[key])} {key} lack {', '.join(absent) or 'a mapping'}")
    _category(rules, path, data["categories"])
    if not whole:
        return False
    for key in ("images", "annotations"):
        twice = [identifier for identifier, count in Counter(item["id"] for item in data[key]).items() if count > 1]
        rules["ids are unique"].tell(not twice, f"{path}: {key}: {len(twice)} ids occur twice, first {twice[:3]}")
    images = {item["id"] for item in data["images"]}
    lost = [item["id"] for item in data["annotations"] if item["image_id"] not in images]
    rules["annotations belong to pictures"].tell(not lost, f"{path}: {len(lost)} have none, first {lost[:3]}")
    names = Counter(item["file_name"] for item in data["images"])
    twice = [name for name, count in names.items() if count > 1]
    rules["pictures are named once"].tell(not twice, f"{path}: {twice[:3]}")
    return True


def _category(rules: Rules, path: Path, categories: list[Any]) -> None:
    rule = rules["category is SpineTrack's"]
    people = [c for c in categories if isinstance(c, dict) and c.get("id") == 1 and c.get("name") == "person"]
    if len(people) != 1 or len(categories) != 1:
        rule.tell(False, f"{path}: must hold the one category 1 'person', found {len(categories)}")
        return
    category = people[0]
    if "keypoints" in category:
        found = list(category["keypoints"])
        wrong = [f"{i} is {a!r}, must be {b!r}" for i, (a, b) in enumerate(zip(found, NAMES, strict=False)) if a != b]
        if len(found) != len(NAMES):
            wrong.insert(0, f"{len(found)} names, must be {len(NAMES)}")
        rule.tell(not wrong, f"{path}: keypoints: {'; '.join(wrong[:4])}")
    if "skeleton" in category:
        links = {frozenset(link) for link in category["skeleton"] if isinstance(link, list)}
        wanted = {frozenset((a + 1, b + 1)) for a, b in LINKS}
        rule.tell(
            links == wanted,
            f"{path}: skeleton: {len(wanted - links)} links missing, {len(links - wanted)} unknown (links are 1-based)",
        )
