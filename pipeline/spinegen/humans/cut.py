"""Where each kind of garment begins and ends, as a field over the body that is positive under the cloth."""

import numpy as np

from .arrays import Floats
from .body_fields import BodyFields
from .person_spec import Garment

TOPS = ("t_shirt", "long_sleeve", "tank_top", "sports_bra", "hoodie", "shirt", "dress", "one_piece")
BOTTOMS = ("leggings", "shorts", "jeans", "trousers", "sweatpants", "skirt")
ARMHOLE_INSET_M = {"tank_top": 0.035, "sports_bra": 0.05, "one_piece": 0.045, "dress": 0.02}
"""Edge of a sleeveless top inwards of the shoulder joint."""


def garment_field(garment: Garment, body: BodyFields) -> Floats:
    """Signed distance-like field `(V,)`, metres, over the base mesh: positive where the garment covers."""
    if garment.kind in TOPS:
        return _top(garment, body)
    if garment.kind in BOTTOMS:
        return _bottom(garment, body)
    if garment.kind in ("shoes", "socks"):
        cuff = body.ankle_y_m + (0.012 if garment.kind == "shoes" else 0.07)
        low = (body.vertices_m[:, 1] < cuff + 0.1) & (body.hand_share < 0.01)
        return np.where(low, cuff - body.vertices_m[:, 1], -1.0)
    raise ValueError(f"{garment.kind} is not cut from the body's shell")


def hem_height_m(garment: Garment, body: BodyFields) -> float:
    """Height of the lower edge of a top."""
    at_hip = body.hip_y_m + 0.03
    if garment.kind == "dress":
        return body.hip_y_m + 0.02
    if garment.tucked_rise is not None:
        return _waist(garment.tucked_rise, body) - 0.03
    if garment.hem >= 0:
        return at_hip - garment.hem * 0.22
    return at_hip - garment.hem * (body.bust_y_m - 0.035 - at_hip)


def waist_height_m(garment: Garment, body: BodyFields) -> float:
    """Height of the upper edge of a bottom."""
    return _waist(garment.rise, body)


def _waist(rise: float, body: BodyFields) -> float:
    low = body.hip_y_m + 0.065
    return low + rise * (body.navel_y_m + 0.035 - low)


def leg_end_m(garment: Garment, body: BodyFields) -> float:
    """Height of the lower edge of trousers or a skirt."""
    crotch = body.hip_y_m - 0.11
    return crotch + garment.leg * (body.ankle_y_m + 0.01 - crotch)


def skirt_field(garment: Garment, body: BodyFields, hide_m: float) -> Floats:
    """What a skirt covers; raised by `hide_m` at the waist, so that only the hem keeps skin that far inside its edge."""
    y = body.vertices_m[:, 1]
    top = body.hip_y_m + 0.1 if garment.kind == "dress" else waist_height_m(garment, body)
    field = np.minimum(top + hide_m - 0.02 - y, y - leg_end_m(garment, body))
    return np.where(body.arm_share + body.hand_share > 0.03, -1.0, field)


def _top(garment: Garment, body: BodyFields) -> Floats:
    y = body.vertices_m[:, 1]
    field = _neckline(garment, body)
    if garment.kind == "one_piece":
        lower = body.hip_y_m - 0.09 + 0.7 * np.maximum(np.abs(body.vertices_m[:, 2]) - 0.035, 0.0)
    else:
        lower = np.full(len(y), hem_height_m(garment, body))
    field = np.minimum(field, np.where(body.arm_share > 0.5, 1.0, y - lower))
    return np.minimum(field, _sleeves(garment, body))


def _sleeves(garment: Garment, body: BodyFields) -> Floats:
    if garment.sleeve <= 0.03:
        # A plane that leans in at the top, so that it runs down the side and clears the armpit.
        inset = ARMHOLE_INSET_M.get(garment.kind, 0.0)
        aside = np.abs(body.vertices_m[:, 2]) - (body.shoulder_z_m - inset)
        over = body.vertices_m[:, 1] - body.shoulder_y_m - 0.05
        plane = -(0.96 * aside + 0.28 * over)
        return np.where(body.arm_share > 0.85, np.minimum(plane, -0.02), plane)
    end = garment.sleeve * body.arm_length_m
    return np.maximum(end - body.arm_m, (0.25 - body.arm_share) * 0.4)


def _neckline(garment: Garment, body: BodyFields) -> Floats:
    p = body.vertices_m - body.neck_m.astype(np.float32)
    deep, wide = 0.17 * garment.neckline, 0.05 + 0.035 * garment.neckline
    scoop = np.where(p[:, 0] > 0.0, deep, 0.35 * deep) * np.exp(-((p[:, 2] / wide) ** 4))
    collar = 0.025 if garment.kind in ("hoodie", "shirt") else 0.0
    return collar - 0.003 - (0.5 * p[:, 0] + p[:, 1]) - scoop


def _bottom(garment: Garment, body: BodyFields) -> Floats:
    y = body.vertices_m[:, 1]
    # Trousers ride a little higher at the back.
    field = waist_height_m(garment, body) - y - 0.12 * np.maximum(body.vertices_m[:, 0], -0.05)
    field = np.minimum(field, y - leg_end_m(garment, body))
    return np.where(body.arm_share + body.hand_share > 0.03, -1.0, field)
