"""What makes the male and the female model differ: sizes of segments, stature, mass."""

import numpy as np

from ...model_tables import number, rows
from ..model.scaling import SEGMENTS


def segment_factors(sex: str) -> dict[str, tuple[float, float, float]]:
    """Stretch of every segment against the unisex model, which is the mean of both sexes."""
    factors = {segment: np.ones(3) for segment in SEGMENTS}
    for row in rows("proportions"):
        male, female = number(row, "male_mm"), number(row, "female_mm")
        value = {"male": male, "female": female, "unisex": (male + female) / 2.0}[sex]
        for name in (row["segment"], f"{row['segment']}_r", f"{row['segment']}_l"):
            if name in factors:
                factors[name]["xyz".index(row["axis"])] = 2.0 * value / (male + female)
    return {segment: (float(f[0]), float(f[1]), float(f[2])) for segment, f in factors.items()}


def stature_and_mass(sex: str) -> tuple[float, float]:
    """Stature in m and mass in kg of a mean person."""
    found = {row["measure"]: {"male": number(row, "male"), "female": number(row, "female")} for row in rows("people")}
    for both in found.values():
        both["unisex"] = (both["male"] + both["female"]) / 2.0
    return found["stature_mm"][sex] * 1e-3, found["mass_kg"][sex]
