"""The network that ships, on somebody who bows before a camera."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.errors import TrainingError, UsageError
from spinegen.labels.spine_angles import ANGLES, spine_angles_deg
from spinegen.lifting.bones import steady_bones
from spinegen.lifting.errors_3d import aligned, p_mpjpe_mm
from spinegen.lifting.ground import find_ground
from spinegen.lifting.lens import Lens
from spinegen.lifting.lifter import LiftedTrack, lift_track
from spinegen.lifting.networks import card, shipped_lifter
from spinegen.lifting.onnx_file import LiftingFile
from spinegen.lifting.points import FLIP, centroids_of, keypoints_of
from spinegen.pose.networks import shipped_model
from spinegen.skeleton import INDEX
from support.lifted import LENS, bowing, seen_from

FRAMES, RATE_HZ = 50, 25.0


@pytest.fixture(scope="module")
def network() -> LiftingFile:
    return LiftingFile(shipped_lifter(), threads=1)


@pytest.fixture(scope="module")
def true_camera_m() -> np.ndarray:
    return seen_from(bowing(FRAMES), azimuth_deg=60.0)


def lifted(network: LiftingFile, true: np.ndarray, rate_hz: float = RATE_HZ, **options) -> LiftedTrack:
    pixels = LENS.pixels(keypoints_of(true))
    times = np.arange(len(true)) / rate_hz
    return lift_track(network, LENS, times, pixels, scores=np.ones(pixels.shape[:2]), **options)


def test_a_bow_is_lifted_to_where_it_is(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    track = lifted(network, true_camera_m)
    assert track.known.all()
    errors = p_mpjpe_mm(track.points_camera_m, true_camera_m)
    assert errors["spine"] < 20
    assert errors["body"] < 60
    assert np.abs(track.root_camera_m - true_camera_m[:, 28])[:, 2].max() < 0.6


def test_up_and_the_floor_are_found(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    ground = find_ground([lifted(network, true_camera_m)])
    assert np.degrees(np.arccos(ground.up_camera @ [0.0, -1.0, 0.0])) < 10
    assert ground.camera_height_m == pytest.approx(1.2, abs=0.25)
    rotation = ground.rotation_ground_camera
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


def test_the_bow_shows_in_the_angle(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    track = lifted(network, true_camera_m)
    up = np.array([0.0, -1.0, 0.0])
    column = ANGLES.index("forward_bend")
    found = spine_angles_deg(track.keypoints_camera_m, track.centroids_camera_m, up)[:, column]
    true = spine_angles_deg(keypoints_of(true_camera_m), centroids_of(true_camera_m), up)[:, column]
    assert np.ptp(true) > 30
    assert np.corrcoef(found, true)[0, 1] > 0.95
    assert np.abs(found - true).mean() < 12


def test_larger_people_are_as_much_larger_and_further_away(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    one, tall = lifted(network, true_camera_m), lifted(network, true_camera_m, height_m=1.7 * 1.1)
    np.testing.assert_allclose(tall.points_camera_m, 1.1 * one.points_camera_m, rtol=1e-6)


def test_one_frame_is_enough(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    track = lifted(network, true_camera_m[:1])
    assert p_mpjpe_mm(track.points_camera_m, true_camera_m[:1])["spine"] < 25


def test_frames_that_show_too_little_are_left_out_and_long_gaps_part_a_track(
    network: LiftingFile, true_camera_m: np.ndarray
) -> None:
    pixels = LENS.pixels(keypoints_of(true_camera_m))
    pixels[20:35, 4:] = np.nan
    times = np.arange(FRAMES) / RATE_HZ
    track = lift_track(network, LENS, times, pixels, scores=np.ones(pixels.shape[:2]))
    assert track.known.tolist() == [not 20 <= i < 35 for i in range(FRAMES)]
    before = lift_track(network, LENS, times[:20], pixels[:20], scores=np.ones((20, 37)))
    np.testing.assert_allclose(track.points_camera_m[:20], before.points_camera_m)


def test_a_film_of_twice_the_rate_tells_the_same(network: LiftingFile) -> None:
    slow = lifted(network, seen_from(bowing(25), 60.0))
    fast = lifted(network, seen_from(bowing(49), 60.0), rate_hz=2 * RATE_HZ)
    np.testing.assert_allclose(fast.points_camera_m[::2], slow.points_camera_m, atol=0.02)


def test_nobody_seen_gives_nothing(network: LiftingFile) -> None:
    track = lift_track(network, LENS, np.arange(3) / 25, np.full((3, 37, 2), np.nan), scores=np.zeros((3, 37)))
    assert not track.known.any()
    assert find_ground([track]).camera_height_m == pytest.approx(1.5)


def test_limbs_keep_their_length_and_the_trunk_stays(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    track = lifted(network, true_camera_m)
    steady = steady_bones(track.points_camera_m)
    points = keypoints_of(steady)
    for upper, lower in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
        lengths = [
            np.linalg.norm(points[:, INDEX[f"{side}_{lower}"]] - points[:, INDEX[f"{side}_{upper}"]], axis=-1)
            for side in ("left", "right")
        ]
        assert np.ptp(lengths) < 1e-9
    np.testing.assert_array_equal(centroids_of(steady), track.centroids_camera_m)


def test_alignment_takes_turn_place_and_size_away() -> None:
    true = bowing(2)
    moved = 1.3 * true[..., [2, 0, 1]] + [1.0, 2.0, 3.0]
    np.testing.assert_allclose(aligned(moved, true), true, atol=1e-9)
    mirrored = true * [1.0, 1.0, -1.0]
    assert np.abs(aligned(mirrored, true) - true).max() > 0.01


def test_the_card_belongs_to_the_file() -> None:
    assert card().bytes == shipped_lifter().stat().st_size <= 5_000_000


def test_wrong_files_and_lenses_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="model file does not exist"):
        LiftingFile(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match=r"bad.onnx: ONNX Runtime cannot open it"):
        LiftingFile(tmp_path / "bad.onnx")
    with pytest.raises(TrainingError, match="is no lifting network: found 1 inputs"):
        LiftingFile(shipped_model("light"))
    with pytest.raises(UsageError, match="field of view: found 200 degrees, allowed are 5 to 150"):
        Lens(640, 480, 200.0)


def test_somebody_in_a_mirror_is_lifted_to_their_mirror_image(network: LiftingFile, true_camera_m: np.ndarray) -> None:
    across = np.array([-1.0, 1.0, 1.0])
    here = lifted(network, true_camera_m).points_camera_m
    there = lifted(network, (true_camera_m * across)[:, FLIP]).points_camera_m
    np.testing.assert_allclose((there * across)[:, FLIP], here, atol=1e-4)
