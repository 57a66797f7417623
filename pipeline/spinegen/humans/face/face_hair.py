"""Eyebrows and beards as short hairs over the painted skin."""

import numpy as np

from ...geometry.types import Floats
from ...streams import Stream, generator
from ..body.body_data import BodyData
from ..body.face_frame import FaceFrame
from ..hair.hair import hair_texture
from ..hair.strands import Growth, Scalp, grow, head_part, make_scalp, ribbons, scatter
from ..mesh.mesh import MeshPart
from ..spec.person_spec import Hair, PersonSpec
from .face_paint import beard_field, brow_field

BEARDS = {"short": (2600, 0.007, 0.002), "full": (2000, 0.024, 0.006)}
"""Hairs, their length and how far they stand off, metres."""
BEARD_WIDTH_M = {"short": 0.0014, "full": 0.0022}


def face_hair_parts(
    spec: PersonSpec, data: BodyData, vertices_m: Floats, weights: Floats, *, face: FaceFrame
) -> list[MeshPart]:
    """Brows of everybody, the beard of who wears one."""
    rng = generator(spec.hair.seed, Stream.FACE_HAIR)
    scalp = make_scalp(data, vertices_m, weights)
    parts = []
    field = brow_field(vertices_m, face)
    faces = data.faces["body"][(field[data.faces["body"]] > -0.012).all(1)]
    roots, normals = scatter(vertices_m, faces, 2600, rng)
    own = brow_field(roots, face) > -0.0002
    roots, normals = roots[own], normals[own]
    if len(roots):
        aside = np.sign(roots[:, 2])
        across = np.clip((np.abs(roots[:, 2]) / np.abs(face.eyes_m[:, 2]).mean() - 0.5), 0.0, 1.0)
        heading = np.stack([np.zeros(len(roots)), 1.0 - 1.1 * across, aside * (0.4 + across)], axis=1)
        heading += rng.normal(0, 0.15, heading.shape)
        look = Hair(colour=spec.face.brow, seed=spec.hair.seed)
        brows = Growth(0.0065, 2, 0.0006, 0.05, cling=0.3)
        parts.append(
            _hairs("brows", scalp, roots, _along(heading, normals), growth=brows, width_m=0.0009, look=look, rng=rng)
        )
    if spec.face.beard in BEARDS:
        count, length, lift = BEARDS[spec.face.beard]
        field = beard_field(vertices_m, face)
        faces = data.faces["body"][(field[data.faces["body"]] > 0.0).all(1)]
        if len(faces):
            roots, normals = scatter(vertices_m, faces, count, rng)
            heading = np.array([0.15, -1.0, 0.0]) + rng.normal(0, 0.25, roots.shape)
            heading[:, 2] += np.sign(roots[:, 2]) * 0.1
            look = Hair(colour=spec.face.beard_colour, grey=spec.hair.grey, seed=spec.hair.seed)
            beard, width = Growth(length, 2, lift, 0.05, cling=0.3), BEARD_WIDTH_M[spec.face.beard]
            parts.append(
                _hairs("beard", scalp, roots, _along(heading, normals), growth=beard, width_m=width, look=look, rng=rng)
            )
    return parts


def _along(heading: Floats, normals: Floats) -> Floats:
    """Unit vectors `(N, 3)`: headings without what points away from the skin."""
    along = heading - np.einsum("ij,ij->i", heading, normals)[:, None] * normals
    return along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)


def _hairs(
    name: str,
    scalp: Scalp,
    roots: Floats,
    heading: Floats,
    *,
    growth: Growth,
    width_m: float,
    look: Hair,
    rng: np.random.Generator,
) -> MeshPart:
    path = grow(scalp, roots, heading, growth, rng=rng)
    strips = ribbons(scalp, path, width_m, rng, blunt=0.2, deep=False)
    return head_part(name, [strips], hair_texture(look), roughness=0.7)
