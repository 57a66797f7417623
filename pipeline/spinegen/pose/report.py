"""The page about a trained network: scores, curves, tables and predictions in one file that opens offline."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from .. import skeleton
from ..media.pictures import PictureError
from ..records.metrics import Metrics
from ..records.training_record import HistoryRow
from ..reporting.figures import as_svg, data_uri, lines_over, side_by_side
from ..reporting.page import write_page
from . import drawing, geometry
from .validation import Validation

SHOWN_PEOPLE = 12
TILE_HW = (320, 240)


def write_pose_report(path: Path, metrics: Metrics, history: Sequence[HistoryRow], result: Validation) -> None:
    """Write `report.html`.

    Args:
        history: rows of `metrics.csv`; empty without a training.
    """
    training = metrics.training
    text = ""
    if training is not None:
        text = (
            f"{training.size}, {training.parameters / 1e6:.2f} M parameters; {training.people} people; {training.steps} steps of "
            f"{training.batch} in {training.seconds / 60:.1f} min on {training.device}: {training.people_per_s:.0f} people/s "
            f"(one loading thread alone: {training.loader_people_per_s:.0f} people/s)"
        )
    curves = training_curves(history) if history else None
    write_page(path, "network", m=metrics, curves=curves, tiles=_tiles(result), training=text)


def training_curves(history: Sequence[HistoryRow]) -> Markup:
    """Losses, and the validation AP, over minutes, as inline SVG."""
    figure, (left, right) = side_by_side(2, (10, 3.2))
    minutes = [row["minutes"] or 0.0 for row in history]
    losses = ("position", "field", "distillation", "structure", "spine")
    lines_over(left, minutes, {name: [row[name] for row in history] for name in losses if name in history[0]})
    left.set(xlabel="minutes", ylabel="loss before its weight", yscale="log")
    scores = {"all": "ap_all", "spine": "ap_spine"}
    lines_over(right, minutes, {s: [row.get(name) for row in history] for s, name in scores.items()}, marker="o")
    right.set(xlabel="minutes", ylabel="validation AP of the averaged network", ylim=(0, 1))
    return as_svg(figure)


def _tiles(result: Validation) -> list[dict[str, str]]:
    """Crops of some people with prediction and label, ordered by their error."""
    labelled = result.people.visibility > 0
    distance = np.where(labelled, np.linalg.norm(result.keypoints_px - result.people.keypoints_px, axis=-1), 0).sum(
        axis=1
    )
    error = distance / np.maximum(labelled.sum(axis=1), 1) / result.people.boxes_xywh_px[:, 2:].max(axis=1)
    order = np.argsort(error)
    picked = order[np.unique(np.linspace(0, len(order) - 1, min(SHOWN_PEOPLE, len(order))).astype(int))]
    tiles = []
    for row in picked:
        try:
            image = result.people.picture(int(row))
        except PictureError:
            continue
        uri = data_uri(_tile(image, result, int(row)), "image/jpeg")
        tiles.append({"uri": uri, "text": f"{result.people.people[row]}: mean error {error[row]:.3f} of the box"})
    return tiles


def _tile(image: NDArray[np.uint8], result: Validation, row: int) -> bytes:
    people = result.people
    centers, sizes = geometry.crop_regions(people.boxes_xywh_px[[row]], TILE_HW)
    matrix = geometry.transforms_input_image(centers, sizes, TILE_HW)
    tile = cv2.warpAffine(image, matrix[0], (TILE_HW[1], TILE_HW[0]), flags=cv2.INTER_AREA).astype(np.uint8)
    label = geometry.apply_affine(matrix, people.keypoints_px[[row]])
    chain = [skeleton.SPINE_CHAIN[i : i + 2] for i in range(len(skeleton.SPINE_CHAIN) - 1)]
    for a, b in chain:
        if people.visibility[row, a] and people.visibility[row, b]:
            ends = [(round(float(label[0, i, 0])), round(float(label[0, i, 1]))) for i in (a, b)]
            cv2.line(tile, ends[0], ends[1], (255, 255, 255), 5, cv2.LINE_AA)
    drawn = drawing.draw_pose(tile, geometry.apply_affine(matrix, result.keypoints_px[[row]]))
    return cv2.imencode(".jpg", drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
