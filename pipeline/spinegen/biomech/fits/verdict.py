"""A plain verdict about a fit, and what only the verdict looks at."""

import numpy as np

from ...geometry.types import Array
from ...records.fit_report import FitReport, HeadDown, Verdict
from ..model.spine_model import SpineModel

SPIKE_RAD_S2 = 40.0
"""Angular acceleration of the spine above which a frame is called a jump."""
GOOD_RMS_MM, USABLE_RMS_MM = 12.0, 25.0
"""OpenSim's own guideline asks for an RMS below 20 mm and a maximum below 40 mm."""
LIMIT_SHARE = 0.01
STANDING_DEG = (20.0, 70.0)
"""Lordosis and kyphosis of people who stand lie in this range."""
OFTEN_DOWN = 0.8
"""Share of frames with the head below the hips from which on that has to be explained."""
_HEAD, _HIPS = "joint/skull", ("joint/femur_r", "joint/femur_l")
_RESTING_M = {
    "joint/hand_r": 0.2,
    "joint/hand_l": 0.2,
    "joint/ulna_r": 0.15,
    "joint/ulna_l": 0.15,
    "joint/talus_r": 0.25,
    "joint/talus_l": 0.25,
    "joint/humerus_r": 0.22,
    "joint/humerus_l": 0.22,
}
"""Heights of wrists, elbows, ankles and shoulders below which that part rests on the floor."""
_LOWEST_HEAD_M = -0.1
"""A head deeper than this is below the floor, so that shoulders on it explain nothing."""
LEAST_FACTOR, MOST_FACTOR = 0.7, 1.4
"""Scale factors relative to the whole body's that are still called usual: the spreads of single segments are 5 to 8 %."""


def verdict(report: FitReport) -> tuple[Verdict, list[str]]:
    """`good`, `usable` or `doubtful`, and why not better (or, for a good fit, the figure that says so)."""
    usable, doubtful = [], []
    if (down := report.head_down).share > OFTEN_DOWN and down.unexplained > 0.5 * down.share:
        doubtful.append(
            f"the head is below the hips in {100 * down.share:.0f} % of the frames while neither hands, feet nor shoulders rest on a "
            "floor: is the capture upside down? (--up-axis)"
        )
    for name, ratio in report.performer.odd_factors.items():
        doubtful.append(
            f"the {name} is {ratio:.2f} times as large as people of this size have it ({LEAST_FACTOR:g} to {MOST_FACTOR:g} occurs)"
        )
    rms, most = report.residual_mm.rms, report.residual_mm.max
    if rms > USABLE_RMS_MM:
        doubtful.append(f"markers lie {rms:.0f} mm RMS from the model (more than {USABLE_RMS_MM:.0f})")
    elif rms > GOOD_RMS_MM:
        usable.append(f"markers lie {rms:.0f} mm RMS from the model (more than {GOOD_RMS_MM:.0f})")
    if (worst := report.worst_frame_rms_mm) > USABLE_RMS_MM:
        usable.append(
            f"frame {report.worst_frame} lies {worst:.0f} mm RMS from the model (more than {USABLE_RMS_MM:.0f})"
        )
    at_limit = {name: share for name, share in report.limits.spine.items() if share > LIMIT_SHARE}
    if at_limit:
        worst = max(at_limit, key=lambda name: at_limit[name])
        text = f"{worst} stands at its limit in {100 * at_limit[worst]:.0f} % of the frames"
        (doubtful if at_limit[worst] > 0.2 else usable).append(text)
    wrong = sum(fault.frames for fault in report.faults if fault.kind != "unexplained")
    share = wrong / max(report.frames * len(report.markers), 1)
    if share > 0.05:
        doubtful.append(f"{100 * share:.0f} % of the marker samples were wrong")
    elif share > 0.005:
        usable.append(f"{100 * share:.1f} % of the marker samples were wrong and were put right or left out")
    if report.gap_fraction > 0.25:
        usable.append(f"{100 * report.gap_fraction:.0f} % of the marker samples are missing")
    if report.jumps.frames:
        usable.append(
            f"the spine accelerates by more than {SPIKE_RAD_S2:.0f} rad/s^2 in {report.jumps.frames} frames "
            f"(first at frame {report.jumps.first})"
        )
    curves, (low, high) = report.curvature_deg, STANDING_DEG
    for name, angle in (("lordosis", curves.standing_lordosis), ("kyphosis", curves.standing_kyphosis)):
        if angle is not None and not low <= angle <= high:
            usable.append(f"standing {name} of {angle:.0f} deg is outside {low:.0f}-{high:.0f}")
    if doubtful:
        return "doubtful", doubtful + usable
    if usable:
        return "usable", usable
    return "good", [
        f"markers lie {rms:.1f} mm RMS (at most {most:.0f} mm) from the model, and no joint of the spine runs into its limits"
    ]


def head_down(model: SpineModel, q: Array) -> HeadDown:
    """How often the head is below the hips."""
    names = [_HEAD, *_HIPS, *_RESTING_M]
    height = model.station_positions(model.forward(q), names)[..., 1]
    down = height[:, 0] < height[:, 1:3].mean(1)
    limits = np.array(list(_RESTING_M.values()))
    resting = height[:, 3:] < limits
    shoulders = [i for i, name in enumerate(_RESTING_M) if "humerus" in name]
    resting[:, shoulders] &= height[:, :1] > _LOWEST_HEAD_M
    return HeadDown(share=round(float(down.mean()), 4), unexplained=round(float((down & ~resting.any(1)).mean()), 4))


def odd_factors(factors: dict[str, float]) -> dict[str, float]:
    """Scale factors as multiples of the middle one, where they are such as people do not have."""
    middle = float(np.median(list(factors.values()))) if factors else 1.0
    ratios = {name: factor / middle for name, factor in factors.items()}
    return {name: round(ratio, 3) for name, ratio in ratios.items() if not LEAST_FACTOR <= ratio <= MOST_FACTOR}
