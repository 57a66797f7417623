"""A rig of cameras and what they filmed."""

from dataclasses import dataclass
from pathlib import Path

from ...geometry.types import Array
from ..film import Film
from .cameras import Calibration, ViewCamera


@dataclass(frozen=True)
class Rig:
    """Videos, their cameras, and what they saw on one clock."""

    path: Path
    calibration: Calibration
    videos: tuple[Path, ...]
    cameras: tuple[ViewCamera, ...]
    films: tuple[Film, ...]
    starts_s: tuple[float, ...]
    times_s: Array
