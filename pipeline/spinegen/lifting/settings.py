"""How the lifting network is trained."""

from typing import ClassVar

from pydantic import Field

from ..config import Settings


class LiftSettings(Settings):
    """How the network is trained."""

    transient: ClassVar[frozenset[str]] = frozenset({"jobs", "save_every", "steps"})

    steps: int = Field(default=2000, ge=1, le=10_000_000)
    shares: int = Field(default=3, ge=1, le=64)
    """A step's windows are drawn in so many shares, each of windows of one length, by as many processes where `jobs` says so."""
    frames: int = Field(default=400, ge=1, le=1_000_000)
    """Frames of a share."""
    jobs: int = Field(default=1, ge=1, le=64)
    width: int = Field(default=192, ge=8, le=2048)
    learning_rate: float = Field(default=2e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.02, ge=0, le=1)
    warm_up: int = Field(default=60, ge=1)
    """Steps in which the learning rate rises."""
    cool_down: int = Field(default=300, ge=1)
    """Last steps, in which it falls."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    save_every: int = Field(default=50, ge=1)
