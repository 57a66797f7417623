"""Garments as meshes: cut from the helper shells, lifted off the skin, folded, laid out for their fabric."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from ...geometry.nearest import PointTree
from ...geometry.types import Floats, Ints
from ...streams import Stream, generator
from ..body import bones
from ..body.body_data import BodyData, load_body_data
from ..mesh import mesh_ops
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..rigging.body_fields import BodyFields
from ..spec.person_spec import Fabric, Garment
from .extent import BOTTOMS, TOPS, garment_field, openings_m
from .fabric import TILE_M, fabric_grain, fabric_texture
from .offset import offset_cloth
from .shoes import make_shoes
from .skirt import make_skirt
from .trims import make_trim

APART_M = 0.005
"""Least distance of one garment over another."""
FOLDS = 1.1
"""Height of drawn folds over that of those in the mesh, which is too coarse for small ones."""
MOST_FOLDS_M = 0.002
ROUGHNESS = {"leggings": 0.7, "one_piece": 0.65, "sports_bra": 0.7, "shoes": 0.5}


@dataclass(frozen=True)
class Cloth:
    """A finished garment and where it covers the body."""

    part: MeshPart
    cover: Floats
    """Field over the base mesh `(V,)`, metres: positive under the cloth."""
    hide_m: float
    """Skin further than this inside the edge is cut away, so that it cannot poke through: less where cloth is tight."""
    trims: tuple[MeshPart, ...] = ()


@dataclass(frozen=True)
class Shell:
    """The surface that clothes are cut from, finer than the body's own mesh, with the body's fields on it."""

    fields: BodyFields
    faces: Ints


def make_shell(body: BodyFields) -> Shell:
    """The shell of a body; the arms' share is smoothed, so that what is cut along it has clean edges."""
    of_body, faces, mean = _any_shell()
    arm_share = of_body @ body.arm_share
    for _ in range(6):
        arm_share = mean @ arm_share
    fields = replace(
        body,
        vertices_m=of_body @ body.vertices_m,
        weights=of_body @ body.weights,
        arm_share=arm_share,
        arm_m=of_body @ body.arm_m,
        hand_share=of_body @ body.hand_share,
        foot_share=of_body @ body.foot_share,
    )
    return Shell(fields, faces)


@lru_cache(maxsize=1)
def _any_shell() -> tuple[csr_matrix, Ints, csr_matrix]:
    """The same for all bodies: vertices of the shell as means of the body's `(S, V)`, its faces, and means over its neighbours."""
    data = load_body_data()
    used, faces = mesh_ops.compact(np.arange(len(data.template_m)), data.faces["helper-tights"])
    pairs, faces = mesh_ops.halved_edges(len(used), faces)
    ends = used[np.concatenate([np.repeat(np.arange(len(used)), 2), pairs.ravel()])]
    shares = np.full(len(ends), 0.5, np.float32)
    of_body = csr_matrix((shares, ends, np.arange(0, len(ends) + 1, 2)), shape=(len(ends) // 2, len(data.template_m)))
    of_body.sum_duplicates()
    return of_body, faces, mesh_ops.averaging(len(ends) // 2, faces)


def make_clothes(
    garment: Garment, data: BodyData, shell: Shell, body: BodyFields, *, below: Sequence[MeshPart] = ()
) -> list[Cloth]:
    """The pieces of one garment on a body, over what is worn `below`; under a skirt goes a slip, so that nobody looks into an empty tube."""
    if garment.kind not in ("skirt", "dress"):
        return [_from_shell(garment, shell, body, below)]
    pieces = [_from_shell(garment, shell, body, ())] if garment.kind == "dress" else []
    pieces.append(_from_shell(_slip(garment), shell, body, ()))
    nothing = np.full(len(body.vertices_m), -1.0)
    return [*pieces, Cloth(make_skirt(garment, data, body), nothing, 0.0)]


def _slip(garment: Garment) -> Garment:
    """Tight shorts in a dark shade of the skirt's colour."""
    red, green, blue = garment.fabric.colours[0]
    dark = (0.35 * red + 0.03, 0.35 * green + 0.03, 0.35 * blue + 0.03)
    fabric = Fabric(colours=(dark, dark, dark), seed=garment.fabric.seed)
    return Garment(kind="leggings", fabric=fabric, leg=0.04, rise=0.1, wrinkle_m=0.0, seed=garment.seed)


def _from_shell(garment: Garment, shell: Shell, body: BodyFields, below: Sequence[MeshPart]) -> Cloth:
    rng = generator(garment.seed, Stream.CLOTH)
    field = garment_field(garment, body)
    fine = shell.fields
    edge = garment_field(garment, fine)
    opening = openings_m(garment, fine) if garment.kind in TOPS else np.ones_like(edge)
    rows = np.concatenate(
        [fine.vertices_m, fine.weights, np.stack([fine.arm_share, fine.arm_m, opening], axis=1)], axis=1
    )
    rows, faces = mesh_ops.clip(rows, shell.faces, edge)
    rows[:, :3] = mesh_ops.smooth_edges(rows[:, :3], faces, 25)
    vertices, weights = rows[:, :3], rows[:, 3 : 3 + len(bones.BONES)]
    arm, arm_m = rows[:, -3], rows[:, -2]
    if garment.kind == "shoes":
        return Cloth(make_shoes(garment, rows, faces), field, 0.012)
    mean = mesh_ops.averaging(len(vertices), faces)
    vertices = offset_cloth(
        garment, vertices, faces, arm, arm_m=arm_m, opening_m=rows[:, -1], body=body, mean=mean, rng=rng
    )
    if garment.kind in TOPS and garment.tucked_rise is None:
        vertices = lay_over(vertices, mean, [part for part in below if part.kind == "garment"])
    for _ in range(3 if garment.looseness_m > 0.003 else 0):
        weights = mean @ weights
    corners, corner_faces, uv = lay_out(vertices, faces, arm, body, two_legs=garment.kind in BOTTOMS)
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
        grain=fabric_grain(garment.fabric, folds_m=min(FOLDS * garment.wrinkle_m, MOST_FOLDS_M)),
    )
    from_neck = np.where(vertices[:, 1] > body.under_bust_y_m, rows[:, -1], 1.0)
    trim = make_trim(garment, vertices, faces, from_neck, weights=weights)
    return Cloth(part, field, 0.012 + 1.3 * garment.looseness_m, () if trim is None else (trim,))


def lay_over(vertices: Floats, mean: csr_matrix, below: Sequence[MeshPart]) -> Floats:
    """Cloth `(V, 3)` pushed out of what is worn below it, so that a hem does not sink into trousers; `mean (V, V)` takes means over neighbours."""
    for part in below:
        under = part.vertices_ground_m.astype(np.float64)
        normals = mesh_ops.normals(under, part.faces)
        near = np.flatnonzero(vertices[:, 1] < under[:, 1].max() + 0.02)
        if not len(near):
            continue
        distance, index = PointTree(under).query(vertices[near], within=0.06)
        found = np.isfinite(distance)
        near, index = near[found], index[found]
        height = np.einsum("ni,ni->n", vertices[near] - under[index], normals[index])
        push = np.zeros_like(vertices)
        push[near] = np.clip(APART_M - height, 0.0, 0.05)[:, None] * normals[index]
        size = np.linalg.norm(push, axis=1, keepdims=True)
        smooth = mean @ (mean @ push)
        vertices = vertices + np.where(np.linalg.norm(smooth, axis=1, keepdims=True) > size, smooth, push)
    return vertices


def lay_out(
    vertices: Floats, faces: Ints, arm: Floats, body: BodyFields, *, two_legs: bool
) -> tuple[Ints, Ints, Floats]:
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
    unique, inverse = mesh_ops.unique_rows(keys)
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
