"""Builds a drawn person from a spec: body, eyes, hair and clothes over the bones that move them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..geometry.types import Floats, Ints
from .body import bones
from .body.body_data import BodyData, load_body_data
from .body.face_frame import FaceFrame, face_frame
from .body.hands import curl_hands
from .body.landmarks import Landmarks
from .body.shape import Shape, rest_vertices
from .face.complexion import eye_texture, skin_grain, skin_texture
from .face.face_hair import face_hair_parts
from .garments.cap import make_cap
from .garments.cloth import Cloth, make_clothes, make_shell
from .garments.offset import cloth_height_m
from .hair.hair import hair_parts
from .mesh.mesh import MeshPart
from .mesh.mesh_ops import compact, unique_rows
from .mesh.mesh_parts import finish_part
from .rigging.body_fields import body_fields
from .rigging.joints import find_landmarks, find_spine
from .rigging.opening_fingers import opening_fingers
from .rigging.weights import bone_weights
from .spec.person_spec import PersonSpec


@dataclass(frozen=True)
class Person:
    """A drawable person in the rest pose: the body's A-pose, facing +x, soles on y = 0, ground axes, metres."""

    spec: PersonSpec
    bones: tuple[str, ...]
    """Named as the bodies of the skeleton model."""
    rest_positions_ground_m: Floats
    """`(B, 3)`; every bone's rest orientation is the identity."""
    parts: tuple[MeshPart, ...]
    landmarks: Landmarks


def build_person(spec: PersonSpec) -> Person:
    """The person of a spec, a pure function of it.

    Raises:
        ModelError: the body data are not installed.
    """
    data = load_body_data()
    straight = rest_vertices(shape_of(spec))
    vertices = curl_hands(data, straight, spec.hand_curl, spec.hands_closed)
    spine = find_spine(vertices, spec.stature_m, spec.bmi)
    # A closed hand opens on the floor: its palm is that of an open one.
    open_handed = curl_hands(data, straight, spec.hand_curl) if any(spec.hands_closed) else vertices
    landmarks = find_landmarks(open_handed, spec.stature_m, spine)
    weights = bone_weights(data, vertices, spine)
    body = body_fields(vertices, weights, landmarks)
    face = face_frame(data, vertices, weights)
    shell = make_shell(body)
    clothes: list[Cloth] = []
    for garment in spec.garments:
        if garment.kind != "cap":
            clothes += make_clothes(garment, data, shell, body, below=[cloth.part for cloth in clothes])
    parts = [
        _skin_part(spec, data, vertices, weights, clothes=clothes, face=face),
        *_eye_parts(spec, data, vertices, weights),
    ]
    parts += hair_parts(
        spec.hair,
        data,
        vertices,
        weights,
        covered=any(g.kind == "cap" for g in spec.garments),
        over_m=cloth_height_m(spec.garments),
    )
    parts += face_hair_parts(spec, data, vertices, weights, face=face)
    parts += [part for cloth in clothes for part in (cloth.part, *cloth.trims)]
    parts += [make_cap(g, data, vertices, weights, face=face) for g in spec.garments if g.kind == "cap"]
    rest = np.stack([landmarks.points[f"joint/{bone}"] for bone in bones.BONES])
    return Person(spec, bones.BONES, rest, tuple(parts), landmarks)


def shape_of(spec: PersonSpec) -> Shape:
    """The body's shape parameters of a spec."""
    return Shape(
        male=spec.masculinity,
        age_years=spec.age_years,
        stature_m=spec.stature_m,
        bmi=spec.bmi,
        muscle=spec.muscle,
        proportions=spec.proportions,
        ancestry=spec.ancestry,
        cup=spec.cup,
        firmness=spec.firmness,
        local={**spec.build, **spec.face.shape, **spec.face.expression},
    )


def _skin_part(
    spec: PersonSpec, data: BodyData, vertices: Floats, weights: Floats, *, clothes: list[Cloth], face: FaceFrame
) -> MeshPart:
    hidden = np.zeros(len(vertices), bool)
    for cloth in clothes:
        hidden |= cloth.cover > cloth.hide_m
    corners, of_body = _split_seams()
    own, faces = compact(of_body, corners[~hidden[data.faces["body"]].all(1)])
    source, uv = own[:, 0], data.uv[own[:, 1]]
    return finish_part(
        name="skin",
        kind="skin",
        vertices_m=vertices[source],
        faces=faces,
        uv=uv,
        weights=weights[source],
        texture_rgb=skin_texture(spec, data, vertices, weights, face=face),
        roughness=spec.skin.roughness,
        shaping=opening_fingers(data, vertices, source, spec.hand_curl, closed=spec.hands_closed),
        grain=skin_grain(spec),
    )


@lru_cache(maxsize=1)
def _split_seams() -> tuple[Ints, Ints]:
    """The body's triangles over one vertex for every pair of vertex and texture coordinate, and these pairs `(S, 2)`."""
    data = load_body_data()
    pairs = np.stack([data.faces["body"].ravel(), data.uv_faces["body"].ravel()], axis=1).astype(np.int64)
    unique, inverse = unique_rows(pairs)
    return inverse.reshape(-1, 3), unique


def _eye_parts(spec: PersonSpec, data: BodyData, vertices: Floats, weights: Floats) -> list[MeshPart]:
    texture = eye_texture(spec)
    parts = []
    for side, word in (("l", "left"), ("r", "right")):
        index, local = np.unique(data.faces[f"helper-{side}-eye"], return_inverse=True)
        own = vertices[index]
        centre = 0.5 * (own.max(0) + own.min(0))
        radius = 0.5 * float(np.ptp(own[:, 1]))
        uv = 0.5 + (own - centre)[:, [2, 1]] * np.array([-1.0, 1.0], np.float32) / (2.0 * radius)
        parts.append(
            finish_part(
                f"{word}_eye",
                "eye",
                own,
                local.reshape(-1, 3).astype(np.int32),
                uv=uv.astype(np.float32),
                weights=weights[index],
                texture_rgb=texture,
                roughness=0.12,
            )
        )
    return parts
