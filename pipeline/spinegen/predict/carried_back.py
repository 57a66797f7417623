"""Whoever was there before the detector found them: a track is followed backwards over the frames that were just seen."""

import itertools
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .tracks import SAME_PERSON, PoseOf, Seen, Track, Tracker, agreement, sureness

KEPT_S = 4.0
"""Nobody is carried back for longer."""
KEPT_BYTES = 200_000_000
UNSURE_BEGINNING = 0.8
"""Share of the sureness later on below which the first frames of somebody are looked at again."""
LONGEST_SIDE_PX = 960
"""Kept frames are not larger: a crop of the network has 256 pixels."""


@dataclass(frozen=True)
class _Kept:
    frame: int
    time_s: float
    image_rgb: NDArray[np.uint8]
    seen: tuple[Seen, ...]


class RecentFrames:
    """The last seconds of a film, with who was seen in each frame."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self.scale = 1.0
        """Pixels of a kept frame in one of the film's."""

    def add(self, frame: int, time_s: float, image_rgb: NDArray[np.uint8], seen: Sequence[Seen]) -> None:
        """The next frame; the oldest ones give way."""
        self.scale = min(1.0, LONGEST_SIDE_PX / max(image_rgb.shape[:2]))
        small = image_rgb
        if self.scale < 1.0:
            size = (round(image_rgb.shape[1] * self.scale), round(image_rgb.shape[0] * self.scale))
            small = np.asarray(cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._kept.append(_Kept(frame, time_s, small, tuple(seen)))
        self._bytes += small.nbytes
        while self._bytes > KEPT_BYTES or time_s - self._kept[0].time_s > KEPT_S:
            self._bytes -= self._kept.popleft().image_rgb.nbytes

    def latest_first(self) -> Iterator[_Kept]:
        """From the frame that was added last to the oldest that is kept."""
        return reversed(self._kept)


@dataclass(frozen=True)
class CarriedBack:
    """Somebody in the frames before they were found."""

    rows: list[tuple[int, Seen]]
    """Frame and person, in the order of the film."""
    same_as: int | None
    """The number of an earlier track that they turned out to be, which had been lost."""


def carry_back(
    pose_of: PoseOf, person: Seen, time_s: float, recent: RecentFrames, *, present: Collection[int] = ()
) -> CarriedBack:
    """Follow one person backwards from where they were found until the network sees nobody there, or meets somebody who is known.

    Args:
        time_s: when they were found.
        recent: the frames before.
        present: numbers of those who are seen when they are found.
    """
    tracker = Tracker(pose_of)
    small = _scaled(person, recent.scale)
    # on a clock that runs backwards
    tracker.active = [Track(person.number, small.box_xywh_px, small.keypoints_px, small.scores, -time_s)]
    rows: list[tuple[int, Seen]] = []
    known = set(present)
    for kept in recent.latest_first():
        found = tracker.update(kept.image_rgb, -kept.time_s, None)
        if not found:
            break
        there = _scaled(found[0], 1.0 / recent.scale)
        met = next((seen.number for seen in kept.seen if _same(there, seen)), None)
        if met is not None:
            return CarriedBack(rows[::-1], None if met in known else met)
        rows.append((kept.frame, there))
        known |= {seen.number for seen in kept.seen}
    return CarriedBack(rows[::-1], None)


def surer_beginning(pose_of: PoseOf, rows: Sequence[tuple[int, Seen]], recent: RecentFrames) -> dict[int, Seen]:
    """Looks again at the first frames of somebody who was found in half of their box, or in a wrong one, from where the network became sure.

    Args:
        rows: frames and person since then, in the order of the film.
        recent: the frames before now.

    Returns:
        Of each frame in which the network is surer than it was, the person.
    """
    enough = UNSURE_BEGINNING * sureness(rows[-1][1].scores)
    begun = [(frame, seen) for frame, seen in itertools.takewhile(lambda row: sureness(row[1].scores) < enough, rows)]
    if not begun:
        return {}
    unsure = dict(begun)
    _, sure = rows[len(begun)]
    small = _scaled(sure, recent.scale)
    tracker = Tracker(pose_of)
    surer: dict[int, Seen] = {}
    for kept in recent.latest_first():
        if kept.frame not in unsure:
            continue
        if not tracker.active:
            tracker.active = [Track(sure.number, small.box_xywh_px, small.keypoints_px, small.scores, -kept.time_s)]
        found = tracker.update(kept.image_rgb, -kept.time_s, None)
        if not found:
            break
        if sureness(found[0].scores) > sureness(unsure[kept.frame].scores):
            surer[kept.frame] = _scaled(found[0], 1.0 / recent.scale)
    return surer


def _scaled(person: Seen, scale: float) -> Seen:
    return Seen(person.number, person.box_xywh_px * scale, person.keypoints_px * scale, person.scores)


def _same(first: Seen, second: Seen) -> bool:
    return agreement(first.keypoints_px, first.scores, second.keypoints_px, second.scores) > SAME_PERSON
