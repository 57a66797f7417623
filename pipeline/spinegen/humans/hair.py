"""Hair as layers lifted off the scalp."""

import numpy as np
from numpy.typing import NDArray

from . import bones, mesh_ops
from .arrays import Floats
from .body_data import BodyData
from .body_fields import BodyFields
from .mesh import MeshPart
from .parts import finish_part
from .person_spec import Hair
from .texture_noise import noise


def hair_parts(hair: Hair, data: BodyData, body: BodyFields) -> list[MeshPart]:
    """Meshes of the hair on the head; none for bald heads."""
    if hair.style == "bald":
        return []
    return [_cap(hair, data, body)]


def _cap(hair: Hair, data: BodyData, body: BodyFields) -> MeshPart:
    rng = np.random.default_rng([hair.seed, 11])
    rows = np.concatenate([body.vertices_m, body.weights], axis=1)
    level = scalp_field(hair, data, body.vertices_m, body.weights)
    faces = data.faces["body"]
    faces = faces[(level[faces] > -0.05).all(1)]
    table, faces = mesh_ops.compact(np.concatenate([rows, level[:, None]], axis=1), faces)
    table, faces = mesh_ops.subdivide(table, faces)
    table, faces = mesh_ops.clip(table, faces, table[:, -1].copy())
    vertices, weights, inside = table[:, :3], table[:, 3 : 3 + len(bones.BONES)], table[:, -1]
    normal = mesh_ops.normals(vertices, faces)
    fall = np.clip(inside / 0.03, 0, 1) ** 0.6
    lumps = mesh_ops.space_noise(vertices, 0.03, rng)
    strands = mesh_ops.space_noise(vertices * np.array([1, 0.25, 1], np.float32), 0.008, rng)
    lift = 0.0015 + hair.volume_m * fall * (1 + 0.2 * lumps) + 0.0015 * strands * fall
    vertices = vertices + normal * lift[:, None].astype(np.float32)
    centre = vertices.mean(0)
    angle = np.arctan2(vertices[:, 2], vertices[:, 0] - centre[0])
    uv = np.stack([angle * 2.0 / np.pi, vertices[:, 1] * 4.0], axis=1)
    return finish_part(
        "hair", "hair", vertices.astype(np.float32), faces, uv.astype(np.float32), weights,
        hair_texture(hair), 0.55, two_sided=True,
    )  # fmt: skip


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
    front = 0.062 + 0.018 * hair.hairline
    edge = np.interp(t, [0.0, 0.2, 0.36, 0.5, 0.78, 1.0], [front, front, 0.5 * front, -0.01, -0.06, -0.065])
    field = vertices_m[:, 1] - eye_y - edge
    return np.where(skull > 0.3, field, -1.0).astype(np.float32)


def hair_texture(hair: Hair) -> NDArray[np.uint8]:
    """Strands running down, `(512, 512, 3)` sRGB."""
    rng = np.random.default_rng([hair.seed, 13])
    strands = 0.7 * noise(512, (18.0, 0.7), rng) + 0.5 * noise(512, (40.0, 3.0), rng)
    image = np.array(hair.colour, np.float32) * (1.0 + 0.3 * strands[..., None])
    return np.clip(image * 255.0, 0, 255).astype(np.uint8)
