"""Photographs of real people that lie in installed packages, and what networks answer on them: the look beyond drawn pictures.

None of them is shipped with spinegen, and no network of ours ever learnt from one.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files import write_bytes
from ..media.pictures import read_rgb
from ..media.video_read import open_video
from ..progress import Reporter
from ..records.photographs import PHOTOGRAPHS_FILE, PhotographsRecord, ShownPhotograph
from .drawing import draw_pose
from .predictor import PosePredictor

TILE_HEIGHT = 420


@dataclass(frozen=True)
class Photograph:
    """A picture inside an installed package, and where its person is."""

    title: str
    package: str
    file: str
    """Relative to the package's folder."""
    box_xywh_px: tuple[float, float, float, float]
    frame: int | None = None
    """Of a film."""


PHOTOGRAPHS = (
    Photograph("astronaut (NASA, in scikit-image)", "skimage", "data/astronaut.png", (30, 0, 390, 512)),
    Photograph(
        "rear admiral (US Navy, in Matplotlib)", "matplotlib", "mpl-data/sample_data/grace_hopper.jpg", (0, 0, 512, 600)
    ),
    Photograph(
        "dancer, bent back (in musicalgestures)", "musicalgestures", "examples/dancer.avi", (175, 55, 145, 425), 200
    ),
    Photograph(
        "dancer, from the side (in musicalgestures)",
        "musicalgestures",
        "examples/dancer.avi",
        (217, 113, 117, 370),
        1300,
    ),
    Photograph(
        "pianist, seated (in musicalgestures)", "musicalgestures", "examples/pianist.avi", (240, 78, 240, 395), 1500
    ),
)


def write_photographs(folder: Path, networks: dict[str, Path], reporter: Reporter) -> int:
    """Draw every network's answer on every photograph that is installed: `<n>.jpg`, networks side by side, and `photographs.json`.

    Args:
        networks: an exported file by the name that stands under its column.

    Returns:
        How many photographs were found.
    """
    predictors = {name: PosePredictor(path, flip_test=True) for name, path in networks.items()}
    shown: list[ShownPhotograph] = []
    for photograph in PHOTOGRAPHS:
        picture = read_photograph(photograph)
        if picture is None:
            continue
        box = np.array([photograph.box_xywh_px])
        columns = []
        for predictor in predictors.values():
            answer = predictor.predict(picture, box)
            drawn = draw_pose(picture, answer.keypoints_px, answer.scores)
            columns.append(_tile(drawn, photograph.box_xywh_px))
        name = f"{len(shown)}.jpg"
        encoded = cv2.imencode(".jpg", np.hstack(columns)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / name, encoded.tobytes())
        shown.append(ShownPhotograph(file=name, title=photograph.title))
    if not shown:
        reporter.say(
            "no photograph of a person is installed to try the networks on: pip install scikit-image brings one"
        )
    folder.mkdir(parents=True, exist_ok=True)
    PhotographsRecord(networks=tuple(networks), photographs=tuple(shown)).write(folder / PHOTOGRAPHS_FILE)
    return len(shown)


def read_photograph(photograph: Photograph) -> NDArray[np.uint8] | None:
    """(H, W, 3) RGB, or None where its package is not installed or lacks the file."""
    found = importlib.util.find_spec(photograph.package)
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / photograph.file
    if not path.is_file():
        return None
    if photograph.frame is None:
        return read_rgb(path)
    with open_video(path) as film:
        return next((frame.image_rgb for frame in film.frames() if frame.number == photograph.frame), None)


def _tile(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """The person with some room around, of a fixed height."""
    x, y, width, height = box
    margin = 0.12 * max(width, height)
    top, bottom = max(round(y - margin), 0), min(round(y + height + margin), picture.shape[0])
    left, right = max(round(x - margin), 0), min(round(x + width + margin), picture.shape[1])
    crop = picture[top:bottom, left:right]
    size = (round(TILE_HEIGHT * crop.shape[1] / crop.shape[0]), TILE_HEIGHT)
    return cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
