"""Line drawings of a fitted body and of its vertebrae, and traces of their angles."""

from typing import Literal

import cv2
import numpy as np

from ..geometry.rigid import axis_angle_matrix
from ..geometry.types import Array
from ..skeleton import VERTEBRAE
from .draw import Picture, draw_skeleton, write_text

REGIONS = (("lumbar", 1, 7), ("thoracic", 7, 18), ("cervical", 18, 25))
"""Name, first and one past the last joint, counted by the vertebra above it: L5-S1..T12-L1, T11-T12..T1-T2, C7-T1..C1-C2."""
_COLORS = ((170, 120, 30), (60, 130, 60), (60, 60, 200))
_LETTER_COLORS = dict(zip("SLTC", ((120, 120, 120), *_COLORS), strict=True))
_HALF_DEPTH_M = np.concatenate([np.linspace(0.019, 0.015, 18), np.linspace(0.009, 0.008, 7)])
"""Half the depth of each drawn vertebra, sacrum to atlas; a sketch, not anatomy."""
_HALF_HEIGHT_M = np.concatenate([np.linspace(0.013, 0.009, 18), np.linspace(0.006, 0.006, 7)])
_SPINOUS_M = np.concatenate([np.full(18, 0.052), np.full(7, 0.035)])
View = Literal["side", "back"]
_VIEW = axis_angle_matrix([0.0, 1.0, 0.0], np.radians(35.0))


def draw_body(panel: Picture, keypoints_m: Array, all_m: Array) -> None:
    """The body from half in front, in scale with the whole motion.

    Args:
        panel: part of a picture to draw into.
        keypoints_m: `(37, 3)` now; ground axes.
        all_m: `(F, 37, 3)` of the whole motion.
    """
    height, width = panel.shape[:2]
    seen = all_m @ _VIEW.T
    across, up = seen[..., 2], seen[..., 1]
    scale = min(width / (np.ptp(across) + 0.15), height / (np.ptp(up) + 0.15))
    now = keypoints_m @ _VIEW.T
    # From the front the person's right is on our left.
    x = width / 2 - (now[:, 2] - (across.max() + across.min()) / 2) * scale
    y = height / 2 - (now[:, 1] - (up.max() + up.min()) / 2) * scale
    panel[:] = 46
    tall = float(np.ptp(up)) * scale
    draw_skeleton(panel, np.column_stack([x, y]), np.full(len(x), 2), tall)


def draw_spine(panel: Picture, centroids_m: Array, rotations: Array, all_m: Array, *, view: View) -> None:
    """Every vertebra as a tilted block with its spinous process, seen from the side or from behind.

    Args:
        centroids_m: `(25, 3)` in the pelvis' axes.
        rotations: `(25, 3, 3)` vertebra to pelvis.
        all_m: `(F, 25, 3)` of the whole motion, for the scale.
    """
    height, width = panel.shape[:2]
    axis = 0 if view == "side" else 2
    long = max(float(all_m[..., 1].max() - min(all_m[..., 1].min(), 0.0)) + 0.1, 0.6)
    scale = (height - 60) / long
    base = np.array([width / 2 if axis == 2 else width * 0.55, height - 34.0])

    def place(points: Array) -> list[tuple[int, int]]:
        flat = base + np.column_stack([points[:, axis], -points[:, 1]]) * scale
        return [(round(float(x)), round(float(y))) for x, y in flat]

    keys = {VERTEBRAE.index(v) for v in ("S1", "L5", "L3", "L1", "T8", "T3", "C7", "C4", "C1")}
    for i in range(len(VERTEBRAE)):
        depth, tall, process = _HALF_DEPTH_M[i], _HALF_HEIGHT_M[i], _SPINOUS_M[i]
        side = depth if axis == 0 else 1.25 * depth
        corners = np.zeros((4, 3))
        corners[:, axis] = np.array([-side, side, side, -side])
        corners[:, 1] = np.array([-tall, -tall, tall, tall])
        outline = np.array(place(centroids_m[i] + corners @ rotations[i].T), dtype=np.int32)
        color = _LETTER_COLORS[VERTEBRAE[i][0]]
        if axis == 0:
            tip = centroids_m[i] + rotations[i] @ np.array([-process, -0.5 * process, 0.0])
            back = centroids_m[i] - rotations[i] @ np.array([depth, 0.0, 0.0])
            (start, end) = place(np.stack([back, tip]))
            cv2.line(panel, start, end, color, 2, cv2.LINE_AA)
        if i in keys:
            cv2.fillPoly(panel, [outline], color, cv2.LINE_AA)
        cv2.polylines(panel, [outline], True, color, 1, cv2.LINE_AA)
    write_text(panel, view, (8, height - 8))


def draw_traces(strip: Picture, times_s: Array, regions_deg: Array, index: int) -> None:
    """Flexion of the three regions over the whole film, with a cursor at this moment.

    Args:
        regions_deg: `(F, 3)` degrees, forward +.
    """
    height, width = strip.shape[:2]
    left, right, top, bottom = 96, width - 16, 8, height - 12
    low, high = min(float(regions_deg.min()), -5.0), max(float(regions_deg.max()), 5.0)
    x = left + (times_s - times_s[0]) / max(times_s[-1] - times_s[0], 1e-9) * (right - left)
    y = bottom - (regions_deg - low) / (high - low) * (bottom - top)
    zero = round(bottom + low / (high - low) * (bottom - top))
    cv2.line(strip, (left, zero), (right, zero), (215, 215, 215), 1)
    for n, (name, _, _) in enumerate(REGIONS):
        line = np.column_stack([x, y[:, n]]).round().astype(np.int32)
        cv2.polylines(strip, [line], False, _COLORS[n], 1, cv2.LINE_AA)
        cv2.circle(strip, (int(line[index, 0]), int(line[index, 1])), 4, _COLORS[n], -1, cv2.LINE_AA)
        write_text(strip, f"{name} {regions_deg[index, n]:+4.0f}", (4, top + 22 + 20 * n))
    now = round(float(x[index]))
    cv2.line(strip, (now, top), (now, bottom), (150, 150, 150), 1)
    write_text(strip, "flexion, degrees", (4, bottom))
