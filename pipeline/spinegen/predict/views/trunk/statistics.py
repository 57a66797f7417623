"""The most probable trunk, given what two or more views saw of it: the linear estimate of least mean square error.

`E[true | seen] = m_true + C_true,seen (C_seen + ridge)^-1 (seen - m_seen)` over the points that were seen (Kay, Fundamentals of Statistical Signal
Processing, volume I, 12.3), with means and covariances of drawn trunks seen as one 2D network sees them (`fitting.py`).
"""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....errors import TrainingError
from ....files import sha256, write_bytes
from ....geometry.types import Array
from .frame import TRUNK_IDS, spine_length, trunk_frame

FOLDER = Path(__file__).resolve().parent / "fitted"
VERSION = 1
FEWEST_SEEN = 10
"""Of a frame's trunk, below which it stays as it was seen."""


@dataclass(frozen=True)
class SeenTrunks:
    """What so many views make of trunks; numbers are `3 * len(TRUNK_IDS)`, in axes and lengths of the trunk that was seen."""

    mean_seen: Array
    """`(N,)`."""
    mean_true: Array
    """`(N,)`."""
    covariance_seen: Array
    """`(N, N)`, with its ridge."""
    covariance_true_seen: Array
    """`(N, N)`."""

    def estimated(self, seen: Array) -> Array:
        """True numbers `(F, N)` of seen ones `(F, N)`, all of which lack the same ones (NaN); these stay NaN."""
        known = np.isfinite(seen[0])
        weights = np.linalg.solve(self.covariance_seen[np.ix_(known, known)], self.covariance_true_seen[:, known].T)
        found = self.mean_true + (seen[:, known] - self.mean_seen[known]) @ weights
        return np.where(known, found, np.nan)


@dataclass(frozen=True)
class TrunkStatistics:
    """Of one 2D network."""

    network_sha256: str
    by_views: dict[int, SeenTrunks]
    """By how many views see the trunk."""

    def corrected(self, positions: Array, views: NDArray[np.integer]) -> Array:
        """Keypoints `(T, 37, 3)` of one person with the most probable trunk; limbs, gaps, and frames with little seen stay as they are.

        Args:
            positions: in any axes and unit.
            views: `(T, 37)`: how many views each stands on.
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
        found = seen.copy()
        patterns = np.concatenate([known, level[:, None]], axis=1)
        for pattern in np.unique(patterns[known.sum(axis=1) >= FEWEST_SEEN], axis=0):
            rows = np.flatnonzero((patterns == pattern).all(axis=1))
            trunks = self.by_views[int(pattern[-1])]
            found[rows] = trunks.estimated(seen[rows].reshape(len(rows), -1)).reshape(seen[rows].shape)
        out = positions.copy()
        put = frame.outside(found)
        out[:, TRUNK_IDS] = np.where(np.isfinite(put), put, positions[:, TRUNK_IDS])
        return out


def write_statistics(path: Path, statistics: TrunkStatistics) -> None:
    """As `.npz` in single precision."""
    head = {"version": VERSION, "network_sha256": statistics.network_sha256, "views": sorted(statistics.by_views)}
    arrays: dict[str, np.ndarray] = {"head": np.array(json.dumps(head))}
    for views, trunks in statistics.by_views.items():
        for name in SeenTrunks.__dataclass_fields__:
            arrays[f"{views}/{name}"] = getattr(trunks, name).astype(np.float32)
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
                    **{
                        name: archive[f"{views}/{name}"]
                        .astype(np.float64)
                        .reshape((size,) * (1 + name.startswith("cov")))
                        for name in SeenTrunks.__dataclass_fields__
                    }
                )
                for views in head["views"]
            }
            return TrunkStatistics(str(head["network_sha256"]), by_views)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path}: holds no statistics of trunks: {error}") from error


def statistics_of(model: Path) -> TrunkStatistics | None:
    """Those that ship for a network; None of a network whose errors nobody measured."""
    return _shipped().get(sha256(model))


@lru_cache(maxsize=1)
def _shipped() -> dict[str, TrunkStatistics]:
    found = (read_statistics(path) for path in sorted(FOLDER.glob("*.npz")))
    return {statistics.network_sha256: statistics for statistics in found}
