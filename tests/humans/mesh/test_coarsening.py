"""Surfaces in fewer triangles lie where the many did, and stay whole."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.humans.mesh.coarsening import Surface, broadened, drawn_together, ribbon_faces, thinned, whole
from spinegen.humans.mesh.mesh import Ribbons
from spinegen.humans.mesh.mesh_ops import boundary_edges, normals

RADIUS_M = 0.1


def _grid(rows: int, columns: int) -> NDArray[np.int64]:
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    return np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])


def _ball(around: int = 64) -> Surface:
    """A sphere whose triangles get small towards its poles, which are points."""
    rows = around // 2
    rise, turn = np.meshgrid(np.linspace(-np.pi / 2, np.pi / 2, rows + 1), np.arange(around) * 2 * np.pi / around)
    rise, turn = rise.T, turn.T
    points = RADIUS_M * np.stack([np.cos(rise) * np.cos(turn), np.sin(rise), -np.cos(rise) * np.sin(turn)], -1)
    index = np.arange((rows + 1) * around).reshape(rows + 1, around)
    index[0], index[-1] = index[0, 0], index[-1, 0]
    a, b = index[:-1], np.roll(index[:-1], -1, 1)
    c, d = index[1:], np.roll(index[1:], -1, 1)
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    faces = faces[whole(faces)]
    used, faces = np.unique(faces, return_inverse=True)
    flat = points.reshape(-1, 3)[used]
    return Surface(flat, flat / RADIUS_M, faces.reshape(-1, 3), np.ones(len(flat)))


def _left(surface: Surface, limit_m: float) -> NDArray[np.int64]:
    faces = drawn_together(surface, limit_m)[surface.faces].astype(np.int64)
    return faces[whole(faces)]


def _lengths(points: NDArray[np.floating], faces: NDArray[np.int64]) -> NDArray[np.floating]:
    return np.linalg.norm(points[faces] - points[np.roll(faces, 1, 1)], axis=-1)


def test_a_ball_in_fewer_triangles_is_closed_round_and_faces_outwards() -> None:
    ball = _ball()
    faces = _left(ball, 0.012)
    assert 100 < len(faces) < 0.25 * len(ball.faces)
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    meeting = np.unique(sides, axis=0, return_counts=True)[1]
    assert (meeting % 2 == 0).all(), "there is a hole"
    assert (meeting == 2).mean() > 0.995
    corners = ball.points_m[faces]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", facing, corners.mean(1)) > 0).all()
    depth = RADIUS_M - np.linalg.norm(corners.mean(1), axis=1)
    assert depth.max() < 0.006


def test_no_short_edge_is_left_where_it_is_flat() -> None:
    rng = np.random.default_rng(2)
    at = np.stack(np.meshgrid(np.arange(40), np.arange(40), indexing="ij"), -1).reshape(-1, 2) * 0.003
    inner = (at > 0).all(1) & (at < at.max()).all(1)
    at[inner] += rng.normal(0, 0.0003, (int(inner.sum()), 2))
    points = np.column_stack([at[:, 0], np.zeros(len(at)), at[:, 1]])
    faces = _grid(40, 40)
    sheet = Surface(points, normals(points, faces), faces, np.ones(len(points)))
    left = _left(sheet, 0.006)
    border = set(boundary_edges(left).ravel().tolist())
    inside = left[[not border & set(face) for face in left.tolist()]]
    assert len(inside) > 30
    assert np.percentile(_lengths(points, inside), 10) > 0.006
    corners = points[left]
    area = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum()
    assert area == pytest.approx(0.117**2, rel=1e-6)


def test_what_is_coarse_enough_stays_as_it_is() -> None:
    ball = _ball(12)
    np.testing.assert_array_equal(drawn_together(ball, 0.001), np.arange(len(ball.points_m)))


def test_edges_stay_shorter_where_it_is_to_be_finer() -> None:
    ball = _ball()
    finer = replace(ball, finer=np.where(ball.points_m[:, 0] > 0, 3.0, 1.0))
    faces = _left(finer, 0.012)
    front = ball.points_m[faces][:, :, 0].mean(1) > 0.01
    back = ball.points_m[faces][:, :, 0].mean(1) < -0.01
    assert _lengths(ball.points_m, faces[front]).mean() < 0.6 * _lengths(ball.points_m, faces[back]).mean()


def test_of_many_locks_a_few_broader_ones_are_kept() -> None:
    rng = np.random.default_rng(1)
    locks, knots, width, length = 300, 9, 0.004, 0.08
    path = rng.uniform(0, 0.1, (locks, 1, 3)) * [1, 0, 1] + np.linspace(0, -length, knots)[:, None] * [0.0, 1.0, 0.0]
    edges = path[:, :, None] + np.array([-0.5, 0.5])[:, None] * [width, 0.0, 0.0]
    few = thinned(edges, Ribbons(0, locks, knots, deep=True), 0.02)
    assert few.ribbons.locks < 0.2 * locks
    assert few.ribbons.knots == 5
    flat = edges.reshape(-1, 3)[few.kept]
    left = broadened(flat, few.broader).reshape(few.ribbons.locks, few.ribbons.knots, 2, 3)
    np.testing.assert_allclose(left.mean(2), flat.reshape(left.shape).mean(2), atol=1e-12)
    assert np.linalg.norm(left[:, :, 1] - left[:, :, 0], axis=-1) == pytest.approx(few.broader * width)
    np.testing.assert_allclose(left[:, 0].mean(1)[:, 1], 0.0, atol=1e-12)
    np.testing.assert_allclose(left[:, -1].mean(1)[:, 1], -length)
    assert len(ribbon_faces(few.ribbons)) == 2 * few.ribbons.locks * (few.ribbons.knots - 1)
    again = thinned(left, few.ribbons, 0.04)
    at_once = thinned(edges, Ribbons(0, locks, knots, deep=True), 0.04)
    assert again.ribbons.stands_for == pytest.approx(at_once.ribbons.stands_for, rel=0.1)
