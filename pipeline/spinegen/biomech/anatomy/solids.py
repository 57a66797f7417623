"""Masses and inertias: de Leva's shares of body mass on ellipsoids of the size of each part."""

import numpy as np

from ...geometry.types import Vector
from ...model_tables import number, rows, triple
from ...skeleton import VERTEBRAE
from ..model.definition import Body, Shape
from ..model.sides import mirrored_point, other_side
from .spine import MM, Spine

SEXES = ("unisex", "male", "female")


def mass_shares(sex: str) -> dict[str, float]:
    """Share of body mass of each of de Leva's segments (one side)."""
    shares = {}
    for row in rows("segment_masses"):
        male, female = number(row, "male_percent", 0.01), number(row, "female_percent", 0.01)
        shares[row["segment"]] = {"male": male, "female": female, "unisex": (male + female) / 2.0}[sex]
    return shares


def build_bodies(spine: Spine, sex: str, mass_kg: float, shapes: dict[str, tuple[Shape, ...]]) -> dict[str, Body]:
    """Every body with its mass, centre, inertia and shapes; the masses add up to `mass_kg`."""
    shares = mass_shares(sex)
    parts: dict[str, tuple[float, Vector, Vector]] = {}
    for row in rows("solids"):
        share = shares[row["segment"]] * number(row, "share")
        centre, half = triple(row, MM), triple(row, MM, ("half_x_mm", "half_y_mm", "half_z_mm"))
        parts[row["body"]] = (share, centre, half)
        if row["body"].endswith("_r"):
            parts[other_side(row["body"])] = (share, mirrored_point(centre), half)
    for row in rows("spine_masses"):
        first, last = VERTEBRAE.index(row["first"]), VERTEBRAE.index(row["last"])
        levels = [spine.vertebrae[v] for v in VERTEBRAE[first : last + 1]]
        heights = [v.height_m + v.disc_m for v in levels]
        for v, height in zip(levels, heights, strict=True):
            share = shares[row["segment"]] * number(row, "share") * height / sum(heights)
            centre = (v.centroid_m[0] + number(row, "x_mm", MM), v.centroid_m[1], 0.0)
            parts[v.name] = (share, centre, (number(row, "half_x_mm", MM), height / 2.0, number(row, "half_z_mm", MM)))
    total = sum(share for share, _, _ in parts.values())
    return {
        name: Body(
            name,
            mass_kg * share / total,
            centre,
            ellipsoid_inertia(mass_kg * share / total, half),
            shapes.get(name, ()),
        )
        for name, (share, centre, half) in parts.items()
    }


def ellipsoid_inertia(mass_kg: float, half_m: Vector) -> tuple[float, float, float, float, float, float]:
    """Ixx, Iyy, Izz, Ixy, Ixz, Iyz of a solid ellipsoid about its centre."""
    a, b, c = np.square(half_m) * mass_kg / 5.0
    return float(b + c), float(a + c), float(a + b), 0.0, 0.0, 0.0
