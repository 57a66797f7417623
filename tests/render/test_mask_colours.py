"""Mask colours come back as instances, even from engines that change colours a little."""

import numpy as np
import pytest

from spinegen.render.mask_colours import FIRST_PROP, LEVELS, colour_of, decode


def test_every_actor_has_a_colour_of_its_own_far_from_black():
    colours = np.array([colour_of(place) for place in range(64)])
    apart = np.abs(colours[:, None] - colours[None]).max(-1) + 255 * np.eye(64, dtype=int)
    assert apart.min() >= LEVELS[1] - LEVELS[0]
    assert colours.min() >= 40


def test_more_actors_than_colours_are_refused():
    with pytest.raises(ValueError, match="64"):
        colour_of(64)


@pytest.mark.parametrize("error", [-6, 0, 6])
def test_colours_that_are_off_by_a_few_steps_are_still_told_apart(error):
    instances = [1, 2, *range(FIRST_PROP, FIRST_PROP + 40)]
    picture = np.array([[colour_of(place) for place in range(len(instances))]]) + error
    assert decode(picture.astype(np.uint8), instances).tolist() == [instances]


def test_colours_of_nobody_are_nothing():
    picture = np.array([[(0, 0, 0), (255, 255, 255), (70, 70, 70), colour_of(5)]], np.uint8)
    assert decode(picture, [1, 2]).tolist() == [[0, 0, 0, 0]]
