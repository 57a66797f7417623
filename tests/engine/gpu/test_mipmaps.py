"""Levels of textures that are halved on the processor."""

import numpy as np

from spinegen.engine.gpu.mipmaps import plain_levels, srgb_levels


def test_levels_go_down_to_one_texel_and_keep_the_mean() -> None:
    pixels = np.random.default_rng(3).random((8, 32, 3), dtype=np.float32)
    levels = plain_levels(pixels)
    assert [level.shape[:2] for level in levels] == [(4, 16), (2, 8), (1, 4), (1, 2), (1, 1)]
    np.testing.assert_allclose(levels[0][0, 0], pixels[:2, :2].mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(levels[-1][0, 0], pixels.mean((0, 1)), rtol=1e-5)


def test_black_and_white_stripes_are_half_as_light_from_afar_not_half_the_code() -> None:
    stripes = np.zeros((16, 16, 4), np.uint8)
    stripes[::2] = 255
    for level in srgb_levels(stripes):
        np.testing.assert_array_equal(level, 188)


def test_one_colour_stays_what_it_is() -> None:
    for code in range(256):
        assert all((level == code).all() for level in srgb_levels(np.full((4, 4, 4), code, np.uint8)))
