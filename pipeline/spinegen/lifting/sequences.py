"""Moving people without pictures: fitted and drawn motions on bodies drawn by chance, as points over time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..biomech.anatomy.assemble import load_model
from ..biomech.fits.files import FittedClip
from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.posture import Shaped
from ..biomech.retarget.retarget import same_angles
from ..errors import TrainingError
from ..files import atomic_path
from ..geometry.types import Array, Floats, Ints
from ..motions.pose_sampler import Anchor, sample_poses
from ..progress import Reporter
from ..skeleton import NAMES
from ..streams import Stream, generator
from .norms import RATE_HZ, STATURE_M
from .people import bodies, with_spine
from .points import COUNT, joined

_HOLD_S, _MOVE_S = (0.0, 0.8), (0.4, 1.6)
POSES_OF_A_PATH = 8


@dataclass(frozen=True)
class Sequences:
    """Points of many sequences, one after the other."""

    points_m: Floats
    """`(F, 53, 3)` in ground axes, of bodies of `STATURE_M`, `RATE_HZ` frames a second."""
    starts: Ints
    """`(S + 1,)`: the k-th sequence lies in `starts[k]:starts[k + 1]`."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sequence(self, number: int) -> Floats:
        """`(F, 53, 3)`."""
        return self.points_m[self.starts[number] : self.starts[number + 1]]

    def windows(self, rng: np.random.Generator, count: int, frames: int) -> Floats:
        """`(count, frames, 53, 3)` from anywhere; what is shorter stands still at its end."""
        middle = rng.integers(0, len(self.points_m), count)
        number = np.searchsorted(self.starts, middle, side="right") - 1
        at = middle[:, None] + np.arange(frames)[None] - frames // 2
        return self.points_m[np.clip(at, self.starts[number][:, None], self.starts[number + 1][:, None] - 1)]


def save(path: Path, sequences: Sequences) -> None:
    """Write whole or not at all."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, points_m=sequences.points_m.astype(np.float32), starts=sequences.starts)


def load(path: Path) -> Sequences:
    """Sequences of a file.

    Raises:
        TrainingError: missing, damaged or of another kind.
    """
    try:
        with np.load(path) as stored:
            points, starts = stored["points_m"], stored["starts"]
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{path}: holds no sequences of points: {error}") from error
    if points.ndim != 3 or points.shape[1:] != (COUNT, 3) or starts[-1] != len(points):
        raise TrainingError(f"{path}: points_m: found shape {points.shape}, allowed is (frames, {COUNT}, 3)")
    return Sequences(points, starts)


def make_sequences(
    fits: Iterable[FittedClip],
    *,
    people: int,
    plays: int,
    known: Callable[[SpineModel], list[Anchor]],
    poses: int,
    seed: int,
    reporter: Reporter,
) -> Sequences:
    """Every fit played by `plays` people, and paths through postures drawn by chance.

    Args:
        people: how many bodies there are; each play has a spinal shape of its own.
        known: gives, for a model, the postures near which those of the paths are.
        poses: how many of these are drawn, and passed in all.
    """
    with reporter.task("bodies", people, "people") as task:
        models: list[SpineModel] = []
        for model in bodies(seed, people):
            models.append(model)
            task.advance()
    rng = generator(seed, Stream.LIFTED_MOTIONS)

    def somebody() -> Shaped:
        return with_spine(models[int(rng.integers(len(models)))], rng)

    chosen = tuple(fits)
    found: list[Floats] = []
    with reporter.task("play fits", len(chosen) * plays, "motions") as task:
        for fit in chosen:
            q = resampled(fit.q, fit.times_s)
            for _ in range(plays):
                found.append(played(fit.model, q, somebody()))
                task.advance()
    unisex = load_model("unisex")
    if poses:
        with reporter.task("draw postures", poses, "poses") as task:
            drawn = sample_poses(unisex, known(unisex), poses, seed, advance=task.advance).q
        with reporter.task("play postures", poses // POSES_OF_A_PATH, "motions") as task:
            for _ in range(poses // POSES_OF_A_PATH):
                found.append(played(unisex, path_through(rng, drawn), somebody()))
                task.advance()
    return Sequences(np.concatenate(found), np.cumsum([0, *(len(points) for points in found)]))


def resampled(q: Array, times_s: Array) -> Array:
    """Coordinates at `RATE_HZ`."""
    at = np.arange(times_s[0], times_s[-1] + 1e-9, 1.0 / RATE_HZ)
    return np.stack([np.interp(at, times_s, column) for column in q.T], axis=-1)


def path_through(rng: np.random.Generator, drawn: Array) -> Array:
    """From posture to posture `(F, Q)`, with rests between."""
    chosen = drawn[rng.integers(0, len(drawn), POSES_OF_A_PATH)]
    parts: list[Array] = []
    for first, second in pairwise(chosen):
        still = int(RATE_HZ * rng.uniform(*_HOLD_S))
        share = np.linspace(0.0, 1.0, int(RATE_HZ * rng.uniform(*_MOVE_S)), endpoint=False)[:, None]
        parts += [np.repeat(first[None], still, axis=0), first + share**2 * (3.0 - 2.0 * share) * (second - first)]
    return np.concatenate(parts)


def played(source: SpineModel, q: Array, body: Shaped) -> Floats:
    """Points `(F, 53, 3)` of a body that moves as another one, brought to `STATURE_M`."""
    model = body.model
    poses = model.forward(same_angles(q, source, model, body.offsets_rad))
    keypoints = model.station_positions(poses, [f"keypoint/{name}" for name in NAMES])
    _, centroids = model.vertebra_frames(poses)
    return (joined(keypoints, centroids) * (STATURE_M / model.stature_m)).astype(np.float32)
