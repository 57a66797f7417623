"""What shines shows what is around it."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.content.paints import paint
from spinegen.engine.content.shapes import sphere
from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.session import Session
from spinegen.engine.world.actors import MeshActor

pytestmark = pytest.mark.gl


@pytest.mark.parametrize("roughness", [0.1, 0.45, 0.9])
def test_a_ball_of_metal_in_a_bright_studio_is_bright_all_over(
    session: Session, order: Callable[..., str], roughness: float
) -> None:
    """Metal has no colour but what it mirrors; without surroundings it would be black where no lamp shines."""
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order('vbp Stage_0 SetBackdrop {"kind":"studio"}')
    order("vset /camera/0/size 160 120")
    order("vset /camera/0/location -330 0 140")
    ball = sphere(np.zeros(3), 0.4, paint("#d0d0d0", roughness, 1.0), 32)
    session.world.actors["Ball"] = MeshActor("Ball", "ball", (1, 2, 3), (0.0, 0.0, 140.0), mesh=ball)
    session.world.changed()
    frame = session.frame(0)
    assert np.percentile(frame.lit()[frame.ids > 0].mean(-1), 5) > 40
