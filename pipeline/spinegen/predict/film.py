"""A film from end to end: followed frame by frame, smoothed over whole tracks, then drawn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..media.video_read import open_video
from ..media.video_write import written_video
from ..pose.drawing import draw_pose
from ..progress import Reporter
from .carried_back import RecentFrames, carry_back, surer_beginning
from .estimator import Follower, SpineEstimator
from .film_person import FilmPerson
from .spine_chain import impossible, pixels_per_metre, told_by_neighbours
from .things import standing_things
from .track_smoothing import UNSURE_SCORE, smooth_track
from .tracks import NEW_SCORE, Seen, sureness
from .window import Show

SHORTEST_TRACK_S = 0.3
"""Who is seen for less is a mistake of the detector."""
LOOKED_AT_AGAIN = 12
"""So many frames after somebody was found, their first frames are looked at again where the network was much less sure then."""


@dataclass
class Film:
    """What was seen."""

    times_s: list[float]
    people: list[FilmPerson]
    rate_hz: float
    faults: list[str]
    size_wh_px: tuple[int, int]
    """Width and height of its frames as they are shown."""

    def frames(self) -> Iterator[tuple[float, list[tuple[FilmPerson, int]]]]:
        """For each frame its time and who is there: the person and the row of their arrays."""
        there: list[list[tuple[FilmPerson, int]]] = [[] for _ in self.times_s]
        for person in self.people:
            for row, frame in enumerate(person.frames):
                there[frame].append((person, row))
        yield from zip(self.times_s, there, strict=True)


def follow_film(path: Path, estimator: SpineEstimator, reporter: Reporter, rate_hz: float | None = None) -> Film:
    """Find and follow everybody, carry them back to where they came from, then smooth each track.

    Args:
        rate_hz: of numbered pictures, which do not say it.

    Raises:
        VideoError: missing, no video, or without a frame.
    """
    seen = _Tracks(estimator)
    with open_video(path, rate_hz) as video, reporter.task(f"follow {path.name}", video.total, "frames") as task:
        for frame in video.frames():
            seen.add(frame.image_rgb, frame.time_s)
            task.advance()
        rate, faults = video.rate_hz, list(video.faults)
    times = seen.times_s
    lasting = {
        number: rows
        for number, rows in sorted(seen.rows.items())
        if _is_somebody(rows) and (times[rows[-1][0]] - times[seen.found[number]] >= SHORTEST_TRACK_S or len(times) < 3)
    }
    people = [_smoothed(number, rows, times) for number, rows in lasting.items()]
    things = standing_things(people, times)
    if things:
        reporter.say(
            f"{path.name}: {len(things)} that never moved and that the network was unsure of, beside people of whom it is sure, left out as things"
        )
    return Film(times, [person for person in people if person.number not in things], rate, faults, seen.size_wh_px)


def _is_somebody(rows: list[tuple[int, Seen]]) -> bool:
    """A shadow or a bag is followed at times, and the network is never sure of it."""
    return float(np.median([sureness(person.scores) for _, person in rows])) >= NEW_SCORE


class _Tracks:
    """Everybody in the frames so far."""

    def __init__(self, estimator: SpineEstimator) -> None:
        self.follower = Follower(estimator)
        self.times_s: list[float] = []
        self.size_wh_px = (0, 0)
        self.rows: dict[int, list[tuple[int, Seen]]] = {}
        """Of each number, frames and person in the order of the film."""
        self.found: dict[int, int] = {}
        """The frame in which each number was given."""
        self._recent = RecentFrames()

    def add(self, image_rgb: NDArray[np.uint8], time_s: float) -> None:
        """The next frame."""
        number = len(self.times_s)
        self.size_wh_px = image_rgb.shape[1], image_rgb.shape[0]
        people = self.follower(image_rgb, time_s)
        present = {person.number for person in people}
        people = [self._told(person, number, time_s, present) for person in people]
        for person in people:
            self.rows.setdefault(person.number, []).append((number, person))
            if number - self.found.get(person.number, number) == LOOKED_AT_AGAIN:
                self._look_again(person.number)
        self.times_s.append(time_s)
        self._recent.add(number, time_s, image_rgb, people)

    def _look_again(self, number: int) -> None:
        """Put the first frames of somebody right who was found unsurely."""
        rows = self.rows[number]
        since = [row for row in rows if row[0] >= self.found[number]]
        surer = surer_beginning(self.follower.tracker.pose_of, since, self._recent)
        self.rows[number] = [(frame, surer.get(frame, seen)) for frame, seen in rows]

    def _told(self, person: Seen, frame: int, time_s: float, present: set[int]) -> Seen:
        """A new person with the frames before, under the number of whom they turn out to be."""
        if person.number in self.rows:
            return person
        tracker = self.follower.tracker
        before = carry_back(tracker.pose_of, person, time_s, self._recent, present=present)
        number = person.number
        if before.same_as is not None and before.same_as in self.rows:
            tracker.renumber(number, before.same_as)
            number = before.same_as
        self.rows.setdefault(number, []).extend(before.rows)
        self.found.setdefault(number, frame)
        return replace(person, number=number)


def _smoothed(number: int, rows: list[tuple[int, Seen]], times: list[float]) -> FilmPerson:
    frames = [frame for frame, _ in rows]
    people = [person for _, person in rows]
    boxes = np.array([person.box_xywh_px for person in people])
    scores = np.array([person.scores for person in people])
    points = np.array([person.keypoints_px for person in people])
    scale = pixels_per_metre(points, scores)
    wrong = impossible(points, scores >= UNSURE_SCORE, scale)
    track = smooth_track(
        np.array([times[frame] for frame in frames]),
        points,
        np.where(wrong, 0.0, scores),
        float(np.median(boxes[:, 2:].max(axis=1))),
    )
    # frames before and after may tell something impossible, too
    smooth = track.keypoints_px
    bent = impossible(smooth, np.isfinite(smooth[..., 0]), scale)
    placed, told = told_by_neighbours(np.where(bent[..., None], np.nan, smooth))
    return FilmPerson(number, frames, boxes, placed, scores, track.filled & ~bent | told)


def film_json(film: Film) -> list[dict[str, Any]]:
    """Frames as plain data: `frame`, `time_s`, and `people` of `id`, `bbox`, `keypoints` (37 of x, y in pixels and score; null where
    unseen for too long) and `filled` (indices of keypoints that the frames around tell)."""
    found = []
    for number, (time_s, there) in enumerate(film.frames()):
        people = []
        for person, row in there:
            points = person.keypoints_px[row]
            people.append(
                {
                    "id": person.number,
                    "bbox": np.round(person.boxes_xywh_px[row], 2).tolist(),
                    "keypoints": [
                        [round(float(x), 3), round(float(y), 3), round(float(score), 3)] if np.isfinite(x) else None
                        for (x, y), score in zip(points, person.scores[row], strict=True)
                    ],
                    "filled": np.flatnonzero(person.filled[row]).tolist(),
                }
            )
        found.append({"frame": number, "time_s": round(time_s, 4), "people": people})
    return found


def draw_film(
    source: Path, target: Path, film: Film, spine_only: bool, *, reporter: Reporter, show: Show | None = None
) -> None:
    """The film again with everybody's skeleton over it, as H.264 that browsers play.

    Args:
        show: is shown every frame, until it wants no more.
    """
    with (
        open_video(source) as video,
        written_video(target, film.rate_hz) as writer,
        reporter.task(f"draw {source.name}", len(film.times_s), "frames") as task,
    ):
        for frame, (time_s, there) in zip(video.frames(), film.frames(), strict=False):
            points = np.array([person.keypoints_px[row] for person, row in there]).reshape(-1, 37, 2)
            scores = np.array([np.maximum(person.scores[row], person.filled[row]) for person, row in there])
            drawn = draw_pose(frame.image_rgb, points, scores.reshape(-1, 37), spine_only=spine_only)
            writer.write(drawn, time_s)
            if show is not None and not show(drawn):
                show = None
            task.advance()
