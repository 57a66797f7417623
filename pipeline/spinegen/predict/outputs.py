"""What was seen, in the forms of other programs: OpenPose's JSON, COCO results, a table."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from .. import skeleton
from ..files import write_json, write_text
from .film import Film

FORMATS = ("openpose", "coco", "csv")


def write_outputs(film: Film, stem: Path, formats: tuple[str, ...]) -> None:
    """Files beside `<stem>.json`, by format."""
    if "openpose" in formats:
        write_openpose(film, stem.with_name(f"{stem.name}_json"))
    if "coco" in formats:
        write_json(stem.with_name(f"{stem.name}.coco.json"), coco_results(film), indent=None)
    if "csv" in formats:
        write_text(stem.with_name(f"{stem.name}.csv"), table(film))


def write_openpose(film: Film, folder: Path) -> None:
    """One file a frame, as OpenPose names them: `pose_keypoints_2d` holds all 37 (the first 26 are Halpe-26's), `spine_keypoints_2d` the nine
    vertebrae from S1 to C1; `person_id` is the number that a person keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    chain = list(skeleton.SPINE_CHAIN)
    for number, (_, there) in enumerate(film.frames()):
        people = []
        for person, row in there:
            values = np.concatenate([person.keypoints_px[row], person.scores[row][:, None]], axis=1)
            values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, 0.0)
            people.append(
                {
                    "person_id": [person.number],
                    "pose_keypoints_2d": np.round(values, 3).ravel().tolist(),
                    "spine_keypoints_2d": np.round(values[chain], 3).ravel().tolist(),
                }
            )
        write_json(
            folder / f"{folder.name.removesuffix('_json')}_{number:012d}_keypoints.json",
            {"version": 1.3, "people": people},
            indent=None,
        )


def coco_results(film: Film) -> list[dict[str, Any]]:
    """COCO's results format; the frame's number is the picture's id, `track_id` the person's."""
    found = []
    for number, (_, there) in enumerate(film.frames()):
        for person, row in there:
            values = np.concatenate([person.keypoints_px[row], person.scores[row][:, None]], axis=1)
            values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, 0.0)
            found.append(
                {
                    "image_id": number,
                    "category_id": 1,
                    "track_id": person.number,
                    "bbox": np.round(person.boxes_xywh_px[row], 2).tolist(),
                    "keypoints": np.round(values, 3).ravel().tolist(),
                    "score": round(float(person.scores[row].mean()), 4),
                }
            )
    return found


def table(film: Film) -> str:
    """A row a frame and person: `frame`, `time_s`, `id`, then x, y and score of each keypoint; empty where unseen."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ["frame", "time_s", "id", *(f"{name}_{part}" for name in skeleton.NAMES for part in ("x_px", "y_px", "score"))]
    )
    for number, (time_s, there) in enumerate(film.frames()):
        for person, row in there:
            cells: list[object] = [number, f"{time_s:.4f}", person.number]
            for (x, y), score in zip(person.keypoints_px[row], person.scores[row], strict=True):
                seen = np.isfinite(x)
                cells += [f"{x:.2f}" if seen else "", f"{y:.2f}" if seen else "", f"{score:.3f}"]
            writer.writerow(cells)
    return stream.getvalue()
