"""What `label prepare` may be told."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from ..config import Settings


class PrepareSettings(Settings):
    """How pictures are looked at and chosen."""

    transient: ClassVar[frozenset[str]] = frozenset({"threads"})

    sources: tuple[Path, ...] = Field(min_length=1)
    """Pictures, films, and folders of them."""
    count: int = Field(default=100, ge=1)
    """Pictures of a round."""
    model: str = "full"
    """A shipped network's name, or an exported file."""
    detector: Path | None = None
    """YOLOX, RTMDet or RF-DETR file instead of the detector that ships."""
    threshold: float = Field(default=0.35, gt=0, lt=1)
    """People of whom the detector is less sure do not count."""
    every_s: float = Field(default=1.0, gt=0)
    """Of films, one frame in so many seconds is looked at."""
    choose: Literal["ranked", "spread", "random"] = "ranked"
    """`spread` takes pictures that stand for many; `random` for a set to validate on: the ranking prefers what the network fails on."""
    seed: int = Field(default=0, ge=0)
    """Of `random`."""
    threads: int | None = Field(default=None, ge=1)
    """Of ONNX Runtime; None: all cores."""
