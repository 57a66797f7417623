"""Locks of hair by style: what lies on the head is fixed to it, what is longer hangs in every pose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ...geometry.nearest import PointTree
from ...geometry.types import Flags, Floats, Ints
from ...geometry.vectors import unit
from ..body import bones
from ..body.body_data import BodyData
from ..body.face_frame import FaceFrame, face_frame
from ..garments.cap import cap_edge_m
from ..mesh import mesh_ops
from ..mesh.coarsening import ribbon_faces
from ..mesh.mesh import MeshPart, Ribbons
from ..mesh.mesh_parts import finish_part
from ..simulation.strand_simulation import Obstacle, StrandSimulation, knot_frames
from ..spec.person_spec import Hair
from .strands import Growth, Scalp, Strips, grow, head_part, make_scalp, on_skull, ribbon_uv, ribbons, scatter

LOCKS = {"buzz": 2200, "short": 2200, "medium": 1500, "long": 1500, "bun": 1500, "ponytail": 1500, "curly": 1500, "afro": 1500}  # fmt: skip
TIED = ("bun", "ponytail")
FALLING = ("medium", "long")
EDGE_LOCKS = 420
"""Short fine hairs along the hairline of what is combed back."""
GUIDES = 220
TAIL_GUIDES, TAIL_LOCKS = 24, 240
WIDTH_M = {
    "buzz": 0.003,
    "curly": 0.007,
    "afro": 0.008,
    "short": 0.0048,
    "medium": 0.0065,
    "long": 0.0065,
    "bun": 0.006,
    "ponytail": 0.006,
}
_TAIL_WIDTH_M = 0.007
ROUGHNESS = 0.68
OBSTACLE_CELL_M = 0.024
LIMB_RADIUS_M = 0.05
Rng = np.random.Generator


@dataclass(frozen=True)
class Head:
    """One head and the skin around it, as the growing of hair needs it."""

    scalp: Scalp
    face: FaceFrame
    tie_m: Floats
    """Where hair is tied `(3,)`."""


def lock_parts(
    hair: Hair,
    data: BodyData,
    vertices_m: Floats,
    weights: Floats,
    *,
    table: Floats,
    faces: Ints,
    texture: NDArray[np.uint8],
    covered: bool,
    over_m: float,
    rng: Rng,
) -> list[MeshPart]:
    """Locks that grow on the scalp `table (S, position, weights, way from the hairline)`, `faces`; `covered`: none above a cap's edge."""
    face = face_frame(data, vertices_m, weights)
    head = Head(make_scalp(data, vertices_m, weights), face, np.array([face.back_x_m - 0.004, face.eye_y_m + 0.035, 0]))
    roots, normals = scatter(table[:, :3], faces, LOCKS[hair.style], rng)
    off_ears = head.scalp.tree.query(roots)[0] < 0.009
    roots, normals = roots[off_ears], normals[off_ears]
    path = _grown(hair, head, roots, normals, rng=rng)
    if covered:
        path = path[np.all(path[..., 1] < cap_edge_m(path[..., 0], face) + 0.004, axis=1)]
    if hair.style in FALLING:
        obstacle = _obstacle(data, vertices_m, weights)
        return [_falling_part("hair", path, head, obstacle, hair=hair, over_m=over_m, texture=texture, rng=rng)]
    pieces = [ribbons(head.scalp, path, WIDTH_M[hair.style], rng, blunt=0.15 if hair.style == "short" else 0.35)]
    if hair.style in TIED and not covered:
        pieces.append(_edge_hairs(hair, head, table, faces, rng=rng))
    if hair.style == "bun":
        pieces.append(ribbons(head.scalp, _bun(head.tie_m, rng), 0.012, rng, blunt=0.9))
    parts = [head_part("hair", pieces, texture, roughness=ROUGHNESS)]
    if hair.style == "ponytail":
        obstacle = _obstacle(data, vertices_m, weights)
        parts.append(
            _falling_part(
                "hair_tail", _tail(hair, head, rng), head, obstacle, hair=hair, over_m=over_m, texture=texture, rng=rng
            )
        )
    return parts


def _grown(hair: Hair, head: Head, roots: Floats, normals: Floats, *, rng: Rng) -> Floats:
    """Paths `(N, K, 3)` of the locks on the head."""
    face = head.face
    heading = _headings(hair, roots, normals, face, rng=rng)
    lift = hair.volume_m
    length: Floats | None = None
    growth = Growth(hair.length_m, 4, lift, 0.1)
    if hair.style == "buzz":
        growth = Growth(0.006, 1, 0.002, 0.0)
    elif hair.style == "short":
        growth = Growth(max(hair.length_m, 0.02), 3, 0.8 * lift, 0.08, cling=0.7)
    elif hair.style in FALLING:
        ears_x = face.eye_x_m - (0.082 if hair.style == "medium" else 0.1) * face.size
        growth = Growth(hair.length_m + 0.1, 10, 0.6 * lift, 0.3, cling=0.9, swept=0.5, swept_to_x_m=ears_x)
        length = growth.length_m * rng.uniform(0.88, 1.08, len(roots)) + 0.6 * np.maximum(
            roots[:, 1] - face.eye_y_m, 0.0
        )
    elif hair.style in TIED:
        length = np.linalg.norm(head.tie_m - roots, axis=1) * 1.12
        growth = Growth(0.1, 6, lift, 0.0, cling=0.9)
    elif hair.style == "curly":
        growth = Growth(hair.length_m, 8, lift, 0.12, cling=0.3, curl_m=0.005, curl_turns=2.2)
    elif hair.style == "afro":
        roots = roots + normals * lift * rng.uniform(0.25, 0.75, (len(roots), 1))
        growth = Growth(0.03, 6, 0.0, 0.02, cling=0.0, curl_m=0.007, curl_turns=1.8)
    path = grow(head.scalp, roots, heading, growth, rng=rng, length=length)
    return path if hair.style in TIED else path[~_over_face(path, face)]


def _over_face(path: Floats, face: FaceFrame) -> Flags:
    """Which locks hang over the face."""
    over = (path[..., 0] > face.eye_x_m - 0.055) & (path[..., 1] < face.eye_y_m + 0.035)
    return np.any(over & (np.abs(path[..., 2]) < 0.065 * face.size), axis=1)


def _headings(hair: Hair, roots: Floats, normals: Floats, face: FaceFrame, *, rng: Rng) -> Floats:
    """Unit directions in which locks leave the scalp."""
    if hair.style == "afro":
        return unit(normals + rng.normal(0, 0.35, roots.shape))
    if hair.style in TIED:
        away = np.stack([np.full(len(roots), -1.0), 0.35 * np.ones(len(roots)), -6.0 * roots[:, 2]], axis=1)
    elif hair.style in ("short", "buzz"):
        whorl = roots - (face.top_m + np.array([-0.05, 0.0, 0.0]))
        away = unit(whorl) + np.array([0.35, -0.25, rng.uniform(-0.5, 0.5)])
    else:
        part = rng.uniform(-0.03, 0.03)
        aside = np.clip((roots[:, 2] - part) / 0.02, -1.0, 1.0)
        away = np.stack([np.full(len(roots), -0.6), np.full(len(roots), -0.4), 0.9 * aside], axis=1)
    away = away + rng.normal(0, 0.55 if hair.style == "curly" else 0.13, roots.shape)
    along = away - np.einsum("ij,ij->i", away, normals)[:, None] * normals
    return unit(along)


def _edge_hairs(hair: Hair, head: Head, table: Floats, faces: Ints, *, rng: Rng) -> Strips:
    """Fine hairs that begin on the hairline, so that it does not end like a cap."""
    near = faces[(table[faces, -1] < 0.007).any(1)]
    roots, normals = scatter(table[:, :3], near, EDGE_LOCKS, rng)
    clear = head.scalp.tree.query(roots)[0] < 0.009
    roots, normals = roots[clear], normals[clear]
    heading = _headings(hair, roots, normals, head.face, rng=rng)
    # A few begin in front of the cap.
    roots = roots - heading * rng.uniform(0.0, 0.006, (len(roots), 1))
    path = grow(head.scalp, roots, heading, Growth(0.035, 3, 0.3 * hair.volume_m, 0.0, cling=0.9), rng=rng)
    return ribbons(head.scalp, path, 0.0028, rng, blunt=0.2, deep=False)


def _tail(hair: Hair, head: Head, rng: Rng) -> Floats:
    """Locks from the tie backwards, then down."""
    start = head.tie_m + rng.normal(0, 0.008, (TAIL_LOCKS, 3))
    away = np.array([-1.0, 0.25, 0.0]) + rng.normal(0, 0.14, (TAIL_LOCKS, 3))
    return grow(head.scalp, start, unit(away), Growth(hair.length_m, 10, 0.022, 0.3, cling=0.0), rng=rng)


def _bun(tie: Floats, rng: Rng) -> Floats:
    """Locks wound into a ball behind the tie."""
    radius = rng.uniform(0.03, 0.042)
    centre = tie + np.array([-0.75 * radius, 0.01, 0.0])
    turn = np.linspace(0, 1.6 * np.pi, 9)[None]
    start, tilt = rng.uniform(0, 2 * np.pi, (90, 1)), rng.uniform(-1.0, 1.0, (90, 1))
    around = np.sqrt(np.maximum(1 - tilt**2, 0.02))
    r = radius * rng.uniform(0.9, 1.05, (90, 1))
    x = r * tilt * np.ones_like(turn)
    return centre + np.stack([x, r * around * np.sin(start + turn), r * around * np.cos(start + turn)], axis=-1)


def _falling_part(
    name: str,
    path: Floats,
    head: Head,
    obstacle: Obstacle,
    *,
    hair: Hair,
    over_m: float,
    texture: NDArray[np.uint8],
    rng: Rng,
) -> MeshPart:
    """A part of locks `(N, K, 3)` of which a few guide the others; its rest shape is how it hangs at rest."""
    count, knots = path.shape[:2]
    guides = np.arange(0, count, max(1, count // (TAIL_GUIDES if name == "hair_tail" else GUIDES)))
    likeness = np.concatenate([path[:, 0], 0.6 * path[:, knots // 2]], axis=1)
    leader = PointTree(likeness[guides]).query(likeness)[1]
    guide = path[guides]
    _, index = head.scalp.tree.query(guide)
    facing = head.scalp.normals[index]
    along, aside, out = knot_frames(guide, facing)
    apart = path - guide[leader]
    local = np.stack([np.einsum("nki,nki->nk", apart, axis[leader]) for axis in (along, aside, out)], axis=2)
    clump = np.linspace(1.0, 0.85, knots)[None, :, None]
    local = np.clip(local * clump, -0.025, 0.025)
    # What lies beside its guide stands off as the body curves away.
    local[..., 2] = np.clip(local[..., 2], -0.004, 0.012) + local[..., 1] ** 2 / (2.0 * LIMB_RADIUS_M)
    reach = np.linspace(0.0, 1.0, knots)
    taper = (1.0 - 0.75 * reach**2) * np.clip(reach * 4 + 0.6, 0, 1)
    width_m = _TAIL_WIDTH_M if name == "hair_tail" else WIDTH_M[hair.style]
    half = 0.5 * width_m * rng.uniform(0.7, 1.3, (count, 1)) * taper
    edge = np.zeros((count, knots, 2, 3))
    edge[:, :, 0, 1], edge[:, :, 1, 1] = -half, half
    offset = (local[:, :, None] + edge).reshape(-1, 3).astype(np.float32)
    knot = np.broadcast_to((leader[:, None] * knots + np.arange(knots))[:, :, None], (count, knots, 2)).reshape(-1)
    # A lock hangs from where it leaves the head; a tail from its tie.
    low = guide[..., 1] < head.face.eye_y_m - 0.025
    free = np.where(low.any(1), low.argmax(1), knots) if name == "hair" else np.zeros(len(guide), int)
    shaping = StrandSimulation(
        guides_m=guide,
        free_from=np.maximum(free, 2),
        gravity=0.6 if name == "hair" else 0.4,
        over_m=over_m,
        knot=knot.astype(np.int32),
        offset=offset,
        obstacle=obstacle,
    )
    rest = np.tile(np.concatenate([np.eye(3).ravel(), np.zeros(3)]), (len(bones.BONES), 1))
    vertices = shaping.posed(rest, offset)
    all_locks = Ribbons(0, count, knots, deep=True)
    return finish_part(
        name,
        "hair",
        vertices,
        ribbon_faces(all_locks),
        uv=ribbon_uv(count, knots, rng),
        weights=on_skull(len(vertices)),
        texture_rgb=texture,
        roughness=ROUGHNESS,
        two_sided=True,
        shaping=shaping,
        ribbons=(all_locks,),
    )


def _obstacle(data: BodyData, vertices_m: Floats, weights: Floats) -> Obstacle:
    """Skin of head, trunk and arms that hair may fall on, thinned out to a point every two centimetres or so."""
    body = data.vertices_of("body")
    keep = body[vertices_m[body, 1] > 0.58 * float(vertices_m[body, 1].max())]
    keep = keep[weights[keep][:, [bones.INDEX["hand_r"], bones.INDEX["hand_l"]]].sum(1) < 0.2]
    cell = np.floor(vertices_m[keep] / OBSTACLE_CELL_M).astype(np.int64)
    _, first = np.unique(cell, axis=0, return_index=True)
    keep = keep[np.sort(first)]
    normals = mesh_ops.normals(vertices_m, data.faces["body"])[keep]
    kept = np.where(weights[keep] < 0.02, 0.0, weights[keep])
    kept /= kept.sum(1, keepdims=True)
    return Obstacle(vertices_m[keep].astype(np.float64), normals.astype(np.float64), csr_matrix(kept, dtype=np.float64))
