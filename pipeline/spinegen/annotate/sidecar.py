"""Rendered frames as the exports and checks see them: the sidecar's record with the files beside it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..geometry.camera import Camera
from ..records.base import Scalar
from ..records.sidecar import SPLITS, Bystander, PersonLabel, Split, read_sidecar

__all__ = ["SPLITS", "Bystander", "Frame", "PersonLabel", "read_frame", "sidecar_paths"]


@dataclass(frozen=True)
class Frame:
    """One rendered picture and everything known about it."""

    sidecar: Path
    shot: int
    split: Split
    clip: str
    activity: str
    frame: int
    time_s: float
    image: Path
    mask: Path
    depth: Path | None
    width: int
    height: int
    camera: Camera
    people: tuple[PersonLabel, ...]
    bystanders: tuple[Bystander, ...]
    engine: dict[str, str]
    plan: dict[str, Scalar]
    """Readable columns of the plan's row."""
    sha256: dict[str, str] | None
    """Digests of the files beside the sidecar, where the renderer left them."""

    @property
    def columns(self) -> dict[str, Scalar]:
        """What a `where` expression may name: the plan's columns and the frame's own."""
        own = ("shot", "split", "clip", "activity", "frame", "time_s", "width", "height")
        return {**self.plan, **{name: getattr(self, name) for name in own}, "people": len(self.people)}


def sidecar_paths(frames: Path) -> Iterator[Path]:
    """Every sidecar under `frames/`, in the order of shots; one folder is held in memory at a time."""
    if not frames.is_dir():
        return
    for shard in sorted(entry.name for entry in os.scandir(frames) if entry.is_dir()):
        names = sorted(
            entry.name
            for entry in os.scandir(frames / shard)
            if entry.name.endswith(".json") and not entry.name.startswith(".")
        )
        for name in names:
            yield frames / shard / name


def read_frame(path: Path) -> Frame:
    """Read and check one sidecar.

    Raises:
        DatasetError: not JSON, a field is missing, has the wrong shape or holds NaN; the text names file and field.
    """
    record, folder = read_sidecar(path), path.parent
    return Frame(
        sidecar=path,
        shot=record.shot,
        split=record.split,
        clip=record.clip,
        activity=record.activity,
        frame=record.frame,
        time_s=record.time_s,
        image=folder / record.image,
        mask=folder / record.mask,
        depth=None if record.depth is None else folder / record.depth,
        width=record.width,
        height=record.height,
        camera=record.camera.geometry,
        people=record.people,
        bystanders=record.bystanders,
        engine=record.engine,
        plan=record.plan,
        sha256=record.sha256,
    )
