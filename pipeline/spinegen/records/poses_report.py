"""What `fits/sampled_<seed>/report.json` says about postures that were drawn by chance; beside what every fit's report tells."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from .base import JsonObject, Record, found_record
from .fit_report import CurvatureFigures, LimitShares, Verdict


class PosesIdentity(Record):
    """What decides whether the postures on disk are still those of their settings."""

    poses: JsonObject
    sampler_version: int
    spinegen: str


class PosesSpeed(Record):
    """How fast it went."""

    frames_per_s: float


class PosesPerformer(Record):
    """On whom the postures were drawn."""

    stature_m: float
    mass_kg: float


class PosesReport(Record):
    """All figures of one set of drawn postures."""

    clip: str
    source: str
    kind: Literal["poses"]
    frames: int
    drawn: int
    kinds: dict[str, int]
    """How many postures are borne by what, the most frequent first."""
    rate_hz: float
    duration_s: float
    performer: PosesPerformer
    limits: LimitShares
    curvature_deg: CurvatureFigures
    speed: PosesSpeed
    identity: PosesIdentity
    verdict: Verdict = "good"
    reasons: tuple[str, ...] = ()
    files: dict[str, str] = Field(default_factory=dict[str, str])
    """Hashes of the files that the report vouches for."""


def found_poses_report(path: Path) -> PosesReport | None:
    """The whole report, or None where there is none of this version."""
    return found_record(path, PosesReport)
