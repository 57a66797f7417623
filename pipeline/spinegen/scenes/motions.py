"""Fitted motion as the sampler sees it: keypoints over time, what is being done, and who may be seen doing it where."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError, DatasetError
from ..skeleton import INDEX
from .distributions import weighted_index
from .settings import ClipSettings

THIGH_AND_SHANK_OF_STATURE = 0.491
"""Thigh .245 and shank .246 of the stature (Drillis & Contini 1966)."""
GAP_S = 1.0
"""Least time between training and validation frames of one clip."""
_STRETCH_S = 4.0
"""About this long is one validation stretch of a single clip."""


@dataclass(frozen=True)
class Motion:
    """One fitted clip."""

    name: str
    times_s: NDArray[np.float64]
    """`(F,)`."""
    keypoints_ground_m: NDArray[np.float64]
    """`(F, 37, 3)` of the performer."""
    activities: tuple[str, ...]
    """One a frame; `""` where nothing is known."""

    @property
    def performer_stature_m(self) -> float:
        """Estimated from the mean length of thighs and shanks."""
        points = self.keypoints_ground_m
        lengths = [
            np.linalg.norm(points[:, INDEX[f"{side}_{a}"]] - points[:, INDEX[f"{side}_{b}"]], axis=1).mean()
            for side in ("left", "right")
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        ]
        return float(sum(lengths) / 2.0 / THIGH_AND_SHANK_OF_STATURE)

    @property
    def is_still(self) -> bool:
        """Whether its frames stand so far apart that each is a posture of its own, as those of `spinegen poses` do."""
        return len(self.times_s) > 1 and float(np.diff(self.times_s).min()) > GAP_S

    def digest(self) -> str:
        """Short checksum of everything that a draw depends on."""
        found = hashlib.sha256(self.name.encode())
        for array in (self.times_s, self.keypoints_ground_m):
            found.update(np.ascontiguousarray(array, dtype=np.float64).data)
        found.update("\0".join(self.activities).encode())
        return found.hexdigest()[:16]


@dataclass(frozen=True)
class Moments:
    """Frames of one split: what may be drawn there."""

    clip: NDArray[np.int32]
    """`(N,)` index into the motions."""
    frame: NDArray[np.int32]
    activity: NDArray[np.int32]
    """Index into `names`."""
    names: tuple[str, ...]
    groups: tuple[tuple[float, NDArray[np.int32]], ...] = ()
    """Weight and clips of each pattern of `clips.weights`; empty: all clips are one group."""

    @property
    def count(self) -> int:
        return len(self.frame)

    def sample(self, rng: np.random.Generator, balance: str) -> tuple[int, int]:
        """(motion, frame) of one moment."""
        if self.groups:
            return self._of_a_group(rng).sample(rng, balance)
        if balance == "activity":
            group = self._by_activity[int(rng.integers(len(self._by_activity)))]
            index = int(group[rng.integers(len(group))])
        else:
            index = int(rng.integers(self.count))
        return int(self.clip[index]), int(self.frame[index])

    def holds(self, clip: int, frame: int) -> bool:
        """Whether a frame of a motion may be drawn."""
        place = int(np.searchsorted(self._keys, (key := _key(clip, frame))))
        return place < len(self._keys) and self._keys[place] == key

    def _of_a_group(self, rng: np.random.Generator) -> "Moments":
        return self._by_group[weighted_index(rng, [weight for weight, _ in self._by_group])][1]

    @cached_property
    def _by_group(self) -> list[tuple[float, "Moments"]]:
        """Groups that hold any moment."""
        found = []
        for weight, clips in self.groups:
            of_it = np.isin(self.clip, clips)
            if of_it.any():
                part = replace(
                    self, clip=self.clip[of_it], frame=self.frame[of_it], activity=self.activity[of_it], groups=()
                )
                found.append((weight, part))
        return found

    @cached_property
    def _by_activity(self) -> list[NDArray[np.int64]]:
        return [np.flatnonzero(self.activity == index) for index in np.unique(self.activity)]

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        return np.sort(_key(self.clip.astype(np.int64), self.frame.astype(np.int64)))


def _key(clip: Any, frame: Any) -> Any:
    return clip * 2**32 + frame


@dataclass(frozen=True)
class MotionSplit:
    """Training and validation moments, and the rule that keeps them apart."""

    train: Moments
    val: Moments
    rule: str
    """`clips`: no clip is in both; `stretches`: one clip, cut at least `GAP_S` apart; `none`: no validation was wanted."""


def select(motions: Sequence[Motion], settings: ClipSettings) -> tuple[Motion, ...]:
    """The motions that a scenes file asks for.

    Raises:
        DatasetError: nothing was fitted yet.
        ConfigError: a clip was never fitted.
    """
    if not motions:
        raise DatasetError("no fitted clip in this workspace; fit some first with: spinegen fit-mocap")
    fitted = {motion.name: motion for motion in motions}
    for pattern in settings.weights:
        if not any(fnmatchcase(name, pattern) for name in fitted):
            raise ConfigError(f"clips.weights: {pattern!r} fits no clip; fitted are: {', '.join(sorted(fitted))}")
    motions = [motion for motion in motions if not settings.weights or _pattern(motion.name, settings) is not None]
    if settings.names == "all":
        return tuple(motions)
    missing = [name for name in settings.names if name not in fitted]
    if missing:
        raise ConfigError(
            f"clips.names: {', '.join(missing)} {'was' if len(missing) == 1 else 'were'} never fitted; "
            f"fitted are: {', '.join(sorted(fitted))}"
        )
    return tuple(fitted[name] for name in dict.fromkeys(settings.names))


def _pattern(name: str, settings: ClipSettings) -> str | None:
    """The first pattern of the weights that a clip fits."""
    return next((pattern for pattern in settings.weights if fnmatchcase(name, pattern)), None)


def split_motions(
    motions: Sequence[Motion], settings: ClipSettings, validation_share: float, rng: np.random.Generator
) -> MotionSplit:
    """Keep training and validation apart: by clips, or by stretches of time where there is one clip.

    Raises:
        ConfigError: an activity is shown by no clip, or no frame is left for one of the splits; the text says why.
    """
    known = {activity for motion in motions for activity in motion.activities if activity}
    missing = [] if settings.activities == "all" else [name for name in settings.activities if name not in known]
    if missing:
        raise ConfigError(
            f"clips.activities: no frame of {', '.join(m.name for m in motions)} shows {' or '.join(missing)}; "
            f"marked are: {', '.join(sorted(known)) or 'none'}"
        )
    everything = _moments(motions, settings, [np.ones(len(m.times_s), dtype=bool) for m in motions])
    if everything.count == 0:
        raise ConfigError(f"clips: {', '.join(m.name for m in motions)} hold no frame that can be drawn")
    if validation_share == 0:
        return MotionSplit(
            everything, _moments(motions, settings, [np.zeros(len(m.times_s), bool) for m in motions]), "none"
        )
    used = sorted({int(clip) for clip in everything.clip})
    moving = [clip for clip in used if not motions[clip].is_still]
    if len(moving) > 1:
        held_out = _held_out_clips(moving, everything, validation_share, rng)
        val = [
            _every_nth(m, validation_share) if m.is_still else np.full(len(m.times_s), index in held_out)
            for index, m in enumerate(motions)
        ]
        return MotionSplit(
            _moments(motions, settings, [~mask for mask in val]), _moments(motions, settings, val), "clips"
        )
    nothing = [(np.zeros(len(m.times_s), dtype=bool),) * 2 for m in motions]
    cut = [_cut(m, validation_share) if index in used else nothing[index] for index, m in enumerate(motions)]
    split = MotionSplit(
        _moments(motions, settings, [train for train, _ in cut]),
        _moments(motions, settings, [val for _, val in cut]),
        "stretches",
    )
    if split.train.count == 0 or split.val.count == 0:
        name, seconds = motions[used[0]].name, motions[used[0]].times_s[-1]
        part = "validation" if split.val.count == 0 else "training"
        raise ConfigError(
            f"the {part} split would be empty: {name} is the only clip and its {seconds:.1f} s cannot be cut into stretches "
            f"{GAP_S:g} s apart; fit a second clip, or set validation_share to 0"
        )
    return split


def _held_out_clips(used: list[int], moments: Moments, share: float, rng: np.random.Generator) -> set[int]:
    """Clips whose frames come closest to the wanted share, at least one and never all."""
    order = [used[i] for i in rng.permutation(len(used))]
    frames = {clip: int((moments.clip == clip).sum()) for clip in used}
    wanted = share * moments.count
    held: set[int] = {order[0]}
    for clip in order[1:-1]:
        now = sum(frames[c] for c in held)
        if abs(now + frames[clip] - wanted) < abs(now - wanted):
            held.add(clip)
    return held


def _every_nth(motion: Motion, share: float) -> NDArray[np.bool_]:
    """Frames for validation of a set of postures that have nothing to do with each other."""
    number = np.arange(len(motion.times_s))
    return np.floor((number + 1) * share) > np.floor(number * share)


def _cut(motion: Motion, share: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Training and validation frames of one clip."""
    if motion.is_still:
        val = _every_nth(motion, share)
        return ~val, val
    return _stretches(motion, share)


def _stretches(motion: Motion, share: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    times, length = motion.times_s, float(motion.times_s[-1])
    count = max(1, round(share * length / _STRETCH_S))
    period = length / count
    phase = times % period
    val = (phase >= period * (0.5 - share / 2)) & (phase < period * (0.5 + share / 2))
    if not val.any():
        return ~val, val
    nearest = _distance_to(times, val)
    return nearest >= GAP_S, val


def _distance_to(times: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    known = times[chosen]
    after = np.searchsorted(known, times)
    left = times - known[np.clip(after - 1, 0, len(known) - 1)]
    right = known[np.clip(after, 0, len(known) - 1)] - times
    return np.minimum(np.abs(left), np.abs(right))


def _moments(motions: Sequence[Motion], settings: ClipSettings, masks: Sequence[NDArray[np.bool_]]) -> Moments:
    names: dict[str, int] = {}
    clips: list[NDArray[np.int32]] = []
    frames: list[NDArray[np.int32]] = []
    activities: list[NDArray[np.int32]] = []
    for index, (motion, mask) in enumerate(zip(motions, masks, strict=True)):
        usable = np.flatnonzero(mask & np.isfinite(motion.keypoints_ground_m).all((1, 2)))
        if settings.activities != "all":
            wanted = frozenset(settings.activities)
            usable = np.array([frame for frame in usable if motion.activities[frame] in wanted], dtype=np.int64)
        clips.append(np.full(len(usable), index, dtype=np.int32))
        frames.append(usable.astype(np.int32))
        numbers = [names.setdefault(motion.activities[frame], len(names)) for frame in usable]
        activities.append(np.array(numbers, dtype=np.int32))
    nothing = np.zeros(0, dtype=np.int32)
    groups = tuple(
        (weight, np.array([i for i, m in enumerate(motions) if _pattern(m.name, settings) == pattern], dtype=np.int32))
        for pattern, weight in settings.weights.items()
    )
    return Moments(
        np.concatenate([nothing, *clips]),
        np.concatenate([nothing, *frames]),
        np.concatenate([nothing, *activities]),
        tuple(names),
        groups,
    )
