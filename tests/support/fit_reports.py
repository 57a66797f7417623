"""Reports of fits that nobody fitted, whole and valid."""

from pathlib import Path

from spinegen.records.fit_report import (
    CurvatureFigures,
    FitIdentity,
    FitReport,
    FitSpeed,
    HeadDown,
    Jumps,
    LimitShares,
    MarkerSetUsed,
    PerformerFigures,
    Residuals,
    Span,
)


def fit_report(name: str = "walk", **changes: object) -> FitReport:
    """A good fit of `<name>.c3d`, with changes at its top level."""
    span = Span(min=40.0, median=45.0, max=50.0)
    report = FitReport(
        clip=name,
        source=f"mocap/{name}.c3d",
        kind="markers",
        frames=1200,
        rate_hz=100.0,
        duration_s=12.0,
        marker_set=MarkerSetUsed(name="cmu41", why="41 of 41 labels"),
        notes=(),
        residual_mm=Residuals(rms=7.4, median=6.0, p95=12.9, max=54.0),
        markers=(),
        faults=(),
        gap_fraction=0.01,
        worst_frame=7,
        worst_frame_rms_mm=9.0,
        performer=PerformerFigures(stature_m=1.7, mass_kg=70.0, scale_factors={"thigh": 1.01}, odd_factors={}),
        head_down=HeadDown(share=0.0, unexplained=0.0),
        limits=LimitShares(spine={}, other={}),
        curvature_deg=CurvatureFigures(
            standing_frames=12, standing_lordosis=47.0, lordosis=span, standing_kyphosis=None, kyphosis=span
        ),
        jumps=Jumps(frames=0, first=None, max_rad_s2=3.0, coordinate="lumbar_flexion"),
        replay_error_m=1e-7,
        truth=None,
        speed=FitSpeed(frames_per_s=120.0, motion_frames_per_s=200.0, seconds={"scale": 4.0, "motion": 6.0}),
        versions={"spinegen": "0.1.0"},
        identity=FitIdentity(sha256={"clip": "0" * 64}, settings={}),
    )
    return report.model_copy(update=changes)


def write_fit_report(folder: Path, report: FitReport) -> None:
    """The report in the folder of its fit."""
    folder.mkdir(parents=True, exist_ok=True)
    report.write(folder / "report.json")
