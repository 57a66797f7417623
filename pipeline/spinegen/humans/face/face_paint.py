"""What is painted on a face: hair roots, stubble, brows, lids, cheeks, freckles, lines of age."""

import numpy as np

from ...geometry.nearest import PointTree
from ...geometry.types import Floats
from ..body.face_frame import FaceFrame
from ..spec.person_spec import PersonSpec

BEARD_SHADE = {"none": 0.06, "stubble": 0.45, "short": 0.6, "full": 0.75}


def paint_head(
    spec: PersonSpec,
    colour: Floats,
    at_m: Floats,
    scalp: Floats,
    *,
    lids_m: Floats,
    face: FaceFrame,
    rng: np.random.Generator,
) -> Floats:
    """Colours `(N, 3)` of the head's texels at places `at_m (N, 3)`.

    `scalp (N,)` is positive where hair grows, metres; `lids_m` are the roots of the lashes `(L, 3)`.
    """
    grain = rng.standard_normal(len(colour), dtype=np.float32)
    colour = colour * _blush(spec, at_m, face)
    if spec.age_years > 40:
        colour = colour * _age_lines(spec, at_m, face, rng)
    if spec.skin.freckles > 0:
        colour = colour * _freckles(spec, at_m, face, rng)
    colour = _lids(colour, at_m, lids_m, face)
    brow = np.clip(brow_field(at_m, face) / 0.0018 + 0.4, 0.0, 1.0) * 0.55 * spec.face.brow_strength
    colour = _mix(colour, np.array(spec.face.brow), brow * np.clip(0.8 + 0.3 * grain, 0, 1))
    if spec.sex == "male" and spec.age_years > 16:
        shade = np.clip(beard_field(at_m, face) / 0.012, 0.0, 1.0) * BEARD_SHADE[spec.face.beard]
        colour = _mix(colour, np.array(spec.face.beard_colour) * 0.9, shade * np.clip(0.75 + 0.4 * grain, 0, 1))
    if spec.hair.style != "bald":
        roots = np.clip((scalp + 0.0012 * grain) / 0.009 + 0.1, 0.0, 1.0) * 0.85
        colour = _mix(colour, np.array(spec.hair.colour), roots)
    elif spec.sex == "male" and spec.age_years < 75:
        colour = _mix(
            colour, np.array(spec.hair.colour), np.clip(scalp / 0.02, 0, 1) * 0.12 * np.clip(1 + 0.5 * grain, 0, 2)
        )
    return colour


def brow_field(at_m: Floats, face: FaceFrame) -> Floats:
    """Positive inside the eyebrows, metres from their edge."""
    eye_z = float(np.abs(face.eyes_m[:, 2]).mean())
    across = (np.abs(at_m[:, 2]) - eye_z) / (0.024 * face.size)
    arch = 0.0185 + 0.0045 * np.clip(1.0 - (across - 0.25) ** 2 * 0.8, -1.0, 1.0) - 0.002 * np.clip(across, 0, 2) ** 2
    half = 0.0034 * np.clip(1.15 - 0.35 * across, 0.4, 1.3) * face.size
    height = at_m[:, 1] - face.eye_y_m - arch * face.size
    inside = half - np.abs(height)
    ends = np.minimum(across + 0.72, 1.02 - across) * 0.012
    front = (at_m[:, 0] - (face.eye_x_m - 0.035)) * 0.5
    return np.minimum(np.minimum(inside, ends), front)


def beard_field(at_m: Floats, face: FaceFrame) -> Floats:
    """Positive where a beard grows: jaw, chin, upper lip, not on lips; metres from the edge."""
    k = face.size
    p = (at_m - face.mouth_m.astype(at_m.dtype)) / k
    aside = np.abs(p[:, 2])
    upper = np.interp(aside, [0.0, 0.02, 0.033, 0.055, 0.08], [0.022, 0.018, -0.006, 0.006, 0.045]) - p[:, 1]
    lower = p[:, 1] + np.interp(aside, [0.0, 0.04, 0.07], [0.075, 0.07, 0.05]) + 0.35 * np.minimum(p[:, 0] + 0.03, 0.0)
    back = p[:, 0] + 0.098
    lips = np.hypot(p[:, 2] / 0.028, (p[:, 1] - 0.001) / 0.0125) - 1.0
    lips = np.where(p[:, 0] > -0.03, lips * 0.01, 1.0)
    return np.minimum(np.minimum(upper, lower), np.minimum(back, lips)) * k


def _blush(spec: PersonSpec, at_m: Floats, face: FaceFrame) -> Floats:
    eye_z = float(np.abs(face.eyes_m[:, 2]).mean())
    cheek = (face.eye_x_m - 0.005, face.eye_y_m - 0.035 * face.size, 1.25 * eye_z)
    x, y, z = (np.ascontiguousarray(column) for column in at_m.T)
    aside = np.abs(z)
    cheeks = np.exp(-(_distance(x - cheek[0], y - cheek[1], aside - cheek[2]) ** 2) / (0.022**2))
    nose = (float(face.mouth_m[0]) + 0.01, float(face.mouth_m[1]) + 0.03, 0.0)
    tip = np.exp(-(_distance(x - nose[0], y - nose[1], z - nose[2]) ** 2) / (0.013**2))
    hollow = (face.eye_x_m, face.eye_y_m - 0.013 * face.size, eye_z)
    below = _distance(x - hollow[0], (y - hollow[1]) * 2.2, aside - hollow[2])
    under = np.exp(-(below**2) / (0.012**2))
    red = (0.5 + 0.7 * spec.skin.redness) * (0.8 * cheeks + 0.6 * tip)
    shade = under * (0.05 + 0.1 * min(max((spec.age_years - 25) / 50, 0.0), 1.0))
    return (1.0 - shade)[:, None] * (1.0 + red[:, None] * np.array([0.02, -0.09, -0.08], at_m.dtype))


def _distance(x: Floats, y: Floats, z: Floats) -> Floats:
    return np.sqrt(x * x + y * y + z * z)


def _age_lines(spec: PersonSpec, at_m: Floats, face: FaceFrame, rng: np.random.Generator) -> Floats:
    strength = min(max((spec.age_years - 40.0) / 40.0, 0.0), 1.0)
    y = (at_m[:, 1] - face.eye_y_m) / face.size
    wave = y + 0.002 * np.sin(at_m[:, 2] * 90.0 + float(rng.uniform(0, 6)))
    forehead = np.exp(-(((y - 0.045) / 0.014) ** 2)) * np.clip((np.sin(wave * 2 * np.pi / 0.011) - 0.7) / 0.3, 0, 1)
    aside = np.abs(at_m[:, 2]) / face.size
    mouth_y_m = float(face.mouth_m[1])
    fold_x = 0.017 + 0.35 * np.clip(mouth_y_m + 0.026 - at_m[:, 1], 0, 0.05)
    fold = np.exp(-(((aside - fold_x) / 0.0017) ** 2)) * (np.abs(at_m[:, 1] - mouth_y_m - 0.012) < 0.016)
    corner = float(np.abs(face.eyes_m[:, 2]).mean()) / face.size + 0.024
    feet = np.exp(-((((aside - corner) / 0.009) ** 2) + ((y / 0.012) ** 2))) * np.clip(
        np.sin(y * 1900 + aside * 500) - 0.4, 0, 1
    )
    front = np.clip((at_m[:, 0] - face.eye_x_m + 0.05) / 0.02, 0, 1)
    return (1.0 - 0.2 * strength * front * (0.7 * forehead + fold + 0.7 * feet))[:, None]


def _freckles(spec: PersonSpec, at_m: Floats, face: FaceFrame, rng: np.random.Generator) -> Floats:
    count = int(500 * spec.skin.freckles)
    centre = np.array([face.eye_x_m + 0.005, face.eye_y_m - 0.025, 0.0])
    spots = centre + rng.normal(0, 1, (count, 3)) * np.array([0.02, 0.016, 0.03])
    distance, index = PointTree(spots).query(at_m, within=0.004)
    size = rng.uniform(0.0005, 0.0013, count + 1)
    spot = np.clip(1.0 - distance / (2.0 * size[index]), 0, 1) * 0.45
    return 1.0 - spot[:, None] * np.array([0.28, 0.42, 0.5])


def _lids(colour: Floats, at_m: Floats, lids_m: Floats, face: FaceFrame) -> Floats:
    near = np.flatnonzero(np.abs(at_m[:, 1] - face.eye_y_m) < 0.02)
    distance, _ = PointTree(lids_m).query(at_m[near], within=0.006)
    share = np.zeros(len(at_m), np.float32)
    share[near] = np.clip(1.0 - distance / 0.0026, 0.0, 1.0) * 0.75
    return _mix(colour, np.array([0.07, 0.045, 0.04]), share)


def _mix(colour: Floats, other: Floats, share: Floats) -> Floats:
    share = share[:, None].astype(colour.dtype)
    return colour + share * (other.astype(colour.dtype) - colour)
