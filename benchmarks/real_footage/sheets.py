"""Contact sheets: the worst crops with both opinions, and evenly spaced ones with our spine."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.files import write_bytes
from spinegen.pose import geometry
from spinegen.pose.drawing import draw_pose

from .clips import CLIPS, pictures
from .scores import BODY, Answers, errors, joined
from .truth import Truth

TILE_HW = (300, 240)
COLUMNS = 8
WORST = 40
WORST_OF_A_CLIP = 16
"""So that one hard scene does not hide what goes wrong elsewhere."""
OURS_RGB, THEIRS_RGB, MISS_RGB = (80, 200, 255), (90, 255, 90), (255, 60, 60)


def write_worst(folder: Path, target: Path, truths: Sequence[Truth], answers: Answers) -> list[dict[str, object]]:
    """The crops with the largest errors: ours blue, the referees' green, a red line where we miss; returns what they are."""
    clips, truth = joined(truths)
    error = np.where(truth.scored[:, None], errors(truth, answers), np.nan)
    largest = np.nan_to_num(error, nan=-1).max(axis=1)
    rows = _worst(clips, largest)
    tiles, facts = [], []
    for i, picture in zip(rows, _pictures_of(folder, clips, truth, rows), strict=True):
        point = int(np.nanargmax(error[i]))
        caption = f"{clips[i]} {truth.frames[i]}: {skeleton.NAMES[BODY[point]]} {largest[i]:.2f}"
        tile, matrix = _tile(picture, truth.boxes_xywh_px[i])
        tiles.append(_captioned(_opinions(tile, matrix, truth, answers, row=i), caption))
        name, frame = str(clips[i]), int(truth.frames[i])
        facts.append(
            {
                "clip": name,
                "frame": frame,
                "point": skeleton.NAMES[BODY[point]],
                "error": round(float(largest[i]), 4),
                "box": truth.boxes_xywh_px[i].round(1).tolist(),
            }
        )
    _write(target, tiles)
    return facts


def write_spines(folder: Path, target: Path, truths: Sequence[Truth], answers: Answers) -> None:
    """As many scored people, evenly spaced over all clips, with our vertebral chain."""
    clips, truth = joined(truths)
    scored = np.flatnonzero(truth.scored)
    chosen = np.unique(np.linspace(0, len(scored) - 1, min(WORST, len(scored))).round().astype(int))
    rows = [int(i) for i in scored[chosen]]
    tiles = []
    for i, picture in zip(rows, _pictures_of(folder, clips, truth, rows), strict=True):
        tile, matrix = _tile(picture, truth.boxes_xywh_px[i])
        points = geometry.apply_affine(matrix, answers.keypoints_px[i][None])
        tiles.append(_captioned(draw_pose(tile, points, spine_only=True), f"{clips[i]} {truth.frames[i]}"))
    _write(target, tiles)


def _worst(clips: NDArray[np.str_], largest: NDArray[np.float64]) -> list[int]:
    """People by falling error, `WORST` of them and no more than `WORST_OF_A_CLIP` of one clip; negative: without any."""
    taken: Counter[str] = Counter()
    rows: list[int] = []
    for i in np.argsort(-largest, kind="stable"):
        clip = str(clips[i])
        if largest[i] >= 0 and taken[clip] < WORST_OF_A_CLIP and len(rows) < WORST:
            taken[clip] += 1
            rows.append(int(i))
    return rows


def _pictures_of(folder: Path, clips: NDArray[np.str_], truth: Truth, rows: list[int]) -> list[NDArray[np.uint8]]:
    """The whole pictures of some people, in the given order."""
    found: dict[int, NDArray[np.uint8]] = {}
    for clip in CLIPS:
        of_clip = sorted((i for i in rows if clips[i] == clip.name), key=lambda i: truth.frames[i])
        frames = [int(truth.frames[i]) for i in of_clip]
        if of_clip:
            found |= dict(zip(of_clip, pictures(folder, clip, frames), strict=True))
    return [found[i] for i in rows]


def _tile(picture: NDArray[np.uint8], box: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    centers, sizes = geometry.crop_regions(box, TILE_HW)
    matrix = geometry.transforms_input_image(centers, sizes, TILE_HW)
    height, width = TILE_HW
    return np.asarray(cv2.warpAffine(picture, matrix[0], (width, height), flags=cv2.INTER_AREA), np.uint8), matrix


def _opinions(
    tile: NDArray[np.uint8], matrix: NDArray[np.float64], truth: Truth, answers: Answers, *, row: int
) -> NDArray[np.uint8]:
    ours = geometry.apply_affine(matrix, answers.keypoints_px[row][None])[0]
    theirs = geometry.apply_affine(matrix, truth.points_px[row][None])[0]
    error = errors(truth, answers)[row]
    for a, b in skeleton.LINKS:
        cv2.line(tile, _at(ours[a]), _at(ours[b]), OURS_RGB, 1, cv2.LINE_AA)
    for i, k in enumerate(BODY):
        if truth.counts[row, i]:
            if error[i] > 0.05:
                cv2.line(tile, _at(ours[k]), _at(theirs[i]), MISS_RGB, 1, cv2.LINE_AA)
            cv2.circle(tile, _at(theirs[i]), 3, THEIRS_RGB, -1, cv2.LINE_AA)
        cv2.circle(tile, _at(ours[k]), 2, OURS_RGB, -1, cv2.LINE_AA)
    return tile


def _at(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(np.round(point), -10_000, 10_000).astype(int)
    return int(x), int(y)


def _captioned(tile: NDArray[np.uint8], caption: str) -> NDArray[np.uint8]:
    tile[:16] = tile[:16] // 4
    cv2.putText(tile, caption, (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (255, 255, 255), 1, cv2.LINE_AA)
    return tile


def _write(target: Path, tiles: list[NDArray[np.uint8]]) -> None:
    height, width = TILE_HW
    rows = -(-len(tiles) // COLUMNS)
    sheet = np.zeros((rows * height, COLUMNS * width, 3), np.uint8)
    for i, tile in enumerate(tiles):
        y, x = i // COLUMNS * height, i % COLUMNS * width
        sheet[y : y + height, x : x + width] = tile
    write_bytes(target, cv2.imencode(".png", sheet[..., ::-1])[1].tobytes())
