"""Leaving out what a camera cannot see changes no picture."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.content.mesh import Drawable
from spinegen.engine.content.paints import paint
from spinegen.engine.content.shapes import box, sphere
from spinegen.engine.gpu.renderer import Renderer
from spinegen.engine.gpu.visible import View, pyramid
from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.session import Session
from spinegen.geometry.camera import Camera

CAMERA = Camera.from_unreal((-300.0, 0.0, 100.0), (0.0, 0.0, 0.0), 60.0, width=160, height=120)
"""Three metres before the origin, a metre up."""
GREY = paint("#808080")
NOTHING = np.zeros((120, 160), np.float32)


def _ball(x_m: float, y_m: float = 1.0, z_m: float = 0.0) -> Drawable:
    return Drawable(sphere([x_m, y_m, z_m], 0.2, GREY, 16))


def test_of_a_ball_in_the_open_the_half_that_faces_the_camera_is_seen() -> None:
    ball = _ball(0.0)
    seen = View(CAMERA, NOTHING, 4).visible(ball)
    centres = ball.mesh.vertices_m[ball.mesh.faces[seen]].mean(1)
    assert 0.3 * len(ball.mesh.faces) < len(seen) < 0.6 * len(ball.mesh.faces)
    assert (centres[:, 0] < 0.02).all()


def test_nothing_is_seen_of_what_stands_behind_a_wall_beside_the_picture_or_behind_the_camera() -> None:
    wall = np.full((120, 160), 2.5, np.float32)
    assert not len(View(CAMERA, wall, 4).visible(_ball(0.0)))
    assert not len(View(CAMERA, NOTHING, 4).visible(_ball(0.0, z_m=9.0)))
    assert not len(View(CAMERA, NOTHING, 4).visible(_ball(-6.0)))


def test_a_gap_of_one_pixel_in_a_wall_lets_through_what_is_behind_it() -> None:
    wall = np.full((120, 160), 2.5, np.float32)
    wall[60, 80] = 0.0
    assert len(View(CAMERA, wall, 4).visible(_ball(0.0)))
    assert not len(View(CAMERA, wall, 4).visible(_ball(0.0, z_m=1.0)))


def test_of_a_box_around_the_camera_the_sides_stay_which_reach_behind_it() -> None:
    corridor = Drawable(box([-3.0, 1.0, 0.0], [8.0, 0.5, 0.5], GREY))
    seen = View(CAMERA, np.full((120, 160), 0.2, np.float32), 4).visible(corridor)
    ends = np.ptp(corridor.mesh.vertices_m[corridor.mesh.faces][:, :, 0], axis=1) < 0.1
    assert ends.sum() == 4
    assert sorted(seen) == np.flatnonzero(~ends).tolist()


def test_every_level_of_the_pyramid_holds_the_furthest_depth() -> None:
    depth = np.random.default_rng(2).uniform(1.0, 9.0, (37, 50)).astype(np.float32)
    depth[20, 11] = 0.0
    tree = pyramid(depth)
    assert np.isinf(tree.furthest_m[tree.first]).sum() < len(tree.first)
    assert np.isinf(tree.furthest_m[-1])
    level = 3
    size = (tree.last_row[level] + 1, tree.last_column[level] + 1)
    cells = tree.furthest_m[tree.first[level] :][: size[0] * size[1]].reshape(size)
    for row, column in np.ndindex(*size):
        square = depth[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        assert cells[row, column] >= (np.inf if (square == 0).any() else square.max())


@pytest.mark.gl
def test_pictures_are_those_of_all_triangles(
    renderer: Renderer, session: Session, order: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for pixels that a hair or a seam crosses between the places where they are sampled."""
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order('vbp Stage_0 SetRoom {"size_cm":[700,600,280]}')
    for number, kind in enumerate(("chair", "plant", "shelf", "sofa")):
        order(
            f'vbp Stage_0 SpawnProp {{"name":"P{number}","kind":"{kind}","location_cm":[{90 * number},{70 - 60 * number},0]}}'
        )
    order("vset /camera/0/size 240 180")
    order("vset /camera/0/location -250 0 150")
    order("vset /camera/0/rotation -14 0 0")
    without = session.frame(0).lit().astype(int)
    monkeypatch.setattr(renderer, "_software", False)  # as if a GPU drew, which is given everything
    session.world.changed()
    everything = session.frame(0).lit().astype(int)
    apart = np.abs(without - everything).max(-1)
    assert (apart > 2).mean() < 2e-4
    assert len(np.unique(everything)) > 100
