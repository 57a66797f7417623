"""People are followed back to where they came from, before the detector found them."""

import numpy as np
import pytest

from spinegen.predict.carried_back import KEPT_BYTES, RecentFrames, carry_back, surer_beginning
from spinegen.predict.tracks import Seen, Tracker
from support.figures import Stage

RATE_HZ = 25.0


def seen_at(stage: Stage, number: int, person: int) -> Seen:
    place = stage.places[person]
    box = np.array([*place, *stage.size])
    return Seen(number, box, place + stage.shape * stage.size, np.full(len(stage.shape), 0.8))


def walk(stage: Stage, first: int, count: int) -> RecentFrames:
    """Somebody walks in at frame `first`; nobody was found."""
    recent = RecentFrames()
    for frame in range(count):
        stage.places = {0: np.array([20.0 + 4 * frame, 50.0])} if frame >= first else {}
        recent.add(frame, frame / RATE_HZ, stage.picture(), ())
    stage.places = {0: np.array([20.0 + 4 * count, 50.0])}
    return recent


@pytest.fixture
def stage() -> Stage:
    return Stage()


def follow(stage: Stage, recent: RecentFrames, count: int, first: int) -> list[tuple[int, Seen]]:
    """The stage answers for the frame that is looked at, as its figures stand in the picture."""
    found = seen_at(stage, 7, 0)
    frames = iter(range(count - 1, -1, -1))

    def pose_of(image: np.ndarray, boxes: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        frame = next(frames)
        stage.places = {0: np.array([20.0 + 4 * frame, 50.0])} if frame >= first else {}
        return stage.pose_of(image, boxes, before)

    return carry_back(pose_of, found, count / RATE_HZ, recent).rows


def test_a_track_begins_where_the_person_came_in(stage: Stage) -> None:
    rows = follow(stage, walk(stage, 6, 20), 20, 6)
    assert [frame for frame, _ in rows] == list(range(6, 20))
    assert {seen.number for _, seen in rows} == {7}
    np.testing.assert_allclose(rows[0][1].keypoints_px, np.array([44.0, 50.0]) + stage.shape * stage.size)


def test_who_is_met_on_the_way_back_is_the_same_person_if_they_had_gone(stage: Stage) -> None:
    stage.places = {0: np.array([100.0, 50.0])}
    recent = RecentFrames()
    for frame in range(10):
        recent.add(frame, frame / RATE_HZ, stage.picture(), (seen_at(stage, 3, 0),) if frame < 5 else ())
    back = carry_back(stage.pose_of, seen_at(stage, 4, 0), 10 / RATE_HZ, recent)
    assert back.same_as == 3
    assert [frame for frame, _ in back.rows] == [5, 6, 7, 8, 9]
    still_here = carry_back(stage.pose_of, seen_at(stage, 4, 0), 10 / RATE_HZ, recent, present={3, 4})
    assert still_here.same_as is None


def unsure(stage: Stage, number: int) -> Seen:
    """Half of somebody taken for all of them."""
    sure = seen_at(stage, number, 0)
    half = sure.box_xywh_px * [1.0, 1.0, 1.0, 0.5]
    points = half[:2] + stage.shape * half[2:]
    return Seen(number, half, points, np.full(len(stage.shape), 0.3))


def test_an_unsure_beginning_is_put_right_from_where_the_network_became_sure(stage: Stage) -> None:
    stage.places = {0: np.array([100.0, 50.0])}
    recent, rows = RecentFrames(), []
    for frame in range(10):
        seen = unsure(stage, 5) if frame < 4 else seen_at(stage, 5, 0)
        rows.append((frame, seen))
        recent.add(frame, frame / RATE_HZ, stage.picture(), (seen,))
    surer = surer_beginning(stage.pose_of, rows, recent)
    assert sorted(surer) == [0, 1, 2, 3]
    for seen in surer.values():
        np.testing.assert_allclose(seen.keypoints_px, rows[-1][1].keypoints_px)
        assert seen.number == 5
    assert surer_beginning(stage.pose_of, rows[4:], recent) == {}


def test_frames_that_are_no_surer_the_second_time_stay(stage: Stage) -> None:
    stage.places = {0: np.array([100.0, 50.0])}
    recent = RecentFrames()
    rows = [(frame, unsure(stage, 5) if frame < 3 else seen_at(stage, 5, 0)) for frame in range(6)]
    stage.places = {}
    for frame, seen in rows:
        recent.add(frame, frame / RATE_HZ, stage.picture(), (seen,))
    assert surer_beginning(stage.pose_of, rows, recent) == {}


def test_large_frames_are_kept_small_and_few(stage: Stage) -> None:
    recent = RecentFrames()
    large = np.zeros((2160, 3840, 3), np.uint8)
    for frame in range(200):
        recent.add(frame, frame / RATE_HZ, large, ())
    kept = list(recent.latest_first())
    assert kept[0].image_rgb.shape == (540, 960, 3)
    assert sum(one.image_rgb.nbytes for one in kept) <= KEPT_BYTES
    assert kept[0].frame == 199


def test_a_number_that_turns_out_to_be_an_earlier_one_is_given_up(stage: Stage) -> None:
    stage.places = {0: np.array([100.0, 50.0]), 2: np.array([300.0, 50.0])}
    tracker = Tracker(stage.pose_of)
    tracker.update(stage.picture(), 0.0, stage.detections())
    tracker.renumber(2, 9)
    assert [seen.number for seen in tracker.update(stage.picture(), 0.04, None)] == [1, 9]
