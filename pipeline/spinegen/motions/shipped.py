"""The yoga clips that come with the package: listed from their YAML, made on demand."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..biomech.fits.settings import FitSettings
from ..progress import Reporter
from ..workspace import Workspace
from .capture import make_capture, truth_path
from .flow import load_flow
from .performer import Performer

SEED = 20
"""Of the performer, the noise and the gaps of the shipped clips."""
SIZE, VARIATION = 1.02, 0.05
"""The performer is a little taller than the model, and proportioned differently."""


@dataclass(frozen=True)
class ShippedClip:
    """One clip of the flow."""

    name: str
    duration_s: float
    activities: tuple[str, ...]


def shipped_clips() -> list[ShippedClip]:
    """What `make_shipped_clips` would make."""
    flow = load_flow()
    return [ShippedClip(name, clip.duration_s, flow.activities(name)) for name, clip in flow.clips.items()]


def make_shipped_clips(folder: Path) -> list[Path]:
    """The yoga flow as C3D files with their truth; the same bytes every time. Clips already there are kept.

    Raises:
        OSError: the folder cannot be written.
    """
    flow = load_flow()
    paths = []
    for name in flow.clips:
        path = folder / f"{name}.c3d"
        if not (path.is_file() and truth_path(path).is_file()):
            make_capture(flow, name, np.random.default_rng(SEED), folder, Performer(size=SIZE, variation=VARIATION))
        paths.append(path)
    return paths


def with_clips(settings: FitSettings, workspace: Workspace, reporter: Reporter) -> FitSettings:
    """The settings themselves where they name clips, else with the shipped flow, made in the workspace.

    Raises:
        OSError: the clips cannot be written.
    """
    if settings.clips:
        return settings
    workspace.open()
    reporter.say(f"no clips given: making and fitting the shipped yoga flow in {workspace.clips}")
    return settings.model_copy(update={"clips": tuple(make_shipped_clips(workspace.clips))})
