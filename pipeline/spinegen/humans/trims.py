"""Collars of shirts and hoods of hoodies, laid around the neck."""

import numpy as np

from . import bones
from .arrays import Floats, Ints
from .body_fields import BodyFields
from .fabric import TILE_M, fabric_texture
from .mesh import MeshPart
from .parts import finish_part
from .person_spec import Garment

SLOPE = 0.5
"""How far the neck's base falls towards the front, height per depth: the plane necklines are cut along."""


def make_trim(garment: Garment, body: BodyFields) -> MeshPart | None:
    """The collar or hood that belongs to a garment, if it has one."""
    if garment.kind == "shirt":
        points, faces = _collar(garment, body)
    elif garment.kind == "hoodie":
        points, faces = _hood(garment, body)
    else:
        return None
    flat = points.reshape(-1, 3)
    uv = np.stack([flat[:, 2] + 0.6, flat[:, 1] + 0.7 * flat[:, 0]], axis=1) / TILE_M
    return finish_part(
        f"{garment.kind}_trim",
        "garment",
        flat,
        faces,
        uv,
        _weights(flat, body),
        fabric_texture(garment.fabric, garment.kind),
        0.88,
        two_sided=True,
    )


def _collar(garment: Garment, body: BodyFields) -> tuple[Floats, Ints]:
    """A stand of three centimetres folded over to the outside, open in front."""
    angles = np.linspace(0.2, 2 * np.pi - 0.2, 41)
    inner = _ring(body, angles, 0.02)
    front = np.cos(angles)
    rows = []
    for height, out in ((-0.03, 0.012), (0.0, 0.006), (0.017, 0.005), (0.02, 0.008), (0.006, 0.015), (-0.014, 0.027)):
        drop = np.where(height < 0.0, 0.012 * np.clip(front, 0, 1) ** 2 * (out > 0.02), 0.0)
        rows.append(_lift(inner, angles, height - drop, out + 0.004 * garment.looseness_m / 0.02))
    return _grid(_outside(np.stack(rows), body))


def _hood(garment: Garment, body: BodyFields) -> tuple[Floats, Ints]:
    """A hood lying on the back of the neck: a soft roll, thick behind and thin at the sides."""
    rng = np.random.default_rng([garment.seed, 41])
    angles = np.linspace(0.22 * np.pi, 1.78 * np.pi, 41)
    inner = _ring(body, angles, 0.02)
    thick = 0.008 + 0.022 * np.clip(-np.cos(angles) * 0.6 + 0.4, 0.0, 1.0) * np.sin(
        (angles - angles[0]) / np.ptp(angles) * np.pi
    )
    thick *= 1.0 + 0.12 * np.sin(angles * 5 + rng.uniform(0, 6))
    rows = []
    for turn in np.linspace(0.0, 2 * np.pi, 11):
        sag = -0.35 * thick * (np.cos(turn) > 0)
        rows.append(_lift(inner, angles, -0.012 + thick * np.sin(turn) + sag, 0.012 + thick * (1.0 + np.cos(turn))))
    return _grid(np.stack(rows))


def _ring(body: BodyFields, angles: Floats, level_m: float) -> Floats:
    """The neck's outline `(A, 3)` in the slanted plane `level_m` over its base, seen from the middle."""
    p = body.vertices_m - body.neck_m
    own = (body.arm_share < 0.05) & (body.weights.sum(1) > 0.5) & (np.abs(SLOPE * p[:, 0] + p[:, 1] - level_m) < 0.014)
    own &= np.abs(p[:, 2]) < 0.11
    points = p[own][:, [0, 2]]
    middle = 0.5 * (points.max(0) + points.min(0)) * np.array([1.0, 0.0])
    flat = points - middle
    angle, radius = np.arctan2(-flat[:, 1], flat[:, 0]) % (2 * np.pi), np.linalg.norm(flat, axis=1)
    outline = np.array([
        np.max(radius[np.abs((angle - a + np.pi) % (2 * np.pi) - np.pi) < 0.3], initial=0.05) for a in angles
    ])  # fmt: skip
    outline = np.convolve(np.pad(outline, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    x, z = middle[0] + outline * np.cos(angles), -outline * np.sin(angles)
    return np.stack([x, level_m - SLOPE * x, z], axis=1) + body.neck_m


def _outside(points: Floats, body: BodyFields) -> Floats:
    """Push a trim out of the skin below it, six millimetres over it at least."""
    from scipy.spatial import cKDTree

    own = np.flatnonzero((body.arm_share < 0.3) & (body.weights.sum(1) > 0.5))
    own = own[np.abs(body.vertices_m[own, 1] - body.neck_m[1]) < 0.2]
    skin = body.vertices_m[own].astype(np.float64)
    _, index = cKDTree(skin).query(points)
    away = skin[index] - (body.neck_m + np.array([0.02, -0.05, 0.0]))
    away /= np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    height = np.einsum("...i,...i->...", points - skin[index], away)
    return points + away * np.clip(0.008 - height, 0.0, 0.03)[..., None]


def _lift(ring: Floats, angles: Floats, height: Floats | float, out: Floats | float) -> Floats:
    """A ring moved up and outwards."""
    shift = np.stack([np.cos(angles) * out, np.zeros(len(angles)) + height, -np.sin(angles) * out], axis=1)
    return ring + shift


def _grid(points: Floats) -> tuple[Floats, Ints]:
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    return points, np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])


def _weights(points: Floats, body: BodyFields) -> Floats:
    """Those of the nearest skin, trunk and neck only, a little blurred so that the trim keeps its shape."""
    from scipy.spatial import cKDTree

    own = np.flatnonzero((body.arm_share < 0.05) & (body.weights.sum(1) > 0.5))
    own = own[body.vertices_m[own, 1] > body.neck_m[1] - 0.2]
    distance, index = cKDTree(body.vertices_m[own]).query(points, k=12)
    share = 1.0 / (distance + 0.02)
    share /= share.sum(1, keepdims=True)
    weights = np.einsum("nk,nkb->nb", share, body.weights[own[index]])
    skull = bones.INDEX["skull"]
    weights[:, bones.INDEX["C7"]] += weights[:, skull]
    weights[:, skull] = 0.0
    return weights
