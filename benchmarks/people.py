"""Who is found: recall and false boxes of the detector, on real pictures and on drawn crowds.

    python benchmarks/people.py --footage FOOTAGE [--frames WORKSPACE/frames] [--detector FILE.onnx] [--sheet misses.jpg]

FOOTAGE is the folder that `benchmarks/real.py FOOTAGE --fetch` fills: films of one person, in which every other box is false, and
pictures whose people are marked in `real_footage/boxes.csv` (of `vtest.avi` and the photographs not everybody is marked: recall only).
A box counts where it shares half with the marked one; in the films of one person, where most of it lies where that person moves and it is
at least a third of that place high or wide. `found` is what the detector says, `kept` what the pose network then confirms.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from real_footage.clips import CLIPS, Clip, pictures, sights

from spinegen.errors import SpinegenError
from spinegen.predict.boxes import areas_px2, intersections_px2, overlaps, xyxy
from spinegen.predict.estimator import SpineEstimator
from spinegen.records.sidecar import read_sidecar

SAME = 0.5
FEWEST_PIXELS = 24
"""Drawn people whose box is lower are not looked for."""
HIDDEN = 0.25
"""Nor are those of whom less of the box shows."""


@dataclass
class Count:
    """One row of the table."""

    people: int = 0
    found: int = 0
    kept: int = 0
    false_found: int = 0
    false_kept: int = 0
    pictures: int = 0
    complete: bool = True
    """Whether everybody is marked, so that other boxes are false."""

    def row(self, name: str) -> str:
        """The row in words."""
        false = (
            f"{self.false_found / self.pictures:8.3f} {self.false_kept / self.pictures:8.3f}"
            if self.complete
            else "       -        -"
        )
        return f"{name:24s} {self.pictures:8d} {self.people:7d} {self.found / self.people:7.1%} {self.kept / self.people:7.1%} {false}"


@dataclass(frozen=True)
class Marked:
    """A picture and its people."""

    name: str
    image_rgb: NDArray[np.uint8]
    boxes_xywh_px: NDArray[np.float64]
    complete: bool
    alone: bool = False
    """The box is the place where the one person moves."""


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--frames", type=Path, help="frames of a workspace")
    parser.add_argument("--most", type=int, default=200, help="pictures of a kind")
    parser.add_argument("--detector", type=Path)
    parser.add_argument("--threshold", type=float, default=0.35)
    parser.add_argument("--model", default="light", help="network that confirms")
    parser.add_argument("--sheet", type=Path, help="JPEG of pictures with somebody missed or a false box")
    given = parser.parse_args()
    try:
        estimator = SpineEstimator(given.model, detector=given.detector, threshold=given.threshold)
        counts, wrong = measure(estimator, marked(given))
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{'':24s} {'pictures':>8s} {'people':>7s} {'found':>7s} {'kept':>7s} {'false a picture: found, kept':>17s}")
    for name, count in counts.items():
        print(count.row(name))
    if given.sheet and wrong:
        write_sheet(given.sheet, wrong)
    return 0


def marked(given: argparse.Namespace) -> Iterator[Marked]:
    """Every picture that is asked for."""
    if given.footage:
        for clip in CLIPS:
            yield from of_clip(given.footage, clip, given.most)
    if given.frames:
        yield from of_frames(given.frames, given.most)


def of_clip(footage: Path, clip: Clip, most: int) -> Iterator[Marked]:
    """Frames of a film, or a picture."""
    seen = [sight for sight in sights(clip) if sight.scored]
    frames = sorted({sight.frame for sight in seen})
    frames = frames[:: max(1, -(-len(frames) // most))]
    alone = clip.place_xywh_px is not None
    for frame, image in zip(frames, pictures(footage, clip, frames), strict=True):
        boxes = np.array([sight.box_xywh_px for sight in seen if sight.frame == frame])
        yield Marked(clip.group, image, boxes, alone, alone)


def of_frames(frames: Path, most: int) -> Iterator[Marked]:
    """Drawn pictures, by how many people are in them; boxes are those of the mask."""
    taken = {1: 0, 2: 0}
    for path in sorted(frames.glob("*/*.json")):
        sidecar = read_sidecar(path)
        kind = min(len(sidecar.people), 2)
        if taken[kind] >= most:
            continue
        mask = cv2.imread(str(path.with_name(sidecar.mask)), cv2.IMREAD_UNCHANGED)
        image = cv2.imread(str(path.with_name(sidecar.image)))
        if mask is None or image is None:
            continue
        boxes = [box_of_mask(mask == person.instance) for person in sidecar.people]
        boxes = [box for box in boxes if box is not None]
        if not boxes:
            continue
        taken[kind] += 1
        name = "drawn, one person" if kind == 1 else "drawn, several"
        yield Marked(name, np.ascontiguousarray(image[..., ::-1], np.uint8), np.array(boxes), True)


def box_of_mask(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """x, y, w, h of what shows; None of next to nothing."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    box = np.array([columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1], dtype=np.float64)
    return None if box[3] < FEWEST_PIXELS or mask.sum() < HIDDEN * 0.5 * box[2] * box[3] else box


def measure(estimator: SpineEstimator, rows: Iterator[Marked]) -> tuple[dict[str, Count], list[NDArray[np.uint8]]]:
    """Counts by kind, and pictures that went wrong."""
    counts: dict[str, Count] = {}
    wrong: list[NDArray[np.uint8]] = []
    for row in rows:
        count = counts.setdefault(row.name, Count(complete=row.complete))
        detected = estimator.detect(row.image_rgb)
        tracker = estimator.tracker()
        kept = np.array(
            [seen.box_xywh_px for seen in tracker.update(row.image_rgb, 0.0, *estimator.candidates(row.image_rgb))]
        ).reshape(-1, 4)
        if row.alone:
            found, false = placed(detected, row.boxes_xywh_px[0])
            sure, sure_false = placed(kept, row.boxes_xywh_px[0])
        else:
            found, false = compared(detected, row.boxes_xywh_px)
            # the box of a confirmed person follows the keypoints, so it may share less with the marked one
            sure, sure_false = compared(kept, row.boxes_xywh_px, 0.3)
        count.pictures += 1
        count.people += len(row.boxes_xywh_px)
        count.found, count.kept = count.found + found, count.kept + sure
        count.false_found, count.false_kept = count.false_found + false, count.false_kept + sure_false
        if sure < len(row.boxes_xywh_px) or (row.complete and sure_false):
            wrong.append(drawn(row, detected, kept))
    return counts, wrong


def placed(found: NDArray[np.float64], place: NDArray[np.float64]) -> tuple[int, int]:
    """Whether somebody was found where the one person moves, and how many other boxes there are."""
    if not len(found):
        return 0, 0
    inside = intersections_px2(xyxy(found), xyxy(place[None]))[:, 0] / areas_px2(xyxy(found))
    good = (inside > 0.7) & (found[:, 2:] / place[2:] > 1 / 3).any(axis=1)
    return int(good.any()), len(found) - int(good.any())


def compared(found: NDArray[np.float64], true: NDArray[np.float64], same: float = SAME) -> tuple[int, int]:
    """How many true boxes were found, and how many found ones are nobody's."""
    if not len(found):
        return 0, 0
    shared = overlaps(xyxy(true), xyxy(found))
    return int((shared.max(axis=1) >= same).sum()), int((shared.max(axis=0) < 0.3).sum())


def drawn(row: Marked, detected: NDArray[np.float64], kept: NDArray[np.float64]) -> NDArray[np.uint8]:
    """True boxes green, detected yellow, confirmed red."""
    picture = row.image_rgb.copy()
    for boxes, colour in ((row.boxes_xywh_px, (0, 220, 0)), (detected, (240, 220, 0)), (kept, (230, 30, 30))):
        for x, y, w, h in boxes.astype(int):
            cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), colour, 2)
    scale = 320 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((320, 320, 3), np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas


def write_sheet(path: Path, tiles: list[NDArray[np.uint8]]) -> None:
    """At most 40, eight in a row."""
    some = tiles[:: max(1, -(-len(tiles) // 40))][:40]
    some += [np.zeros((320, 320, 3), np.uint8)] * (-len(some) % 8)
    rows = [np.hstack(some[index : index + 8]) for index in range(0, len(some), 8)]
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    sys.exit(main())
