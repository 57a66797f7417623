"""The second look at head and trunk: what its crop holds, and how both looks are joined."""

import numpy as np
import pytest

from spinegen import shipped_model, skeleton
from spinegen.pose import closer, geometry
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.pose.predictor import PosePredictor

HW = (256, 192)
NEAR = list(closer.HEAD_AND_TRUNK)
LIMBS = [i for i in range(skeleton.COUNT) if i not in closer.HEAD_AND_TRUNK]


def somebody() -> np.ndarray:
    """(1, 37, 2): head and trunk within 40 x 100 pixels, limbs far out."""
    points = np.random.default_rng(4).uniform([180, 100], [220, 200], (1, skeleton.COUNT, 2))
    points[:, LIMBS] += [0, 180]
    return points


@pytest.mark.parametrize("turn_deg", [0.0, 90.0, -140.0])
def test_the_crop_holds_head_and_trunk_upright_with_room_around_them(turn_deg: float) -> None:
    turn = np.radians([turn_deg])
    lying = somebody() @ geometry.rotations(-turn)[0].T
    centers, sizes = closer.trunk_regions(lying, turn, HW)
    seen = geometry.apply_affine(geometry.transforms_input_image(centers, sizes, HW, turn), lying)[0, NEAR]
    assert (seen > 0).all()
    assert (seen < [HW[1], HW[0]]).all()
    room = 1 + 2 * closer.MARGIN
    assert np.ptp(seen[:, 1]) * room * geometry.BOX_PADDING == pytest.approx(HW[0], rel=0.02)
    assert (seen.max(axis=0) + seen.min(axis=0)) / 2 == pytest.approx([(HW[1] - 1) / 2, (HW[0] - 1) / 2], abs=1)


def test_the_surer_look_counts_more_and_limbs_stay_those_of_the_first() -> None:
    first, other = np.zeros((1, 37, 2)), np.full((1, 37, 2), 10.0)
    scores, surer = np.full((1, 37), 0.3), np.full((1, 37), 0.6)
    points, joint = closer.joined(first, scores, other, surer)
    assert points[0, NEAR] == pytest.approx(8.0)
    assert joint[0, NEAR] == pytest.approx(0.45)
    assert (points[0, LIMBS] == 0).all()
    assert (joint[0, LIMBS] == 0.3).all()
    unsure = np.zeros((1, 37))
    assert closer.joined(first, unsure, other, unsure)[0][0, NEAR] == pytest.approx(5.0)


def test_two_looks_at_a_photograph_agree_and_nobody_is_nobody() -> None:
    photograph = next(p for p in PHOTOGRAPHS if p.package == "skimage")
    picture = read_photograph(photograph)
    if picture is None:
        pytest.skip("scikit-image is not installed")
    once, twice = (PosePredictor(shipped_model("full"), threads=1, closer=nearer) for nearer in (False, True))
    box = np.array([photograph.box_xywh_px], dtype=np.float64)
    plain, found = once.predict(picture, box), twice.predict(picture, box)
    assert (found.keypoints_px[:, LIMBS] == plain.keypoints_px[:, LIMBS]).all()
    face = [skeleton.INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
    moved = np.linalg.norm(found.keypoints_px - plain.keypoints_px, axis=-1)[0, face] / box[0, 3]
    assert (moved > 0).all()
    assert moved.max() < 0.03
    assert len(twice.predict(picture, np.zeros((0, 4))).keypoints_px) == 0
