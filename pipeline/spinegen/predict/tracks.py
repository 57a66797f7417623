"""People followed through a film: everybody keeps a number through crossings and a second of absence, nobody has two."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import skeleton
from .assignment import assign
from .boxes import overlaps, xywh, xyxy

SEEN_SCORE = 0.25
"""A keypoint counts from here on."""
NEW_SCORE = 0.25
KEPT_SCORE = 0.15
POSE_KEYPOINTS = 12
"""Somebody whose twelve surest keypoints are less sure on average is nobody, or no longer seen: empty grass gets 0.13 (the median), a bust 0.27."""
DOUBTFUL_SCORE = 0.35
"""The same of somebody of whom the detector is not sure: half-hidden people and busts reach it, posts and bags do not."""
UNSURE_SCORE, NEW_FOR_S = 0.45, 1.0
"""So long the detector looks more often while the network is unsure of somebody who is new."""
ABSENCE_S = 1.0
"""Somebody may be away for this long and keeps the number."""
WHOLE_BODY = 22
"""Keypoints that must be seen for their extent to be the person's."""
MARGIN = 0.1
"""Room around the keypoints of the last frame, as a share of their extent."""
COST_LIMIT = 0.8
"""A detection that agrees less with everybody is somebody new."""
STRAYED = 0.4
"""A followed box that overlaps its own detection by less has strayed."""
SAME_PERSON = 0.6
"""Poses that agree by more are one person's."""
BINS = (8, 6)
"""Of hue and saturation."""
_TORSO = [skeleton.INDEX[name] for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]

Points = NDArray[np.float64]
PoseOf = Callable[[NDArray[np.uint8], NDArray[np.float64], Points], tuple[Points, Points]]
"""A picture, boxes x, y, w, h (N, 4) and keypoints of the frame before (N, 37, 2), NaN where there are none -> keypoints (N, 37, 2) and scores
(N, 37)."""


@dataclass
class Track:
    """One person."""

    number: int
    """Counted from 1; never given twice."""
    box_xywh_px: NDArray[np.float64]
    """(4,), where the next crop looks."""
    keypoints_px: Points
    scores: Points
    time_s: float
    """When last seen."""
    velocity_px_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    look: NDArray[np.float64] | None = None
    """Colours of the trunk, summing to 1."""
    found_s: float | None = None
    """When it was given its number."""

    @property
    def is_new_and_unsure(self) -> bool:
        """Whether its first box may have been a wrong one, half a body say."""
        new = self.found_s is not None and self.time_s - self.found_s <= NEW_FOR_S
        return new and sureness(self.scores) < UNSURE_SCORE

    def box_at(self, time_s: float) -> NDArray[np.float64]:
        """Where it should be at a time, at the speed it had; at most half a second of it."""
        box = self.box_xywh_px.copy()
        box[:2] += self.velocity_px_s * np.clip(time_s - self.time_s, 0, 0.5)
        return box


@dataclass(frozen=True)
class Seen:
    """A person in one frame."""

    number: int
    box_xywh_px: NDArray[np.float64]
    keypoints_px: Points
    scores: Points


class Tracker:
    """Follows people from frame to frame.

    Args:
        pose_of: the pose network.
    """

    def __init__(self, pose_of: PoseOf) -> None:
        self.pose_of = pose_of
        self.active: list[Track] = []
        self.away: list[Track] = []
        self._next = 1

    @property
    def wants_detection(self) -> bool:
        """Whether somebody was lost, is new and unsure, or nobody is followed: the detector should look at the coming frame."""
        return bool(self.away) or not self.active or any(track.is_new_and_unsure for track in self.active)

    def renumber(self, number: int, earlier: int) -> None:
        """Somebody who is followed turned out to be an earlier track."""
        self.away = [track for track in self.away if track.number != earlier]
        for track in self.active:
            track.number = earlier if track.number == number else track.number
        self.active.sort(key=lambda track: track.number)

    def update(
        self,
        image_rgb: NDArray[np.uint8],
        time_s: float,
        detected_xywh_px: NDArray[np.float64] | None,
        doubtful: NDArray[np.bool_] | None = None,
    ) -> list[Seen]:
        """People of the next frame, by number.

        Args:
            detected_xywh_px: (N, 4) where the detector looked at this frame, else None.
            doubtful: (N,): boxes that the pose network must be surer of; None: none is.
        """
        self.away = [track for track in self.away if time_s - track.time_s <= ABSENCE_S]
        followed = [(track, track.box_at(time_s), KEPT_SCORE) for track in self.active]
        if detected_xywh_px is not None:
            doubts = np.zeros(len(detected_xywh_px), bool) if doubtful is None else doubtful
            followed = self._with_detections(image_rgb, time_s, detected_xywh_px, doubts)
        if not followed:
            self.active = []
            return []
        before = np.array([_before(track, box) for track, box, _ in followed])
        points, scores = self.pose_of(image_rgb, np.array([box for _, box, _ in followed]), before)
        kept: list[Track] = []
        for (track, box, needed), person, sure in zip(followed, points, scores, strict=True):
            if sureness(sure) < needed or self._is_double(person, sure, kept):
                if track.number:
                    self.away.append(track)
                continue
            kept.append(self._renewed(track, image_rgb, time_s, box, person=person, sure=sure))
        self.active = sorted(kept, key=lambda track: track.number)
        return [Seen(t.number, t.box_xywh_px, t.keypoints_px, t.scores) for t in self.active]

    def _with_detections(
        self, image_rgb: NDArray[np.uint8], time_s: float, detected: NDArray[np.float64], doubtful: NDArray[np.bool_]
    ) -> list[tuple[Track, NDArray[np.float64], float]]:
        """Everybody who is followed, at their own place; those who were away and new people, where they were detected; and how sure the
        pose network must be of each."""
        known = [*self.active, *self.away]
        costs = self._costs(image_rgb, time_s, known, detected)
        pairs = dict(assign(costs, COST_LIMIT))
        followed = []
        for row, track in enumerate(known):
            away = row >= len(self.active)
            if row in pairs:
                found, expected = detected[pairs[row]], track.box_at(time_s)
                # the box of the last keypoints is steadier than a detector's, unless it has lost its person
                strayed = away or overlaps(xyxy(found[None]), xyxy(expected[None]))[0, 0] < STRAYED
                needed = DOUBTFUL_SCORE if away and doubtful[pairs[row]] else KEPT_SCORE
                followed.append((track, found if strayed else expected, needed))
            elif not away:
                followed.append((track, track.box_at(time_s), KEPT_SCORE))
        back = {id(track) for track, *_ in followed}
        self.away = [track for track in self.away if id(track) not in back]
        for column in sorted(set(range(len(detected))) - set(pairs.values())):
            needed = DOUBTFUL_SCORE if doubtful[column] else NEW_SCORE
            followed.append((_stranger(detected[column], time_s), detected[column], needed))
        return followed

    def _costs(
        self, image_rgb: NDArray[np.uint8], time_s: float, known: list[Track], detected: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(tracks, detections): 0 for the same box and look, 1 and more for strangers."""
        if not known or not len(detected):
            return np.zeros((len(known), len(detected)))
        boxes = np.array([track.box_at(time_s) for track in known])
        shared = overlaps(xyxy(boxes), xyxy(detected))
        centres = boxes[:, None, :2] + boxes[:, None, 2:] / 2 - (detected[None, :, :2] + detected[None, :, 2:] / 2)
        sizes = np.maximum(boxes[:, None, 2:].max(axis=-1), detected[None, :, 2:].max(axis=-1))
        near = np.clip(1 - np.linalg.norm(centres, axis=-1) / sizes, 0, 1)
        looks = np.zeros_like(shared)
        for column, box in enumerate(detected):
            here = _colours(image_rgb, _trunk_of_box(box))
            for row, track in enumerate(known):
                looks[row, column] = 0.5 if track.look is None else float(np.sqrt(track.look * here).sum())
        place = np.maximum(shared, 0.5 * near)
        costs = 1.1 - 0.7 * place - 0.4 * looks
        costs[near <= 0] = np.inf
        return costs

    @staticmethod
    def _is_double(person: Points, sure: Points, kept: list[Track]) -> bool:
        return any(agreement(person, sure, track.keypoints_px, track.scores) > SAME_PERSON for track in kept)

    def _renewed(
        self,
        track: Track,
        image: NDArray[np.uint8],
        time_s: float,
        box: NDArray[np.float64],
        *,
        person: Points,
        sure: Points,
    ) -> Track:
        if track.number == 0:
            track.number, self._next = self._next, self._next + 1
            track.found_s = time_s
        new_box = box_of_keypoints(person, sure, _carried(track, box, person, sure))
        step = max(time_s - track.time_s, 1e-3)
        moved = (new_box[:2] + new_box[2:] / 2) - (track.box_xywh_px[:2] + track.box_xywh_px[2:] / 2)
        if step < ABSENCE_S and len(track.keypoints_px):
            track.velocity_px_s = 0.6 * track.velocity_px_s + 0.4 * moved / step
        look = _colours(image, _trunk(person))
        track.look = look if track.look is None else 0.9 * track.look + 0.1 * look
        track.box_xywh_px, track.keypoints_px, track.scores, track.time_s = new_box, person, sure, time_s
        return track


def box_of_keypoints(points: Points, scores: Points, fallback_xywh: NDArray[np.float64]) -> NDArray[np.float64]:
    """x, y, w, h around the keypoints; the fallback where too few are seen to say how large the person is (of a bust, the face alone)."""
    seen = scores >= SEEN_SCORE
    if seen.sum() < WHOLE_BODY:
        return fallback_xywh.copy()
    low, high = points[seen].min(axis=0), points[seen].max(axis=0)
    margin = MARGIN * float((high - low).max())
    box = xywh(np.array([[*(low - margin), *(high + margin)]]))[0]
    # a crop that shrinks or jumps within a frame has lost its person
    ratio = box[2:].max() / max(float(fallback_xywh[2:].max()), 1.0)
    return box if 0.5 < ratio < 2 else fallback_xywh.copy()


def _carried(track: Track, box: NDArray[np.float64], person: Points, sure: Points) -> NDArray[np.float64]:
    """The box moved as the keypoints moved that both frames see."""
    if not len(track.keypoints_px):
        return box
    both = (sure >= SEEN_SCORE) & (track.scores >= SEEN_SCORE)
    if both.sum() < 3:
        return box
    carried = track.box_xywh_px.copy()
    carried[:2] += np.median(person[both] - track.keypoints_px[both], axis=0)
    return carried if overlaps(xyxy(carried[None]), xyxy(box[None]))[0, 0] > STRAYED else box


def sureness(scores: Points) -> float:
    """Mean of the twelve surest keypoints of (37,) scores."""
    return float(np.sort(scores)[-POSE_KEYPOINTS:].mean())


def agreement(first: Points, first_scores: Points, second: Points, second_scores: Points) -> float:
    """Object keypoint similarity of two poses, 0..1, over keypoints that both see."""
    both = (first_scores >= SEEN_SCORE) & (second_scores >= SEEN_SCORE)
    if both.sum() < 6:
        return 0.0
    extent = np.concatenate([first[both], second[both]])
    area = float(np.prod(np.maximum(extent.max(axis=0) - extent.min(axis=0), 1)))
    sigmas = np.array(skeleton.SIGMAS)[both]
    squared = ((first[both] - second[both]) ** 2).sum(axis=-1)
    return float(np.exp(-squared / (8 * area * sigmas**2)).mean())


def _before(track: Track, box: NDArray[np.float64]) -> Points:
    """Keypoints of the frame before, moved as the box moved since; NaN of strangers and of those who were away."""
    moved = box[:2] + box[2:] / 2 - (track.box_xywh_px[:2] + track.box_xywh_px[2:] / 2)
    if not len(track.keypoints_px) or np.abs(moved).max() > 0.25 * float(track.box_xywh_px[2:].max()):
        return np.full((skeleton.COUNT, 2), np.nan)
    return track.keypoints_px + moved


def _stranger(box: NDArray[np.float64], time_s: float) -> Track:
    return Track(0, box.copy(), np.zeros((0, 2)), np.zeros(0), time_s)


def _trunk(points: Points) -> NDArray[np.float64]:
    """x, y, w, h of the trunk."""
    corners = points[_TORSO]
    low, high = corners.min(axis=0), corners.max(axis=0)
    return np.array([*low, *np.maximum(high - low, 4)])


def _trunk_of_box(box: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([box[0] + 0.3 * box[2], box[1] + 0.2 * box[3], 0.4 * box[2], 0.3 * box[3]])


def _colours(image_rgb: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Histogram of hue and saturation inside a box, and of how bright it is; sums to 1."""
    height, width = image_rgb.shape[:2]
    left, top = (int(np.clip(v, 0, limit - 1)) for v, limit in ((box[0], width), (box[1], height)))
    right = int(np.clip(box[0] + box[2], left + 1, width))
    bottom = int(np.clip(box[1] + box[3], top + 1, height))
    part = cv2.cvtColor(np.ascontiguousarray(image_rgb[top:bottom, left:right]), cv2.COLOR_RGB2HSV).reshape(-1, 3)
    colours = np.histogram2d(part[:, 0], part[:, 1], bins=BINS, range=((0, 180), (0, 256)))[0].ravel()
    bright = np.histogram(part[:, 2], bins=8, range=(0, 256))[0]
    both = np.concatenate([colours, bright]).astype(np.float64)
    return both / max(both.sum(), 1)
