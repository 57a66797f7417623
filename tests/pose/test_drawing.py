"""Skeletons on pictures."""

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.pose.drawing import draw_pose


def covered(height_px: float) -> float:
    """Share of the box of somebody so high that the skeleton hides, in a picture of 1200 x 800."""
    spread = np.random.default_rng(0).uniform(0, 1, (skeleton.COUNT, 2)) * [height_px * 0.5, height_px]
    drawn = draw_pose(np.zeros((800, 1200, 3), np.uint8), (spread + 50)[None])
    return float((drawn.max(axis=-1) > 60).sum()) / (height_px * height_px * 0.5)


@pytest.mark.parametrize("height_px", [60, 100])
def test_small_people_are_still_seen_under_their_skeletons(height_px: float) -> None:
    assert 0.05 < covered(height_px) < 0.7


def test_nobody_who_is_unseen_is_drawn() -> None:
    black = np.zeros((50, 50, 3), np.uint8)
    assert not draw_pose(black, np.full((1, skeleton.COUNT, 2), np.nan)).any()
