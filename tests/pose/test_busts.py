"""Portraits cut from whole people: where they end, what is still labelled, and whom they leave alone."""

import numpy as np
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.pose.data.busts import ENDS, cut_busts

LEGS = [i for i, name in enumerate(skeleton.NAMES) if any(part in name for part in ("knee", "ankle", "toe", "heel"))]


def standing(count: int) -> NDArray[np.float64]:
    """(N, 37, 2): head at 20, shoulders at 50, hips at 90, feet at 150."""
    heights = {
        "head": 20,
        "shoulder": 50,
        "clavicle": 50,
        "elbow": 70,
        "wrist": 90,
        "latissimus": 65,
        "knee": 120,
        "ankle": 145,
    }
    heights |= {
        "toe": 150,
        "heel": 150,
        "hip": 90,
        "spine_01": 85,
        "spine_02": 80,
        "spine_03": 75,
        "spine_04": 60,
        "spine_05": 55,
    }
    rows = [
        next((y for part, y in heights.items() if part in name), 40 if "neck" in name else 30)
        for name in skeleton.NAMES
    ]
    columns = [80 if "left" in name else 60 if "right" in name else 70 for name in skeleton.NAMES]
    return np.tile(np.stack([columns, rows], axis=-1).astype(float), (count, 1, 1))


def cut(
    points: NDArray[np.float64], visibility: NDArray[np.int64], probability: float = 1.0
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.int64]]:
    crops = np.full((len(points), 166, 125, 4), 200, np.uint8)
    boxes = np.tile([40.0, 10.0, 60.0, 145.0], (len(points), 1))
    changed, seen = cut_busts(
        np.random.default_rng(0),
        crops,
        boxes_px=boxes,
        keypoints_px=points,
        visibility=visibility,
        probability=probability,
    )
    assert (boxes == [40.0, 10.0, 60.0, 145.0]).all()
    return crops, changed, seen


def test_a_portrait_ends_in_the_trunk_and_nothing_below_is_seen_or_labelled() -> None:
    points, visibility = standing(32), np.full((32, 37), 2)
    crops, boxes, seen = cut(points, visibility)
    for row in range(32):
        line = round(boxes[row, 1] + boxes[row, 3])
        assert 50 + 40 * ENDS[0] - 1 <= line <= 50 + 40 * ENDS[1] + 1
        assert (crops[row, line:] == 0).all()
        assert (crops[row, :line] == 200).all()
        assert ((seen[row] > 0) == (points[row, :, 1] < line)).all()
        assert boxes[row, 1] < 20
        assert boxes[row, 0] < 60
        assert boxes[row, :2].sum() + boxes[row, 2] > 80
    assert not seen[:, LEGS].any()
    assert len(np.unique(boxes[:, 3])) > 10


def test_as_many_are_cut_as_asked_and_the_rest_stay_whole() -> None:
    crops, boxes, seen = cut(standing(400), np.full((400, 37), 2), probability=0.25)
    whole = (boxes == [40.0, 10.0, 60.0, 145.0]).all(axis=1)
    assert 70 < (~whole).sum() < 130
    assert (crops[whole] == 200).all()
    assert (seen[whole] == 2).all()


def test_who_lies_or_has_no_labelled_trunk_is_left_alone() -> None:
    lying = standing(4)[..., ::-1].copy()
    unknown = np.full((4, 37), 2)
    unknown[:, skeleton.INDEX["hip"]] = 0
    for points, visibility in ((lying, np.full((4, 37), 2)), (standing(4), unknown)):
        crops, _, seen = cut(points, visibility)
        assert (crops == 200).all()
        assert (seen == visibility).all()
