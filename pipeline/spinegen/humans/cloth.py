"""Garments as meshes: cut from the helper shells, lifted off the skin, folded, laid out for their fabric."""

from dataclasses import dataclass

import numpy as np

from . import bones, mesh_ops
from .arrays import Floats, Ints
from .body_data import BodyData
from .body_fields import BodyFields
from .cut import BOTTOMS, garment_field, leg_end_m, skirt_field
from .drape import drape
from .fabric import TILE_M, fabric_texture
from .mesh import MeshPart
from .parts import finish_part
from .person_spec import Garment
from .shoes import shape_shoes, shoe_texture, shoe_uv
from .skirt import make_skirt

ROUGHNESS = {"leggings": 0.7, "one_piece": 0.65, "sports_bra": 0.7, "shoes": 0.5}


@dataclass(frozen=True)
class Cloth:
    """A finished garment and where it covers the body."""

    part: MeshPart
    cover: Floats
    """Field over the base mesh `(V,)`, metres: positive under the cloth."""
    hide_m: float
    """Skin further than this inside the edge is cut away, so that it cannot poke through: less where cloth is tight."""


def make_clothes(garment: Garment, data: BodyData, body: BodyFields) -> list[Cloth]:
    """The pieces of one garment on a body: one, or two for a dress."""
    pieces = [] if garment.kind == "skirt" else [_from_shell(garment, data, body)]
    if garment.kind in ("skirt", "dress"):
        # Raised knees would push through a skirt that covers them.
        hide_m = 0.05 if leg_end_m(garment, body) < body.knee_y_m + 0.05 else 0.12
        pieces.append(Cloth(make_skirt(garment, body), skirt_field(garment, body, hide_m), hide_m))
    return pieces


def _from_shell(garment: Garment, data: BodyData, body: BodyFields) -> Cloth:
    rng = np.random.default_rng([garment.seed, 1])
    field = garment_field(garment, body)
    shell = data.faces["helper-tights"]
    rows = np.concatenate([body.vertices_m, body.weights, body.arm_share[:, None], field[:, None]], axis=1)
    rows, faces = mesh_ops.compact(rows, shell)
    rows, faces = mesh_ops.subdivide(rows, faces)
    rows, faces = mesh_ops.clip(rows, faces, rows[:, -1].copy())
    rows[:, :3] = mesh_ops.smooth_edges(rows[:, :3], faces, 10)
    vertices, weights = rows[:, :3], rows[:, 3 : 3 + len(bones.BONES)]
    arm = rows[:, -2]
    if garment.kind == "shoes":
        return Cloth(_shoes(garment, rows, faces), field, 0.012)
    vertices = drape(garment, vertices, faces, arm, body, rng)
    blur = mesh_ops.averaging(len(weights), faces)
    for _ in range(3 if garment.looseness_m > 0.003 else 0):
        weights = blur @ weights
    corners, corner_faces, uv = lay_out(vertices, faces, arm, body, garment.kind in BOTTOMS)
    part = finish_part(
        name=garment.kind,
        kind="garment",
        vertices_m=vertices[corners],
        faces=corner_faces,
        uv=uv,
        weights=weights[corners],
        texture_rgb=fabric_texture(garment.fabric, garment.kind),
        roughness=ROUGHNESS.get(garment.kind, 0.88),
        two_sided=True,
    )
    return Cloth(part, field, 0.012 + 1.3 * garment.looseness_m)


def _shoes(garment: Garment, rows: Floats, faces: Ints) -> MeshPart:
    vertices = shape_shoes(rows[:, :3], faces, 0.004 + 0.4 * garment.looseness_m)
    return finish_part(
        "shoes", "shoe", vertices, faces, shoe_uv(vertices), rows[:, 3 : 3 + len(bones.BONES)], shoe_texture(garment),
        0.55, two_sided=True,
    )  # fmt: skip


def lay_out(vertices: Floats, faces: Ints, arm: Floats, body: BodyFields, two_legs: bool) -> tuple[Ints, Ints, Floats]:
    """Texture coordinates in metres of cloth over `TILE_M`: cylinders around trunk, arms and legs, seams at the back.

    Returns the source vertex of every corner vertex, faces over those, and uv.
    """
    centre = vertices[faces].mean(1)
    on_arm = arm[faces].mean(1) > 0.5
    on_leg = ((centre[:, 1] < body.hip_y_m - 0.1) | two_legs) & ~on_arm
    chart = np.where(on_arm, np.where(centre[:, 2] > 0, 1, 2), np.where(on_leg, np.where(centre[:, 2] > 0, 3, 4), 0))
    corner_uv = np.zeros((len(faces), 3, 2))
    for which in range(5):
        own = chart == which
        if own.any():
            corner_uv[own] = _cylinder(vertices[faces[own]].astype(np.float64), which)
    keys = np.concatenate([faces.reshape(-1, 1), np.round(corner_uv.reshape(-1, 2) * 1e5)], axis=1).astype(np.int64)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    return unique[:, 0], inverse.reshape(-1, 3).astype(np.int32), (unique[:, 1:] / 1e5 / TILE_M).astype(np.float32)


def _cylinder(corners: Floats, chart: int) -> Floats:
    """`(F, 3, 2)` metres around and along; trunk and legs about the vertical, arms about their own axis."""
    points = corners.reshape(-1, 3)
    middle = points.mean(0)
    if chart in (1, 2):
        axis = np.linalg.svd(points - middle, full_matrices=False)[2][0]
        axis *= np.sign(axis[1]) or 1.0
        aside = np.cross(axis, [1.0, 0.0, 0.0])
        aside /= np.linalg.norm(aside)
        ahead = np.cross(aside, axis)
    else:
        axis, aside, ahead = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0]), np.array([1.0, 0.0, 0.0])
        middle = middle * np.array([1.0, 0.0, 1.0]) if chart else np.array([middle[0], 0.0, 0.0])
    a, b = (points - middle) @ ahead, (points - middle) @ aside
    angle = np.arctan2(b, a).reshape(-1, 3)
    wrap = np.ptp(angle, axis=1) > np.pi
    angle[wrap] = np.where(angle[wrap] < 0, angle[wrap] + 2 * np.pi, angle[wrap])
    radius = float(np.hypot(a, b).mean())
    u = angle * radius + (0.6 if chart else 0.0)
    return np.stack([u, ((points - middle) @ axis).reshape(-1, 3)], axis=2)
