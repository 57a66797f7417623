"""SpineTrack-Unreal COCO: the category, the header and one entry per picture and per person, as JSON."""

import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..skeleton import LINKS, NAMES, SIGMAS, VERTEBRAE
from ..version import __version__
from .labels import Outline, PersonAnnotation
from .settings import BodyPoints, Site
from .sidecar import Bystander, Frame

LICENSE_NAME = "CC0-1.0"
LICENSE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
PEOPLE_PER_IMAGE = 100
"""Annotation ids are `image_id * 100 + instance`: never 0, which pycocotools takes for "no match", and stable over exports."""

CATEGORY: dict[str, Any] = {
    "supercategory": "person",
    "id": 1,
    "name": "person",
    "keypoints": list(NAMES),
    "skeleton": [[a + 1, b + 1] for a, b in LINKS],
}
"""The one category; links are 1-based as COCO has them."""


def file_name(split: str) -> str:
    """Name of a split's annotation file."""
    return f"person_keypoints_{split}-unreal.json"


def folder_name(split: str) -> str:
    """Name of a split's image folder."""
    return f"{split}-unreal"


def header(split: str, site: Site, body_points: BodyPoints) -> bytes:
    """`info`, `licenses` and `categories` of a file. There is no date in it: the same frames make the same file on any day."""
    said = {
        "info": {
            "description": f"SpineTrack-format synthetic people, {split} split: 37 keypoints with nine vertebrae from an OpenSim spine model",
            "version": __version__,
            "contributor": f"spinegen {__version__}",
            "url": "",
            "vertebral_site": site,
            "body_points": body_points,
            "vertebrae": list(VERTEBRAE),
            "sigmas": list(SIGMAS),
            "pixel_origin": "the centre of the top-left pixel is (0, 0)",
            "camera_axes": "x right, y down, z forward, metres",
            "ground_axes": "x forward, y up, z right, metres",
        },
        "licenses": [{"id": 1, "name": LICENSE_NAME, "url": LICENSE_URL}],
        "categories": [CATEGORY],
    }
    return json.dumps(said, separators=(",", ":")).encode()


def image_entry(frame: Frame) -> bytes:
    """One element of `images`; the id is the shot."""
    entry = {
        "id": frame.shot,
        "width": frame.width,
        "height": frame.height,
        "file_name": frame.image.name,
        "license": 1,
        "clip": frame.clip,
        "activity": frame.activity,
        "frame": frame.frame,
        "time_s": round(frame.time_s, 6),
        "plan": frame.plan,
    }
    return _json(entry)


def annotation_entry(frame: Frame, person: PersonAnnotation) -> bytes:
    """One element of `annotations`: COCO's fields first, then ours."""
    label, camera = person.label, frame.camera
    entry = {
        "id": frame.shot * PEOPLE_PER_IMAGE + label.instance,
        "image_id": frame.shot,
        "category_id": 1,
        "bbox": list(person.outline.box),
        "area": person.outline.area,
        "iscrowd": 0,
        "num_keypoints": int((person.visibility > 0).sum()),
        "keypoints": _plain(_flat_keypoints(person), 3),
        "segmentation": _region(person.outline),
        "hidden_fraction": _plain(person.hidden, 3),
        "keypoints_3d": _plain(person.keypoints_camera_m, 6),
        "vertebrae_3d": _plain(person.vertebrae_camera_m, 6),
        "vertebrae_quaternion_wxyz": _plain(person.quaternions_camera_wxyz, 6),
        "camera": {
            "K": camera.intrinsics.tolist(),
            "R": camera.rotation_camera_ground.tolist(),
            "t": camera.translation_camera_m.tolist(),
        },
        "person": label.person,
        "clip": label.clip,
        "time_s": round(label.time_s, 6),
    }
    return _json(entry)


def bystander_entry(frame: Frame, bystander: Bystander, seen: Outline) -> bytes:
    """Somebody in the background: a region without keypoints that scores pass over (`iscrowd`)."""
    entry = {
        "id": frame.shot * PEOPLE_PER_IMAGE + bystander.instance,
        "image_id": frame.shot,
        "category_id": 1,
        "bbox": list(seen.box),
        "area": seen.area,
        "iscrowd": 1,
        "num_keypoints": 0,
        "keypoints": [0] * (3 * len(NAMES)),
        "segmentation": _region(seen),
        "person": bystander.person,
        "clip": bystander.clip,
        "time_s": round(bystander.time_s, 6),
    }
    return _json(entry)


def _json(entry: dict[str, Any]) -> bytes:
    """One line; NaN is refused."""
    return json.dumps(entry, separators=(",", ":"), allow_nan=False).encode()


def _region(outline: Outline) -> dict[str, Any]:
    return {"size": list(outline.size_hw), "counts": outline.counts}


def _flat_keypoints(person: PersonAnnotation) -> list[float]:
    return [value for row in person.keypoints_xyv().tolist() for value in (row[0], row[1], int(row[2]))]


def _plain(values: ArrayLike, digits: int) -> list[Any]:
    if isinstance(values, list):
        return [round(value, digits) for value in values]
    return np.round(np.asarray(values), digits).tolist()
