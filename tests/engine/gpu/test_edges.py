"""Edges in pictures are blends of both sides; nothing else is."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.session import Session

pytestmark = pytest.mark.gl
BOX = '{"name":"Box_0","kind":"box","size_cm":[50,50,50],"colour":"#202020","location_cm":[0,0,100],"yaw_deg":33}'


def _stage(order: Callable[..., str], ground: str) -> None:
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order('vbp Stage_0 SetBackdrop {"kind":"studio"}')
    order(f"vbp Stage_0 SetGround {ground}")
    order("vset /camera/0/size 320 240")
    order("vset /camera/0/location -330 0 140")
    order("vset /camera/0/rotation -8 0 0")


def _edge_shares(picture: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much of the outside each pixel just inside or outside the box's left flank shows."""
    rows = np.flatnonzero(inside.sum(1) > 10)[3:-3]
    shares = []
    for row in rows:
        first = int(np.flatnonzero(inside[row])[0])
        dark, bright = (float(picture[row, first + shift].mean()) for shift in (3, -4))
        shares += [(float(picture[row, first + shift].mean()) - dark) / (bright - dark) for shift in (-1, 0)]
    return np.array(shares)


@pytest.mark.parametrize("ground", ['{"kind":"none"}', '{"surface":{"kind":"plain","colour":"#d0d0d0"}}'])
def test_an_edge_takes_steps_of_a_quarter(session: Session, order: Callable[..., str], ground: str) -> None:
    _stage(order, ground)
    order("vset /camera/0/rotation -8 0 3")
    order(f"vbp Stage_0 SpawnProp {BOX}")
    frame = session.frame(0)
    shares = _edge_shares(frame.lit(), frame.ids > 0)
    quarters = shares * 4.0
    assert np.abs(quarters - np.rint(quarters)).max() < 0.35
    assert {1, 2, 3} <= set(np.rint(quarters).astype(int).tolist())


def test_masks_and_depth_have_no_blends(session: Session, order: Callable[..., str]) -> None:
    _stage(order, '{"kind":"none"}')
    order(f"vbp Stage_0 SpawnProp {BOX}")
    frame = session.frame(0)
    depth = frame.depth_cm()
    assert len(np.unique(frame.ids)) == 2
    assert ((depth > 65000.0) == (frame.ids == 0)).all()
    assert depth[frame.ids > 0].max() < 380.0


def test_a_smooth_ground_has_no_speck(session: Session, order: Callable[..., str]) -> None:
    """Hair cracks between its two triangles, and derivatives across them, do not show."""
    _stage(order, '{"surface":{"kind":"plaster","colour":"#b0b0b0"}}')
    for yaw in range(0, 360, 24):
        order(f"vset /camera/0/rotation -35 {yaw} 4")
        picture = session.frame(0).lit().astype(float).mean(-1)
        near = np.median([np.roll(picture, shift, (0, 1)) for shift in ((0, 3), (3, 0), (0, -3), (-3, 0))], axis=0)
        inner = (slice(60, -4), slice(4, -4))
        assert np.abs(picture - near)[inner].max() < 6.0


@pytest.mark.parametrize("ground", ['{"kind":"shadow"}'])
def test_a_shadow_catcher_shows_the_backdrop_through_it(
    session: Session, order: Callable[..., str], ground: str
) -> None:
    _stage(order, '{"kind":"none"}')
    order("vbp Stage_0 SetSun 40 90 80000 5400 0.53")
    bare = session.frame(0).lit().astype(float)
    order(f"vbp Stage_0 SetGround {ground}")
    caught = session.frame(0).lit().astype(float)
    assert np.abs(caught - bare).max() < 6.0
    order(f"vbp Stage_0 SpawnProp {BOX}")
    frame = session.frame(0)
    shadowed = (bare - frame.lit())[frame.ids == 0]
    assert (shadowed.mean(-1) > 20.0).sum() > 50
