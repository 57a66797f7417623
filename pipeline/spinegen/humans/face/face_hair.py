"""Eyebrows and beards as short hairs over the painted skin."""

import numpy as np

from ...geometry.types import Floats
from ...streams import Stream, generator
from ..body.body_data import BodyData
from ..body.face_frame import FaceFrame
from ..hair.hair import hair_texture
from ..hair.strands import Growth, grow, make_scalp, on_skull, ribbons, scatter
from ..mesh.mesh import MeshPart
from ..mesh.mesh_parts import finish_part
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
        parts.append(
            _hairs(
                spec,
                "brows",
                scalp,
                roots,
                normals=normals,
                heading=heading,
                length=0.0065,
                lift=0.0006,
                width=0.0009,
                colour=spec.face.brow,
                rng=rng,
            )
        )
    if spec.face.beard in BEARDS:
        count, length, lift = BEARDS[spec.face.beard]
        field = beard_field(vertices_m, face)
        faces = data.faces["body"][(field[data.faces["body"]] > 0.0).all(1)]
        if len(faces):
            roots, normals = scatter(vertices_m, faces, count, rng)
            heading = np.array([0.15, -1.0, 0.0]) + rng.normal(0, 0.25, roots.shape)
            heading[:, 2] += np.sign(roots[:, 2]) * 0.1
            parts.append(
                _hairs(
                    spec,
                    "beard",
                    scalp,
                    roots,
                    normals=normals,
                    heading=heading,
                    length=length,
                    lift=lift,
                    width=BEARD_WIDTH_M[spec.face.beard],
                    colour=spec.face.beard_colour,
                    rng=rng,
                )
            )
    return parts


def _hairs(
    spec: PersonSpec, name: str, scalp, roots, *, normals, heading, length, lift, width, colour, rng
) -> MeshPart:  # type: ignore[no-untyped-def]
    along = heading - np.einsum("ij,ij->i", heading, normals)[:, None] * normals
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    path = grow(scalp, roots, along, Growth(length, 2, lift, 0.05, cling=0.3), rng=rng)
    vertices, faces, uv = ribbons(scalp, path, width, rng, blunt=0.2)
    texture = hair_texture(Hair(colour=colour, grey=spec.hair.grey if name == "beard" else 0.0, seed=spec.hair.seed))
    return finish_part(
        name,
        "hair",
        vertices,
        faces,
        uv=uv,
        weights=on_skull(len(vertices)),
        texture_rgb=texture,
        roughness=0.7,
        two_sided=True,
    )
