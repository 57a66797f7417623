"""The second look at head and trunk: what its crop holds, and how both looks are joined."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from spinegen import shipped_model, skeleton
from spinegen.pose import closer, geometry
from spinegen.pose.data.warp import random_warp
from spinegen.pose.onnx_file import METADATA_KEY
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.pose.predictor import PosePredictor
from spinegen.pose.settings import UNDISTURBED

HW = (256, 192)
NEAR = list(closer.TRUNK.keypoints)
LIMBS = [i for i in range(skeleton.COUNT) if i not in closer.TRUNK.keypoints]


def somebody() -> np.ndarray:
    """(1, 37, 2): head and trunk within 40 x 100 pixels, limbs far out."""
    points = np.random.default_rng(4).uniform([180, 100], [220, 200], (1, skeleton.COUNT, 2))
    points[:, LIMBS] += [0, 180]
    return points


@pytest.mark.parametrize("turn_deg", [0.0, 90.0, -140.0])
def test_the_crop_holds_head_and_trunk_upright_with_room_around_them(turn_deg: float) -> None:
    turn = np.radians([turn_deg])
    lying = somebody() @ geometry.rotations(-turn)[0].T
    centers, sizes = closer.TRUNK.regions(lying, turn, HW)
    seen = geometry.apply_affine(geometry.transforms_input_image(centers, sizes, HW, turn), lying)[0, NEAR]
    assert (seen > 0).all()
    assert (seen < [HW[1], HW[0]]).all()
    room = 1 + 2 * closer.TRUNK.margin
    assert np.ptp(seen[:, 1]) * room * geometry.BOX_PADDING == pytest.approx(HW[0], rel=0.02)
    assert (seen.max(axis=0) + seen.min(axis=0)) / 2 == pytest.approx([(HW[1] - 1) / 2, (HW[0] - 1) / 2], abs=1)


def test_training_shows_head_and_trunk_as_the_closer_look_does_and_nobody_whose_trunk_is_not_labelled() -> None:
    points = np.repeat(somebody(), 20, axis=0)
    low, high = points.min(axis=1), points.max(axis=1)
    visibility = np.full(points.shape[:2], 2)
    visibility[10:, skeleton.INDEX["spine_03"]] = 0
    crops = random_warp(
        np.random.default_rng(0),
        np.concatenate([low, high - low], axis=1),
        points,
        visibility,
        input_hw=HW,
        settings=UNDISTURBED.model_copy(update={"trunk": 0.5}),
    )
    heights = np.ptp(crops.keypoints_input_px[:, NEAR, 1], axis=1)
    near, far = heights.max(), heights.min()
    assert near * (1 + 2 * closer.TRUNK.margin) * geometry.BOX_PADDING == pytest.approx(HW[0], rel=0.02)
    assert far < 0.7 * near
    assert 2 <= (heights[:10] > 0.9 * near).sum() <= 8
    assert (heights[10:] < 0.9 * near).all()


def test_training_shows_heads_as_the_third_look_does() -> None:
    points = np.repeat(somebody(), 12, axis=0)
    points[:, closer.HEAD.keypoints] = 100 + points[:, closer.HEAD.keypoints] / 4
    low, high = points.min(axis=1), points.max(axis=1)
    crops = random_warp(
        np.random.default_rng(0),
        np.concatenate([low, high - low], axis=1),
        points,
        np.full(points.shape[:2], 2),
        input_hw=HW,
        settings=UNDISTURBED.model_copy(update={"head": 0.5}),
    )
    extents = np.ptp(crops.keypoints_input_px[:, closer.HEAD.keypoints], axis=1).max(axis=1)
    wanted = geometry.apply_affine(
        geometry.transforms_input_image(*closer.HEAD.regions(points, np.zeros(12), HW), HW, np.zeros(12)), points
    )
    largest = np.ptp(wanted[:, closer.HEAD.keypoints], axis=1).max(axis=1)
    assert 2 <= np.isclose(extents, largest).sum() <= 10
    assert extents.min() < 0.6 * largest[0]


def test_the_surer_look_counts_more_and_limbs_stay_those_of_the_first() -> None:
    first, other = np.zeros((1, 37, 2)), np.full((1, 37, 2), 10.0)
    scores, surer = np.full((1, 37), 0.3), np.full((1, 37), 0.6)
    points, joint = closer.TRUNK.joined(first, scores, other, surer)
    assert points[0, NEAR] == pytest.approx(8.0)
    assert joint[0, NEAR] == pytest.approx(0.45)
    assert (points[0, LIMBS] == 0).all()
    assert (joint[0, LIMBS] == 0.3).all()
    unsure = np.zeros((1, 37))
    assert closer.TRUNK.joined(first, unsure, other, unsure)[0][0, NEAR] == pytest.approx(5.0)


def test_a_head_that_is_hardly_seen_is_not_looked_for() -> None:
    scores = np.full((2, skeleton.COUNT), 0.6)
    scores[1, closer.HEAD.keypoints] = 0.1
    assert closer.TRUNK.worth(scores).tolist() == [True, True]
    assert closer.HEAD.worth(scores).tolist() == [True, False]


@pytest.fixture
def portrait() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A photograph and the box of the one who is in it."""
    photograph = next(p for p in PHOTOGRAPHS if p.package == "skimage")
    picture = read_photograph(photograph)
    if picture is None:
        pytest.skip("scikit-image is not installed")
    return picture, np.array([photograph.box_xywh_px], dtype=np.float64)


def test_two_looks_at_a_photograph_agree_and_nobody_is_nobody(
    portrait: tuple[NDArray[np.uint8], NDArray[np.float64]],
) -> None:
    picture, box = portrait
    once, twice = (PosePredictor(shipped_model("full"), threads=1, closer=nearer) for nearer in (False, True))
    plain, found = once.predict(picture, box), twice.predict(picture, box)
    assert (found.keypoints_px[:, LIMBS] == plain.keypoints_px[:, LIMBS]).all()
    face = [skeleton.INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
    moved = np.linalg.norm(found.keypoints_px - plain.keypoints_px, axis=-1)[0, face] / box[0, 3]
    assert (moved > 0).all()
    assert moved.max() < 0.03
    assert len(twice.predict(picture, np.zeros((0, 4))).keypoints_px) == 0


@pytest.mark.parametrize("learnt", [False, True])
def test_whoever_is_new_is_looked_at_twice_where_the_file_says_that_it_learnt_to(
    learnt: bool, portrait: tuple[NDArray[np.uint8], NDArray[np.float64]], tmp_path: Path
) -> None:
    model = onnx.load(str(shipped_model("light")))
    (entry,) = (entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    entry.value = json.dumps({**json.loads(entry.value), "closer": learnt})
    onnx.save(model, str(tmp_path / "pose.onnx"))
    picture, box = portrait
    once, twice, usual = (
        PosePredictor(tmp_path / "pose.onnx", threads=1, closer=nearer) for nearer in (False, True, None)
    )
    wanted = twice if learnt else once
    assert (usual.predict(picture, box).keypoints_px == wanted.predict(picture, box).keypoints_px).all()
    people = np.concatenate([box, box])
    before = np.concatenate([once.predict(picture, box).keypoints_px, np.full((1, 37, 2), np.nan)])
    known, new = usual.predict(picture, people, before).keypoints_px
    assert known == pytest.approx(once.predict(picture, people, before).keypoints_px[0], abs=1e-3)
    assert new == pytest.approx(wanted.predict(picture, people, before).keypoints_px[1], abs=1e-3)
