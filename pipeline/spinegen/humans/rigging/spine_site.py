"""Places the 25 vertebrae inside one body: heights along the trunk, depth under the skin of the back, natural curvature."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ...geometry.types import Floats
from ...model_tables import number, rows
from ...skeleton import VERTEBRAE

# Neutral upright centroids in the sagittal plane (forward, up), mm, pelvis frame: measured on the meshes of an open
# full-body model (Pose2Sim, BSD-3); lordosis L1-S1 52 deg, kyphosis T2-T12 41 deg between the chain's tangents.
_TABLE_MM = (
    (-106, 48), (-74, 72), (-75, 106), (-81, 142), (-89, 172), (-100, 202), (-108, 227), (-118, 259), (-126, 285),
    (-132, 312), (-136, 335), (-138, 359), (-138, 382), (-136, 404), (-131, 427), (-126, 448), (-120, 468), (-115, 487),
    (-110, 507), (-102, 527), (-98, 542), (-96, 559), (-95, 574), (-96, 593), (-103, 610),
)  # fmt: skip
_TABLE_STATURE_M = 1.75
_UNDER_SKIN_M = 0.008
"""Least depth of a spinous tip under the skin of the back."""

# Skin of the back to the centre of the vertebral body, mm, for 1.72 m and 23 kg/m^2, horizontally, caudal to cranial:
# skin-to-epidural depth (L5S1 41, L4-5 46, L3-4 46, L2-3 44: Cha 2011, n = 1653; mid and lower thoracic 47 along the
# needle: Agarwal 2024, n = 194) + sagittal canal (15-17) + half the body's depth (Panjabi 1991, 1992).
DEPTH_MM = (
    72, 78, 80, 79, 77, 75, 73, 72, 71, 70, 68, 67, 66, 65, 64, 63, 63, 62, 61, 59, 58, 58, 58, 60, 63,
)  # fmt: skip
DEPTH_PER_BMI_MM = 0.65
"""Growth of the lumbar depth with body-mass index (So 1997: men 0.89, women 0.41 mm per kg/m^2); half of it at T1 and above."""
S1_OVER_HIP = 0.058
"""Height of S1's centre over the hip axis as a share of stature: the L4-5 disc lies at the iliac crest's level."""


@dataclass(frozen=True)
class SpineSite:
    """Where the vertebrae of one body lie; rows caudal to cranial as `skeleton.VERTEBRAE`, ground axes, metres."""

    centroid_m: Floats
    """`(25, 3)`."""
    posterior_m: Floats
    """`(25, 3)`: the tip of the spinous process."""
    joint_m: Floats
    """`(25, 3)`: centre of the joint with the vertebra below; row 0 (S1) is S1's own centroid."""
    back_m: Floats
    """`(25,)`: x of the skin of the back at each centroid's height."""
    front_m: Floats
    """`(25,)`: x of the skin of the front at that height."""

    def depth_m(self) -> Floats:
        """Skin of the back to centroid `(25,)`."""
        return self.centroid_m[:, 0] - self.back_m


def place_spine(
    trunk_m: Floats, *, hip_y_m: float, neck_y_m: float, head_y_m: float, stature_m: float, bmi: float
) -> SpineSite:
    """Vertebrae of a body whose midline skin is `trunk_m (N, 3)`.

    Heights run from S1 over the hip axis to C7 at the base of the neck and C1 under the skull base, spaced as in the
    table. Forward positions are a compromise between published depths under the skin and the table's curvature
    (least squares, one linear solve), so that neither leaves its normal range.
    """
    table = np.array(_TABLE_MM) / 1000.0
    c7 = VERTEBRAE.index("C7")
    y = np.empty(25)
    low, high = hip_y_m + S1_OVER_HIP * stature_m, neck_y_m
    y[: c7 + 1] = np.interp(table[: c7 + 1, 1], table[[0, c7], 1], [low, high])
    y[c7:] = np.interp(table[c7:, 1], table[[c7, 24], 1], [high, head_y_m - 0.006 * stature_m])
    back, front = midline_profile(trunk_m, y)
    lumbar_share = np.interp(np.arange(25), [0, 6, 17, 24], [1.0, 0.9, 0.5, 0.3])
    depth = (np.array(DEPTH_MM) * stature_m / 1.72 + DEPTH_PER_BMI_MM * (bmi - 23.0) * lumbar_share) / 1000.0
    curve = table[:, 0] * stature_m / _TABLE_STATURE_M
    x = _compromise(back + depth, curve, y)
    centroid = np.stack([x, y, np.zeros(25)], axis=1)
    posterior = centroid + _tips(centroid, table, stature_m)
    skin = np.interp(posterior[:, 1], y, back)
    posterior[:, 0] = np.clip(posterior[:, 0], skin + _UNDER_SKIN_M, np.maximum(x - 0.02, skin + _UNDER_SKIN_M))
    joint = centroid.copy()
    joint[1:] = 0.5 * (centroid[1:] + centroid[:-1])
    return SpineSite(centroid, posterior, joint, back, front)


def _tips(centroid_m: Floats, table_m: Floats, stature_m: float) -> Floats:
    """Spinous tips from their centroids `(25, 3)`: the model's, turned as far as this chain leans beyond the table's.

    The model's tips stand in the axes of their vertebrae: where the column leans back, as at the thoracolumbar junction,
    a tip lies lower behind its vertebra than the process alone would slant.
    """
    tip_x, tip_y, tilt = _model_tips()
    lean = tilt + _lean_rad(centroid_m) - _lean_rad(table_m)
    # The sacrum and the atlas have no vertebral body: where their middle lies says nothing of the curve.
    lean[[0, -1]] = tilt[[0, -1]]
    cosine, sine = np.cos(lean), np.sin(lean)
    turned = np.stack([cosine * tip_x - sine * tip_y, sine * tip_x + cosine * tip_y, np.zeros(25)], axis=1)
    return turned * stature_m / 1.72


def _lean_rad(chain_m: Floats) -> Floats:
    """Backward lean `(25,)` of a chain of centroids, seen from the side."""
    slope = np.gradient(chain_m[:, :2], axis=0)
    return np.arctan2(-slope[:, 0], slope[:, 1])


@cache
def _model_tips() -> tuple[Floats, Floats, Floats]:
    """Spinous tip from its centroid, forward and up in the vertebra's axes, metres, and the vertebra's tilt, rad, `(25,)` each."""
    spine = rows("vertebrae")
    tip_x, tip_y = (np.array([number(row, f"posterior_{axis}_mm", 0.001) for row in spine]) for axis in "xy")
    return tip_x, tip_y, np.radians([number(row, "tilt_deg") for row in spine])


def _compromise(wanted: Floats, curve: Floats, y: Floats) -> Floats:
    """The x that follows `wanted` in position and `curve` in its second differences along y."""
    second = np.zeros((23, 25))
    for i in range(23):
        a, b = y[i + 1] - y[i], y[i + 2] - y[i + 1]
        second[i, i : i + 3] = np.array([1.0 / a, -1.0 / a - 1.0 / b, 1.0 / b]) * 0.03
    stiffness = 6.0
    lhs = np.eye(25) + stiffness**2 * second.T @ second
    return np.linalg.solve(lhs, wanted + stiffness**2 * second.T @ (second @ curve))


def midline_profile(trunk_m: Floats, heights_m: Floats) -> tuple[Floats, Floats]:
    """x of the back and of the front skin `(H,)` at given heights, from vertices near the middle plane."""
    near = trunk_m[np.abs(trunk_m[:, 2]) < 0.03]
    back, front = np.empty(len(heights_m)), np.empty(len(heights_m))
    for i, height in enumerate(heights_m):
        band = near[np.abs(near[:, 1] - height) < 0.02]
        if len(band) < 2:
            band = near[np.argsort(np.abs(near[:, 1] - height))[:8]]
        wide = near[np.abs(near[:, 1] - height) < 0.035]
        back[i], front[i] = band[:, 0].min(), wide[:, 0].max()
    return back, front
