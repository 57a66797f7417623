"""How near real postures lie to what ships: distance of every tenth frame of fitted clips to the nearest drawn or authored posture.

The part of `diversity.py` behind `--coverage`. Captured motion is played on the one body that postures are drawn on, so that postures are
compared and not people; then both are seen in the axes of their pelvis, and the mean distance of the 37 keypoints is taken.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.geometry.types import Array, Ints
from spinegen.motions.performance import perform
from spinegen.motions.pose_sampler import anchors, sample_poses
from spinegen.motions.shipped import shipped_flows
from spinegen.skeleton import INDEX, NAMES

EVERY = 10
CANDIDATES = 20
"""Nearest by the root mean square, among which the nearest by the mean is looked for."""
AUTHORED_HZ = 10.0
GOAL_MM = 60.0


def report(clips: Path, poses: int, sheet: Path | None) -> None:
    """Collect, compare, print, and draw the furthest frames beside what lies nearest to them.

    Args:
        clips: a workspace with fits of real captures.
        poses: how many postures are drawn by chance.
    """
    model = load_model("unisex")
    real, where = real_postures(clips, model)
    yoga, others = authored_postures(model)
    start = time.process_time()
    drawn = sample_poses(model, anchors(model, shipped_flows().values()), poses, 0).q
    speed = len(drawn) / (time.process_time() - start)
    sets = {"yoga": yoga, "all authored": np.concatenate([yoga, others])}
    sets[f"authored and {len(drawn)} drawn"] = np.concatenate(
        [sets["all authored"], in_pelvis(keypoints(model, drawn))]
    )
    print(f"{len(real)} frames of {len(set(where))} clips, mean distance of the 37 points to the nearest posture, mm")
    found = {name: nearest_mm(real, known) for name, known in sets.items()}
    for name, known in sets.items():
        distance, _ = found[name]
        print(f"  {name:28s} {len(known):6d} postures: median {np.median(distance):4.0f}, " + percentiles(distance))
        for clip in dict.fromkeys(where):
            print(f"      {clip:30s} {np.median(distance[np.array(where) == clip]):4.0f}")
    print(f"  goal: a median of {GOAL_MM:.0f} mm; drawn at {speed:.0f} postures a second of a core")
    if sheet:
        widest = list(sets)[-1]
        draw_furthest(sheet, real, sets[widest], found[widest][0], nearest=found[widest][1])


def percentiles(distance: Array) -> str:
    """The worse ones."""
    return f"p90 {np.percentile(distance, 90):4.0f}, p99 {np.percentile(distance, 99):4.0f}"


def real_postures(workspace: Path, model: SpineModel) -> tuple[Array, list[str]]:
    """Every tenth frame `(N, 37, 3)` of every fit, on the body of `model`, and of which clip it is."""
    found, where = [], []
    for path in sorted(workspace.glob("fits/*/coordinates.parquet")):
        q = pd.read_parquet(path, columns=list(model.coordinate_names)).to_numpy(np.float64)[::EVERY]
        found.append(in_pelvis(keypoints(model, q)))
        where += [path.parent.name] * len(q)
    if not found:
        raise SystemExit(f"{workspace} holds no fits: run `spinegen fit-mocap CLIP... --out {workspace}` first")
    return np.concatenate(found), where


def authored_postures(model: SpineModel) -> tuple[Array, Array]:
    """Frames of the yoga clips, and of the other shipped clips without their variants."""
    yoga, others = [], []
    for file, flow in shipped_flows().items():
        for name, clip in flow.clips.items():
            if any(name == f"{other}_{word}" for other, spec in flow.clips.items() for word in spec.variants):
                continue
            short = flow.model_copy(update={"clips": {name: clip.model_copy(update={"repeat": min(clip.repeat, 2)})}})
            q = perform(short, name, model, AUTHORED_HZ, rng=np.random.default_rng(1)).q
            (yoga if file == "yoga" else others).append(in_pelvis(keypoints(model, q)))
    return np.concatenate(yoga), np.concatenate(others)


def keypoints(model: SpineModel, q: Array) -> Array:
    """`(F, 37, 3)`."""
    return model.station_positions(model.forward(q), [f"keypoint/{name}" for name in NAMES])


def in_pelvis(points: Array) -> Array:
    """The same in axes of the pelvis (hips across, hips to L5 up), from the middle of the hips."""
    hips = points[:, [INDEX["right_hip"], INDEX["left_hip"]]]
    middle = hips.mean(1)
    across = hips[:, 0] - hips[:, 1]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = points[:, INDEX["spine_01"]] - middle
    up -= (up * across).sum(1, keepdims=True) * across
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    axes = np.stack([np.cross(up, across), up, across], axis=1)
    return np.einsum("fij,fkj->fki", axes, points - middle[:, None])


def nearest_mm(real: Array, known: Array) -> tuple[Array, Ints]:
    """Mean distance `(N,)` of the points of each posture to the nearest known one, and which that is."""
    distance, index = np.empty(len(real)), np.empty(len(real), dtype=np.int64)
    flat = known.reshape(len(known), -1)
    squares = (flat**2).sum(1)
    for first in range(0, len(real), 256):
        part = real[first : first + 256].reshape(-1, flat.shape[1])
        apart = squares - 2.0 * part @ flat.T
        some = np.argpartition(apart, min(CANDIDATES, len(flat) - 1), axis=1)[:, :CANDIDATES]
        gaps = np.linalg.norm(known[some] - real[first : first + 256, None], axis=-1).mean(-1)
        best = gaps.argmin(1)
        rows = np.arange(len(part))
        distance[first : first + 256], index[first : first + 256] = 1000.0 * gaps[rows, best], some[rows, best]
    return distance, index


def draw_furthest(path: Path, real: Array, known: Array, distance: Array, *, nearest: Ints, count: int = 10) -> None:
    """Pairs from the side: a frame (blue) and its nearest posture (grey)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from spinegen.skeleton import LINKS

    figure = Figure(figsize=(1.6 * count, 6), layout="constrained")
    FigureCanvasAgg(figure)
    worst = np.argsort(-distance)[:: max(1, len(distance) // 400)][:count]
    for column, frame in enumerate(worst):
        for row, axes in enumerate(((0, 1), (2, 1))):
            panel = figure.add_subplot(2, count, row * count + column + 1)
            for points, colour in ((known[nearest[frame]], "#bbbbbb"), (real[frame], "#20609c")):
                for a, b in LINKS:
                    panel.plot(points[[a, b], axes[0]], points[[a, b], axes[1]], color=colour, lw=1.2)
            panel.set_aspect("equal")
            panel.set_axis_off()
            panel.set_title(f"{distance[frame]:.0f} mm" if row == 0 else "", fontsize=8)
    figure.savefig(path, dpi=80, metadata={"Software": ""})
