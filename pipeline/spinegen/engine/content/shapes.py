"""Primitive meshes: box, rounded box, cylinder, sphere, plane; ground axes, metres, texture coordinates in metres."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .mesh import Material, Mesh


def plain_mesh(vertices: NDArray, normals: NDArray, uv: NDArray, faces: NDArray, *, material: Material) -> Mesh:
    """A mesh of one material from arrays `(V, 3)`, `(V, 3)`, `(V, 2)`, `(F, 3)`."""
    faces = np.asarray(faces, np.int32).reshape(-1, 3)
    v, n, t = (np.ascontiguousarray(array, np.float32) for array in (vertices, normals, uv))
    return Mesh(v, n, t, faces, ((0, len(faces), material),))


def quad(corners_m: ArrayLike, material: Material, uv: ArrayLike | None = None) -> Mesh:
    """Four corners `(4, 3)`, counter-clockwise seen from the front; texture coordinates in metres along the first two sides."""
    corners = np.asarray(corners_m, dtype=np.float64)
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    normal = np.cross(along, across)
    normal /= np.linalg.norm(normal)
    if uv is None:
        width, height = np.linalg.norm(along), np.linalg.norm(across)
        uv = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    return plain_mesh(
        corners, np.tile(normal, (4, 1)), np.asarray(uv), np.array([[0, 1, 2], [0, 2, 3]]), material=material
    )


def _unit_box() -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Corners (of sides -1..1), normals, texture coordinates and faces of the box that all boxes are made from."""
    vertices, normals, uvs, faces = [], [], [], []
    for axis in range(3):
        u_axis, v_axis = ((2, 1), (0, 2), (0, 1))[axis]
        for sign in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = sign
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, u_axis] = (-1, 1, 1, -1)
            corners[:, v_axis] = (-1, -1, 1, 1)
            first = len(vertices) * 4
            outward = np.cross(corners[1] - corners[0], corners[3] - corners[0]) @ normal > 0
            faces += [first + index for index in ((0, 1, 2, 0, 2, 3) if outward else (0, 2, 1, 0, 3, 2))]
            vertices.append(corners)
            normals.append(np.tile(normal, (4, 1)))
            uvs.append(np.tile([u_axis, v_axis], (4, 1)))
    return np.concatenate(vertices), np.concatenate(normals), np.concatenate(uvs), np.array(faces, np.int32)


_CORNERS, _NORMALS, _UV_AXES, _FACES = _unit_box()


def box(centre_m: ArrayLike, size_m: ArrayLike, material: Material, rotation: ArrayLike | None = None) -> Mesh:
    """Axis-aligned (or turned by `rotation (3, 3)` about its centre) box of full extents `size_m`, each over 0."""
    points, directions = _CORNERS * (np.asarray(size_m, dtype=np.float64) / 2), _NORMALS
    uv = np.take_along_axis(points, _UV_AXES, axis=1)
    if rotation is not None:
        turn = np.asarray(rotation, dtype=np.float64)
        points, directions = points @ turn.T, directions @ turn.T
    return plain_mesh(points + np.asarray(centre_m), directions.copy(), uv, _FACES.copy(), material=material)


def sphere(centre_m: ArrayLike, radii_m: ArrayLike, material: Material, rings: int = 24) -> Mesh:
    """Ellipsoid; `rings` from pole to pole, twice as many around."""
    radii = np.broadcast_to(np.asarray(radii_m, dtype=np.float64), (3,))
    polar = np.linspace(0, np.pi, rings + 1)[:, None]
    around = np.linspace(0, 2 * np.pi, 2 * rings + 1)[None]
    unit = np.stack(
        [np.sin(polar) * np.cos(around), np.cos(polar) + 0 * around, -np.sin(polar) * np.sin(around)], -1
    ).reshape(-1, 3)
    normals = unit / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uv = np.stack([around + 0 * polar, np.pi - polar + 0 * around], -1).reshape(-1, 2) * radii.mean()
    return plain_mesh(
        unit * radii + np.asarray(centre_m), normals, uv, _grid_faces(rings, 2 * rings), material=material
    )


def _grid_faces(rows: int, columns: int) -> NDArray:
    index = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    return np.stack([a, b, c, a, c, d], -1).reshape(-1, 3)


def lathe(profile_m: ArrayLike, material: Material, segments: int = 32) -> Mesh:
    """Profile points `(P, 2)` of (radius, height), from bottom to top with the outside to the right, turned about the y axis."""
    profile = np.asarray(profile_m, dtype=np.float64)
    pieces_v, pieces_n, pieces_uv, faces, first = [], [], [], [], 0
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    circle = np.stack([np.cos(angle), np.zeros_like(angle), -np.sin(angle)], -1)
    length = 0.0
    for lower, upper in pairwise(profile):
        step = upper - lower
        size = float(np.hypot(*step))
        if size < 1e-9:
            continue
        normal = circle * (step[1] / size) + np.array([0.0, -step[0] / size, 0.0])
        for radius, height, run in ((*lower, length), (*upper, length + size)):
            pieces_v.append(circle * radius + [0.0, height, 0.0])
            pieces_n.append(normal)
            pieces_uv.append(np.stack([angle * max(profile[:, 0].max(), 1e-3), np.full_like(angle, run)], -1))
        index = first + np.arange(segments)
        a, b, c, d = index, index + 1, index + segments + 2, index + segments + 1
        faces.append(np.stack([a, b, c, a, c, d], -1).reshape(-1, 3))
        first += 2 * (segments + 1)
        length += size
    return plain_mesh(
        np.concatenate(pieces_v),
        np.concatenate(pieces_n),
        np.concatenate(pieces_uv),
        np.concatenate(faces),
        material=material,
    )


def cylinder(radius_m: float, bottom_m: float, top_m: float, material: Material, *, segments: int = 32) -> Mesh:
    """Upright closed cylinder about the y axis."""
    return lathe([(0, bottom_m), (radius_m, bottom_m), (radius_m, top_m), (0, top_m)], material, segments)


def rod(start_m: ArrayLike, end_m: ArrayLike, radius_m: float, material: Material, *, segments: int = 12) -> Mesh:
    """Closed cylinder between two points."""
    start, end = np.asarray(start_m, dtype=np.float64), np.asarray(end_m, dtype=np.float64)
    length = float(np.linalg.norm(end - start))
    up = (end - start) / length
    side = np.cross(up, [1.0, 0.0, 0.0] if abs(up[0]) < 0.9 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    turn = np.stack([side, up, np.cross(side, up)], axis=1)
    return moved(cylinder(radius_m, 0.0, length, material, segments=segments), turn, start)


def moved(mesh: Mesh, rotation: ArrayLike, translation_m: ArrayLike) -> Mesh:
    """The mesh turned by `rotation (3, 3)`, then shifted."""
    turn = np.asarray(rotation, dtype=np.float64)
    vertices = mesh.vertices_m @ turn.T + np.asarray(translation_m)
    return Mesh(vertices.astype(np.float32), (mesh.normals @ turn.T).astype(np.float32), mesh.uv, mesh.faces, mesh.runs)


def scaled(mesh: Mesh, factors: ArrayLike) -> Mesh:
    """The mesh stretched by a factor an axis."""
    factors = np.asarray(factors, dtype=np.float64)
    normals = mesh.normals / factors
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(
        (mesh.vertices_m * factors).astype(np.float32), normals.astype(np.float32), mesh.uv, mesh.faces, mesh.runs
    )


def fitted(mesh: Mesh, size_m: ArrayLike) -> Mesh:
    """The mesh stretched and shifted so that it fills a box of extents `size_m` that stands in the middle of the ground."""
    low, high = mesh.vertices_m.min(0).astype(np.float64), mesh.vertices_m.max(0).astype(np.float64)
    size = np.asarray(size_m, dtype=np.float64)
    factors = size / np.maximum(high - low, 1e-9)
    centre = (low + high) / 2 * factors
    return moved(scaled(mesh, factors), np.eye(3), [-centre[0], -low[1] * factors[1], -centre[2]])
