"""A small COCO file of our keypoints, to be spoilt."""

import json
from pathlib import Path
from typing import Any

from spinegen.skeleton import LINKS, NAMES

WIDTH, HEIGHT = 64, 48


def person(number: int, image: object, **other: Any) -> dict[str, Any]:
    """An annotation whose keypoints all lie in the middle."""
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "bbox": [10, 10, 40, 30],
        "area": 700,
        "iscrowd": 0,
        "num_keypoints": 37,
        "keypoints": [32.0, 24.0, 2] * 37,
        **other,
    }


def picture(number: object, name: str) -> dict[str, Any]:
    """An image entry."""
    return {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}


def category(identifier: object = 1, name: str = "person") -> dict[str, Any]:
    """A category with our keypoints."""
    links = [[a + 1, b + 1] for a, b in LINKS]
    return {"id": identifier, "name": name, "keypoints": list(NAMES), "skeleton": links}


def small_coco(pictures: int = 2) -> dict[str, Any]:
    """A sound file of one person a picture."""
    return {
        "images": [picture(n, f"{n}.jpg") for n in range(1, pictures + 1)],
        "annotations": [person(100 + n, n) for n in range(1, pictures + 1)],
        "categories": [category()],
    }


def written(folder: Path, data: object, name: str = "person_keypoints_x.json", encoding: str = "utf-8") -> Path:
    """The data as a file."""
    path = folder / "annotations" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding=encoding)
    return path
