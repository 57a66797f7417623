"""Which place of the body every texel of the skin texture shows."""

from functools import cache, lru_cache

import cv2
import numpy as np
from scipy.sparse import csr_matrix

from ...cache_folder import cache_folder
from ...files import atomic_path
from ...geometry.types import Floats, Ints
from . import source_files
from .body_data import LAYOUT, load_body_data

SIZE = 1024
NOT_HEAD = ("spine", "root", "pelvis", "upper", "lower", "foot", "toe", "wrist", "finger", "metacarpal", "breast")


@lru_cache(maxsize=1)
def head_texels() -> tuple[Ints, Ints, Ints, Floats]:
    """Texels of the head: rows, columns, the three body vertices around each `(N, 3)` and their shares `(N, 3)`.

    Found once by drawing the layout's triangles, then kept in the cache folder.
    """
    path = cache_folder() / f"head-texels-{source_files.data_version()}-{LAYOUT}.npz"
    if not path.is_file():
        found = _find_texels()
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, rows=found[0], columns=found[1], corners=found[2], shares=found[3])
    with np.load(path, allow_pickle=False) as stored:
        return stored["rows"], stored["columns"], stored["corners"], stored["shares"]


def _find_texels() -> tuple[Ints, Ints, Ints, Floats]:
    data = load_body_data()
    faces, uv_faces = data.faces["body"], data.uv_faces["body"]
    elsewhere = [i for i, bone in enumerate(data.rig_bones) if bone.startswith(NOT_HEAD)]
    head = np.flatnonzero((data.rig_weights[:, elsewhere].sum(1) < 0.3)[faces].all(1))
    corners = data.uv[uv_faces[head]] * np.array([SIZE, -SIZE]) + np.array([0.0, SIZE]) - 0.5
    owner = np.full((SIZE, SIZE), -1, np.int32)
    for i, triangle in enumerate(corners):
        cv2.fillConvexPoly(owner, np.round(triangle * 16).astype(np.int32), [float(i)], shift=4)
    rows, columns = np.nonzero(owner >= 0)
    own = owner[rows, columns]
    a, b, c = (corners[own, k] for k in range(3))
    first, second, away = b - a, c - a, np.stack([columns, rows], axis=1) - a
    area = _cross(first, second)
    area = np.where(np.abs(area) < 1e-9, 1.0, area)
    s, t = _cross(away, second) / area, _cross(first, away) / area
    shares = np.clip(np.stack([1 - s - t, s, t], axis=1), 0.0, 1.0)
    shares /= shares.sum(1, keepdims=True)
    return rows.astype(np.int32), columns.astype(np.int32), faces[head][own], shares.astype(np.float32)


def _cross(a: Floats, b: Floats) -> Floats:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def head_positions(vertices_m: Floats) -> Floats:
    """Places `(N, 3)` of the head's texels on one body, metres."""
    return np.asarray(_head_shares() @ vertices_m.astype(np.float32))


def head_values(values: Floats) -> Floats:
    """A field over the body's vertices `(V,)`, at the head's texels `(N,)`."""
    return np.asarray(_head_shares() @ values.astype(np.float32))


@lru_cache(maxsize=1)
def _head_shares() -> csr_matrix:
    """Shares of the vertices `(N, V)` in the head's texels."""
    _, _, corners, shares = head_texels()
    first = np.arange(0, 3 * len(corners) + 1, 3)
    shape = (len(corners), len(load_body_data().template_m))
    return csr_matrix((shares.ravel(), corners.ravel(), first), shape=shape, dtype=np.float32)


@cache
def masked_vertices(name: str) -> Ints:
    """Skin vertices that lie in a zone of the texture, such as `lips`; not to be written to."""
    data = load_body_data()
    mask = data.masks[name]
    uv = data.uv[data.uv_faces["body"].ravel()]
    at = np.clip((np.stack([1.0 - uv[:, 1], uv[:, 0]], axis=1) * len(mask)).astype(int), 0, len(mask) - 1)
    return np.unique(data.faces["body"].ravel()[mask[at[:, 0], at[:, 1]] > 100])
