"""Hair on the head: a close cap for the mass, locks over it for the shape, by style."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats, Ints
from ...streams import Stream, generator
from ..body import bones
from ..body.body_data import BodyData
from ..mesh import mesh_ops
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..mesh.texture_noise import noise
from ..spec.person_spec import Hair
from .locks import LOCKS, ROUGHNESS, lock_parts

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


def hair_parts(
    hair: Hair, data: BodyData, vertices_m: Floats, weights: Floats, *, covered: bool = False, over_m: float = 0.01
) -> list[MeshPart]:
    """Meshes of the hair; none for bald heads. `covered`: a hat lies on it, so it is flat on top; `over_m`: clothes below it."""
    if hair.style == "bald":
        return []
    rng = generator(hair.seed, Stream.HAIR)
    level = scalp_field(hair, data, vertices_m, weights)
    table, faces = _scalp_surface(data, vertices_m, weights, level, rng=rng)
    texture = hair_texture(hair)
    flat = 0.25 if covered else 1.0
    parts = [_cap(hair, table, faces, texture, flat=flat, rng=rng)]
    if hair.style in LOCKS:
        parts += lock_parts(
            hair,
            data,
            vertices_m,
            weights,
            table=table,
            faces=faces,
            texture=texture,
            covered=covered,
            over_m=over_m,
            rng=rng,
        )
    return parts


def _scalp_surface(
    data: BodyData, vertices_m: Floats, weights: Floats, level: Floats, *, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Rows of position, weights and level, and faces, of the skin that hair grows on; its edge runs unevenly, as hairlines do."""
    faces = data.faces["body"]
    faces = faces[(level[faces] > -0.05).all(1)]
    rows = np.concatenate([vertices_m, weights, level[:, None]], axis=1).astype(np.float32)
    rows, faces = mesh_ops.compact(rows, faces)
    rows, faces = mesh_ops.subdivide(rows, faces)
    rows[:, -1] += 0.0022 * mesh_ops.space_noise(rows[:, :3], 0.012, rng)
    rows, faces = mesh_ops.clip(rows, faces, rows[:, -1].copy())
    rows[:, :3] = mesh_ops.smooth_edges(rows[:, :3], faces, 4)
    return rows, faces


def _cap(
    hair: Hair, table: Floats, faces: Ints, texture: NDArray[np.uint8], *, flat: float, rng: np.random.Generator
) -> MeshPart:
    vertices, weights, inside = table[:, :3], table[:, 3 : 3 + len(bones.BONES)], table[:, -1]
    mean = mesh_ops.averaging(len(vertices), faces)
    normal = mesh_ops.normals(vertices, faces)
    for _ in range(3):
        normal = mean @ normal
    fall = np.clip(inside / 0.05, 0, 1)
    fall = fall * (2.0 - fall)
    lumps = mesh_ops.space_noise(vertices, 0.035, rng) * (0.16 if hair.style == "curly" else 0.08)
    if hair.style == "afro":
        lumps = lumps + 0.13 * mesh_ops.space_noise(vertices, 0.012, rng)
    lift = 0.0012 + flat * CAP_SHARE[hair.style] * hair.volume_m * fall * (1 + lumps)
    vertices = vertices + normal * lift[:, None]
    centre = vertices.mean(0)
    angle = np.arctan2(vertices[:, 2], vertices[:, 0] - centre[0])
    uv = np.stack([angle * 2.0 / np.pi, vertices[:, 1] * 4.0], axis=1)
    return finish_part(
        "hair_cap",
        "hair",
        vertices,
        faces,
        uv=uv,
        weights=weights,
        texture_rgb=texture,
        roughness=ROUGHNESS + 0.1,
        two_sided=True,
    )


def scalp_field(hair: Hair, data: BodyData, vertices_m: Floats, weights: Floats) -> Floats:
    """Positive where hair grows `(V,)`, about metres from the hairline."""
    skull = weights[:, bones.INDEX["skull"]]
    eyes = np.concatenate([data.vertices_of(f"helper-{s}-eye") for s in "lr"])
    eye_y, eye_x = float(vertices_m[eyes, 1].mean()), float(vertices_m[eyes, 0].max())
    body = np.zeros(len(vertices_m), bool)
    body[data.vertices_of("body")] = True
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
    rng = generator(hair.seed, Stream.HAIR_TEXTURE)
    shades, greys = (np.roll(field, rng.integers(0, 512, 2).tolist(), (0, 1)) for field in _strands())
    factor = np.float32(255.0) * (1.0 + 0.3 * shades)
    white = greys > 1.6 - 1.8 * hair.grey if 0.05 < hair.grey < 0.95 else None
    planes = []
    for part in hair.colour:
        plane = np.float32(part) * factor
        if white is not None:
            plane = np.where(white, 0.4 * plane + np.float32(0.42 * 255.0), plane)
        planes.append(np.clip(plane, 0.0, 255.0).astype(np.uint8))
    return np.stack(planes, axis=-1)


@lru_cache(maxsize=1)
def _strands() -> tuple[Floats, Floats]:
    """Shades of strands and which of them turn grey first, `(512, 512)` each; all heads share them, shifted."""
    rng = generator(Stream.STRANDS)
    shades = 0.7 * noise(512, (40.0, 0.8), rng) + 0.5 * noise(512, (90.0, 4.0), rng)
    return shades, noise(512, (60.0, 0.7), rng)
