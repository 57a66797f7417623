"""The motions that come with the package: listed from their YAML, made into captured clips on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeGuard

import numpy as np

from ..biomech.fits.settings import ClipRow, FitSettings
from ..errors import ConfigError
from ..progress import Reporter, SilentReporter
from ..resources import shipped
from ..workspace import Workspace
from .capture import make_capture, truth_path
from .flow import FOLDER, Flow, load_flow
from .performer import Performer

DEFAULT = "yoga"
"""The file whose clips are made where nobody names any."""
EVERYTHING = "all"
SEED = 20
"""Of the performer, the noise and the gaps of the shipped clips."""
SIZE, VARIATION = 1.02, 0.05
"""The performer is a little taller than the model, and proportioned differently."""


@dataclass(frozen=True)
class ShippedClip:
    """One clip of a shipped file."""

    name: str
    file: str
    duration_s: float
    activities: tuple[str, ...]


def shipped_clips() -> list[ShippedClip]:
    """Everything that can be asked for by name, the default's clips first."""
    return [
        ShippedClip(name, file, clip.duration_s, flow.activities(name))
        for file, flow in shipped_flows().items()
        for name, clip in flow.clips.items()
    ]


def shipped_flows() -> dict[str, Flow]:
    """The shipped files by name, the default first."""
    files = shipped(FOLDER)
    return {name: load_flow(files[name]) for name in sorted(files, key=lambda name: (name != DEFAULT, name))}


def _meant(name: str) -> str:
    near = get_close_matches(name, [clip.name for clip in shipped_clips()], 1)
    return f", did you mean {near[0]}?" if near else ""


def find_motions(names: Sequence[str]) -> list[tuple[Flow, str]]:
    """Flow and clip of each name: a clip's, or a file's, which stands for all its clips; each clip once.

    Raises:
        ConfigError: a name that nothing has; the text lists those that there are.
    """
    flows = shipped_flows()
    found: dict[str, Flow] = {}
    for name in names:
        inside = {clip: flow for file, flow in flows.items() for clip in flow.clips if name in (clip, file, EVERYTHING)}
        if not inside:
            raise ConfigError(
                f"no shipped motion is called {name!r}{_meant(name)}; there are {', '.join(clip.name for clip in shipped_clips())}, "
                f"the files {', '.join(flows)}, and {EVERYTHING}"
            )
        found |= inside
    return [(flow, clip) for clip, flow in found.items()]


def make_shipped_clips(folder: Path, names: Sequence[str] = (DEFAULT,), reporter: Reporter | None = None) -> list[Path]:
    """Shipped motions as C3D files with their truth; the same bytes every time. Clips already there are kept.

    Raises:
        ConfigError: see `find_motions`.
        OSError: the folder cannot be written.
    """
    paths = []
    wanted = find_motions(names)
    with (reporter or SilentReporter()).task("make motions", len(wanted), "clips") as task:
        for flow, name in wanted:
            path = folder / f"{name}.c3d"
            if not (path.is_file() and truth_path(path).is_file()):
                make_capture(
                    flow, name, np.random.default_rng(SEED), folder, performer=Performer(size=SIZE, variation=VARIATION)
                )
            paths.append(path)
            task.advance()
    return paths


def with_clips(settings: FitSettings, workspace: Workspace, reporter: Reporter) -> FitSettings:
    """The settings with shipped motions, made in the workspace, in place of their names; of none, with the default's.

    A word is a name where no file or folder of it lies here and it has neither a suffix nor a folder.

    Raises:
        ConfigError: no shipped motion has that name.
        OSError: the clips cannot be written.
    """
    names = [str(clip) for clip in settings.clips if _is_name(clip)]
    if settings.clips and not names:
        return settings
    find_motions(names)
    workspace.open()
    if names:
        reporter.say(f"making the shipped {', '.join(names)} in {workspace.clips}")
    else:
        reporter.say(f"no clips given: making and fitting the shipped {DEFAULT} flow in {workspace.clips}")
    made = make_shipped_clips(workspace.clips, names or (DEFAULT,), reporter)
    files = [clip for clip in settings.clips if not _is_name(clip)]
    return settings.model_copy(update={"clips": (*files, *made)})


def _is_name(clip: Path | ClipRow) -> TypeGuard[Path]:
    return isinstance(clip, Path) and len(clip.parts) == 1 and not clip.suffix and not clip.exists()
