"""What `report.json` says about a fit: residuals, gaps, limits, curves, jumps, speed, and a plain verdict."""

import platform
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from ...clips.clip import Clip
from ...clips.matching import MarkerMatch
from ...geometry.types import Array
from ...records.fit_report import (
    CurvatureFigures,
    FaultRow,
    FitIdentity,
    FitReport,
    FitSpeed,
    Jumps,
    LimitShares,
    MarkerRow,
    MarkerSetUsed,
    PerformerFigures,
    Residuals,
    Span,
    TruthErrors,
)
from ...version import __version__
from ..fit.fit_clip import Fit
from ..fit.marker_faults import Fault
from ..model.curvature import curvature
from ..model.spine_model import SpineModel
from .verdict import SPIKE_RAD_S2, head_down, odd_factors, verdict

SPINE_REGIONS = ("lumbar", "thoracic", "lower_cervical", "upper_cervical")


def fit_report(
    fit: Fit,
    clip: Clip,
    match: MarkerMatch,
    *,
    identity: FitIdentity,
    truth: TruthErrors | None,
    replay_m: float,
) -> FitReport:
    """All figures of one fit; which files they vouch for is added when these are written.

    Args:
        identity: what was asked for, with the hashes that decide whether a fit is still valid.
        truth: errors against known vertebrae, where they are known.
        replay_m: largest distance between our stations and OpenSim's for the written files.
    """
    residual_mm = 1000.0 * np.linalg.norm(fit.observed_m - fit.expected_m, axis=-1)
    worst, unused = worst_frame(residual_mm), match.unused_note()
    report = FitReport(
        clip=clip.name,
        source=str(clip.source),
        kind=clip.kind,
        frames=len(fit.q),
        rate_hz=round(clip.rate_hz, 4),
        duration_s=round(clip.duration_s, 3),
        marker_set=MarkerSetUsed(
            name=match.name,
            why=match.why,
            missing=match.missing,
            unused=match.unused,
            known_elsewhere=dict(match.known_elsewhere),
        ),
        notes=(*clip.notes, *([unused] if unused else []), *fit.notes),
        residual_mm=_summary(residual_mm),
        markers=_markers(fit, clip, residual_mm),
        faults=tuple(_fault(fault) for fault in fit.faults),
        gap_fraction=round(float(np.isnan(fit.raw_m[..., 0]).mean()), 5),
        worst_frame=worst,
        worst_frame_rms_mm=round(float(np.sqrt(np.nanmean(residual_mm[worst] ** 2))), 3),
        performer=PerformerFigures(
            stature_m=round(fit.model.stature_m, 4),
            mass_kg=round(fit.model.mass_kg, 2),
            scale_factors={name: round(factor, 4) for name, factor in fit.factors.items()},
            odd_factors=odd_factors(fit.factors),
        ),
        head_down=head_down(fit.model, fit.q),
        limits=limits_hit(fit.model, fit.q),
        curvature_deg=curvature_figures(fit.model, fit.q),
        jumps=jumps(fit.model, fit.q, clip.rate_hz),
        replay_error_m=replay_m,
        truth=truth,
        speed=_speed(fit),
        versions=_versions(),
        identity=identity,
    )
    found, reasons = verdict(report)
    return report.model_copy(update={"verdict": found, "reasons": tuple(reasons)})


def _speed(fit: Fit) -> FitSpeed:
    seconds = sum(fit.seconds.values())
    return FitSpeed(
        frames_per_s=round(len(fit.q) / max(seconds, 1e-9), 1),
        motion_frames_per_s=round(len(fit.q) / max(fit.seconds.get("motion", seconds), 1e-9), 1),
        seconds={name: round(value, 3) for name, value in fit.seconds.items()},
    )


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in ("opensim", "numpy", "scipy")}
    return {"spinegen": __version__, "python": platform.python_version(), **packages}


def _fault(fault: Fault) -> FaultRow:
    return FaultRow(
        kind=fault.kind,
        labels=tuple(fault.labels),
        first=fault.first,
        last=fault.last,
        frames=fault.frames,
        text=fault.sentence(),
    )


def limits_hit(model: SpineModel, q: Array) -> LimitShares:
    """Share of frames in which a coordinate stands at a limit, for those that ever do."""
    low, high = model.limits
    shares = ((q <= low + 1e-6) | (q >= high - 1e-6)).mean(0)
    spine: dict[str, float] = {}
    other: dict[str, float] = {}
    for coordinate, share in zip(model.coordinates, shares, strict=True):
        if share > 0 and coordinate.region != "pelvis":
            group = spine if coordinate.region in SPINE_REGIONS else other
            group[coordinate.name] = round(float(share), 5)
    return LimitShares(spine=spine, other=other)


def standing(model: SpineModel, q: Array) -> NDArray[np.bool_]:
    """`(F,)` where the person stands: pelvis within 20 deg of upright, hips and knees bent by less than 25 deg."""
    still = np.ones(len(q), dtype=bool)
    pelvis = model.bodies.index("pelvis")
    still &= model.forward(q).rotation_ground_body[:, pelvis, 1, 1] > np.cos(np.radians(20.0))
    for i, coordinate in enumerate(model.coordinates):
        if coordinate.name.startswith(("hip_flexion", "knee_angle")):
            still &= np.abs(q[:, i]) < np.radians(25.0)
        if coordinate.name == "lumbar_flexion":
            still &= np.abs(q[:, i]) < np.radians(25.0)
    return still


def curvature_figures(model: SpineModel, q: Array) -> CurvatureFigures:
    """Lordosis and kyphosis: median while standing (None when the person never stands), and the range over the clip."""
    curves = curvature(model, model.forward(q))
    upright = standing(model, q)
    lordosis, kyphosis = curves.lumbar_lordosis_deg, curves.thoracic_kyphosis_deg
    return CurvatureFigures(
        standing_frames=int(upright.sum()),
        standing_lordosis=_median(lordosis[upright]),
        lordosis=_span(lordosis),
        standing_kyphosis=_median(kyphosis[upright]),
        kyphosis=_span(kyphosis),
    )


def _median(values: Array) -> float | None:
    return round(float(np.median(values)), 2) if len(values) else None


def _span(values: Array) -> Span:
    low, middle, high = (round(float(v), 2) for v in (values.min(), np.median(values), values.max()))
    return Span(min=low, median=middle, max=high)


def jumps(model: SpineModel, q: Array, rate_hz: float) -> Jumps:
    """Frames in which any spinal coordinate accelerates by more than `SPIKE_RAD_S2`."""
    spine = [i for i, c in enumerate(model.coordinates) if c.region in SPINE_REGIONS]
    if len(q) < 3:
        return Jumps(frames=0, first=None, max_rad_s2=0.0, coordinate=None)
    acceleration = np.abs(np.diff(q[:, spine], 2, axis=0)) * rate_hz**2
    over = (acceleration > SPIKE_RAD_S2).any(1)
    return Jumps(
        frames=int(over.sum()),
        first=int(np.argmax(over)) + 1 if over.any() else None,
        max_rad_s2=round(float(acceleration.max()), 2),
        coordinate=model.coordinate_names[spine[int(acceleration.max(0).argmax())]],
    )


def worst_frame(residual_mm: Array) -> int:
    """The frame with the largest RMS."""
    seen = np.isfinite(residual_mm).any(1)
    rms = np.full(len(residual_mm), -1.0)
    rms[seen] = np.nanmean(residual_mm[seen] ** 2, axis=1)
    return int(np.argmax(rms))


def _summary(residual_mm: Array) -> Residuals:
    values = residual_mm[np.isfinite(residual_mm)]
    return Residuals(
        rms=round(float(np.sqrt(np.mean(values**2))), 3),
        median=round(float(np.median(values)), 3),
        p95=round(float(np.percentile(values, 95)), 3),
        max=round(float(values.max()), 3),
    )


def _markers(fit: Fit, clip: Clip, residual_mm: Array) -> tuple[MarkerRow, ...]:
    return tuple(_marker(fit, clip, column, residual_mm[:, column]) for column in range(len(fit.markers.labels)))


def _marker(fit: Fit, clip: Clip, column: int, residual_mm: Array) -> MarkerRow:
    values = residual_mm[np.isfinite(residual_mm)]
    missing = np.isnan(fit.raw_m[:, column, 0])
    edges = np.diff(np.concatenate([[0], missing.astype(int), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return MarkerRow(
        label=fit.markers.labels[column],
        station=fit.markers.sources[column],
        role="cluster" if fit.markers.movable[column] else "anatomical",
        rms_mm=round(float(np.sqrt(np.mean(values**2))), 3) if len(values) else None,
        max_mm=round(float(values.max()), 3) if len(values) else None,
        gap_fraction=round(float(missing.mean()), 5),
        longest_gap_s=round(float(lengths.max(initial=0)) / clip.rate_hz, 3),
        moved_mm=round(1000.0 * float(np.linalg.norm(fit.offsets_body_m[column])), 1),
    )
