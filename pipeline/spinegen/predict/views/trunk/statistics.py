"""The most probable trunk, given what two or more views saw of it and of its person's build.

Two linear estimates, one after the other: the first knows trunks from many drawn postures, seen by looks at single people put together (`fitting.py`);
the second what the first leaves in whole people, whom a rig sees (`whole_people.py`).
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....errors import TrainingError
from ....files import sha256, write_bytes
from ....geometry.types import Array
from .build import BUILD, UNTOLD, Subject, build
from .frame import TRUNK_IDS, spine_length, trunk_frame
from .linear import LinearEstimate

FOLDER = Path(__file__).resolve().parent / "fitted"
VERSION = 2
FEWEST_SEEN = 10
"""Of a frame's trunk, below which it stays as it was seen."""
UNUSUAL = 3.0
"""Standard deviations from the mean at which a build is taken for no more unusual: beyond it nothing was measured."""


@dataclass(frozen=True)
class SeenTrunks:
    """What so many views make of trunks, whose numbers are `3 * len(TRUNK_IDS)`, in axes and lengths of the trunk that was seen."""

    trunks: LinearEstimate
    """True numbers from seen ones."""
    people: LinearEstimate | None = None
    """What the first leaves to be added, from the numbers of the build and the seen ones."""

    def estimated(self, seen: Array, build_of_person: Array) -> Array:
        """True numbers `(F, N)` of seen ones `(F, N)`, all of which lack the same ones (NaN); these stay NaN."""
        found = self.trunks.estimated(seen)
        if self.people is not None:
            found += self.people.estimated(self.given(seen, build_of_person))
        return np.where(np.isfinite(seen[0]), found, np.nan)

    def given(self, seen: Array, build_of_person: Array) -> Array:
        """`(F, len(BUILD) + N)`, the build within what was met."""
        if self.people is not None:
            count = len(BUILD)
            mean, spread = self.people.mean_given[:count], np.sqrt(np.diag(self.people.covariance_given)[:count])
            build_of_person = np.clip(build_of_person, mean - UNUSUAL * spread, mean + UNUSUAL * spread)
        return np.concatenate([np.tile(build_of_person, (len(seen), 1)), seen], axis=1)


@dataclass(frozen=True)
class TrunkStatistics:
    """Of one 2D network."""

    network_sha256: str
    by_views: dict[int, SeenTrunks]
    """By how many views see the trunk."""

    def corrected(
        self,
        positions: Array,
        views: NDArray[np.integer],
        *,
        metres_per_unit: float = 1.0,
        subject: Subject = UNTOLD,
    ) -> Array:
        """Keypoints `(T, 37, 3)` of one person with the most probable trunk; limbs, gaps, and frames with little seen stay as they are.

        Args:
            positions: in any axes and unit.
            views: `(T, 37)`: how many views each stands on.
            metres_per_unit: of the positions, for the person's build.
            subject: what is known of the person besides.
        """
        lengths = spine_length(positions)
        if not np.isfinite(lengths).any():
            return positions
        frame = trunk_frame(positions, float(np.nanmedian(lengths)))
        seen = frame.inside(positions[:, TRUNK_IDS])
        known = np.isfinite(seen).all(axis=-1)
        counts = np.median(np.where(known, views[:, TRUNK_IDS], 0), axis=1)
        level = np.array(
            [max((n for n in self.by_views if n <= count), default=min(self.by_views)) for count in counts]
        )
        built = build(positions * metres_per_unit, subject)
        found = seen.copy()
        patterns = np.concatenate([known, level[:, None]], axis=1)
        for pattern in np.unique(patterns[known.sum(axis=1) >= FEWEST_SEEN], axis=0):
            rows = np.flatnonzero((patterns == pattern).all(axis=1))
            trunks = self.by_views[int(pattern[-1])]
            found[rows] = trunks.estimated(seen[rows].reshape(len(rows), -1), built).reshape(seen[rows].shape)
        out = positions.copy()
        put = frame.outside(found)
        out[:, TRUNK_IDS] = np.where(np.isfinite(put), put, positions[:, TRUNK_IDS])
        return out


def write_statistics(path: Path, statistics: TrunkStatistics) -> None:
    """As `.npz` in single precision."""
    head = {"version": VERSION, "network_sha256": statistics.network_sha256, "views": sorted(statistics.by_views)}
    arrays: dict[str, np.ndarray] = {"head": np.array(json.dumps(head))}
    for views, seen in statistics.by_views.items():
        for part, estimate in (("trunks", seen.trunks), ("people", seen.people)):
            for name in LinearEstimate.__dataclass_fields__ if estimate is not None else ():
                arrays[f"{views}/{part}/{name}"] = getattr(estimate, name).astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def read_statistics(path: Path) -> TrunkStatistics:
    """Raises:
    TrainingError: missing, damaged, or of another version.
    """
    size = 3 * len(TRUNK_IDS)
    try:
        with np.load(path, allow_pickle=False) as archive:
            head = json.loads(str(archive["head"]))
            if head["version"] != VERSION:
                raise TrainingError(f"{path}: version: found {head['version']!r}, allowed is {VERSION}")
            by_views = {
                int(views): SeenTrunks(
                    _estimate(archive, f"{views}/trunks", size, size),
                    _estimate(archive, f"{views}/people", len(BUILD) + size, size)
                    if f"{views}/people/mean_given" in archive
                    else None,
                )
                for views in head["views"]
            }
            return TrunkStatistics(str(head["network_sha256"]), by_views)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path}: holds no statistics of trunks: {error}") from error


def _estimate(archive: Mapping[str, Array], part: str, given: int, wanted: int) -> LinearEstimate:
    shapes = {
        "mean_given": (given,),
        "mean_wanted": (wanted,),
        "covariance_given": (given, given),
        "covariance_wanted_given": (wanted, given),
    }
    return LinearEstimate(
        **{name: archive[f"{part}/{name}"].astype(np.float64).reshape(shape) for name, shape in shapes.items()}
    )


def statistics_of(model: Path) -> TrunkStatistics | None:
    """Those that ship for a network; None of a network whose errors nobody measured."""
    return _shipped().get(sha256(model))


@lru_cache(maxsize=1)
def _shipped() -> dict[str, TrunkStatistics]:
    found = (read_statistics(path) for path in sorted(FOLDER.glob("*.npz")))
    return {statistics.network_sha256: statistics for statistics in found}
