"""Sky and panorama are drawn in two pieces, and light from all around as a polynomial: nobody sees either."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.engine.gpu.backdrop import rows_above
from spinegen.engine.gpu.frame_block import ambient_terms
from spinegen.engine.gpu.light_maps import leaf_levels
from spinegen.engine.gpu.mipmaps import plain_levels
from spinegen.engine.light.radiance_map import sh_basis
from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.session import Session
from spinegen.geometry.camera import Camera


def _elevations_rad(camera: Camera) -> np.ndarray:
    """Of the middle of every pixel `(H, W)`."""
    columns, rows = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    points = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ np.linalg.inv(camera.intrinsics).T
    towards = points @ camera.rotation_camera_ground
    return np.arcsin(towards[..., 1] / np.linalg.norm(towards, axis=-1))


def test_rows_above_an_elevation_look_above_it_and_the_next_ones_do_not(rng: np.random.Generator) -> None:
    found = []
    for _ in range(60):
        rotator = (float(rng.uniform(-40, 80)), float(rng.uniform(0, 360)), float(rng.uniform(-25, 25)))
        camera = Camera.from_unreal((0.0, 0.0, 150.0), rotator, float(rng.uniform(20, 100)), width=64, height=48)
        limit = float(rng.uniform(0.0, 0.4))
        rows = rows_above(camera, limit)
        lowest = _elevations_rad(camera).min(1)
        assert (lowest[:rows] > limit).all()
        if rows + 3 < camera.height and rows:
            assert lowest[rows : rows + 3].min() < limit + 0.15
        found.append(rows)
    assert 0 in found
    assert max(found) > 10


def test_leaves_are_what_clouds_show_beyond_their_broad_shapes(rng: np.random.Generator) -> None:
    codes = rng.integers(40, 216, (512, 512)).astype(np.uint8)
    clouds = [codes, *plain_levels(codes)]
    leaves = leaf_levels(clouds)
    assert [len(level) for level in leaves] == [512, 256, 128, 64, 32, 16]
    assert (leaves[-1] == 128).all()
    assert abs(float(leaves[0].mean()) - 128.0) < 1.0
    assert np.corrcoef(leaves[0].ravel(), codes.ravel())[0, 1] > 0.95


def test_light_from_all_around_is_that_of_the_harmonics(rng: np.random.Generator) -> None:
    sh = rng.normal(size=(9, 3))
    n = rng.normal(size=(50, 3))
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    x, y, z = n.T
    powers = np.stack([np.ones_like(x), y, z, x, x * y, y * z, z * z, x * z, x * x - y * y], axis=1)
    np.testing.assert_allclose(powers @ np.array(ambient_terms(sh))[:, :3], sh_basis(n) @ sh, atol=1e-5)


@pytest.mark.gl
@pytest.mark.parametrize("kind", ["park", "city"])
def test_a_panorama_does_not_show_where_its_pieces_meet(
    session: Session, order: Callable[..., str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
    order(f'vbp Stage_0 SetBackdrop {{"kind":"{kind}"}}')
    order("vset /camera/0/size 160 120")
    order("vset /camera/0/rotation 14 20 5")
    in_pieces = session.frame(0).lit()
    above = []
    monkeypatch.setattr(
        "spinegen.engine.gpu.backdrop.rows_above", lambda camera, limit: above.append(rows_above(camera, limit)) or 0
    )
    session.world.changed()
    in_one = session.frame(0).lit()
    assert above
    assert above[0] > 20
    assert np.abs(in_pieces.astype(int) - in_one).max() <= 1
