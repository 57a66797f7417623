"""Where each kind of garment begins and ends, as a field over the body that is positive under the cloth."""

import numpy as np

from ...geometry.types import Floats
from ..rigging.body_fields import BodyFields
from ..spec.person_spec import Garment

TOPS = ("t_shirt", "long_sleeve", "tank_top", "sports_bra", "hoodie", "shirt", "dress", "one_piece")
BOTTOMS = ("leggings", "shorts", "jeans", "trousers", "sweatpants", "skirt")
ARMHOLE_INSET_M = {"tank_top": 0.042, "sports_bra": 0.05, "one_piece": 0.048, "dress": 0.02}
"""Edge of a sleeveless top inwards of the shoulder joint."""
STRAP_M = 0.034
"""Least width of a strap over the shoulder of an average body."""
ARMPIT_SHARE = 0.3
"""A sleeveless top ends where the arm's weight passes this."""
COLLAR_M = {"hoodie": 0.022, "shirt": 0.022}
"""Height of the neckline of what has a collar, over the neck's base; 12 mm for the rest."""


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
        return skirt_top_m(garment, body) - 0.025
    if garment.tucked_rise is not None:
        return _waist(garment.tucked_rise, body) - 0.03
    if garment.hem >= 0:
        return at_hip - garment.hem * 0.22
    return at_hip - garment.hem * (body.under_bust_y_m - at_hip)


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


def skirt_top_m(garment: Garment, body: BodyFields) -> float:
    """Height of the upper edge of a skirt; a dress has its seam at the waist."""
    return body.navel_y_m + 0.03 if garment.kind == "dress" else waist_height_m(garment, body)


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
    if is_sleeveless(garment):
        return _armholes(garment, body)
    end = garment.sleeve * body.arm_length_m
    return np.maximum(end - body.arm_m, (0.25 - body.arm_share) * 0.4)


def is_sleeveless(garment: Garment) -> bool:
    """Whether a top ends at the shoulders."""
    return garment.kind in TOPS and garment.sleeve <= 0.03


def openings_m(garment: Garment, body: BodyFields) -> Floats:
    """Way from the neckline, from armholes, from the waist of a dress or of what is tucked in `(V,)`: the cloth lies on the skin there."""
    field = _neckline(garment, body)
    if is_sleeveless(garment):
        field = np.minimum(field, _armholes(garment, body))
    if garment.kind == "dress" or garment.tucked_rise is not None:
        field = np.minimum(
            field, np.where(body.arm_share > 0.5, 1.0, body.vertices_m[:, 1] - hem_height_m(garment, body))
        )
    return field


def _armholes(garment: Garment, body: BodyFields) -> Floats:
    """A plane that leans in at the top, and below it the armpit, which stays free however far the arm is raised."""
    aside = np.abs(body.vertices_m[:, 2]) - _strap_end_m(garment, body)
    over = body.vertices_m[:, 1] - body.shoulder_y_m - 0.05
    top = 0.1 * _step(body.vertices_m[:, 1] - body.shoulder_y_m, -0.09, 0.0)
    return np.minimum(-(0.96 * aside + 0.28 * over), (ARMPIT_SHARE - body.arm_share) * 0.14 + top)


def _strap_end_m(garment: Garment, body: BodyFields) -> float:
    return body.shoulder_z_m - ARMHOLE_INSET_M.get(garment.kind, 0.0)


def _neckline(garment: Garment, body: BodyFields) -> Floats:
    """Below a surface that lies on the neck's base, dips in front, and rises beside the neck, so that shoulders stay covered."""
    p = body.vertices_m - body.neck_m.astype(np.float32)
    aside = np.abs(p[:, 2])
    size = body.shoulder_z_m / 0.165
    strap = STRAP_M * size if is_sleeveless(garment) else 0.03
    widest = max(_strap_end_m(garment, body) - strap, 0.06 * size)
    half = min(0.064 * size + 0.03 * garment.neckline, widest)
    front = _step(p[:, 0], -0.035, 0.035)
    scoop = 0.18 * garment.neckline * (0.3 + 0.7 * front) * np.exp(-((aside / (0.8 * half)) ** 3))
    base = COLLAR_M.get(garment.kind, 0.012)
    return base - 0.5 * p[:, 0] - scoop + 0.08 * _step(aside, half - 0.012, half + 0.014) - p[:, 1]


def _step(x: Floats, low: float, high: float) -> Floats:
    """Smooth rise from 0 to 1."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _bottom(garment: Garment, body: BodyFields) -> Floats:
    y = body.vertices_m[:, 1]
    # Trousers ride a little higher at the back.
    field = waist_height_m(garment, body) - y - 0.12 * np.maximum(body.vertices_m[:, 0], -0.05)
    field = np.minimum(field, y - leg_end_m(garment, body))
    return np.where(body.arm_share + body.hand_share > 0.03, -1.0, field)
