"""What `fits/<clip>/report.json` says about a fit; written last, so a fit is done when it exists."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from ..errors import FitError
from .base import JsonObject, Record, found_record, read_record

Verdict = Literal["good", "usable", "doubtful"]
VERDICTS: tuple[Verdict, ...] = ("good", "usable", "doubtful")
AGAIN = "fit the clip again with: spinegen fit-mocap CLIP"


class FitIdentity(Record):
    """What decides whether a fit on disk is still that of its clip and settings."""

    sha256: dict[str, str]
    """Hashes of `clip` and, where there are such files, `truth`, `static`, `model`, `model_mapping` and `marker_set`."""
    settings: JsonObject
    fit_version: int = 1
    spinegen: str = ""


class MarkerSetUsed(Record):
    """The marker set that was found."""

    name: str
    why: str
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    """Labels of the clip that no row is for."""
    known_elsewhere: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """Other sets, and the unused labels that each would use; the one that uses most comes first."""


class Residuals(Record):
    """Distances of all markers from the model, millimetres."""

    rms: float
    median: float
    p95: float
    max: float


class MarkerRow(Record):
    """One marker over the clip."""

    label: str
    station: str
    role: Literal["cluster", "anatomical"]
    rms_mm: float | None
    max_mm: float | None
    gap_fraction: float
    longest_gap_s: float
    moved_mm: float


class FaultRow(Record):
    """Markers that were wrong for a while."""

    kind: str
    labels: tuple[str, ...]
    first: int
    last: int
    frames: int
    text: str


class PerformerFigures(Record):
    """The performer as the model was scaled to them."""

    stature_m: float
    mass_kg: float
    scale_factors: dict[str, float]
    odd_factors: dict[str, float]
    """Those that people do not have, as multiples of the middle one."""


class HeadDown(Record):
    """Share of frames with the head below the hips, and of those in which nothing rests on the floor that would explain it."""

    share: float
    unexplained: float


class LimitShares(Record):
    """Share of frames in which a coordinate stands at a limit, for those that ever do."""

    spine: dict[str, float]
    other: dict[str, float]


class Span(Record):
    """A figure over the clip."""

    min: float
    median: float
    max: float


class CurvatureFigures(Record):
    """Degrees: medians while standing (None where the person never stands), and the range over the clip."""

    standing_frames: int
    standing_lordosis: float | None
    lordosis: Span
    standing_kyphosis: float | None
    kyphosis: Span


class Jumps(Record):
    """Frames in which a spinal coordinate accelerates too fast for a person."""

    frames: int
    first: int | None
    max_rad_s2: float
    coordinate: str | None


class TruthErrors(Record):
    """Distances of the fitted vertebral centroids from the true ones, millimetres."""

    centroid_mean_mm: float
    centroid_p95_mm: float
    centroid_max_mm: float
    worst_frame: int
    by_vertebra_mm: dict[str, float]


class FitSpeed(Record):
    """How fast it went."""

    frames_per_s: float
    motion_frames_per_s: float
    seconds: dict[str, float]


class FitReport(Record):
    """All figures of one fitted capture."""

    clip: str
    source: str
    kind: str
    frames: int
    rate_hz: float
    duration_s: float
    marker_set: MarkerSetUsed
    notes: tuple[str, ...]
    residual_mm: Residuals
    markers: tuple[MarkerRow, ...]
    faults: tuple[FaultRow, ...]
    gap_fraction: float
    worst_frame: int
    worst_frame_rms_mm: float
    performer: PerformerFigures
    head_down: HeadDown
    limits: LimitShares
    curvature_deg: CurvatureFigures
    jumps: Jumps
    replay_error_m: float
    truth: TruthErrors | None
    speed: FitSpeed
    versions: dict[str, str]
    identity: FitIdentity
    verdict: Verdict = "good"
    reasons: tuple[str, ...] = ()
    files: dict[str, str] = Field(default_factory=dict[str, str])
    """Hashes of the files that the report vouches for."""


class FitHead(Record):
    """The part of a report that every fit has, whatever it was made from: what is needed to play it."""

    rate_hz: float
    files: dict[str, str] = Field(default_factory=dict[str, str])


class FitOrigin(Record):
    """The part of a report that says what a fit was made from."""

    source: str
    identity: FitIdentity


def read_fit_head(path: Path) -> FitHead:
    """Of a finished fit.

    Raises:
        FitError: the report cannot be read.
    """
    return read_record(path, FitHead, FitError, AGAIN)


def found_fit_report(path: Path) -> FitReport | None:
    """The whole report, or None where there is none of this version."""
    return found_record(path, FitReport)


def found_fit_origin(path: Path) -> FitOrigin | None:
    """What a fit was made from, or None where its report does not tell."""
    return found_record(path, FitOrigin)
