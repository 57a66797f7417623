"""A cap with a peak."""

import numpy as np

from ...geometry.types import Floats
from ..body import bones
from ..body.body_data import BodyData
from ..body.face_frame import FaceFrame
from ..mesh import mesh_ops
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..spec.person_spec import Garment
from .fabric import TILE_M, fabric_grain, fabric_texture


def make_cap(garment: Garment, data: BodyData, vertices_m: Floats, weights: Floats, *, face: FaceFrame) -> MeshPart:
    """Crown over the head above the ears, peak over the eyes."""
    skull = weights[:, bones.INDEX["skull"]]
    field = np.where(skull > 0.9, vertices_m[:, 1] - cap_edge_m(vertices_m[:, 0], face), -1.0)
    faces = data.faces["body"][(field[data.faces["body"]] > -0.05).all(1)]
    rows, faces = mesh_ops.compact(np.concatenate([vertices_m, field[:, None]], axis=1), faces)
    rows, faces = mesh_ops.subdivide(rows, faces)
    rows, faces = mesh_ops.clip(rows, faces, rows[:, -1].copy())
    points = mesh_ops.smooth_edges(rows[:, :3], faces, 20)
    mean = mesh_ops.averaging(len(points), faces)
    rim = mesh_ops.boundary(faces)
    normal = mesh_ops.normals(points, faces)
    for _ in range(12):
        normal = mean @ normal
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    height = np.clip((points[:, 1] - points[:, 1].min()) / 0.06, 0.0, 1.0)
    points = points + normal * (0.009 + garment.looseness_m + 0.012 * height)[:, None]
    for _ in range(8):
        held = points[rim]
        points = mean @ points
        points[rim] = held
    peak, peak_faces = _peak(points[rim], face)
    flat = np.concatenate([points, peak])
    joined = np.concatenate([faces, peak_faces + len(points)])
    uv = np.stack([flat[:, 2] + 0.6, flat[:, 1] + 0.6 * flat[:, 0]], axis=1) / TILE_M
    held_by = np.zeros((len(flat), len(bones.BONES)))
    held_by[:, bones.INDEX["skull"]] = 1.0
    texture = fabric_texture(garment.fabric, garment.kind)
    grain = fabric_grain(garment.fabric)
    return finish_part(
        "cap",
        "garment",
        flat,
        joined,
        uv=uv,
        weights=held_by,
        texture_rgb=texture,
        roughness=0.85,
        two_sided=True,
        grain=grain,
    )


def cap_edge_m(x_m: Floats, face: FaceFrame) -> Floats:
    """Height of a cap's lower edge at places `x_m (N,)` from the back to the front of the head."""
    edge = face.eye_y_m + (0.056 + 0.25 * (x_m - face.eye_x_m)) * face.size
    return np.maximum(edge, face.eye_y_m + 0.026 * face.size)


def _peak(rim: Floats, face: FaceFrame) -> tuple[Floats, np.ndarray]:
    """A curved plate that grows out of the front of the rim."""
    across = np.linspace(-1.0, 1.0, 17)
    half = 0.072 * face.size
    z = across * half
    front = rim[rim[:, 0] > face.back_x_m + 0.5 * (face.eye_x_m - face.back_x_m)]
    order = np.argsort(front[:, 2])
    x0 = np.interp(z, front[order, 2], front[order, 0]) - 0.004
    y0 = np.interp(z, front[order, 2], front[order, 1]) + 0.003
    round_off = np.sqrt(np.maximum(1.0 - across**4, 0.0))
    reach = 0.07 * face.size * round_off
    drop = (0.022 + 0.018 * across**2) * round_off
    rows = []
    for share in (0.0, 0.35, 0.7, 1.0):
        y = y0 - share * drop
        rows.append(np.stack([x0 + share * reach, y, z], axis=1))
    for share in (1.0, 0.0):
        y = y0 - 0.004 * round_off - share * drop
        rows.append(np.stack([x0 + share * reach, y, z], axis=1))
    points = np.stack(rows)
    index = np.arange(points.shape[0] * 17).reshape(points.shape[0], 17)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return points.reshape(-1, 3), faces
