"""Generated skin texture: tone, zones, fine variation."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats
from ...streams import Stream, generator
from ..body.body_data import BodyData
from ..body.face_frame import FaceFrame
from ..body.texel_map import head_positions, head_values
from ..hair.hair import scalp_field
from ..mesh.texture_noise import interleaved, layered, noise
from ..spec import colours
from ..spec.person_spec import PersonSpec
from .face_paint import paint_head

SIZE = 1024
Image = Floats

# Zone -> multiplier of the tone (r, g, b) and opacity.
ZONES: tuple[tuple[str, tuple[float, float, float], float], ...] = (
    ("face", (1.0, 0.93, 0.90), 0.35),
    ("ears", (1.0, 0.85, 0.82), 0.5),
    ("eyelids", (0.88, 0.78, 0.76), 0.5),
    ("lips", (0.86, 0.60, 0.60), 0.8),
    ("aureolae", (0.72, 0.55, 0.5), 0.8),
    ("fingernails", (1.06, 0.98, 0.98), 0.7),
    ("toenails", (1.05, 0.98, 0.98), 0.7),
    ("inside-mouth", (0.5, 0.26, 0.26), 0.95),
)


def skin_texture(
    spec: PersonSpec, data: BodyData, vertices_m: Floats, weights: Floats, face: FaceFrame
) -> NDArray[np.uint8]:
    """`(SIZE, SIZE, 3)` sRGB in the body's own layout."""
    rng = generator(spec.skin.seed, Stream.SKIN)
    base = colours.skin_colour(spec.skin.melanin).astype(np.float32)
    mottle = 1.0 + 0.02 * (0.5 + spec.skin.blemish) * layered(SIZE, (2.0, 10.0, 40.0), rng)
    blush = 0.02 * spec.skin.redness * layered(SIZE, (20.0, 70.0), rng)
    grain = 1.0 + 0.012 * noise(SIZE, 0.8, rng)
    image = np.stack([tone * mottle for tone in base])
    for plane, sign in zip(image, np.array([1.0, -0.8, -0.8], np.float32), strict=True):
        plane *= 1.0 + blush * sign
        plane *= grain
    texels = image.reshape(3, -1)
    for zone, tint, opacity in ZONES:
        mask = data.masks[zone].reshape(-1)
        inside = np.flatnonzero(mask > 4)
        share = mask[inside].astype(np.float32) / 255.0 * opacity
        for plane, factor in zip(texels, np.array(tint, np.float32), strict=True):
            plane[inside] *= 1.0 - share + share * factor
    rows, columns, at_m = head_positions(vertices_m)
    scalp = scalp_field(spec.hair, data, vertices_m, weights)
    lids_m = vertices_m[data.vertices_of("eyelashes")].astype(np.float64)
    colour = np.ascontiguousarray(image[:, rows, columns].T)
    image[:, rows, columns] = paint_head(spec, colour, at_m, head_values(scalp), lids_m, face, rng).T
    return interleaved(image)


def eye_texture(spec: PersonSpec, size: int = 256) -> NDArray[np.uint8]:
    """An eyeball seen along its axis: white, iris and pupil; `(size, size, 3)` sRGB."""
    rng = generator(spec.skin.seed, Stream.EYES)
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size * 2.0 - 1.0
    x, y = np.meshgrid(axis, axis)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    white = np.array((0.80, 0.76, 0.73), np.float32) * (1.0 - 0.35 * np.clip(radius - 0.45, 0, 1))[..., None]
    fibres = sum(np.cos(angle * k + rng.uniform(0, 6.28)) for k in (7, 13, 29)) / 3.0
    iris = np.array(spec.face.iris, np.float32) * (1.0 + 0.22 * fibres + 0.5 * np.clip(0.35 - radius, 0, 1))[..., None]
    ring = np.clip((radius - 0.36) / 0.08, 0, 1)[..., None]
    iris = iris * (1.0 - 0.6 * ring)
    inside = np.clip((0.45 - radius) / 0.03, 0, 1)[..., None]
    pupil = np.clip((0.17 - radius) / 0.03, 0, 1)[..., None]
    image = white * (1 - inside) + iris * inside
    image = image * (1 - pupil) + 0.015 * pupil
    return np.clip(image * 255.0, 0, 255).astype(np.uint8)
