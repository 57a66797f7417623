"""Body points where COCO's annotators click, against the joint centres."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.labels.conventions import OFFSETS_MM, coco_points

AT = skeleton.INDEX


def standing(scale: float = 1.0) -> np.ndarray:
    """Somebody upright in x forward, y up, z right, whose trunk is 480 mm long at scale 1; other points anywhere."""
    points = np.random.default_rng(1).normal(0, 0.3, (skeleton.COUNT, 3))
    points[AT["left_hip"]], points[AT["right_hip"]] = [0, 0.9, -0.08], [0, 0.9, 0.08]
    points[AT["neck"]] = [0, 0.9 + 0.48, 0]
    return scale * points


def test_sides_are_mirror_images_and_axes_are_the_trunks() -> None:
    before = standing()
    moved = 1000 * (coco_points(before) - before)
    outward, up, front = OFFSETS_MM["shoulder"]
    assert moved[AT["left_shoulder"]] == pytest.approx([front, up, -outward])
    assert moved[AT["right_shoulder"]] == pytest.approx([front, up, outward])
    assert moved[AT["nose"]][2] == pytest.approx(0)


def test_only_the_body_moves_and_larger_people_more() -> None:
    before = standing()
    moved = np.linalg.norm(coco_points(before) - before, axis=1)
    rest = [i for i in range(skeleton.COUNT) if i not in skeleton.SUBSETS["body"]]
    assert len(rest) == 20
    assert not moved[rest].any()
    assert moved[AT["left_ear"]] == pytest.approx(0.0366, abs=1e-3)
    large = np.linalg.norm(coco_points(standing(1.2)) - standing(1.2), axis=1)
    assert large == pytest.approx(1.2 * moved)


def test_offsets_turn_with_the_person() -> None:
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    points = standing()
    assert coco_points(points @ turn.T) == pytest.approx(coco_points(points) @ turn.T)
