"""Where each kind of garment begins and ends, as a field over the body that is positive under the cloth."""

import numpy as np

from .arrays import Floats
from .body_fields import BodyFields
from .person_spec import Garment

Field = Floats
TOPS = ("t_shirt", "long_sleeve", "tank_top", "sports_bra", "hoodie", "shirt", "dress", "one_piece")
BOTTOMS = ("leggings", "shorts", "jeans", "trousers", "sweatpants", "skirt")


def garment_field(garment: Garment, body: BodyFields) -> Field:
    """Signed distance-like field `(V,)`, metres, over the base mesh: positive where the garment covers."""
    if garment.kind in TOPS:
        return _top(garment, body)
    if garment.kind in BOTTOMS:
        return _bottom(garment, body)
    if garment.kind in ("shoes", "socks"):
        cuff = body.ankle_y_m + (0.015 if garment.kind == "shoes" else 0.06)
        return np.minimum(
            cuff - body.vertices_m[:, 1], (body.foot_share - 0.02) * 0.5 + 0.2 * (body.vertices_m[:, 1] < cuff)
        )
    raise ValueError(f"{garment.kind} is not cut from the body's shell")


def _top(garment: Garment, body: BodyFields) -> Field:
    y = body.vertices_m[:, 1]
    field = _neckline(garment, body)
    if garment.kind == "one_piece":
        leg = body.hip_y_m - 0.09 + 0.55 * np.maximum(np.abs(body.vertices_m[:, 2]) - 0.03, 0.0)
        field = np.minimum(field, np.where(body.arm_share > 0.1, 1.0, y - leg))
    elif garment.kind == "dress":
        field = np.minimum(field, np.where(body.arm_share > 0.5, 1.0, y - (body.hip_y_m - 0.02)))
    else:
        if garment.hem >= 0:
            hem = body.hip_y_m + 0.03 - garment.hem * 0.22
        else:
            hem = body.hip_y_m + 0.03 - garment.hem * (body.bust_y_m - 0.02 - body.hip_y_m - 0.03)
        field = np.minimum(field, np.where(body.arm_share > 0.5, 1.0, y - hem))
    return np.minimum(field, _sleeves(garment, body)).astype(np.float32)


def _sleeves(garment: Garment, body: BodyFields) -> Field:
    if garment.sleeve <= 0.03:
        inset = 0.05 if garment.kind in ("tank_top", "sports_bra", "one_piece") else 0.25
        return (inset - body.arm_share) * 0.12
    end = garment.sleeve * body.arm_length_m
    along = end - body.arm_m
    return np.maximum(along, (0.3 - body.arm_share) * 0.4)


def _neckline(garment: Garment, body: BodyFields) -> Field:
    p = body.vertices_m - body.neck_m.astype(np.float32)
    deep, wide = 0.16 * garment.neckline, 0.055 + 0.05 * garment.neckline
    front = p[:, 0] > 0.0
    scoop = np.where(front, deep, 0.25 * deep) * np.exp(-((p[:, 2] / wide) ** 2))
    level = 0.012 - (0.55 * p[:, 0] + p[:, 1]) - scoop
    return level.astype(np.float32)


def _bottom(garment: Garment, body: BodyFields) -> Field:
    y = body.vertices_m[:, 1]
    low_waist = body.hip_y_m + 0.065
    waist = low_waist + garment.rise * (body.navel_y_m + 0.035 - low_waist)
    # Trousers ride a little higher at the back.
    field = waist - y - 0.12 * np.maximum(body.vertices_m[:, 0], -0.05)
    if garment.kind != "skirt":
        crotch = body.hip_y_m - 0.11
        end = crotch + garment.leg * (body.ankle_y_m + 0.01 - crotch)
        field = np.minimum(field, y - end)
    not_arm = np.where(body.arm_share + body.hand_share > 0.03, -1.0, 1.0)
    return np.minimum(field, not_arm).astype(np.float32)
