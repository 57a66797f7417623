"""Crops that are turned until the trunk stands."""

import cv2
import numpy as np
import pytest

from spinegen import shipped_model, skeleton
from spinegen.pose import geometry, upright
from spinegen.pose.data.warp import random_warp
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.pose.predictor import PosePredictor
from spinegen.pose.settings import UNDISTURBED

HW = (256, 192)
BOX = np.array([[40.0, 10.0, 180.0, 280.0]])


def standing(turn_deg: float) -> np.ndarray:
    """(1, 37, 2): neck above hip, the rest spread around them, turned clockwise about (100, 100)."""
    rng = np.random.default_rng(5)
    points = rng.uniform(-20, 20, (1, skeleton.COUNT, 2)) * [1, 3]
    points[:, upright.TRUNK[0]], points[:, upright.TRUNK[1]] = (0, 10), (0, -40)
    return points @ geometry.rotations(np.radians([turn_deg]))[0].T + 100


def box_of(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=1), points.max(axis=1)
    return np.concatenate([low, high - low], axis=1)


@pytest.mark.parametrize("lean_deg", [-170, -90, -36, 0, 36, 90, 179])
def test_the_turn_undoes_the_lean(lean_deg: float) -> None:
    turn = upright.turns_to_upright(standing(lean_deg))
    assert np.degrees(turn) == pytest.approx(-lean_deg)
    assert upright.leaning(turn, np.zeros(1))[0] == (abs(lean_deg) > 35)
    assert not upright.leaning(turn, turn)[0]


def test_a_lean_is_counted_across_half_a_turn() -> None:
    assert not upright.leaning(np.radians([175.0]), np.radians([-175.0]))[0]


def test_a_crop_that_is_not_turned_is_the_plain_one() -> None:
    unknown = np.full((1, skeleton.COUNT, 2), np.nan)
    for ours, plain in zip(
        upright.turned_regions(BOX, np.zeros(1), HW, unknown), geometry.crop_regions(BOX, HW), strict=True
    ):
        assert ours == pytest.approx(plain)


@pytest.mark.parametrize("lean_deg", [50, 90, 135, 180, -120])
def test_a_turned_crop_shows_everybody_as_if_they_stood(lean_deg: float) -> None:
    upright_points, points = standing(0), standing(lean_deg)
    turn = upright.turns_to_upright(points)
    centers, sizes = upright.turned_regions(box_of(points), turn, HW, points)
    seen = geometry.apply_affine(geometry.transforms_input_image(centers, sizes, HW, turn), points)
    assert ((seen >= 0) & (seen <= [HW[1], HW[0]])).all()
    # the same picture as that of who stands, but for scale and shift
    scale = np.linalg.norm(seen[0, 0] - seen[0, 1]) / np.linalg.norm(upright_points[0, 0] - upright_points[0, 1])
    assert seen - seen.mean(axis=1) == pytest.approx(scale * (upright_points - upright_points.mean(axis=1)))
    # and about as large
    extent = (seen.max(axis=1) - seen.min(axis=1)) / [HW[1], HW[0]]
    assert 0.55 < extent.max() < 0.85


def test_training_turns_who_leans_and_nobody_else() -> None:
    points = np.concatenate([standing(100), standing(10), standing(-60)])
    boxes = np.concatenate([box_of(points[i : i + 1]) for i in range(3)])
    visibility = np.full((3, skeleton.COUNT), 2)
    visibility[2, upright.TRUNK[0]] = 0
    settings = UNDISTURBED.model_copy(update={"upright": 1.0})
    warp = random_warp(np.random.default_rng(0), boxes, points, visibility, input_hw=HW, settings=settings)
    leans = np.degrees(upright.turns_to_upright(warp.keypoints_input_px))
    # the third has no hip label: nobody knows how the trunk lies
    assert leans == pytest.approx([0, -10, 60])
    back = geometry.apply_affine(warp.matrices_crop_input, warp.keypoints_input_px)
    assert back == pytest.approx(points)


@pytest.fixture(scope="module")
def predictor() -> PosePredictor:
    return PosePredictor(shipped_model("full"), flip_test=True, threads=1)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photographed_person_is_seen_however_the_picture_is_turned(predictor: PosePredictor, quarters: int) -> None:
    photograph = next(p for p in PHOTOGRAPHS if p.package == "skimage")
    picture = read_photograph(photograph)
    if picture is None:
        pytest.skip("scikit-image is not installed")
    codes = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}
    turned = cv2.rotate(picture, codes[quarters]).astype(np.uint8)
    turn = geometry.rotations(np.radians([90.0 * quarters]))[0]
    middle, turned_middle = (np.array(p.shape[1::-1]) / 2 - 0.5 for p in (picture, turned))

    def moved(points: np.ndarray) -> np.ndarray:
        return (points - middle) @ turn.T + turned_middle

    box = np.array([photograph.box_xywh_px], dtype=np.float64)
    standing_still = predictor.predict(picture, box)
    corners = moved(np.array([box[0, :2], box[0, :2] + box[0, 2:]]))
    found = predictor.predict(turned, box_of(corners[None]))
    surest = np.argsort(standing_still.scores[0])[-20:]

    def off(points: np.ndarray) -> float:
        distances = np.linalg.norm(points - moved(standing_still.keypoints_px), axis=-1)[0, surest]
        return float(np.median(distances) / box[0, 3])

    assert found.straight is not None
    assert off(found.keypoints_px) < 0.03
    assert off(found.keypoints_px) < 0.8 * off(found.straight.keypoints_px)
    # whoever leaned in the frame before is looked at once, turned: one look of the two that they are compared with
    again = predictor.predict(turned, box_of(corners[None]), found.keypoints_px)
    assert again.straight is not None
    assert off(again.straight.keypoints_px) < 0.03
