"""The stage `poses`: postures drawn by chance, written as a fit like any other into `fits/sampled_<seed>/`."""

import time
from collections import Counter
from pathlib import Path

import numpy as np

from ..biomech.anatomy.assemble import load_model
from ..biomech.fits.files import PAGE, REPORT, damaged_files, data_hashes, write_fit
from ..biomech.fits.report import curvature_figures, limits_hit
from ..errors import FitError
from ..files import remove_leftovers
from ..progress import Reporter, StageSummary
from ..records.poses_report import PosesIdentity, PosesPerformer, PosesReport, PosesSpeed, found_poses_report
from ..reporting.page import write_page
from ..version import __version__
from ..workspace import Workspace
from .pose_sampler import anchors, sample_poses
from .settings import PoseSettings
from .shipped import shipped_flows

RATE_HZ = 0.1
"""Postures stand this far apart in time, so that nothing takes one for the motion of the next."""
SAMPLER_VERSION = 4
"""Raised when the same seed would give other postures."""


def make_poses(workspace: Workspace, settings: PoseSettings, reporter: Reporter) -> StageSummary:
    """Draw the postures unless the same ones are there.

    Raises:
        FitError: hardly any draw could be used.
    """
    workspace.open()
    folder = workspace.fit(f"sampled_{settings.seed}")
    identity = PosesIdentity(
        poses=settings.model_dump(mode="json"), sampler_version=SAMPLER_VERSION, spinegen=__version__
    )
    report = _finished(folder, identity)
    if report is None:
        report = _make(folder, settings, identity, reporter)
    else:
        reporter.say(f"{folder.name}: these {settings.count} poses are there already")
    rows = [
        ("poses", f"{report.frames}, {report.drawn} drawn"),
        ("borne", ", ".join(f"{kind} {number}" for kind, number in report.kinds.items())),
        ("speed", f"{report.speed.frames_per_s:.0f} poses/s of a core"),
    ]
    return StageSummary("Poses", tuple(rows), folder / PAGE, (), {"poses": report.frames, "drawn": report.drawn})


def _finished(folder: Path, identity: PosesIdentity) -> PosesReport | None:
    report = found_poses_report(folder / REPORT)
    whole = report is not None and report.identity == identity and not damaged_files(folder, report.files)
    return report if whole else None


def _make(folder: Path, settings: PoseSettings, identity: PosesIdentity, reporter: Reporter) -> PosesReport:
    model = load_model(settings.model)
    start = time.process_time()
    with reporter.task("Drawing poses", float(settings.count), "poses") as task:
        found = sample_poses(
            model, anchors(model, shipped_flows().values()), settings.count, settings.seed, advance=task.advance
        )
    seconds = time.process_time() - start
    if len(found.q) < settings.count:
        raise FitError(
            f"poses: only {len(found.q)} of {found.drawn} drawn poses could be used; ask for fewer than {settings.count}"
        )
    (folder / REPORT).unlink(missing_ok=True)
    remove_leftovers(folder)
    write_fit(folder, model, found.q, np.arange(len(found.q)) / RATE_HZ, activity=found.kinds)
    report = PosesReport(
        clip=folder.name,
        source="drawn by spinegen poses",
        kind="poses",
        frames=len(found.q),
        drawn=found.drawn,
        kinds=dict(Counter(found.kinds).most_common()),
        rate_hz=RATE_HZ,
        duration_s=round(len(found.q) / RATE_HZ, 3),
        performer=PosesPerformer(stature_m=round(model.stature_m, 4), mass_kg=round(model.mass_kg, 2)),
        limits=limits_hit(model, found.q),
        curvature_deg=curvature_figures(model, found.q),
        speed=PosesSpeed(frames_per_s=round(len(found.q) / max(seconds, 1e-9), 1)),
        identity=identity,
        verdict="good",
        reasons=("drawn, not fitted: every posture is within the joints' ranges and rests on the floor",),
        files=data_hashes(folder),
    )
    write_page(folder / PAGE, "poses", report=report)
    report.write(folder / REPORT)
    return report
