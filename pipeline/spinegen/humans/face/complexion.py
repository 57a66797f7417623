"""Generated skin texture: tone, zones, the painted head."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Floats, Ints
from ...streams import Stream, generator
from ..body.body_data import BodyData, load_body_data
from ..body.face_frame import FaceFrame
from ..body.texel_map import head_positions, head_texels, head_values
from ..hair.hair import scalp_field
from ..mesh.grain import grain_of
from ..mesh.mesh import Grain
from ..spec import colours
from ..spec.person_spec import PersonSpec
from .face_paint import paint_head

SIZE = 1024

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


@dataclass(frozen=True)
class _Painted:
    """Texels of the skin that are not of the body's own colour."""

    texels: Ints
    """`(N,)`, ascending, counted through the whole texture."""
    zones: tuple[tuple[Ints, Floats, Floats], ...]
    """Of each zone the places among `texels`, the factors of the tone and the zone's share there `(n, 1)`."""
    head: Ints
    """Places of the head's texels among `texels`, in the order of `head_positions`."""


@lru_cache(maxsize=1)
def _painted() -> _Painted:
    """The same for all bodies."""
    data = load_body_data()
    masks = [data.masks[zone].reshape(-1) for zone, _, _ in ZONES]
    inside = [np.flatnonzero(mask > 4) for mask in masks]
    rows, columns, _, _ = head_texels()
    head = rows.astype(np.int64) * SIZE + columns
    texels = np.unique(np.concatenate([head, *inside]))
    zones = tuple(
        (
            np.searchsorted(texels, own),
            np.array(tint, np.float32),
            mask[own].astype(np.float32)[:, None] / 255.0 * opacity,
        )
        for own, mask, (_, tint, opacity) in zip(inside, masks, ZONES, strict=True)
    )
    return _Painted(texels, zones, np.searchsorted(texels, head))


def skin_texture(
    spec: PersonSpec, data: BodyData, vertices_m: Floats, weights: Floats, *, face: FaceFrame
) -> NDArray[np.uint8]:
    """`(SIZE, SIZE, 3)` sRGB in the body's own layout; pores and mottle are `skin_grain`'s."""
    rng = generator(spec.skin.seed, Stream.SKIN)
    base = colours.skin_colour(spec.skin.melanin).astype(np.float32)
    painted = _painted()
    colour = np.tile(base, (len(painted.texels), 1))
    for places, tint, share in painted.zones:
        colour[places] *= 1.0 + share * (tint - 1.0)
    at_m = head_positions(vertices_m)
    scalp = scalp_field(spec.hair, data, vertices_m, weights)
    lids_m = vertices_m[data.vertices_of("eyelashes")].astype(np.float64)
    colour[painted.head] = paint_head(
        spec, colour[painted.head], at_m, head_values(scalp), lids_m=lids_m, face=face, rng=rng
    )
    # Repeated as bytes: broadcasting three at a time takes ten times as long.
    image = np.frombuffer(bytearray(_codes(base).tobytes() * SIZE**2), np.uint8).reshape(-1, 3)
    image[painted.texels] = _codes(colour)
    return image.reshape(SIZE, SIZE, 3)


def _codes(colour: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(colour * 255.0), 0, 255).astype(np.uint8)


def skin_grain(spec: PersonSpec) -> Grain:
    """Pores, mottle and redder regions of a skin."""
    rng = generator(spec.skin.seed, Stream.SKIN, 1)
    return grain_of(rng, 0.012, 0.02 * (0.5 + spec.skin.blemish), 0.02 * spec.skin.redness)


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
