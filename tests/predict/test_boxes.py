"""What boxes share, and which are kept."""

import numpy as np
import pytest

from spinegen.predict.boxes import overlaps, suppress, turned_back, xywh, xyxy

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


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_box_in_a_turned_picture_is_where_its_pixels_were(quarters: int) -> None:
    picture = np.zeros((40, 70), np.uint8)
    picture[8:19, 30:64] = 1
    turned = np.rot90(picture, quarters)
    rows, columns = np.flatnonzero(turned.any(1)), np.flatnonzero(turned.any(0))
    box = np.array([[columns[0], rows[0], len(columns), len(rows)]], dtype=np.float64)
    assert turned_back(box, quarters, picture.shape).tolist() == [[30, 8, 34, 11]]
