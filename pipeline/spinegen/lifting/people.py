"""Skeletons of people drawn by chance: proportions of whole bodies, and spines of every healthy shape and some others."""

from collections.abc import Iterator

import numpy as np

from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.avatar_model import avatar_model
from ..biomech.retarget.posture import Posture, Shaped, SideBend, shaped
from ..humans.body.shape import rest_vertices
from ..humans.person import shape_of
from ..humans.rigging.joints import find_landmarks, find_spine
from ..humans.spec.sample import sample_person
from ..humans.spec.spine_shape import SpinePopulation, sample_spine
from ..streams import Stream, generator

SPINES = SpinePopulation(scoliosis=0.1, hyperkyphosis=0.08, flat_back=0.08)
"""More unusual spines than there are, so that none is a surprise."""
_WARDROBES = ("yoga", "sport", "street", "office")


def bodies(seed: int, count: int) -> Iterator[SpineModel]:
    """Models of `count` people as `render` would draw them, with the spine that their body has by itself."""
    for number in range(count):
        spec = sample_person(generator(seed, Stream.PERSON.at(number)), _WARDROBES[number % len(_WARDROBES)])
        vertices = rest_vertices(shape_of(spec))
        spine = find_spine(vertices, spec.stature_m, spec.bmi)
        yield avatar_model(find_landmarks(vertices, spec.stature_m, spine)).model


def with_spine(body: SpineModel, rng: np.random.Generator) -> Shaped:
    """The body with a spinal shape drawn by chance."""
    sex = "female" if rng.random() < 0.5 else "male"
    spine = sample_spine(rng, sex, float(rng.uniform(16.0, 80.0)), SPINES)
    curves = tuple(SideBend(curve.cobb_deg, curve.apex, curve.convex == "right") for curve in spine.curves)
    return shaped(body, Posture(spine.kyphosis_deg, spine.lordosis_deg, spine.forward_head_deg, curves))
