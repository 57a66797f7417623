"""What boxes share, and which are kept."""

import numpy as np
import pytest

from spinegen.predict.boxes import overlaps, suppress, xywh, xyxy

BOXES = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [0, 0, 10, 10], [20, 20, 30, 40], [22, 22, 26, 30]])


def test_overlaps_are_those_of_a_drawing() -> None:
    drawn = np.zeros((5, 50, 50), bool)
    for canvas, (x0, y0, x1, y1) in zip(drawn, BOXES.astype(int), strict=True):
        canvas[y0:y1, x0:x1] = True
    for i in range(5):
        for j in range(5):
            wanted = (drawn[i] & drawn[j]).sum() / (drawn[i] | drawn[j]).sum()
            assert overlaps(BOXES[[i]], BOXES[[j]])[0, 0] == pytest.approx(wanted)


def test_of_boxes_that_mean_one_person_the_surest_is_kept() -> None:
    kept = suppress(BOXES, np.array([0.5, 0.4, 0.9, 0.3, 0.2]), limit=0.6)
    assert kept.tolist() == [2, 1, 3], "the twin of 2 and what lies inside 3 are gone"


def test_corners_and_sizes_are_each_others_inverse() -> None:
    assert np.allclose(xyxy(xywh(BOXES)), BOXES)
