"""Hands as they are drawn: fingers side by side, not spread as they are modelled."""

import numpy as np
import pytest

from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.hands import close_fan, fingers_of
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.person import shape_of
from spinegen.humans.spec.sample import sample_person


@pytest.mark.parametrize("side", ["l", "r"])
def test_fingers_come_together_and_keep_their_length(side: str) -> None:
    data = load_body_data()
    spread = rest_vertices(shape_of(sample_person(np.random.default_rng(3), "office")))
    before, after = (fingers_of(data, vertices, side) for vertices in (spread, close_fan(data, spread)))
    tips_before, tips_after = (
        np.linalg.norm(np.diff([finger.joints_m[3] for finger in fingers[1:]], axis=0), axis=1)
        for fingers in (before, after)
    )
    assert (tips_after[:2] < 0.8 * tips_before[:2]).all()
    assert (tips_after > 0.012).all()
    for old, new in zip(before, after, strict=True):
        lengths = [np.linalg.norm(np.diff(finger.joints_m, axis=0), axis=1) for finger in (old, new)]
        assert np.allclose(*lengths, atol=0.002)
