"""Where the files of a frame lie."""

import os
from dataclasses import dataclass
from pathlib import Path

SHARD = 1000
"""Frames in one folder."""


@dataclass(frozen=True)
class FramePaths:
    """Files of one shot under the workspace's `frames` folder."""

    frames: Path
    shot: int

    def _file(self, suffix: str) -> Path:
        return self.frames / f"{self.shot // SHARD:05d}" / f"{self.shot:08d}{suffix}"

    @property
    def image(self) -> Path:
        return self._file(".jpg")

    @property
    def mask(self) -> Path:
        return self._file(".mask.png")

    @property
    def depth(self) -> Path:
        return self._file(".depth.npz")

    @property
    def sidecar(self) -> Path:
        return self._file(".json")

    @property
    def done(self) -> bool:
        """A frame is done when its sidecar exists, because that is written last."""
        return self.sidecar.exists()

    def remove(self) -> None:
        """Take the frame away, sidecar first."""
        for path in (self.sidecar, self.image, self.mask, self.depth):
            path.unlink(missing_ok=True)


def finished_shots(frames: Path, shots: range) -> set[int]:
    """Those of the shots that have a sidecar; folders are listed rather than every file asked for."""
    found: set[int] = set()
    if not shots:
        return found
    for folder in range(shots.start // SHARD, (shots.stop - 1) // SHARD + 1):
        try:
            names = os.listdir(frames / f"{folder:05d}")  # noqa: PTH208  (names alone: a path object each costs five times as much)
        except FileNotFoundError:
            continue
        for name in names:
            stem, dot, rest = name.partition(".")
            if dot and rest == "json" and stem.isdigit() and int(stem) in shots:
                found.add(int(stem))
    return found
