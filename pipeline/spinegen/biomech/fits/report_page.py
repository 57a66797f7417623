"""`report.html` of a fit: one file that opens without a network."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...clips.clip import Clip
from ...records.fit_report import FitReport
from ...reporting.figures import as_png_uri, legend, thinned, time_axes
from ...reporting.page import write_page
from ...skeleton import LINKS, NAMES, VERTEBRAE
from ..fit.fit_clip import Fit
from ..model.curvature import curvature
from .files import MOTIONS, intervertebral_deg

REGION_COLOR = {"L": "#c2603c", "T": "#3c7a9c", "C": "#5a8f4a"}


def write_fit_page(path: Path, fit: Fit, clip: Clip, report: FitReport) -> None:
    """Write the page, whole or not at all."""
    write_page(
        path,
        "fit",
        report=report,
        markers=sorted(report.markers, key=lambda row: -(row.rms_mm or 0.0)),
        angles=as_png_uri(_angle_figure(fit, clip)),
        curves=as_png_uri(_curve_figure(fit, clip)),
        residuals=as_png_uri(_residual_figure(fit, clip)),
        stick=_stick(fit, report.worst_frame),
    )


def _angle_figure(fit: Fit, clip: Clip) -> Figure:
    figure, axes = time_axes(3, 8.5)
    part = thinned(len(fit.q))
    angles = intervertebral_deg(fit.model, fit.q[part])
    for axis, (ax, motion) in enumerate(zip(axes, MOTIONS, strict=True)):
        for level in range(1, len(VERTEBRAE)):
            name = VERTEBRAE[level]
            count = {"L": 5, "T": 12, "C": 7}[name[0]]
            alpha = 0.35 + 0.6 * int(name[1:]) / count
            ax.plot(clip.times_s[part], angles[:, level, axis], color=REGION_COLOR[name[0]], alpha=alpha, lw=1.0)
        ax.set_ylabel(f"{motion} (deg)")
    for region, word in (("L", "lumbar"), ("T", "thoracic"), ("C", "cervical")):
        axes[0].plot([], [], color=REGION_COLOR[region], label=f"{word} (darker: lower)")
    legend(axes[0], columns=3, place="upper right")
    return figure


def _curve_figure(fit: Fit, clip: Clip) -> Figure:
    figure, (ax,) = time_axes(1, 3.0)
    part = thinned(len(fit.q))
    curves = curvature(fit.model, fit.model.forward(fit.q[part]))
    ax.axhspan(20, 70, color="#000", alpha=0.05, lw=0)
    ax.plot(clip.times_s[part], curves.lumbar_lordosis_deg, color=REGION_COLOR["L"], label="lumbar lordosis L1-S1")
    ax.plot(clip.times_s[part], curves.thoracic_kyphosis_deg, color=REGION_COLOR["T"], label="thoracic kyphosis T1-T12")
    ax.set_ylabel("deg")
    legend(ax, columns=2)
    return figure


def _residual_figure(fit: Fit, clip: Clip) -> Figure:
    figure, (ax,) = time_axes(1, 3.0)
    part = thinned(len(fit.q))
    distance = 1000.0 * np.linalg.norm(fit.observed_m[part] - fit.expected_m[part], axis=-1)
    seen = np.isfinite(distance)
    filled = np.where(seen, distance, 0.0)
    rms = np.sqrt((filled**2).sum(1) / np.maximum(seen.sum(1), 1))
    ax.plot(clip.times_s[part], filled.max(1), color="#b5b5b5", lw=0.9, label="farthest marker")
    ax.plot(clip.times_s[part], rms, color="#222", lw=1.2, label="RMS of all markers")
    for fault in fit.faults:
        ax.axvspan(clip.times_s[fault.first], clip.times_s[fault.last], color="#d04040", alpha=0.15)
    ax.set_ylabel("mm")
    ax.set_ylim(bottom=0)
    legend(ax, columns=2)
    return figure


def _stick(fit: Fit, frame: int) -> dict[str, Any]:
    """Points (metres) and links of one frame: keypoints, vertebrae, markers with their stations."""
    poses = fit.model.forward(fit.q[frame : frame + 1])
    keypoints = fit.model.station_positions(poses, [f"keypoint/{name}" for name in NAMES])[0]
    spine = fit.model.station_positions(poses, [f"centroid/{name}" for name in VERTEBRAE])[0]
    seen = np.isfinite(fit.observed_m[frame, :, 0])
    return {
        "frame": int(frame),
        "keypoints": np.round(keypoints, 4).tolist(),
        "names": list(NAMES),
        "links": [list(link) for link in LINKS],
        "spine": np.round(spine, 4).tolist(),
        "observed": np.round(fit.observed_m[frame][seen], 4).tolist(),
        "expected": np.round(fit.expected_m[frame][seen], 4).tolist(),
        "labels": [label for label, there in zip(fit.markers.labels, seen, strict=True) if there],
    }
