"""Hair on the head: a close cap for the mass, locks over it for the shape, by style."""

import numpy as np
from numpy.typing import NDArray

from . import bones, mesh_ops
from .arrays import Floats, Ints
from .body_data import BodyData
from .face_frame import FaceFrame, face_frame
from .mesh import MeshPart
from .parts import finish_part
from .person_spec import Hair
from .strands import Growth, grow, lock_weights, make_scalp, ribbons, scatter
from .texture_noise import noise

CAP_SHARE = {
    "buzz": 0.6,
    "short": 0.45,
    "medium": 0.35,
    "long": 0.3,
    "bun": 0.6,
    "ponytail": 0.6,
    "curly": 0.6,
    "afro": 0.62,
}
"""Height of the cap as a share of the hair's volume."""
LOCKS = {
    "buzz": 2200,
    "short": 1500,
    "medium": 1300,
    "long": 1300,
    "bun": 900,
    "ponytail": 900,
    "curly": 1500,
    "afro": 1500,
}
TIED = ("bun", "ponytail")


def hair_parts(
    hair: Hair, data: BodyData, vertices_m: Floats, weights: Floats, covered: bool = False
) -> list[MeshPart]:
    """Meshes of the hair; none for bald heads. `covered`: a hat lies on it, so it is flat on top."""
    if hair.style == "bald":
        return []
    rng = np.random.default_rng([hair.seed, 11])
    level = scalp_field(hair, data, vertices_m, weights)
    table, faces = _scalp_surface(data, vertices_m, weights, level)
    texture = hair_texture(hair)
    flat = 0.25 if covered else 1.0
    parts = [_cap(hair, table, faces, texture, flat, rng)]
    if hair.style in LOCKS:
        parts.append(_locks(hair, data, vertices_m, weights, table, faces, texture, flat, rng))
    return parts


def _scalp_surface(data: BodyData, vertices_m: Floats, weights: Floats, level: Floats) -> tuple[Floats, Ints]:
    faces = data.faces["body"]
    faces = faces[(level[faces] > -0.05).all(1)]
    rows = np.concatenate([vertices_m, weights, level[:, None]], axis=1).astype(np.float32)
    rows, faces = mesh_ops.compact(rows, faces)
    rows, faces = mesh_ops.subdivide(rows, faces)
    rows, faces = mesh_ops.clip(rows, faces, rows[:, -1].copy())
    return rows, faces


def _cap(
    hair: Hair, table: Floats, faces: Ints, texture: NDArray[np.uint8], flat: float, rng: np.random.Generator
) -> MeshPart:
    vertices, weights, inside = table[:, :3], table[:, 3 : 3 + len(bones.BONES)], table[:, -1]
    mean = mesh_ops.averaging(len(vertices), faces)
    normal = mesh_ops.normals(vertices, faces)
    for _ in range(3):
        normal = mean @ normal
    fall = np.clip(inside / 0.035, 0, 1) ** 0.7
    lumps = mesh_ops.space_noise(vertices, 0.035, rng) * (0.16 if hair.style == "curly" else 0.08)
    if hair.style == "afro":
        lumps = lumps + 0.08 * mesh_ops.space_noise(vertices, 0.01, rng)
    lift = 0.0012 + flat * CAP_SHARE[hair.style] * hair.volume_m * fall * (1 + lumps)
    vertices = vertices + normal * lift[:, None]
    centre = vertices.mean(0)
    angle = np.arctan2(vertices[:, 2], vertices[:, 0] - centre[0])
    uv = np.stack([angle * 2.0 / np.pi, vertices[:, 1] * 4.0], axis=1)
    return finish_part("hair_cap", "hair", vertices, faces, uv, weights, texture, 0.6, two_sided=True)


def _locks(
    hair: Hair,
    data: BodyData,
    vertices_m: Floats,
    weights: Floats,
    table: Floats,
    faces: Ints,
    texture: NDArray[np.uint8],
    flat: float,
    rng: np.random.Generator,
) -> MeshPart:
    scalp = make_scalp(data, vertices_m, weights)
    roots, normals = scatter(table[:, :3], faces, LOCKS[hair.style], rng)
    off_ears = scalp.tree.query(roots)[0] < 0.009
    roots, normals = roots[off_ears], normals[off_ears]
    face = face_frame(data, vertices_m, weights)
    top, eye_y, back_x = face.top_m, face.eye_y_m, face.back_x_m
    heading = _headings(hair, roots, normals, top, eye_y, rng)
    lift = flat * hair.volume_m
    length: Floats | None = None
    tie = np.array([back_x - 0.004, eye_y + 0.035, 0.0])
    growth = Growth(hair.length_m, 4, lift, 0.1)
    if hair.style == "buzz":
        growth = Growth(0.006, 1, 0.002, 0.0)
    elif hair.style == "short":
        growth = Growth(max(hair.length_m, 0.02), 3, lift, 0.05, cling=0.5)
    elif hair.style in ("medium", "long"):
        growth = Growth(hair.length_m + 0.08, 9, lift, 0.3, cling=0.35)
        length = growth.length_m * rng.uniform(0.85, 1.1, len(roots)) + 0.5 * np.maximum(roots[:, 1] - eye_y, 0.0)
    elif hair.style in TIED:
        way = tie - roots
        length = np.linalg.norm(way, axis=1) * 1.12
        growth = Growth(0.1, 6, lift, 0.0, cling=0.9)
    elif hair.style == "curly":
        growth = Growth(hair.length_m, 8, lift, 0.12, cling=0.3, curl_m=0.005, curl_turns=2.2)
    elif hair.style == "afro":
        roots = roots + normals * lift * rng.uniform(0.25, 0.75, (len(roots), 1))
        growth = Growth(0.03, 6, 0.0, 0.02, cling=0.0, curl_m=0.007, curl_turns=1.8)
    path = _tidy(grow(scalp, roots, heading, growth, rng, length), face, hair)
    width = {"buzz": 0.003, "curly": 0.007, "afro": 0.008, "short": 0.007}.get(hair.style, 0.009)
    pieces = [ribbons(scalp, path, width, rng, 0.15 if hair.style == "short" else 0.35)]
    if hair.style == "ponytail":
        start = tie + rng.normal(0, 0.007, (110, 3))
        away = np.array([-1.0, 0.25, 0.0]) + rng.normal(0, 0.16, (110, 3))
        tail = Growth(hair.length_m, 8, 0.022, 0.32, cling=0.0)
        pieces.append(ribbons(scalp, grow(scalp, start, _unit(away), tail, rng), 0.012, rng, 0.3))
    elif hair.style == "bun":
        pieces.append(ribbons(scalp, _bun(tie, rng), 0.012, rng, 0.9))
    vertices = np.concatenate([p[0] for p in pieces])
    first = np.cumsum([0, *(len(p[0]) for p in pieces)])
    joined = np.concatenate([p[1] + start for p, start in zip(pieces, first[:-1], strict=True)])
    uv = np.concatenate([p[2] for p in pieces])
    held = lock_weights(scalp, vertices, eye_y - 0.1 if hair.style != "bun" else -1.0)
    return finish_part("hair", "hair", vertices, joined, uv, held, texture, 0.55, two_sided=True)


def _tidy(path: Floats, face: FaceFrame, hair: Hair) -> Floats:
    """Leave out locks that hang over the face or were torn aside."""
    over = (path[..., 0] > face.eye_x_m - 0.055) & (path[..., 1] < face.eye_y_m + 0.035)
    over &= np.abs(path[..., 2]) < 0.058 * face.size
    wide = (np.abs(path[..., 2]) > 0.112 * face.size) & (path[..., 1] > face.eye_y_m - 0.1)
    step = np.linalg.norm(np.diff(path, axis=1), axis=2)
    torn = step.max(1) > 1.5 * np.median(step, axis=1)
    torn = (torn | wide.any(1)) & (hair.style in ("medium", "long"))
    return path if hair.style in TIED else path[~(over.any(1) | torn)]


def _headings(
    hair: Hair, roots: Floats, normals: Floats, top: Floats, eye_y: float, rng: np.random.Generator
) -> Floats:
    """Unit directions in which locks leave the scalp."""
    if hair.style == "afro":
        return _unit(normals + rng.normal(0, 0.35, roots.shape))
    if hair.style in TIED:
        away = np.stack([np.full(len(roots), -1.0), 0.35 * np.ones(len(roots)), -6.0 * roots[:, 2]], axis=1)
    elif hair.style in ("short", "buzz"):
        whorl = roots - (top + np.array([-0.05, 0.0, 0.0]))
        away = _unit(whorl) + np.array([0.35, -0.25, rng.uniform(-0.5, 0.5)])
    else:
        part = rng.uniform(-0.03, 0.03)
        aside = np.clip((roots[:, 2] - part) / 0.02, -1.0, 1.0)
        away = np.stack([np.full(len(roots), -0.45), np.full(len(roots), -0.5), aside], axis=1)
    away = away + rng.normal(0, 0.55 if hair.style == "curly" else 0.16, roots.shape)
    along = away - np.einsum("ij,ij->i", away, normals)[:, None] * normals
    return _unit(along)


def _bun(tie: Floats, rng: np.random.Generator) -> Floats:
    """Locks wound into a ball behind the tie."""
    radius = rng.uniform(0.03, 0.042)
    centre = tie + np.array([-0.75 * radius, 0.01, 0.0])
    turn = np.linspace(0, 1.6 * np.pi, 9)[None]
    start, tilt = rng.uniform(0, 2 * np.pi, (90, 1)), rng.uniform(-1.0, 1.0, (90, 1))
    around = np.sqrt(np.maximum(1 - tilt**2, 0.02))
    r = radius * rng.uniform(0.9, 1.05, (90, 1))
    x = r * tilt * np.ones_like(turn)
    return centre + np.stack([x, r * around * np.sin(start + turn), r * around * np.cos(start + turn)], axis=-1)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def scalp_field(hair: Hair, data: BodyData, vertices_m: Floats, weights: Floats) -> Floats:
    """Positive where hair grows `(V,)`, about metres from the hairline."""
    skull = weights[:, bones.INDEX["skull"]]
    eyes = np.concatenate([np.unique(data.faces[f"helper-{s}-eye"]) for s in "lr"])
    eye_y, eye_x = float(vertices_m[eyes, 1].mean()), float(vertices_m[eyes, 0].max())
    body = np.zeros(len(vertices_m), bool)
    body[np.unique(data.faces["body"])] = True
    head = body & (skull > 0.6)
    back_x = float(vertices_m[head, 0].min())
    t = (eye_x - vertices_m[:, 0]) / (eye_x - back_x)
    front = 0.06 + 0.018 * hair.hairline
    # Temples recede beside the forehead; sideburns come down before the ears; the nape ends below them.
    temple = 0.35 * max(hair.hairline, 0.0) * np.exp(-(((np.abs(vertices_m[:, 2]) - 0.045) / 0.02) ** 2)) * 0.05
    edge = np.interp(
        t, [0.0, 0.2, 0.33, 0.42, 0.47, 0.52, 0.8, 1.0], [front, front, 0.6 * front, 0.01, -0.012, 0.0, -0.055, -0.06]
    )
    field = vertices_m[:, 1] - eye_y - edge - temple
    return np.where(skull > 0.3, field, -1.0)


def hair_texture(hair: Hair) -> NDArray[np.uint8]:
    """Strands running down, `(512, 512, 3)` sRGB."""
    rng = np.random.default_rng([hair.seed, 13])
    strands = 0.7 * noise(512, (40.0, 0.8), rng) + 0.5 * noise(512, (90.0, 4.0), rng)
    image = np.array(hair.colour, np.float32) * (1.0 + 0.3 * strands[..., None])
    if 0.05 < hair.grey < 0.95:
        white = (noise(512, (60.0, 0.7), rng) > 1.6 - 1.8 * hair.grey)[..., None]
        image = np.where(white, image * 0.4 + 0.42, image)
    return np.clip(image * 255.0, 0, 255).astype(np.uint8)
