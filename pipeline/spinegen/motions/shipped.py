"""The motions that come with the package: listed from their YAML, made into captured clips on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ConfigError
from ..resources import shipped
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


def is_shipped(name: str) -> bool:
    """Whether a word names a shipped motion, a file of them, or all."""
    flows = shipped_flows()
    return name == EVERYTHING or name in flows or any(name in flow.clips for flow in flows.values())


def find_motions(names: Sequence[str]) -> list[tuple[Flow, str]]:
    """Flow and clip of each name: a clip's, or a file's, which stands for all its clips; each clip once.

    Raises:
        ConfigError: a name that nothing has; the text lists those that there are.
    """
    flows = shipped_flows()
    found: dict[str, Flow] = {}
    for name in names:
        inside = {
            clip: flow for file, flow in flows.items() for clip in flow.clips if name in (clip, file, EVERYTHING)
        }
        if not inside:
            raise ConfigError(
                f"no shipped motion is called {name!r}; there are {', '.join(clip.name for clip in shipped_clips())}, "
                f"the files {', '.join(flows)}, and {EVERYTHING}"
            )
        found |= inside
    return [(flow, clip) for clip, flow in found.items()]


def make_shipped_clips(folder: Path, names: Sequence[str] = (DEFAULT,)) -> list[Path]:
    """Shipped motions as C3D files with their truth; the same bytes every time. Clips already there are kept.

    Raises:
        ConfigError: see `find_motions`.
        OSError: the folder cannot be written.
    """
    paths = []
    for flow, name in find_motions(names):
        path = folder / f"{name}.c3d"
        if not (path.is_file() and truth_path(path).is_file()):
            make_capture(flow, name, np.random.default_rng(SEED), folder, Performer(size=SIZE, variation=VARIATION))
        paths.append(path)
    return paths
