"""People in space from exact and from faulty views."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.predict.film import Film
from spinegen.predict.film_person import FilmPerson
from spinegen.predict.views.matching import match_people
from spinegen.predict.views.sightings import common_times_s, sightings
from spinegen.predict.views.triangulation import triangulate_person
from support.rigs import RATE_HZ, film_of, ring, tracks_of, walker

FRAMES = 12


def test_exact_pixels_of_bent_lenses_give_exact_points() -> None:
    truth = walker(FRAMES)
    cameras = ring(4)
    (person,) = match_people(cameras, tracks_of(cameras, [film_of(camera, [truth]) for camera in cameras]))
    found = triangulate_person(cameras, person, FRAMES)
    np.testing.assert_allclose(found.positions_world, truth, atol=1e-6)
    assert found.used.all()
    assert found.error_px.max() < 1e-3


def test_two_views_are_enough() -> None:
    truth = walker(FRAMES)
    cameras = ring(4)[:2]
    (person,) = match_people(cameras, tracks_of(cameras, [film_of(camera, [truth]) for camera in cameras]))
    np.testing.assert_allclose(triangulate_person(cameras, person, FRAMES).positions_world, truth, atol=1e-6)


def test_three_people_numbered_otherwise_in_each_view_are_told_apart() -> None:
    people = [walker(FRAMES), walker(FRAMES, (0.9, 0.2), 2.0), walker(FRAMES, (-0.3, 0.9), 4.0)]
    cameras = ring(4)
    orders = [(0, 1, 2), (2, 0, 1), (1, 0, 2), (2, 1, 0)]
    films = [film_of(camera, people, order=order) for camera, order in zip(cameras, orders, strict=True)]
    found = match_people(cameras, tracks_of(cameras, films))
    assert [len(person.tracks) for person in found] == [4, 4, 4]
    points = [triangulate_person(cameras, person, FRAMES).positions_world for person in found]
    for truth in people:
        assert min(float(np.nanmax(np.abs(own - truth))) for own in points) < 1e-6


def test_a_view_that_is_wrong_is_left_out_of_what_it_saw_wrongly() -> None:
    truth = walker(FRAMES)
    cameras = ring(4)
    films = [film_of(camera, [truth]) for camera in cameras]
    wrist = skeleton.INDEX["left_wrist"]
    films[2].people[0].keypoints_px[:, wrist] += [60.0, 25.0]
    (person,) = match_people(cameras, tracks_of(cameras, films))
    found = triangulate_person(cameras, person, FRAMES)
    np.testing.assert_allclose(found.positions_world, truth, atol=1e-6)
    assert not found.used[2, :, wrist].any()
    assert found.used[:2, :, wrist].all()


def test_two_views_that_disagree_leave_a_gap() -> None:
    truth = walker(FRAMES)
    cameras = ring(4)[:2]
    films = [film_of(camera, [truth]) for camera in cameras]
    films[1].people[0].keypoints_px[3, 5] += [0.0, 90.0]
    (person,) = match_people(cameras, tracks_of(cameras, films))
    found = triangulate_person(cameras, person, FRAMES).positions_world
    assert np.isnan(found[3, 5]).all()
    assert np.isfinite(np.delete(found.reshape(-1, 3), 3 * skeleton.COUNT + 5, axis=0)).all()


def test_noise_is_averaged_over_the_views() -> None:
    truth = walker(FRAMES)
    rng = np.random.default_rng(5)
    cameras = ring(6)
    films = [film_of(camera, [truth]) for camera in cameras]
    for film in films:
        film.people[0].keypoints_px += rng.normal(0, 2.0, film.people[0].keypoints_px.shape)
    errors = []
    for count in (2, 6):
        some = cameras[:count]
        (person,) = match_people(some, tracks_of(some, films[:count]))
        found = triangulate_person(some, person, FRAMES).positions_world
        errors.append(float(np.nanmean(np.linalg.norm(found - truth, axis=-1))))
    assert errors[1] < 0.7 * errors[0]
    # 2 px of 800 px focal length at 4 m are 10 mm
    assert errors[1] < 0.010


def test_what_a_picture_cuts_off_counts_little() -> None:
    """One camera is aimed too high: its network puts the feet on the last row that it sees."""
    truth = walker(FRAMES)
    cameras = ring(4)
    films = [film_of(camera, [truth]) for camera in cameras]
    cut = films[0].people[0].keypoints_px
    ankle = skeleton.INDEX["left_ankle"]
    rows = round(float(cut[:, ankle, 1].min())) - 12
    cut[..., 1] = np.minimum(cut[..., 1], rows - 1)
    errors = []
    for height in (rows, 10 * rows):
        films[0] = Film(films[0].times_s, films[0].people, RATE_HZ, [], (640, height))
        (person,) = match_people(cameras, tracks_of(cameras, films))
        found = triangulate_person(cameras, person, FRAMES).positions_world
        errors.append(float(np.linalg.norm(found - truth, axis=-1)[:, ankle].mean()))
    assert errors[1] > 0.005
    assert errors[0] < 0.4 * errors[1]


def test_who_is_taken_for_somebody_else_later_has_a_gap_there() -> None:
    """All views lose somebody and follow another, four metres off, under the same number; runners are as fast as they are."""
    truth = walker(FRAMES)
    cameras = ring(4)
    times = np.arange(FRAMES) / RATE_HZ
    runner = truth + np.outer(times, [9.0, 0.0, 0.0])[:, None]
    jumper = truth.copy()
    jumper[8:] += [3.0, 0.0, 2.6]
    for points, wrong in ((runner, []), (jumper, list(range(8, FRAMES)))):
        films = [film_of(camera, [points]) for camera in cameras]
        films = [Film(film.times_s, film.people, RATE_HZ, [], (0, 0)) for film in films]
        (person,) = match_people(cameras, tracks_of(cameras, films))
        found = triangulate_person(cameras, person, FRAMES, times)
        assert np.flatnonzero(np.isnan(found.positions_world).all(axis=(1, 2))).tolist() == wrong
        assert not found.used[:, wrong].any()


def test_views_of_different_people_are_nobody() -> None:
    cameras = ring(2)
    films = [film_of(cameras[0], [walker(FRAMES)]), film_of(cameras[1], [walker(FRAMES, (1.2, 0.9), 1.0)])]
    assert match_people(cameras, tracks_of(cameras, films)) == []


def test_a_track_that_was_broken_off_goes_on_as_the_same_person() -> None:
    truth = walker(FRAMES)
    cameras = ring(3)
    films = [film_of(camera, [truth]) for camera in cameras]
    whole = films[1].people[0]
    parts = [
        FilmPerson(n, whole.frames[s], whole.boxes_xywh_px[s], whole.keypoints_px[s], whole.scores[s], whole.filled[s])
        for n, s in ((1, slice(0, 5)), (2, slice(6, FRAMES)))
    ]
    films[1] = Film(films[1].times_s, parts, RATE_HZ, [], films[1].size_wh_px)
    (person,) = match_people(cameras, tracks_of(cameras, films))
    assert len(person.tracks) == 4
    found = triangulate_person(cameras, person, FRAMES)
    assert found.used[1].any(axis=1).tolist() == [frame != 5 for frame in range(FRAMES)]


def test_a_camera_with_another_clock_and_rate_is_read_between_its_frames() -> None:
    truth = walker(40)
    camera = ring(1)[0]
    film = film_of(camera, [truth])
    # every second frame, begun 0.08 s earlier
    half = film.people[0]
    slow = Film(
        [time + 0.08 for time in film.times_s[::2]],
        [
            FilmPerson(
                1, list(range(20)), half.boxes_xywh_px[::2], half.keypoints_px[::2], half.scores[::2], half.filled[::2]
            )
        ],
        RATE_HZ / 2,
        [],
        film.size_wh_px,
    )
    times = common_times_s([film, slow], (0.0, 0.08))
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(38 / RATE_HZ)
    (track,) = sightings(0, camera, slow, start_s=0.08, times_s=times)
    between = np.abs(track.pixels - camera.project(truth[:39]))
    assert np.isfinite(between).all()
    # legs swing between the frames
    assert between.max() < 3.0
    assert between[::2].max() < 1e-6
