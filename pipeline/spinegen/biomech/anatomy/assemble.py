"""Tables to a whole model: spine and limbs joined, sexed, brought to stature and mass, stood on the floor."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ...errors import ModelError
from ...geometry.types import Vector
from ...model_tables import rows, triple
from ..model.definition import Definition, Joint
from ..model.spine_model import SpineModel
from .limbs import build_limbs
from .proportions import segment_factors, stature_and_mass
from .shapes import build_shapes
from .solids import SEXES, build_bodies
from .spine import MM, Spine, build_spine
from .stations import build_stations

__all__ = ["SEXES", "assemble", "load_model"]


@lru_cache(maxsize=8)
def load_model(name: str = "unisex") -> SpineModel:
    """Our own model with `unisex`, `male` or `female` proportions, straight from the tables (opensim is not needed).

    Raises:
        ModelError: another name, or a damaged table.
    """
    if name not in SEXES:
        raise ModelError(f"no built-in model {name!r}; there are {', '.join(SEXES)}")
    return SpineModel(assemble(name))


def assemble(sex: str) -> Definition:
    """The model of a mean person of `sex` (`unisex`, `male` or `female`)."""
    spine = build_spine()
    neutral = _neutral_frames(spine)
    limbs = build_limbs(neutral)
    by_child = {joint.child: joint for joint in (limbs.pelvis, *spine.joints, *limbs.joints)}
    joints = tuple(by_child[child] for child in _order(by_child))
    placed = {row["child"]: triple(row, MM) for row in rows("joints")}
    stations = build_stations(spine, joints, placed["L5"])
    stature_m, mass_kg = stature_and_mass(sex)
    bodies = build_bodies(spine, sex, mass_kg, build_shapes(spine, neutral, placed["thorax"]))
    pelvis = tuple(c for c in limbs.coordinates if c.region == "pelvis")
    rest = tuple(c for c in limbs.coordinates if c.region != "pelvis")
    base = Definition(
        name=f"spinegen_{sex}",
        bodies=tuple(bodies[joint.child] for joint in joints),
        joints=joints,
        coordinates=pelvis + spine.coordinates + rest,
        couplers=spine.couplers + limbs.couplers,
        rhythms=spine.rhythms,
        stations=stations,
        endplate_s1_rad=spine.vertebrae["S1"].tilt_rad,
    )
    sexed = SpineModel(base).scaled(segment_factors(sex))
    factor = stature_m / sexed.stature_m
    return replace(
        sexed.scaled({body.name: factor for body in base.bodies}, mass_kg=mass_kg).definition, name=base.name
    )


def _neutral_frames(spine: Spine) -> dict[str, tuple[float, Vector]]:
    """Tilt and origin of every vertebra in the pelvis frame, in the neutral posture."""
    frames: dict[str, tuple[float, Vector]] = {"pelvis": (0.0, (0.0, 0.0, 0.0))}
    for joint in spine.joints:
        tilt, origin = frames[joint.parent]
        x, y, _ = joint.location_parent_m
        cosine, sine = np.cos(tilt), np.sin(tilt)
        frames[joint.child] = (
            tilt + joint.orientation_parent_rad[2],
            (float(origin[0] + cosine * x - sine * y), float(origin[1] + sine * x + cosine * y), 0.0),
        )
    return frames


def _order(by_child: dict[str, Joint]) -> list[str]:
    """Bodies, parents first, in the order of the tables."""
    ordered, waiting = ["ground"], list(by_child)
    while waiting:
        ready = [child for child in waiting if by_child[child].parent in ordered]
        ordered.extend(ready)
        waiting = [child for child in waiting if child not in ready]
    return ordered[1:]
