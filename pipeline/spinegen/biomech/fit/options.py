"""What a fit may be told."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FitOptions:
    """Choices for one clip."""

    spine: Literal["regional", "free"] = "regional"
    """Regional coordinates with fixed shares, or every level free with the shares as a prior."""
    solver: Literal["spinegen", "opensim"] = "spinegen"
    height_m: float | None = None
    """Stature, where it is known."""
    mass_kg: float | None = None
    """Body mass, where it is known."""
    smooth: bool = True
    """Whole clip at once; else frame by frame."""
    scale: bool = True
    """Find the performer's proportions; else the model is taken as it is."""
