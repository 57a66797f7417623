"""Skirts: a tube of cloth that falls from the waist, held there and laid over the legs in every pose."""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_matrix

from ...geometry.nearest import PointTree
from ...geometry.types import Floats
from ...streams import Stream, generator
from ..body import bones
from ..body.body_data import BodyData
from ..mesh import mesh_ops
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
from ..rigging.body_fields import BodyFields
from ..simulation.skirt_simulation import SkirtSimulation
from ..simulation.strand_simulation import Obstacle
from ..spec.person_spec import Garment
from .extent import leg_end_m, skirt_top_m
from .fabric import TILE_M, fabric_grain, fabric_texture

COLUMNS = 72
ROW_M = 0.028
OVER_M = 0.016
"""Least height of the cloth over the skin in any pose."""
OBSTACLE_CELL_M = 0.026
BAND_ROWS = 3
"""Rows within which a skirt leaves the waist."""


def make_skirt(garment: Garment, data: BodyData, body: BodyFields) -> MeshPart:
    """The skirt of a `skirt` or of a `dress`."""
    rng = generator(garment.seed, Stream.SKIRT)
    top = skirt_top_m(garment, body)
    end = leg_end_m(garment, body)
    rows = max(6, round((top - end) / ROW_M))
    heights = np.linspace(top, end, rows + 1)
    angles = np.linspace(-np.pi, np.pi, COLUMNS + 1)
    centre_x, radius = _radii(body, heights, angles)
    down = np.clip((heights - top) / (end - top), 0, 1)[:, None]
    flare = garment.looseness_m * 2.2 * down**1.2
    pleats = np.sin(angles * rng.integers(7, 12) + rng.uniform(0, 6)) + 0.6 * np.sin(angles * rng.integers(13, 19))
    radius = radius + 0.009 + flare + (0.25 * garment.looseness_m + garment.wrinkle_m) * down * pleats
    points = np.empty((rows + 1, COLUMNS + 1, 3))
    points[..., 0] = centre_x[:, None] + radius * np.cos(angles)
    points[..., 1] = heights[:, None]
    points[..., 2] = -radius * np.sin(angles)
    points[:, -1] = points[:, 0]
    folds = mesh_ops.space_noise(points.reshape(-1, 3) * np.array([1.0, 0.25, 1.0]), 0.06, rng)
    out = points[..., [0, 2]] - np.stack([centre_x, np.zeros(rows + 1)], axis=1)[:, None]
    points[..., [0, 2]] += 0.8 * garment.wrinkle_m * folds.reshape(rows + 1, -1)[..., None] * out / 0.15
    index = np.arange((rows + 1) * (COLUMNS + 1)).reshape(rows + 1, -1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    turns = round(2 * np.pi * float(radius.mean()) / TILE_M * 8) / 8
    uv = np.stack(np.broadcast_arrays((angles / (2 * np.pi) * max(turns, 0.5))[None], (heights / TILE_M)[:, None]), -1)
    flat = points.reshape(-1, 3)
    shaping = SkirtSimulation(
        rest_m=points[:, :-1],
        held=max(1, int((heights > body.hip_y_m + 0.03).sum())),
        gravity=0.3,
        over_m=OVER_M,
        obstacle=_obstacle(data, body),
    )
    rest = np.tile(np.concatenate([np.eye(3).ravel(), np.zeros(3)]), (len(bones.BONES), 1))
    return finish_part(
        "dress_skirt" if garment.kind == "dress" else "skirt",
        "garment",
        shaping.posed(rest, flat),
        faces,
        uv=uv.reshape(-1, 2),
        weights=_weights(flat, body),
        texture_rgb=fabric_texture(garment.fabric, garment.kind),
        roughness=0.88,
        two_sided=True,
        shaping=shaping,
        grain=fabric_grain(garment.fabric, folds_m=garment.wrinkle_m),
    )


def _obstacle(data: BodyData, body: BodyFields) -> Obstacle:
    """Skin of hips and legs, thinned out."""
    skin = data.vertices_of("body")
    keep = skin[
        (body.vertices_m[skin, 1] < body.navel_y_m + 0.05) & (body.arm_share[skin] + body.hand_share[skin] < 0.03)
    ]
    keep = keep[body.foot_share[keep] < 0.5]
    _, first = np.unique(np.floor(body.vertices_m[keep] / OBSTACLE_CELL_M).astype(np.int64), axis=0, return_index=True)
    keep = keep[np.sort(first)]
    normals = mesh_ops.normals(body.vertices_m, data.faces["body"])[keep]
    kept = np.where(body.weights[keep] < 0.02, 0.0, body.weights[keep])
    kept /= kept.sum(1, keepdims=True)
    points = body.vertices_m[keep].astype(np.float64)
    return Obstacle(points, normals.astype(np.float64), csr_matrix(kept, dtype=np.float64))


def _radii(body: BodyFields, heights: Floats, angles: Floats) -> tuple[Floats, Floats]:
    """Centre x `(R,)` and radius `(R, A)` of the hull of hips and legs, never closer than the cloth above it."""
    own = (body.arm_share + body.hand_share + body.foot_share < 0.02) & (body.weights.sum(1) > 0.5)
    points = body.vertices_m[own]
    points = points[(points[:, 1] < heights[0] + 0.03) & (points[:, 1] > heights[-1] - 0.03)]
    centre = np.empty(len(heights))
    support = np.empty((len(heights), len(angles)))
    toward = np.stack([np.cos(angles), -np.sin(angles)], axis=1)
    for i, height in enumerate(heights):
        band = points[np.abs(points[:, 1] - height) < 0.02][:, [0, 2]]
        centre[i] = 0.5 * (band[:, 0].max() + band[:, 0].min())
        flat = band - [centre[i], 0.0]
        support[i] = (flat @ toward.T).max(0)
        if height > body.hip_y_m - 0.02:
            # A waist is not wider than it is: its hull's support is, between the axes.
            turn = np.arctan2(-flat[:, 1], flat[:, 0])
            apart = np.abs((turn[:, None] - angles[None] + np.pi) % (2 * np.pi) - np.pi)
            own = np.where(apart < 0.16, np.linalg.norm(flat, axis=1)[:, None], 0.0).max(0)
            support[i] = np.where(own > 0.0, np.minimum(support[i], own), support[i])
    hips = int(np.argmin(np.abs(heights - body.hip_y_m)))
    centre[hips:] = centre[hips]
    shifted = centre - gaussian_filter1d(centre, 3.0, mode="nearest")
    centre -= shifted
    # Support widths are those of the hull; a tenth less is close to its radius at these shapes.
    radius = support * 0.985
    for i in range(1, len(heights)):
        radius[i] = np.maximum(radius[i], radius[i - 1] - 0.1 * (heights[i - 1] - heights[i]))
    radius = gaussian_filter1d(gaussian_filter1d(radius, 1.5, 0, mode="nearest"), 1.2, 1, mode="wrap")
    # The band of the waist lies close, whatever the hips below it are like.
    for i in range(BAND_ROWS):
        skin = gaussian_filter1d(support[i], 1.2, mode="wrap") + shifted[i] * np.cos(angles)
        close = (1.0 - i / BAND_ROWS) * skin + i / BAND_ROWS * radius[i]
        radius[i] = np.minimum(radius[i], close)
    return centre, radius


def _weights(points: Floats, body: BodyFields) -> Floats:
    """The skin's at the waist; lower down pelvis and the nearer thigh, both in the middle; shins below the knee."""
    out = np.zeros((len(points), len(bones.BONES)))
    leg = np.clip((body.hip_y_m + 0.04 - points[:, 1]) / 0.22, 0.0, 0.92)
    right = np.clip(0.5 + points[:, 2] / 0.22, 0.0, 1.0)
    right = right * right * (3.0 - 2.0 * right)
    shin = np.clip((body.knee_y_m + 0.03 - points[:, 1]) / 0.15, 0.0, 0.8)
    out[:, bones.INDEX["pelvis"]] = 1.0 - leg
    for side, share in (("r", right), ("l", 1.0 - right)):
        out[:, bones.INDEX[f"femur_{side}"]] = leg * share * (1.0 - shin)
        out[:, bones.INDEX[f"tibia_{side}"]] = leg * share * shin
    waist = np.clip((points[:, 1] - body.hip_y_m - 0.03) / 0.05, 0.0, 1.0)[:, None]
    trunk = np.flatnonzero(
        (body.arm_share < 0.02) & (body.weights.sum(1) > 0.5) & (body.vertices_m[:, 1] > body.hip_y_m)
    )
    _, index = PointTree(body.vertices_m[trunk]).query(points, 6)
    return waist * body.weights[trunk[index]].mean(1) + (1.0 - waist) * out
