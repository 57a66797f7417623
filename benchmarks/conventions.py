"""How far our body points lie from those of a body network that learnt people's clicks: offsets in the trunk's own axes.

    python benchmarks/conventions.py WORKSPACE [--split train] [--out conventions.json]

The shipped BlazePose full looks at drawn people from their true boxes; its heatmaps' peaks are compared with our labels. An offset is
found in three dimensions although every picture shows two: people are seen from all sides, so offsets along the trunk's own axes
(to the left, up, to the front) follow from least squares over all of them, robustly (Huber). Told in millimetres of a person whose trunk
(hip centre to C7) is as long as the mean one, and in box heights by the side that is seen.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.files import write_json
from spinegen.pose import geometry
from spinegen.pose.backbones.blazepose import LAYOUTS, BlazePose
from spinegen.pose.backbones.shipped import load_shipped
from spinegen.pose.data.pixels import normalize
from spinegen.progress import make_reporter
from spinegen.workspace import Workspace

INPUT_HW = (256, 256)
STRIDE = 4
SURE = 0.5
"""A heatmap whose peak is lower does not count."""
FAR = 0.12
"""A peak further from our label than this share of the box is a mistake of the network, not a convention."""
MEAN_TRUNK_MM = 480.0
BATCH = 32
BLAZEPOSE = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11, "right_shoulder": 12,
    "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_heel": 29, "right_heel": 30,
    "left_big_toe": 31, "right_big_toe": 32,
}  # fmt: skip
"""Its points that have a namesake among ours."""


@dataclass(frozen=True)
class Person:
    """One label."""

    picture: Path
    box_xywh_px: NDArray[np.float64]
    keypoints_px: NDArray[np.float64]
    seen: NDArray[np.bool_]
    points_camera_m: NDArray[np.float64]
    focal_px: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--split", default="train")
    parser.add_argument("--out", type=Path, default=Path("conventions.json"))
    arguments = parser.parse_args()
    people = list(read_people(Workspace(arguments.workspace).coco, arguments.split))
    found, sure = heatmap_points(people)
    rows = {
        name: row
        for name in sorted({n.removeprefix("left_").removeprefix("right_") for n in BLAZEPOSE})
        if (row := measure(name, people, found, sure))
    }
    write_json(arguments.out, {"people": len(people), "points": rows})
    print(f"{len(people)} people; offset of BlazePose's point from ours, mm of a trunk of {MEAN_TRUNK_MM:.0f} mm")
    print(
        f"{'point':10} {'count':>6} {'outward':>8} {'up':>6} {'front':>6}   spread before -> after, % of box   mean by view, % of box (x, y)"
    )
    for name, row in rows.items():
        out, up, front = row["offset_mm"]
        views = "  ".join(f"{v} {100 * m[0]:+.1f} {100 * m[1]:+.1f}" for v, m in row["mean_by_view"].items())
        print(
            f"{name:10} {row['count']:6} {out:8.0f} {up:6.0f} {front:6.0f}   {100 * row['rms_before']:.2f} -> {100 * row['rms_after']:.2f}   {views}"
        )


def read_people(coco: Path, split: str) -> Iterator[Person]:
    """Labels with 3D points whose box is not tiny."""
    data: dict[str, Any] = json.loads(
        (coco / "annotations" / f"person_keypoints_{split}-unreal.json").read_text(encoding="utf-8")
    )
    files = {image["id"]: coco / "images" / f"{split}-unreal" / image["file_name"] for image in data["images"]}
    for entry in data["annotations"]:
        flat = np.array(entry["keypoints"], dtype=np.float64).reshape(-1, 3)
        yield Person(
            files[entry["image_id"]],
            np.array(entry["bbox"], dtype=np.float64),
            flat[:, :2],
            flat[:, 2] == 2,
            np.array(entry["keypoints_3d"], dtype=np.float64),
            float(entry["camera"]["K"][0][0]),
        )


def heatmap_points(people: list[Person]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, 39, 2) peaks in picture pixels and (N, 39) their heights, 0..1."""
    network = BlazePose(LAYOUTS["blazepose-full"]).eval()
    load_shipped(network, "blazepose-full")
    points, heights = [], []
    with make_reporter().task("look", len(people), "people") as task:
        for start in range(0, len(people), BATCH):
            some = people[start : start + BATCH]
            centers, sizes = geometry.crop_regions(np.array([p.box_xywh_px for p in some]), INPUT_HW)
            matrices = geometry.transforms_input_image(centers, sizes, INPUT_HW)
            crops = [
                cv2.warpAffine(
                    np.asarray(cv2.imread(str(p.picture)))[..., ::-1], m, INPUT_HW[::-1], flags=cv2.INTER_LINEAR
                )
                for p, m in zip(some, matrices, strict=True)
            ]
            images = torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32))
            with torch.no_grad():
                maps = network.heatmaps(network(normalize(images))[0]).sigmoid().numpy()
            peaks, height = peak_points(maps)
            points.append(geometry.apply_affine(geometry.invert(matrices), peaks * STRIDE))
            heights.append(height)
            task.advance(len(some))
    return np.concatenate(points), np.concatenate(heights)


def peak_points(maps: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, K, h, w) -> the centroid of 7 x 7 cells around each maximum (N, K, 2), and the maxima (N, K)."""
    count, kinds, _, width = maps.shape
    best = maps.reshape(count, kinds, -1).argmax(axis=-1)
    padded = np.pad(maps, ((0, 0), (0, 0), (3, 3), (3, 3)))
    rows, columns = np.divmod(best, width)
    offsets = np.arange(7)
    windows = padded[
        np.arange(count)[:, None, None, None],
        np.arange(kinds)[None, :, None, None],
        (rows[..., None] + offsets)[..., :, None],
        (columns[..., None] + offsets)[..., None, :],
    ].astype(np.float64)
    mass = windows.sum(axis=(2, 3))
    x = (windows.sum(axis=2) * (columns[..., None] + offsets - 3)).sum(axis=-1) / mass
    y = (windows.sum(axis=3) * (rows[..., None] + offsets - 3)).sum(axis=-1) / mass
    return np.stack([x, y], axis=-1), maps.reshape(count, kinds, -1).max(axis=-1)


def trunk_axes(points_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """(3, 3) rows to the left, up and to the front in camera axes, and the trunk's length over the mean one."""
    at = skeleton.INDEX
    hips = (points_m[at["left_hip"]] + points_m[at["right_hip"]]) / 2
    up = points_m[at["neck"]] - hips
    length = float(np.linalg.norm(up))
    up = up / length
    left = points_m[at["left_hip"]] - points_m[at["right_hip"]]
    left = left - (left @ up) * up
    left /= np.linalg.norm(left)
    # camera axes are x right, y down, z forward, a right-handed frame
    return np.stack([left, up, np.cross(left, up)]), 1000 * length / MEAN_TRUNK_MM


def measure(
    name: str, people: list[Person], found: NDArray[np.float64], sure: NDArray[np.float64]
) -> dict[str, Any] | None:
    """Offset of one kind of point, both sides together."""
    blocks, targets, weights, views = [], [], [], []
    for side, sign in (("left_", 1.0), ("right_", -1.0)) if f"left_{name}" in BLAZEPOSE else (("", 1.0),):
        mine, theirs = skeleton.INDEX[side + name], BLAZEPOSE[side + name]
        for person, points, heights in zip(people, found, sure, strict=True):
            size = float(person.box_xywh_px[2:].max())
            gap = points[theirs] - person.keypoints_px[mine]
            if not person.seen[mine] or heights[theirs] < SURE or np.linalg.norm(gap) > FAR * size:
                continue
            axes, scale = trunk_axes(person.points_camera_m)
            axes = axes * np.array([[sign], [1], [1]]) * scale / 1000
            x, y, z = person.points_camera_m[mine]
            projection = person.focal_px / z * np.array([[1, 0, -x / z], [0, 1, -y / z]])
            blocks.append(projection @ axes.T / size)
            targets.append(gap / size)
            weights.append(1.0)
            views.append(_view(axes[2]))
    if len(blocks) < 30:
        return None
    design, target = np.array(blocks), np.array(targets)
    offset = huber(design.reshape(-1, 3), target.reshape(-1))
    rest = target - design @ offset
    groups = {view: target[np.array(views) == view] for view in ("front", "back", "side")}
    return {
        "count": len(blocks),
        "offset_mm": np.round(offset, 1).tolist(),
        "rms_before": float(np.sqrt((target**2).sum(axis=1).mean())),
        "rms_after": float(np.sqrt((rest**2).sum(axis=1).mean())),
        "mean_by_view": {view: np.round(rows.mean(axis=0), 4).tolist() for view, rows in groups.items() if len(rows)},
        "spread_by_view": {view: np.round(rows.std(axis=0), 4).tolist() for view, rows in groups.items() if len(rows)},
    }


def huber(design: NDArray[np.float64], target: NDArray[np.float64], cut: float = 0.01) -> NDArray[np.float64]:
    """Least squares by reweighting; residuals beyond `cut` of the box count linearly."""
    solution: NDArray[Any] = np.zeros(design.shape[1])
    for _ in range(20):
        residual = np.abs(target - design @ solution)
        root = np.sqrt(np.minimum(1, cut / np.maximum(residual, 1e-9)))
        solution = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def _view(front: NDArray[np.float64]) -> str:
    towards = -front[2] / np.linalg.norm(front)
    return "front" if towards > 0.5 else "back" if towards < -0.5 else "side"


if __name__ == "__main__":
    main()
