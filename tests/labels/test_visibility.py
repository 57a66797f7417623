"""What hides a keypoint, and what does not."""

import numpy as np
import pytest

from spinegen.geometry.camera import Camera
from spinegen.geometry.rigid import axis_angle_matrix
from spinegen.labels.tissue import KEYPOINT_COVER_M, KEYPOINT_RADIUS_M, POSTERIOR_COVER_M, covers_m, vertebra_axes
from spinegen.labels.visibility import Visibility, person_visibility, visibility
from spinegen.skeleton import COUNT, FLIP, INDEX, KEYPOINTS, VERTEBRAE

SHAPE = (60, 80)
RADIUS, COVER, FOCAL, DEPTH = 0.05, 0.15, 200.0, 2.0


def judge(mask: np.ndarray, depth: np.ndarray, at: tuple[float, float] = (40.0, 30.0), z: float = DEPTH) -> Visibility:
    return visibility(
        np.array([at]),
        np.array([z]),
        [RADIUS],
        np.array([COVER]),
        focal_px=FOCAL,
        mask=mask,
        instance=1,
        depth_map_m=depth,
    )


@pytest.fixture
def trunk() -> tuple[np.ndarray, np.ndarray]:
    """Person 1 fills the picture; its skin is 12 cm in front of the vertebra."""
    return np.ones(SHAPE, dtype=np.uint8), np.full(SHAPE, DEPTH - 0.12)


def test_a_vertebra_under_its_own_skin_is_seen(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    found = judge(*trunk)
    assert found.flags.tolist() == [2]
    assert found.hidden.tolist() == [0.0]


def test_an_arm_before_the_trunk_hides(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    mask, depth = trunk
    depth[:, 20:60] = DEPTH - 0.25
    assert judge(mask, depth).flags.tolist() == [1]


@pytest.mark.parametrize("other", [0, 2, 100])
def test_anything_else_in_front_hides(trunk: tuple[np.ndarray, np.ndarray], other: int) -> None:
    mask, depth = trunk
    mask[:], depth[:] = other, DEPTH - 0.05
    found = judge(mask, depth)
    assert found.flags.tolist() == [1]
    assert found.hidden.tolist() == [1.0]


def test_what_lies_behind_says_nothing(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    mask, depth = trunk
    mask[:, :39], depth[:, :39] = 0, np.inf
    mask[:28], depth[:28] = 2, DEPTH + 1.0
    found = judge(mask, depth)
    assert found.flags.tolist() == [2]
    assert found.hidden.tolist() == [0.0]


def test_the_share_hidden_is_the_share_of_pixels_in_front(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    mask, depth = trunk
    mask[:, 41:], depth[:, 41:] = 2, 1.0
    found = judge(mask, depth)
    radius_px = RADIUS * FOCAL / DEPTH
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    disc = np.hypot(rows - 30, columns - 40) <= radius_px
    assert found.hidden[0] == pytest.approx((disc & (columns >= 41)).sum() / disc.sum())
    mask[:, 40:], depth[:, 40:] = 2, 1.0
    assert judge(mask, depth).flags.tolist() == [1]


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ((-0.5, -0.5), True),
        ((-0.51, 10), False),
        ((79.49, 59.49), True),
        ((79.5, 10), False),
        ((10, 59.5), False),
        ((np.nan, np.nan), False),
    ],
)
def test_outside_begins_half_a_pixel_beyond_the_outermost_centres(
    trunk: tuple[np.ndarray, np.ndarray], at: tuple[float, float], inside: bool
) -> None:
    found = judge(*trunk, at=at)
    assert (found.flags[0] > 0) == inside
    assert found.hidden[0] == (0.0 if inside else 1.0)


def test_behind_the_camera_is_outside(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    assert judge(*trunk, z=-1.0).flags.tolist() == [0]


@pytest.mark.parametrize("empty", [np.inf, np.nan, 0.0])
def test_nothing_seen_is_infinitely_far(trunk: tuple[np.ndarray, np.ndarray], empty: float) -> None:
    mask, depth = trunk
    mask[:], depth[:] = 0, empty
    assert judge(mask, depth).hidden.tolist() == [0.0]


def test_large_discs_are_sampled_like_small_ones(trunk: tuple[np.ndarray, np.ndarray]) -> None:
    mask, depth = np.ones((600, 800), np.uint8), np.full((600, 800), DEPTH - 0.12)
    mask[:, 423:], depth[:, 423:] = 2, 1.0
    found = visibility(
        np.array([[400.0, 300.0]]),
        [DEPTH],
        [RADIUS],
        [COVER],
        focal_px=2000.0,
        mask=mask,
        instance=1,
        depth_map_m=depth,
    )
    rows, columns = np.mgrid[:600, :800]
    disc = np.hypot(rows - 300, columns - 400) <= RADIUS * 2000.0 / DEPTH
    assert found.hidden[0] == pytest.approx((disc & (columns >= 423)).sum() / disc.sum(), abs=0.05)


def test_both_sides_have_the_same_sizes_and_the_trunk_is_deeper_than_the_limbs() -> None:
    np.testing.assert_array_equal(KEYPOINT_RADIUS_M, KEYPOINT_RADIUS_M[list(FLIP)])
    np.testing.assert_array_equal(KEYPOINT_COVER_M, KEYPOINT_COVER_M[list(FLIP)])
    assert KEYPOINT_COVER_M[INDEX["spine_03"]].mean() > KEYPOINT_COVER_M[INDEX["left_knee"]].mean()
    assert (POSTERIOR_COVER_M > 0.04).all()


@pytest.fixture
def upright() -> tuple[np.ndarray, np.ndarray]:
    """A straight upright spine that looks along x: 37 keypoints, 25 posterior points."""
    centroids = np.array([[0.0, 1.0 + 0.024 * i, 0.0] for i in range(25)])
    keypoints = np.zeros((COUNT, 3))
    for k in KEYPOINTS:
        keypoints[k.id] = centroids[VERTEBRAE.index(k.vertebra or "T3")]
    return keypoints, centroids - [0.05, 0.0, 0.0]


@pytest.mark.parametrize("turn", [np.eye(3), axis_angle_matrix([0.36, 0.8, 0.48], 2.0)])
def test_axes_of_the_vertebrae_follow_from_points(upright: tuple[np.ndarray, np.ndarray], turn: np.ndarray) -> None:
    keypoints, posterior = upright
    axes = vertebra_axes(keypoints @ turn.T, posterior @ turn.T)
    np.testing.assert_allclose(axes, np.broadcast_to(turn.T, (25, 3, 3)), atol=1e-9)


def test_the_trunk_is_thin_at_the_back_wide_at_the_sides_and_longer_on_a_slant(
    upright: tuple[np.ndarray, np.ndarray],
) -> None:
    keypoints, posterior = upright
    i = INDEX["spine_03"]

    def cover(direction: list[float]) -> float:
        eye = keypoints[i] + 4.0 * np.array(direction)
        return float(covers_m(keypoints, posterior, eye)[0][i])

    front, back, side = KEYPOINT_COVER_M[i]
    assert cover([1, 0, 0]) == pytest.approx(front)
    assert cover([-1, 0, 0]) == pytest.approx(back)
    assert cover([0, 0, 1]) == cover([0, 0, -1]) == pytest.approx(side)
    assert cover([1, 0, 1]) > max(front, side)
    assert cover([1, 1, 0]) == pytest.approx(front * np.sqrt(2), rel=1e-6)
    assert cover([0.01, 1, 0]) == pytest.approx(1.75 * front, rel=1e-6)
    elbow = INDEX["left_elbow"]
    assert {round(float(covers_m(keypoints, posterior, eye)[0][elbow]), 9) for eye in 5 * np.eye(3)} == {
        KEYPOINT_COVER_M[elbow, 0]
    }


def test_a_spine_is_seen_from_all_sides_unless_an_arm_crosses_it(upright: tuple[np.ndarray, np.ndarray]) -> None:
    keypoints, posterior = upright
    trunk = [INDEX[name] for name in ("spine_01", "spine_02", "spine_03", "spine_04")]
    for eye, skin in (([4.0, 1.3, 0.0], 0.15), ([-4.0, 1.3, 0.0], 0.08), ([0.0, 1.3, 4.0], 0.16)):
        camera = Camera.look_at(eye, [0.0, 1.3, 0.0], roll_deg=0.0, focal_px=100.0, width=160, height=120)
        depth = np.full((120, 160), 4.0 - skin)
        mask = np.ones((120, 160), np.uint8)
        seen, seen_posterior = person_visibility(camera, keypoints, posterior, mask, instance=1, depth_map_m=depth)
        assert (seen.flags[trunk] == 2).all()
        assert (seen_posterior.flags[1:13] == 2).all()
        crossed, _ = person_visibility(camera, keypoints, posterior, mask, instance=1, depth_map_m=depth - 0.08)
        assert (crossed.flags[trunk] == 1).all()
