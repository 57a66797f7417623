"""Draw shipped motions as films of stick figures: a row a clip, moments evenly spread, seen from the side and from the front.

    python scripts/motion_sheet.py walk squat --sheet motions.png [--moments 12]
    python scripts/motion_sheet.py all --sheet motions.png --keys       the key postures alone, without variants: quick

Prints for each clip how far a foot slides while it bears the body and how deep anything is under the floor.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.geometry.types import Array
from spinegen.motions.flow import Flow
from spinegen.motions.performance import Performance, perform, plant_keys
from spinegen.motions.shipped import find_motions
from spinegen.skeleton import LINKS, NAMES, SPINE_CHAIN, VERTEBRAE

Picture = NDArray[np.uint8]
CELL_PX, SCALE_PX_M, FLOOR_PX = 170, 74.0, 152
VIEWS = {"side": (0.0, 1.0), "front": (1.0, 0.0)}
"""Horizontal direction (x, z of the ground) from which a figure is seen."""
BEARING_M = 0.004
"""A sole this near to the floor, before and after, bears the body."""


def main() -> None:
    """Perform, measure, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("motions", nargs="+")
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--moments", type=int, default=12)
    parser.add_argument("--views", nargs="+", choices=list(VIEWS), default=list(VIEWS))
    parser.add_argument("--keys", action="store_true")
    options = parser.parse_args()
    model, rows = load_model("unisex"), []
    for flow, clip in find_motions(options.motions):
        if options.keys:
            if not any(clip.startswith(f"{other}_") for other in flow.clips):
                rows += [key_strip(model, flow, clip, options.moments, view=view) for view in options.views]
            continue
        performance = perform(flow, clip, model, 50.0, rng=np.random.default_rng(1))
        slide, depth = faults_mm(model, performance)
        print(
            f"{clip:28s} {performance.times_s[-1]:5.1f} s  slides {slide:4.0f} mm/s  sinks {depth:3.0f} mm", flush=True
        )
        rows += [
            film(model, performance, f"{clip} ({view})", options.moments, view=VIEWS[view]) for view in options.views
        ]
    cv2.imwrite(str(options.sheet), np.concatenate(rows))


def faults_mm(model: SpineModel, performance: Performance) -> tuple[float, float]:
    """95th percentile of the speed of soles that bear the body (mm/s), and the deepest point under the floor (mm)."""
    names = tuple(FLOOR_STATIONS)
    at = model.station_positions(model.forward(performance.q), names)
    over = at[..., 1] - np.array(list(FLOOR_STATIONS.values()))
    soles = [i for i, name in enumerate(names) if name.startswith("sole/")]
    bears = np.abs(over[:, soles]) < BEARING_M
    both = bears[1:] & bears[:-1]
    speed = np.linalg.norm(np.diff(at[:, soles][..., [0, 2]], axis=0), axis=-1) * performance.rate_hz
    return 1000.0 * float(np.percentile(speed[both], 95)) if both.any() else 0.0, -1000.0 * float(over.min())


def key_strip(model: SpineModel, flow: Flow, clip: str, moments: int, *, view: str) -> Picture:
    """The first key postures of a clip, planted, as a strip."""
    spec = flow.clips[clip]
    count = min(len(spec.keys), moments)
    spec = spec.model_copy(update={"repeat": 1, "keys": spec.keys[:count]})
    poses = flow.key_poses(clip)[:count]
    q = plant_keys(model, spec, poses)
    still = Performance(1.0, np.arange(count, dtype=float), q, tuple(pose.activity for pose in poses))
    strip = film(model, still, f"{clip} ({view})", count, view=VIEWS[view])
    return np.pad(strip, ((0, 0), (0, CELL_PX * (moments - count)), (0, 0)), constant_values=250)


def film(
    model: SpineModel, performance: Performance, title: str, moments: int, *, view: tuple[float, float]
) -> Picture:
    """A strip of figures."""
    frames = np.linspace(0, len(performance.q) - 1, moments).round().astype(int)
    poses = model.forward(performance.q[frames])
    points = model.station_positions(poses, [f"keypoint/{name}" for name in NAMES])
    spines = model.station_positions(poses, [f"centroid/{name}" for name in VERTEBRAE])
    tips = model.station_positions(poses, [f"landmark/{s}FTP" for s in "RL"])
    strip = np.full((CELL_PX, CELL_PX * moments, 3), 250, np.uint8)
    for number in range(moments):
        cell = strip[:, number * CELL_PX : (number + 1) * CELL_PX]
        figure(cell, points[number], spines[number], tips[number], view=view)
        word = performance.activities[frames[number]]
        cv2.putText(cell, word, (4, CELL_PX - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.32, (120, 120, 120), 1, cv2.LINE_AA)
    cv2.putText(strip, title, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return strip


def figure(cell: Picture, points: Array, spine: Array, tips: Array, *, view: tuple[float, float]) -> None:
    """Draw one posture into a cell, in place: limbs blue and, on the left, red, vertebrae green."""
    middle = points[NAMES.index("hip")]
    across = np.array([-view[1], 0.0, view[0]]) * -1.0

    def pixel(at: Array) -> tuple[int, int]:
        return round(CELL_PX / 2 + SCALE_PX_M * float((at - middle) @ across)), round(
            FLOOR_PX - SCALE_PX_M * float(at[1])
        )

    cv2.line(cell, (0, FLOOR_PX), (CELL_PX, FLOOR_PX), (205, 205, 205), 1)
    pairs = [(a, b) for a, b in LINKS if not {a, b} <= set(SPINE_CHAIN)]
    segments = [(points[a], points[b], NAMES[a], NAMES[b]) for a, b in pairs]
    segments += [(points[NAMES.index(f"{w}_wrist")], tips[i], w, w) for i, w in enumerate(("right", "left"))]
    for a, b, one, other in segments:
        left = "left" in one or "left" in other
        cv2.line(cell, pixel(a), pixel(b), (60, 60, 200) if left else (190, 110, 30), 1, cv2.LINE_AA)
    for below, above in pairwise(spine):
        cv2.line(cell, pixel(below), pixel(above), (40, 140, 40), 2, cv2.LINE_AA)


if __name__ == "__main__":
    main()
