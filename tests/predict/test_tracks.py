"""People followed: here each person is a coloured figure, and the pose network is one that finds the figure of a box exactly."""

from collections.abc import Iterator

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.predict.tracks import PoseOf, Tracker, agreement
from support.figures import SHAPE, SIZE, Stage


def film(
    stage: Stage, tracker: Tracker, paths: Iterator[dict[int, tuple[float, float]]], every: int = 5
) -> list[dict[int, int]]:
    """Number of each person in each frame."""
    numbers = []
    for index, places in enumerate(paths):
        stage.places = {person: np.array(place) for person, place in places.items()}
        detected = stage.detections() if index % every == 0 or tracker.wants_detection else None
        seen = tracker.update(stage.picture(), index / 25, detected)
        assert len({s.number for s in seen}) == len(seen)
        row = {}
        for s in seen:
            person = min(
                stage.places, key=lambda p: float(np.abs(stage.places[p] + SHAPE * SIZE - s.keypoints_px).max())
            )
            row[person] = s.number
        assert len(row) == len(seen), "nobody is there twice"
        numbers.append(row)
    return numbers


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_two_people_keep_their_numbers_while_they_cross(stage: Stage) -> None:
    paths = ({0: (20.0 + 5 * t, 50.0), 1: (320.0 - 5 * t, 58.0)} for t in range(60))
    numbers = film(stage, Tracker(stage.pose_of), paths)
    assert numbers[0] == {0: 1, 1: 2}
    apart = [row for row in (*numbers[:25], *numbers[-20:]) if len(row) == 2]
    assert len(apart) > 40
    assert all(row == {0: 1, 1: 2} for row in apart)


def test_a_second_of_absence_is_forgiven_and_more_is_not(stage: Stage) -> None:
    def paths(away: int) -> Iterator[dict[int, tuple[float, float]]]:
        for t in range(60 + away):
            yield {0: (100, 50), 2: (300, 50)} if not 20 <= t < 20 + away else {2: (300, 50)}

    assert film(stage, Tracker(stage.pose_of), paths(15))[-1] == {0: 1, 2: 2}
    assert film(Stage(), (tracker := Tracker(stage.pose_of)), iter([])) == []
    assert tracker.active == []
    late = film(stage, Tracker(stage.pose_of), paths(60))[-1]
    assert late[2] == 2
    assert late[0] == 3


def test_a_detection_twice_makes_nobody_twice(stage: Stage) -> None:
    tracker = Tracker(stage.pose_of)
    stage.places = {0: np.array([100.0, 50.0])}
    twice = np.array([[100.0, 50, 40, 100], [104.0, 46, 44, 110]])
    for index in range(3):
        seen = tracker.update(stage.picture(), index / 25, twice)
        assert [s.number for s in seen] == [1]


def test_an_empty_picture_holds_nobody(stage: Stage) -> None:
    tracker = Tracker(stage.pose_of)
    assert tracker.update(stage.picture(), 0, np.zeros((0, 4))) == []
    assert tracker.wants_detection


def test_agreement_is_one_for_the_same_pose_and_none_for_strangers() -> None:
    pose, sure = SHAPE * SIZE, np.full(skeleton.COUNT, 0.9)
    assert agreement(pose, sure, pose, sure) == pytest.approx(1)
    assert agreement(pose, sure, pose + 200, sure) < 0.05
    assert agreement(pose, 0 * sure, pose, sure) == 0


def as_sure(stage: Stage, sure: float) -> PoseOf:
    """The stage's keypoints, all with one score."""

    def pose_of(image: np.ndarray, boxes: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points, scores = stage.pose_of(image, boxes, before)
        return points, np.full_like(scores, sure)

    return pose_of


@pytest.mark.parametrize(("sure", "after_s", "wanted"), [(0.3, 0.0, True), (0.3, 2.0, False), (0.7, 0.0, False)])
def test_the_detector_looks_more_often_while_somebody_new_is_seen_unsurely(
    stage: Stage, sure: float, after_s: float, wanted: bool
) -> None:
    stage.places = {0: np.array([100.0, 50.0])}
    tracker = Tracker(as_sure(stage, sure))
    for time_s in (0.0, after_s):
        tracker.update(stage.picture(), time_s, stage.detections())
    assert tracker.wants_detection is wanted


@pytest.mark.parametrize(("sure", "doubted", "counts"), [(0.3, False, True), (0.3, True, False), (0.6, True, True)])
def test_whom_the_detector_doubts_the_pose_network_must_be_sure_of(
    stage: Stage, sure: float, doubted: bool, counts: bool
) -> None:
    stage.places = {0: np.array([100.0, 50.0])}
    seen = Tracker(as_sure(stage, sure)).update(stage.picture(), 0.0, stage.detections(), np.array([doubted]))
    assert len(seen) == counts
