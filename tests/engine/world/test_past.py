"""A picture is what the world holds, not how it came about."""

import json
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.engine.gpu.renderer import Renderer
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl
PAINTS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}


def drawn(renderer: Renderer, names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Picture and mask of boxes that fill the same place, spawned in some order; each is painted and coloured after its name."""
    session = Session(renderer)

    def order(command: str) -> None:
        reply = execute(session, command)
        assert isinstance(reply, str)
        assert not reply.startswith("error"), reply

    order("vset /objects/spawn SpinegenStage Stage_0")
    order("vset /camera/0/size 96 72")
    order("vset /camera/0/location -300 20 120")
    order("vset /camera/0/rotation -15 0 0")
    for number, name in enumerate(names):
        paint = PAINTS[name]
        colour = "#{:02x}{:02x}{:02x}".format(*paint)
        prop = {"name": f"Box_{number}", "kind": "box", "size_cm": [60, 60, 60], "colour": colour}
        order(f"vbp Stage_0 SpawnProp {json.dumps(prop)}")
        order("vset /object/Box_{}/color {} {} {}".format(number, *paint))
    return session.frame(0).lit().copy(), session.mask_picture(0).copy()


def test_of_things_at_one_place_the_same_is_seen_whichever_was_there_first(renderer: Renderer) -> None:
    picture, mask = drawn(renderer, ("red", "green", "blue"))
    seen = {tuple(colour) for colour in mask.reshape(-1, 3).tolist()} - {(0, 0, 0)}
    assert seen == {PAINTS["blue"]}, "one of them covers the others"
    for names in permutations(PAINTS):
        again, again_mask = drawn(renderer, names)
        assert np.array_equal(again_mask, mask)
        assert np.array_equal(again, picture)
