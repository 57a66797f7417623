"""YOLO-pose layout: a text file a picture, boxes and keypoints as shares of the picture's size."""

from pathlib import Path

import numpy as np

from ...files import write_text
from ...skeleton import COUNT, FLIP, NAMES
from ..labels import PersonAnnotation
from ..sidecar import SPLITS, Frame
from .links import link


def make_folders(root: Path, splits: tuple[str, ...]) -> None:
    """`images/<split>` and `labels/<split>`."""
    for kind in ("images", "labels"):
        for split in splits:
            (root / kind / split).mkdir(parents=True, exist_ok=True)


def write_frame(frame: Frame, people: list[PersonAnnotation], root: Path) -> None:
    """Link the picture and write its label file."""
    link(frame.image, root / "images" / frame.split / frame.image.name)
    text = "".join(_line(frame, person) + "\n" for person in people)
    (root / "labels" / frame.split / f"{frame.image.stem}.txt").write_text(text, encoding="ascii")


def _line(frame: Frame, person: PersonAnnotation) -> str:
    """`class cx cy w h (x y v)*37`; shares count from the outer edge of the top-left pixel, half a pixel before its centre."""
    x, y, w, h = person.outline.box
    size = np.array([frame.width, frame.height])
    box = [(x + w / 2) / frame.width, (y + h / 2) / frame.height, w / frame.width, h / frame.height]
    inside = person.visibility > 0
    shares = np.where(inside[:, None], np.clip((person.points_px + 0.5) / size, 0.0, 1.0), 0.0)
    points = [f"{a:.6f} {b:.6f} {v:d}" for (a, b), v in zip(shares, person.visibility, strict=True)]
    return " ".join(["0", *(f"{value:.6f}" for value in box), *points])


def write_description(root: Path, splits: tuple[str, ...]) -> None:
    """`data.yaml`: what trainers of this layout are given.

    It names no `path`: Ultralytics then takes the folder that the file lies in, wherever it is called from. It asks for both splits.
    """
    names = "\n".join(f"#   {i} {name}" for i, name in enumerate(NAMES))
    folders = {split: split if split in splits else splits[0] for split in SPLITS}
    present = "\n".join(
        f"{split}: images/{folder}" + ("" if split == folder else f"    # there is no {split} split")
        for split, folder in folders.items()
    )
    write_text(
        root / "data.yaml",
        f"# 37 SpineTrack keypoints, x y v each (v: 0 outside, 1 hidden, 2 seen):\n{names}\n"
        f"{present}\nkpt_shape: [{COUNT}, 3]\nflip_idx: {list(FLIP)}\nnames:\n  0: person\n",
    )
