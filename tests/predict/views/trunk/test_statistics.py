"""The most probable trunk, given what views saw of it."""

from pathlib import Path

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.errors import TrainingError
from spinegen.geometry.camera import Camera
from spinegen.lifting.points import keypoints_of
from spinegen.predict.views.trunk.fitting import VIEWS, fit_statistics
from spinegen.predict.views.trunk.frame import TRUNK_IDS, trunk_axes
from spinegen.predict.views.trunk.seen_errors import Look, SeenErrors, seen_errors
from spinegen.predict.views.trunk.statistics import (
    FOLDER,
    TrunkStatistics,
    read_statistics,
    statistics_of,
    write_statistics,
)
from spinegen.progress import SilentReporter
from support.lifted import few_sequences

SPINE = np.array(skeleton.SPINE_CHAIN)
LIMBS = np.setdiff1d(np.arange(skeleton.COUNT), TRUNK_IDS)


def forward_errors(rng: np.random.Generator, count: int = 300, forward: float = 0.05) -> SeenErrors:
    """Of a network that puts every vertebra too far forward, and everything a little beside."""
    bearing = rng.uniform(-np.pi, np.pi, count)
    toward = np.stack([np.cos(bearing), np.zeros(count), np.sin(bearing)], axis=-1)
    errors = rng.normal(0, 0.01, (count, skeleton.COUNT, 2))
    # who is seen from their right looks to the right of the picture
    errors[:, SPINE, 0] += forward * toward[:, None, 2]
    return SeenErrors(errors, toward, np.ones((count, skeleton.COUNT)))


@pytest.fixture(scope="module")
def statistics() -> TrunkStatistics:
    errors = forward_errors(np.random.default_rng(0))
    return fit_statistics("0" * 64, errors, few_sequences(), 1500, seed=0, reporter=SilentReporter())


def moved_forward(true: np.ndarray, share: float = 0.05) -> np.ndarray:
    """Keypoints as such a network sees them from all sides."""
    seen = true.copy()
    _, axes = trunk_axes(true)
    length = np.linalg.norm(np.diff(true[:, SPINE], axis=1), axis=-1).sum(axis=1)
    seen[:, SPINE] += share * length[:, None, None] * axes[:, None, 0]
    return seen


def people(count: int = 20) -> np.ndarray:
    points = few_sequences().points_m
    return keypoints_of(points[np.linspace(0, len(points) - 1, count).astype(int)].astype(float))


def missed(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.nanmean(np.linalg.norm(found - true, axis=-1)[:, SPINE]))


def test_what_a_network_always_misses_is_put_right(statistics: TrunkStatistics) -> None:
    true = people()
    seen = moved_forward(true)
    for views in (*VIEWS, 7):
        found = statistics.corrected(seen, np.full(seen.shape[:2], views))
        assert missed(found, true) < 0.4 * missed(seen, true)
        np.testing.assert_array_equal(found[:, LIMBS], seen[:, LIMBS])


def test_place_direction_and_unit_do_not_matter(statistics: TrunkStatistics) -> None:
    seen = moved_forward(people())
    four = np.full(seen.shape[:2], 4)
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    there = statistics.corrected(seen @ turn.T * 1000 + [500.0, -20.0, 3000.0], four)
    here = statistics.corrected(seen, four) @ turn.T * 1000 + [500.0, -20.0, 3000.0]
    np.testing.assert_allclose(there, here, atol=1e-6)


def test_gaps_stay_gaps_and_what_lies_beside_them_is_still_put_right(statistics: TrunkStatistics) -> None:
    true = people()
    seen = moved_forward(true)
    seen[3:9, SPINE[2]] = np.nan
    seen[5, skeleton.INDEX["nose"]] = np.nan
    found = statistics.corrected(seen, np.full(seen.shape[:2], 4))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(seen))
    assert missed(found[3:9], true[3:9]) < 0.4 * missed(seen[3:9], true[3:9])


def test_without_a_shoulder_a_frame_stays_as_it_was_seen(statistics: TrunkStatistics) -> None:
    seen = moved_forward(people())
    seen[4, skeleton.INDEX["left_shoulder"]] = np.nan
    found = statistics.corrected(seen, np.full(seen.shape[:2], 4))
    np.testing.assert_array_equal(found[4], seen[4])
    assert not np.array_equal(found[5], seen[5])


def test_nobody_whose_whole_spine_was_never_seen_is_touched(statistics: TrunkStatistics) -> None:
    seen = moved_forward(people())
    seen[:, SPINE[0]] = np.nan
    assert statistics.corrected(seen, np.full(seen.shape[:2], 4)) is seen


def test_a_file_gives_them_back(statistics: TrunkStatistics, tmp_path: Path) -> None:
    write_statistics(tmp_path / "a.npz", statistics)
    again = read_statistics(tmp_path / "a.npz")
    assert again.network_sha256 == statistics.network_sha256
    seen = moved_forward(people())
    four = np.full(seen.shape[:2], 4)
    np.testing.assert_allclose(again.corrected(seen, four), statistics.corrected(seen, four), atol=1e-4)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match=r"a\.npz: holds no statistics of trunks"):
        read_statistics(tmp_path / "a.npz")


def test_of_a_network_that_nobody_measured_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").write_bytes(b"a network of somebody's own")
    assert statistics_of(tmp_path / "own.onnx") is None


def test_those_that_ship_can_be_read() -> None:
    shipped = sorted(FOLDER.glob("*.npz"))
    assert shipped
    for path in shipped:
        assert set(read_statistics(path).by_views) == set(VIEWS)


@pytest.mark.parametrize("roll_deg", [0.0, 90.0, 170.0])
def test_errors_are_told_as_of_somebody_upright(roll_deg: float) -> None:
    true = people(2)[0]
    _, axes = trunk_axes(true[None])
    middle = true[SPINE].mean(axis=0)
    eye = middle + 4.0 * axes[0, 2]
    camera = Camera.look_at(eye, middle, roll_deg=roll_deg, focal_px=900.0, width=640, height=640)
    moved = true.copy()
    moved[SPINE] += 0.02 * axes[0, 0] + 0.03 * axes[0, 1]
    look = Look(camera.project(moved)[0], np.ones(skeleton.COUNT), true, camera)
    found = seen_errors([look])
    length = np.linalg.norm(np.diff(true[SPINE], axis=0), axis=-1).sum()
    np.testing.assert_allclose(found.toward, [[0.0, 0.0, 1.0]], atol=1e-6)
    # seen from the right, forward is to the right and up is up
    np.testing.assert_allclose(found.errors[0, SPINE] * length, np.tile([0.02, -0.03], (len(SPINE), 1)), atol=2e-3)
    mirrored = found.with_mirrored()
    np.testing.assert_allclose(mirrored.errors[1, SPINE] * length, np.tile([-0.02, -0.03], (len(SPINE), 1)), atol=2e-3)
    np.testing.assert_allclose(mirrored.toward[1], [0.0, 0.0, -1.0], atol=1e-6)
