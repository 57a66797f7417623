"""Chosen pictures put into the folder: as plain pictures that every browser shows as the labels mean them, with their pre-labels."""

import re
from hashlib import sha256 as sha256_of
from pathlib import PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import DatasetError
from ..files import write_bytes
from ..media.picture_files import read_picture_file
from ..records.label_files import (
    LABELS_VERSION,
    Keypoints,
    LabelledPerson,
    PictureLabels,
    Unsureness,
    found_picture_labels,
)
from .choosing import Chosen
from .folder import LabelFolder
from .looks import Look

JPEG_QUALITY = 95
SHOWN_FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
"""Kinds that browsers show and that are kept byte for byte where nothing about them needs a word."""
SURE = 0.15
"""Points with a lower score are pre-labelled as hidden; on photographs, seen points score 0.15 to 0.8, guesses 0.08 to 0.15."""
DIGITS = 2
"""Of pre-labelled pixels: a hundredth is far below what a hand can place."""


def keep(folder: LabelFolder, chosen: Chosen, image_rgb: NDArray[np.uint8], number: int) -> str:
    """Write a picture and its pre-labels, picture first; labels that are there already stay.

    Args:
        number: of the round.

    Returns:
        The picture's name in `pictures/`.
    """
    look = chosen.look
    data, suffix = _as_file(look, image_rgb)
    digest = sha256_of(data).hexdigest()
    name = _name(look, digest, suffix)
    if not (folder.pictures / name).exists():
        write_bytes(folder.pictures / name, data)
    if found_picture_labels(folder.labels_file(name)) is None:
        _labels(chosen, name, digest, number).write(folder.labels_file(name), indent=None)
    return name


def _as_file(look: Look, image_rgb: NDArray[np.uint8]) -> tuple[bytes, str]:
    """The file's own bytes, or a JPEG where it is turned, deep, transparent, of other colours, or a film's frame."""
    if look.frame is None:
        file = read_picture_file(look.file.path)
        picture = file.picture
        plain = file.orientation == 1 and not file.deep and picture.mode in ("RGB", "L")
        if plain and picture.format in SHOWN_FORMATS and not picture.has_transparency_data:
            return file.data, SHOWN_FORMATS[picture.format]
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        JPEG_QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(image_rgb[..., ::-1]), options)
    if not done:
        raise DatasetError(f"{look.file.path}: {look.name} cannot be written as JPEG")
    return encoded.tobytes(), ".jpg"


def _name(look: Look, digest: str, suffix: str) -> str:
    """Readable, unique, and fit for every file system."""
    stem = (
        re.sub(r"[^A-Za-z0-9]+", "-", str(PurePosixPath(look.file.name).with_suffix(""))).strip("-")[-60:] or "picture"
    )
    frame = "" if look.frame is None else f"-f{look.frame:06d}"
    return f"{stem}{frame}-{digest[:8]}{suffix}"


def _labels(chosen: Chosen, name: str, digest: str, number: int) -> PictureLabels:
    look, said = chosen.look, chosen.look.answer
    width, height = look.size_wh
    people = []
    for row, box in enumerate(said.boxes_xywh_px):
        points = prelabel(said.keypoints_px[row], said.scores[row], look.size_wh)
        people.append(
            LabelledPerson(
                person=row + 1,
                box_xywh_px=_box(box),
                keypoints=points,
                prelabel=points,
                scores=tuple(round(float(score), 3) for score in said.scores[row]),
            )
        )
    return PictureLabels(
        version=LABELS_VERSION,
        revision=0,
        round=number,
        picture=name,
        sha256=digest,
        width=width,
        height=height,
        source=look.file.name,
        frame=look.frame,
        time_s=look.time_s,
        why=Unsureness(
            disagreement=round(float(said.disagreement.mean()), 4),
            spine=round(float(said.spine.mean()), 4),
            unsure=round(look.unsure, 4),
            novelty=round(chosen.novelty, 4),
        ),
        people=tuple(people),
    )


def prelabel(points_px: NDArray[np.float64], scores: NDArray[np.float64], size_wh: tuple[int, int]) -> Keypoints:
    """A network's answer as labels: v = 2 where it is sure, 1 where it guesses, 0 outside the picture."""
    width, height = size_wh
    rows: list[tuple[float, float, int]] = []
    for (x, y), score in zip(np.round(points_px, DIGITS).tolist(), scores, strict=True):
        inside = 0 <= x <= width - 1 and 0 <= y <= height - 1
        rows.append((x, y, 0 if not inside else 2 if score >= SURE else 1))
    return tuple(rows)  # pyright: ignore[reportReturnType]


def _box(box: NDArray[np.float64]) -> tuple[float, float, float, float]:
    x, y, width, height = np.round(box, DIGITS).tolist()
    return x, y, width, height
