"""Inside, outside and distance, told on a cube whose answers are known."""

import numpy as np

from spinegen.geometry.surface import surface_distance, winding_number

CORNERS = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
SIDES = np.array(
    [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4),
     (1, 5, 7), (1, 7, 3)]
)  # fmt: skip


def test_the_surface_goes_once_round_points_inside_and_never_round_those_outside():
    points = np.random.default_rng(0).uniform(-2.0, 2.0, (200, 3))
    inside = (np.abs(points) < 1.0).all(1)
    np.testing.assert_allclose(winding_number(points, CORNERS, SIDES), inside.astype(float), atol=1e-9)


def test_two_cubes_that_overlap_go_twice_round_what_they_share():
    corners = np.concatenate([CORNERS, CORNERS + np.array([1.0, 0.0, 0.0])])
    sides = np.concatenate([SIDES, SIDES + 8])
    found = winding_number([(0.5, 0.1, 0.2), (-0.5, 0.1, 0.2), (1.5, 0.1, 0.2)], corners, sides)
    np.testing.assert_allclose(found, (2.0, 1.0, 1.0), atol=1e-9)


def test_distances_to_a_cube_are_those_to_its_sides_edges_and_corners():
    points = np.random.default_rng(1).uniform(-2.0, 2.0, (200, 3))
    beyond = np.maximum(np.abs(points) - 1.0, 0.0)
    outside = np.linalg.norm(beyond, axis=1)
    expected = np.where(outside > 0, outside, 1.0 - np.abs(points).max(1))
    np.testing.assert_allclose(surface_distance(points, CORNERS, SIDES), expected, atol=1e-12)
