"""Garments as meshes: cut from the helper shells, lifted off the skin, folded, laid out for their fabric."""

from dataclasses import dataclass

import numpy as np

from . import bones, mesh_ops
from .arrays import Floats, Ints
from .body_data import BodyData
from .body_fields import BodyFields
from .cut import garment_field
from .fabric import TILE_M, fabric_texture
from .mesh import MeshPart
from .parts import finish_part
from .person_spec import Garment

LAYER_M = {
    "socks": 0.0015, "leggings": 0.002, "one_piece": 0.002, "sports_bra": 0.002, "tank_top": 0.004, "t_shirt": 0.006,
    "long_sleeve": 0.005, "shirt": 0.007, "hoodie": 0.009, "shorts": 0.0035, "jeans": 0.0035, "trousers": 0.0035,
    "sweatpants": 0.0035, "skirt": 0.003, "dress": 0.004, "shoes": 0.004, "cap": 0.004,
}  # fmt: skip
"""Distance of the cloth from the shell where it is tight: what is worn above lies above."""
ROUGHNESS = {"leggings": 0.7, "one_piece": 0.65, "sports_bra": 0.7, "shoes": 0.5}


@dataclass(frozen=True)
class Cloth:
    """A finished garment and where it covers the body."""

    part: MeshPart
    cover: Floats
    """Field over the base mesh `(V,)`, metres: positive under the cloth."""


def make_cloth(garment: Garment, data: BodyData, body: BodyFields) -> Cloth:
    """Build one garment on a body."""
    rng = np.random.default_rng([garment.seed, 1])
    field = garment_field(garment, body)
    shell = data.faces["helper-tights"]
    rows = np.concatenate([body.vertices_m, body.weights, body.arm_share[:, None], field[:, None]], axis=1)
    rows, faces = mesh_ops.compact(rows, shell)
    rows, faces = mesh_ops.subdivide(rows, faces)
    rows, faces = mesh_ops.clip(rows, faces, rows[:, -1].copy())
    vertices, weights = rows[:, :3], rows[:, 3 : 3 + len(bones.BONES)]
    arm = rows[:, -2]
    vertices = _drape(garment, vertices, faces, arm, body, rng)
    corners, corner_faces, uv = lay_out(vertices, faces, arm, body)
    part = finish_part(
        name=garment.kind,
        kind="shoe" if garment.kind == "shoes" else "garment",
        vertices_m=vertices[corners],
        faces=corner_faces,
        uv=uv,
        weights=weights[corners],
        texture_rgb=fabric_texture(garment.fabric, garment.kind),
        roughness=ROUGHNESS.get(garment.kind, 0.88),
        two_sided=True,
    )
    return Cloth(part, field)


def _drape(
    garment: Garment,
    vertices: Floats,
    faces: Ints,
    arm: Floats,
    body: BodyFields,
    rng: np.random.Generator,
) -> Floats:
    """Lift the cloth off the skin: tight where it hangs from, looser below, with folds."""
    mean = mesh_ops.averaging(len(vertices), faces)
    inner = np.ones(len(vertices), bool)
    inner[mesh_ops.boundary(faces)] = False
    smooth = vertices.copy()
    for _ in range(int(np.clip(garment.looseness_m * 700, 2, 16))):
        smooth[inner] = (mean @ smooth)[inner]
    normal = mesh_ops.normals(smooth, faces)
    for _ in range(4):
        normal = mean @ normal
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    if garment.looseness_m > 0.004:
        vertices = smooth + normal * np.maximum(np.einsum("ij,ij->i", vertices - smooth, normal), 0.0)[:, None]
    y = vertices[:, 1]
    if garment.kind in ("t_shirt", "long_sleeve", "tank_top", "hoodie", "shirt", "dress"):
        hang = np.clip((body.neck_m[1] - 0.1 - y) / 0.3, 0.1, 1.0)
        hang = np.where(arm > 0.5, 0.55, hang)
    elif garment.kind in ("shorts", "jeans", "trousers", "sweatpants"):
        hang = np.clip((body.hip_y_m + 0.08 - y) / 0.3, 0.05, 1.0)
    else:
        hang = np.ones(len(y))
    folds = garment.wrinkle_m * (
        mesh_ops.space_noise(vertices * np.array([1.0, 0.55, 1.0], np.float32), 0.05, rng)
        + 0.5 * mesh_ops.space_noise(vertices, 0.022, rng)
    )
    lift = LAYER_M[garment.kind] + garment.looseness_m * hang + folds * (0.3 + 0.7 * hang)
    return vertices + normal * np.maximum(lift, 0.7 * LAYER_M[garment.kind])[:, None].astype(np.float32)


def lay_out(vertices: Floats, faces: Ints, arm: Floats, body: BodyFields) -> tuple[Ints, Ints, Floats]:
    """Texture coordinates in metres of cloth over `TILE_M`: cylinders around trunk, arms and legs, seams at the back.

    Returns the source vertex of every corner vertex, faces over those, and uv.
    """
    centre = vertices[faces].mean(1)
    on_arm = arm[faces].mean(1) > 0.5
    on_leg = (centre[:, 1] < body.hip_y_m - 0.1) & ~on_arm
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
