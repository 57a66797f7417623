"""How cloth hangs: tight where it is held, falling straight from where the body is widest, with folds."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.sparse import csr_matrix

from ...geometry.types import Flags, Floats, Ints
from ..mesh import mesh_ops
from ..rigging.body_fields import BodyFields
from ..spec.person_spec import Garment
from .extent import TOPS

LAYER_M = {
    "socks": 0.0015, "leggings": 0.002, "one_piece": 0.002, "sports_bra": 0.002, "tank_top": 0.0045, "t_shirt": 0.006,
    "long_sleeve": 0.0055, "shirt": 0.007, "hoodie": 0.009, "shorts": 0.0035, "jeans": 0.0035, "trousers": 0.0035,
    "sweatpants": 0.0035, "skirt": 0.003, "dress": 0.004, "shoes": 0.005, "cap": 0.004,
}  # fmt: skip
"""Distance of the cloth from the shell where it is tight: what is worn above lies above."""
HANGING = ("t_shirt", "long_sleeve", "tank_top", "hoodie", "shirt", "dress")
LEGGED = ("shorts", "jeans", "trousers", "sweatpants")
HELD_M = 0.05
"""Width of the border along necklines and armholes that lies close to the skin."""
TUCKED_M = 0.001
_LIES = 0.85
"""Share of its room that cloth loses where the body below faces up."""
_SLEEVE, _SLEEVE_M = (0.08, 0.4), 0.3
"""Share of the room that a sleeve has at the shoulder, and what it gains down to here."""
_ARMPIT = 0.6
"""Share of the trunk's room that is lost towards the arm."""
GATHERED = {"hoodie": 0.06, "sweatpants": 0.05}
"""Height of elastic cuffs, where loose cloth comes back to the body."""


def offset_cloth(
    garment: Garment,
    vertices: Floats,
    faces: Ints,
    arm: Floats,
    *,
    arm_m: Floats,
    opening_m: Floats,
    body: BodyFields,
    mean: csr_matrix,
    rng: np.random.Generator,
) -> Floats:
    """Lift a shell `(V, 3)` off the skin.

    `arm (V,)` tells sleeves from trunk, `arm_m (V,)` is the way down the arm, `opening_m (V,)` is the way from neckline and armholes;
    `mean (V, V)` takes means over neighbours.
    """
    raw = vertices
    edge = mesh_ops.boundary(faces)
    smooth = vertices.copy()
    for _ in range(int(np.clip(garment.looseness_m * 700, 2, 16))):
        held = smooth[edge]
        smooth = mean @ smooth
        smooth[edge] = held
    normal = mesh_ops.normals(smooth, faces)
    for _ in range(5):
        normal = mean @ normal
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    if garment.looseness_m > 0.003:
        # Smoothing must not pull the cloth into the body.
        vertices = smooth + normal * np.maximum(np.einsum("ij,ij->i", vertices - smooth, normal), 0.0)[:, None]
    hang = _hang(garment, vertices, arm, arm_m=arm_m, body=body)
    if garment.kind in HANGING:
        # Cloth lies on what faces up, shoulders and the outside of sleeves, and has its room below.
        hang = hang * (1.0 - _LIES * np.clip(1.4 * normal[:, 1], 0.0, 1.0))
    folds = _folds(garment, vertices, arm, body, rng=rng)
    lift = LAYER_M[garment.kind] + garment.looseness_m * hang + folds * (0.25 + 0.75 * hang)
    out = vertices + normal * np.maximum(lift, 0.8 * LAYER_M[garment.kind])[:, None]
    if garment.kind in HANGING and garment.looseness_m > 0.003:
        out = _fall(out, arm < 0.35, 0.55 - 12.0 * garment.looseness_m, mean)
    elif garment.kind in LEGGED:
        for sign in (1.0, -1.0):
            own = (vertices[:, 2] * sign > 0.01) & (vertices[:, 1] < body.hip_y_m - 0.06)
            out = _fall(out, own, 0.5 - 10.0 * garment.looseness_m, mean)
    if garment.kind in TOPS:
        free = np.clip(opening_m / HELD_M, 0.0, 1.0)[:, None]
        free = free * free * (3.0 - 2.0 * free)
        layer = LAYER_M[garment.kind] if garment.tucked_rise is None else TUCKED_M
        close = raw + mesh_ops.normals(raw, faces) * (layer * (0.3 + 0.7 * free))
        out = close + free * (out - close)
    return out


def cloth_height_m(garments: tuple[Garment, ...]) -> float:
    """Height over the skin of shoulders and back at which hair lies on the clothes."""
    return max((LAYER_M[g.kind] + 0.5 * g.looseness_m for g in garments if g.kind in TOPS), default=0.0) + 0.006


def _hang(garment: Garment, vertices: Floats, arm: Floats, *, arm_m: Floats, body: BodyFields) -> Floats:
    """Share of the looseness at each vertex `(V,)`."""
    y = vertices[:, 1]
    if garment.kind in HANGING:
        hang = np.clip((body.neck_m[1] - 0.07 - y) / 0.3, 0.08, 1.0)
        # Whatever stands off below an arm that hangs stands off beside one that is raised: little room, and none at the shoulder.
        sleeve = _SLEEVE[0] + _SLEEVE[1] * np.clip(arm_m / _SLEEVE_M, 0.0, 1.0)
        share = body_share(arm)
        beside = 1.0 - _ARMPIT * np.clip(arm / 0.4, 0.0, 1.0)
        hang = (1.0 - share) * hang * beside + share * sleeve
    elif garment.kind in LEGGED:
        hang = np.clip((body.hip_y_m + 0.08 - y) / 0.3, 0.05, 1.0)
    else:
        hang = np.ones(len(y))
    if garment.kind in GATHERED:
        low = y[arm < 0.3].min() if (arm < 0.3).any() else y.min()
        gather = np.clip((y - low) / GATHERED[garment.kind], 0.15, 1.0)
        hang = np.where(arm > 0.3, hang, hang * gather)
    return hang


def body_share(arm: Floats) -> Floats:
    """How far onto the sleeve a vertex lies, 0..1, from its arm weight."""
    return np.clip((arm - 0.3) / 0.7, 0.0, 1.0)


def _folds(garment: Garment, vertices: Floats, arm: Floats, body: BodyFields, *, rng: np.random.Generator) -> Floats:
    """Folds: long ones down the trunk, rings at elbows, knees and ankles, slanted pulls elsewhere."""
    y = vertices[:, 1:2]
    long = mesh_ops.space_noise(vertices * np.array([1.0, 0.3, 1.0]), 0.05, rng)
    slanted = mesh_ops.space_noise(vertices @ np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 1.0]]), 0.04, rng)
    rings = mesh_ops.space_noise(vertices * np.array([0.45, 1.3, 0.45]), 0.035, rng)
    bent = np.exp(-(((y[:, 0] - body.knee_y_m) / 0.09) ** 2)) + np.exp(
        -(((y[:, 0] - body.ankle_y_m - 0.04) / 0.06) ** 2)
    )
    if garment.kind in LEGGED or garment.kind == "leggings":
        total = 0.5 * slanted + 0.4 * long + 1.2 * bent * rings
    else:
        waist = np.exp(-(((y[:, 0] - body.navel_y_m) / 0.09) ** 2))
        total = np.where(arm > 0.4, 0.9 * rings + 0.4 * slanted, 0.7 * long + 0.6 * slanted + 0.7 * waist * rings)
    return garment.wrinkle_m * total


def _fall(vertices: Floats, own: Flags, slope: float, mean: csr_matrix) -> Floats:
    """Let cloth fall from where it stands out: outwards in every direction no closer than the cloth above it less `slope` times the drop."""
    points = vertices[own]
    if len(points) < 50:
        return vertices
    slope = max(slope, 0.06)
    low, high = points[:, 1].min(), points[:, 1].max()
    flat = points[:, [0, 2]] - _axis(points, low, high)
    angle, radius = np.arctan2(flat[:, 1], flat[:, 0]), np.linalg.norm(flat, axis=1)
    rows, columns = max(8, int((high - low) / 0.015)), 40
    i = np.clip(((high - points[:, 1]) / (high - low) * rows).astype(int), 0, rows - 1)
    j = ((angle / (2 * np.pi) + 1.0) * columns).astype(int) % columns
    grid = np.zeros((rows, columns))
    np.maximum.at(grid, (i, j), radius)
    step = slope * (high - low) / rows
    for row in range(1, rows):
        grid[row] = np.maximum(grid[row], grid[row - 1] - step)
    grid = gaussian_filter1d(gaussian_filter1d(grid, 1.0, 0, mode="nearest"), 1.0, 1, mode="wrap")
    at = np.stack([(high - points[:, 1]) / (high - low) * rows - 0.5, (angle / (2 * np.pi) + 1.0) * columns - 0.5])
    wanted = map_coordinates(grid, at, order=1, mode="grid-wrap") - 0.004
    # Only the lower part falls; near the top the cloth is held.
    ease = np.clip((high - points[:, 1]) / 0.2 - 0.6, 0.0, 1.0)
    push = ease * np.maximum(wanted - radius, 0.0)
    shift = np.zeros_like(vertices)
    shift[own, 0] = flat[:, 0] / np.maximum(radius, 1e-6) * push
    shift[own, 2] = flat[:, 1] / np.maximum(radius, 1e-6) * push
    for _ in range(3):
        shift = mean @ shift
    return vertices + shift


def _axis(points: Floats, low: float, high: float) -> Floats:
    """Middle of a limb's or the trunk's cross-section at each point's height `(N, 2)`, as straight pieces."""
    knots = np.linspace(low, high, 6)
    middle = np.empty((6, 2))
    for i, height in enumerate(knots):
        band = points[np.abs(points[:, 1] - height) < (high - low) / 8][:, [0, 2]]
        middle[i] = 0.5 * (band.max(0) + band.min(0)) if len(band) else np.nan
    good = np.isfinite(middle[:, 0])
    return np.stack([np.interp(points[:, 1], knots[good], middle[good, k]) for k in range(2)], axis=1)
