"""Where both referees agree: the points that count, computed once and kept beside the footage."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinegen.errors import DatasetError
from spinegen.files import atomic_path, sha256
from spinegen.progress import Reporter

from .clips import CLIPS, Clip, pictures, sights
from .referees import BLAZEPOSE_FILE, COCO_IN_BLAZEPOSE, MOVENET_FILES, BlazePose, movenet, square_crop, to_picture

VERSION = 2
AGREE_SHARE = 0.04
"""Of the box's larger side."""
BLAZEPOSE_SURE, MOVENET_SURE, PRESENT = 0.5, 0.3, 0.5
BOX_MARGINS = (0.06, 0.03)
"""What a person's box is wider and higher, on every side, than the box around BlazePose's points and the crown, in shares of
its larger side: joints lie deep in a trunk, heels and crown do not."""
CROWN = 1.6
"""The crown lies this many times the distance of mouth and eyes above the eyes."""
EYES, MOUTH = slice(1, 7), slice(9, 11)
ROUNDS = 2
"""How often a box is found in the crop of the one before."""


@dataclass(frozen=True)
class Truth:
    """N people of one clip and what the referees say of them."""

    clip: str
    frames: NDArray[np.int64]
    """(N,)."""
    boxes_xywh_px: NDArray[np.float64]
    """(N, 4)."""
    scored: NDArray[np.bool_]
    """(N,): counts for PCK and swaps."""
    runs: NDArray[np.int64]
    """(N,): number of the run of consecutive frames; -1: none."""
    blazepose_px: NDArray[np.float64]
    movenet_px: NDArray[np.float64]
    """(N, 17, 2) each, COCO's order."""
    sure: NDArray[np.bool_]
    """(N, 17): both referees are confident and place the point inside the picture."""

    @property
    def side_px(self) -> NDArray[np.float64]:
        """(N,): the larger side of each box."""
        return self.boxes_xywh_px[:, 2:].max(axis=1)

    @property
    def points_px(self) -> NDArray[np.float64]:
        """(N, 17, 2): midway between the referees."""
        return (self.blazepose_px + self.movenet_px) / 2

    @property
    def counts(self) -> NDArray[np.bool_]:
        """(N, 17): both are confident and agree."""
        gap = np.linalg.norm(self.blazepose_px - self.movenet_px, axis=-1)
        return self.sure & (gap <= AGREE_SHARE * self.side_px[:, None])


def load_truth(folder: Path, reporter: Reporter) -> list[Truth]:
    """What the referees say of every clip; read from `referees.<clip>.<key>.npz` where that was made before.

    Raises:
        DatasetError: footage or a referee is missing.
    """
    return [_of_clip(folder, clip, reporter) for clip in CLIPS]


def _of_clip(folder: Path, clip: Clip, reporter: Reporter) -> Truth:
    kept = folder / f"referees.{clip.file}.{_key(folder, clip)[:12]}.npz"
    if kept.is_file():
        with np.load(kept) as arrays:
            return Truth(clip.name, **{name: arrays[name] for name in arrays.files})
    truth = _judge(folder, clip, reporter)
    arrays = {name: value for name, value in vars(truth).items() if name != "clip"}
    with atomic_path(kept) as temporary:
        np.savez_compressed(temporary, **arrays)
    return truth


def _key(folder: Path, clip: Clip) -> str:
    """Everything that decides what the referees say."""
    files = (clip.file, BLAZEPOSE_FILE, *MOVENET_FILES)
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        raise DatasetError(f"{folder / missing[0]}: is missing; --fetch {folder} gets it")
    people = [(s.frame, s.box_xywh_px.tolist(), s.scored, s.run) for s in sights(clip)]
    settings = (VERSION, BLAZEPOSE_SURE, MOVENET_SURE, PRESENT, BOX_MARGINS, CROWN, ROUNDS)
    facts = repr((settings, [sha256(folder / name) for name in files], people, clip.place_xywh_px))
    return hashlib.sha256(facts.encode()).hexdigest()


def _judge(folder: Path, clip: Clip, reporter: Reporter) -> Truth:
    people = sights(clip)
    referee = BlazePose(folder)
    boxes, crops, points, sure, sizes = [], [], [], [], []
    with reporter.task(f"BlazePose on {clip.name}", len(people), "people") as task:
        frames = pictures(folder, clip, [s.frame for s in people])
        for sight, picture in zip(people, frames, strict=True):
            box = sight.box_xywh_px
            for _ in range(ROUNDS if clip.place_xywh_px else 0):
                found, _, present = referee(square_crop(picture, box))
                if present >= PRESENT:
                    box = _box_around(to_picture(found[None], box)[0], picture.shape[1], picture.shape[0])
            crop = square_crop(picture, box)
            found, visible, present = referee(crop)
            boxes.append(box)
            sizes.append((picture.shape[1], picture.shape[0]))
            crops.append(crop)
            points.append(found[list(COCO_IN_BLAZEPOSE)])
            sure.append((visible[list(COCO_IN_BLAZEPOSE)] >= BLAZEPOSE_SURE) & (present >= PRESENT))
            task.advance()
    reporter.say(f"MoveNet on {clip.name}, {len(crops)} people")
    second, scores = movenet(folder, np.stack(crops))
    places, sizes_px = np.array(boxes), np.array(sizes)
    blazepose_px, movenet_px = to_picture(np.array(points), places), to_picture(second, places)
    inside = _inside(blazepose_px, sizes_px) & _inside(movenet_px, sizes_px)
    return Truth(
        clip=clip.name,
        frames=np.array([s.frame for s in people]),
        boxes_xywh_px=places,
        scored=np.array([s.scored for s in people]),
        runs=np.array([s.run for s in people]),
        blazepose_px=blazepose_px,
        movenet_px=movenet_px,
        sure=np.array(sure) & (scores >= MOVENET_SURE) & inside,
    )


def _inside(points_px: NDArray[np.float64], sizes_px: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N, 17, 2) points, (N, 2) widths and heights -> (N, 17)."""
    within = (points_px >= -0.5) & (points_px < sizes_px[:, None] - 0.5)
    return within[..., 0] & within[..., 1]


def _box_around(points_px: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """BlazePose's (33, 2) points -> the box of a person in the picture, as a detector would draw it."""
    eyes = points_px[EYES].mean(axis=0)
    crown = eyes + CROWN * (eyes - points_px[MOUTH].mean(axis=0))
    points = np.concatenate([points_px, crown[None]])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.array(BOX_MARGINS) * (high - low).max()
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, [width, height])
    return np.concatenate([low, high - low])
