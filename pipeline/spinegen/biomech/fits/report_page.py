"""`report.html` of a fit: one file that opens without a network."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...clips.clip import Clip
from ...files import write_text
from ...records.fit_report import FitReport
from ...skeleton import LINKS, NAMES, VERTEBRAE
from ..fit.fit_clip import Fit
from ..model.curvature import curvature
from .files import MOTIONS, intervertebral_deg

TEMPLATE = Path(__file__).with_name("report.html.j2")
MOST_POINTS = 1500
WIDTH_IN = 9.5
REGION_COLOR = {"L": "#c2603c", "T": "#3c7a9c", "C": "#5a8f4a"}


def write_page(path: Path, fit: Fit, clip: Clip, report: FitReport) -> None:
    """Render and write the page, whole or not at all."""
    environment = Environment(loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template(TEMPLATE.name).render(
        report=report,
        markers=sorted(report.markers, key=lambda row: -(row.rms_mm or 0.0)),
        angles=_picture(lambda: _angle_figure(fit, clip)),
        curves=_picture(lambda: _curve_figure(fit, clip)),
        residuals=_picture(lambda: _residual_figure(fit, clip)),
        stick=json.dumps(_stick(fit, report.worst_frame)),
    )
    write_text(path, page)


def _picture(draw: Callable[[], Figure]) -> str:
    """A figure as a data address."""
    figure = draw()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _figure(rows: int, height: float) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(WIDTH_IN, height))
    FigureCanvasAgg(figure)
    # Fixed margins: finding them (`constrained`) takes as long as all the drawing.
    figure.subplots_adjust(
        left=0.68 / WIDTH_IN, right=1 - 0.12 / WIDTH_IN, bottom=0.5 / height, top=1 - 0.12 / height, hspace=0.1
    )
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(alpha=0.25)
    axes[-1].set_xlabel("time (s)")
    return figure, list(axes)


def _thin(count: int) -> slice:
    return slice(None, None, max(1, count // MOST_POINTS))


def _angle_figure(fit: Fit, clip: Clip) -> Figure:
    figure, axes = _figure(3, 8.5)
    part = _thin(len(fit.q))
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
    axes[0].legend(frameon=False, ncols=3, loc="upper right", fontsize=8)
    return figure


def _curve_figure(fit: Fit, clip: Clip) -> Figure:
    figure, (ax,) = _figure(1, 3.0)
    part = _thin(len(fit.q))
    curves = curvature(fit.model, fit.model.forward(fit.q[part]))
    ax.axhspan(20, 70, color="#000", alpha=0.05, lw=0)
    ax.plot(clip.times_s[part], curves.lumbar_lordosis_deg, color=REGION_COLOR["L"], label="lumbar lordosis L1-S1")
    ax.plot(clip.times_s[part], curves.thoracic_kyphosis_deg, color=REGION_COLOR["T"], label="thoracic kyphosis T1-T12")
    ax.set_ylabel("deg")
    ax.legend(frameon=False, ncols=2, fontsize=8)
    return figure


def _residual_figure(fit: Fit, clip: Clip) -> Figure:
    figure, (ax,) = _figure(1, 3.0)
    part = _thin(len(fit.q))
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
    ax.legend(frameon=False, ncols=2, fontsize=8)
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
