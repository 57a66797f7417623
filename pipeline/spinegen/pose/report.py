"""The page about a trained network: scores, curves, tables and predictions in one file that opens offline."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import skeleton
from ..files import write_text
from ..media.pictures import PictureError
from ..reporting.pages import render_page
from ..reporting.pictures import data_address, inline_svg
from ..version import __version__
from . import drawing, geometry
from .validation import Validation

SHOWN_PEOPLE = 12
TILE_HW = (320, 240)


def write_pose_report(path: Path, metrics: dict[str, Any], history: list[dict[str, Any]], result: Validation) -> None:
    """Write `report.html`.

    Args:
        history: rows of `metrics.csv`; empty without a training.
    """

    def f(value: float | None, digits: int = 3) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    training = metrics["training"]
    text = ""
    if training:
        text = (
            f"{training['settings']['model']}, {training['parameters'] / 1e6:.2f} M parameters; {training['people']} people; {training['steps']} steps of "
            f"{training['batch']} in {training['seconds'] / 60:.1f} min on {training['device']}: {training['people_per_s']:.0f} people/s "
            f"(one loading thread alone: {training['loader_people_per_s']:.0f} people/s)"
        )
    page = render_page(
        "network",
        m=metrics,
        f=f,
        curves=curves_svg(history) if history else "",
        tiles=_tiles(result),
        training=text,
        version=__version__,
    )
    write_text(path, page)


def curves_svg(history: list[dict[str, Any]]) -> Markup:
    """Losses, and the validation AP, over minutes, as inline SVG."""
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    minutes = [row["minutes"] for row in history]
    for name in ("position", "field", "distillation", "structure", "spine"):
        if name in history[0]:
            left.plot(minutes, [row[name] for row in history], label=name)
    left.set(xlabel="minutes", ylabel="loss before its weight", yscale="log")
    left.legend(frameon=False)
    scored = [row for row in history if row.get("ap_all") is not None]
    for name, label in (("ap_all", "all"), ("ap_spine", "spine")):
        right.plot([row["minutes"] for row in scored], [row[name] for row in scored], marker="o", label=label)
    right.set(xlabel="minutes", ylabel="validation AP of the averaged network", ylim=(0, 1))
    right.legend(frameon=False)
    return inline_svg(figure)


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
        picture = data_address(_tile(image, result, int(row)), "jpeg")
        tiles.append(
            {"picture": picture, "text": f"{result.people.people[row]}: mean error {error[row]:.3f} of the box"}
        )
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
