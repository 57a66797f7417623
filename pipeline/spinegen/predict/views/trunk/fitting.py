"""Statistics of trunks from points alone: people whose motions are known, seen by drawn rigs of cameras with errors that a network has made."""

from dataclasses import dataclass

import numpy as np

from ....geometry.types import Array
from ....lifting.points import keypoints_of
from ....lifting.sequences import Sequences
from ....progress import Reporter
from ....streams import Stream, generator
from ..triangulation import ERROR_LIMIT, USUAL_ERROR
from .frame import TRUNK_IDS, spine_length, trunk_axes, trunk_frame
from .linear import Moments
from .seen_errors import SeenErrors, upright_turn
from .statistics import SeenTrunks, TrunkStatistics

VIEWS = (2, 3, 4)
"""Numbers of views that statistics are made for; more are taken for the most."""
AT_ONCE = 3000
NEIGHBOURS = 40
"""Of a drawn view, one of so many errors made from the most similar sides is taken."""
RIDGE = 0.003
"""Share of its own variance that each number's is enlarged by."""
ELEVATIONS_RAD = (0.0, 0.35)
BEARING_SPREAD_RAD = 0.15
PAIR_RAD = (0.9, 2.2)
"""Angle between two cameras that are alone; more stand in a ring."""
USUAL_ERROR_M = ERROR_LIMIT * USUAL_ERROR * 1.7


def fit_statistics(
    network_sha256: str, errors: SeenErrors, sequences: Sequences, frames: int, *, seed: int, reporter: Reporter
) -> TrunkStatistics:
    """Means and covariances of so many drawn trunks for each number of views.

    Args:
        errors: of the network, on people of any kind.
        sequences: points of people who move, of one stature.
    """
    rng = generator(seed, Stream.SEEN_TRUNKS)
    both = errors.with_mirrored()
    size = 3 * len(TRUNK_IDS)
    with reporter.task("draw trunks", frames * len(VIEWS), "frames") as task:
        by_views = {}
        for views in VIEWS:
            moments = Moments(size, size)
            while moments.count < frames:
                true = _drawn(rng, sequences, min(AT_ONCE, frames - moments.count))
                moments.add(*trunk_numbers(true, _seen(rng, true, both, views)))
                task.advance(len(true))
            by_views[views] = SeenTrunks(moments.estimate(RIDGE))
    return TrunkStatistics(network_sha256, by_views)


def _drawn(rng: np.random.Generator, sequences: Sequences, count: int) -> Array:
    """Keypoints `(count, 37, 3)` in ground axes."""
    rows = rng.integers(0, len(sequences.points_m), count)
    return keypoints_of(sequences.points_m[np.sort(rows)].astype(np.float64))


def trunk_numbers(true: Array, seen: Array) -> tuple[Array, Array]:
    """Seen and true trunks `(F, N)` of keypoints `(F, 37, 3)`, in axes and lengths of the seen ones."""
    frame = trunk_frame(seen)
    first, second = (frame.inside(points[:, TRUNK_IDS]).reshape(len(points), -1) for points in (seen, true))
    return first, second


@dataclass(frozen=True)
class _Views:
    """Drawn cameras, far away, in ground axes."""

    toward: Array
    """`(F, V, 3)`: unit vectors to the cameras."""
    right: Array
    """`(F, V, 3)` of the pictures."""
    down: Array
    """`(F, V, 3)`."""


def _views(rng: np.random.Generator, frames: int, views: int) -> _Views:
    first = rng.uniform(0, 2 * np.pi, (frames, 1))
    if views == 2:
        bearing = first + np.concatenate([np.zeros((frames, 1)), rng.uniform(*PAIR_RAD, (frames, 1))], axis=1)
    else:
        ring = 2 * np.pi * np.arange(views) / views
        bearing = first + ring + rng.normal(0, BEARING_SPREAD_RAD, (frames, views))
    height = rng.uniform(*ELEVATIONS_RAD, (frames, views))
    flat = np.cos(height)
    toward = np.stack([flat * np.cos(bearing), np.sin(height), flat * np.sin(bearing)], axis=-1)
    right = np.cross([0.0, 1.0, 0.0], toward)
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    return _Views(toward, right, np.cross(right, toward))


def _seen(rng: np.random.Generator, true: Array, errors: SeenErrors, views: int) -> Array:
    """What triangulation makes of true keypoints `(F, 37, 3)` that every view misses as the network missed somebody's."""
    drawn = _views(rng, len(true), views)
    _, axes = trunk_axes(true)
    length_m = spine_length(true)[:, None, None]
    normal, wanted = np.zeros((*true.shape, 3)), np.zeros(true.shape)
    for view in range(views):
        toward = np.einsum("tai,ti->ta", axes, drawn.toward[:, view])
        chosen = _alike(rng, toward, errors.toward)
        picture = np.stack([drawn.right[:, view], drawn.down[:, view]], axis=1)
        up = np.einsum("tai,ti->ta", picture, axes[:, 1])
        missed_m = errors.errors[chosen] @ upright_turn(up) * length_m
        away = np.linalg.norm(missed_m, axis=-1)
        weight = np.clip(errors.scores[chosen], 0.0, 1.0) / (1.0 + (away / USUAL_ERROR_M) ** 2)
        normal += weight[..., None, None] * np.einsum("tai,taj->tij", picture, picture)[:, None]
        wanted += weight[..., None] * (missed_m @ picture)
    return true + np.linalg.solve(normal, wanted[..., None])[..., 0]


def _alike(rng: np.random.Generator, toward: Array, known: Array) -> np.ndarray:
    """`(F,)`: for each direction one of the known ones `(N, 3)` that are nearest to it."""
    near = min(NEIGHBOURS, len(known))
    nearest = np.argpartition(-(toward @ known.T), near - 1, axis=1)[:, :near]
    return nearest[np.arange(len(toward)), rng.integers(0, near, len(toward))]
