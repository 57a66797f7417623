"""The shape of a person's spine while they stand: the profile from the side, and curves to the side. Figures with their sources.

| figure | value | source |
|---|---|---|
| kyphosis T1-T12, by decade | 37.5, 41.8, 42.6, 42.6 deg at 20-29, 30-39, 40-49, from 50 | Lang-Tapia 2011 J Appl Biomech 27:143, 659 adults (abstract read) |
| kyphosis, men and women | 42.8 +- 8.8, 40.4 +- 9.5 deg | the same |
| kyphosis rises on beyond 50, more in women | | Zappala 2021 J Orthop Surg Res 16:447, 34 studies (abstract read) |
| lordosis T12-S1 standing | 49.8 +- 11.2 deg, greater in women, falling with age | 627 adults, PMC6680033 (abstract read) |
| rotation of the apical vertebra over the Cobb angle | 0.35 | assumed, between the 0.3 and 0.5 of structural curves |
| correlation of kyphosis and lordosis, of kyphosis and forward head | 0.3, 0.3 | assumed: weak and positive |
"""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from ...config import Settings

Level = Literal[
    "L4", "L3", "L2", "L1", "T12", "T11", "T10", "T9", "T8", "T7", "T6", "T5", "T4", "T3"
]  # fmt: skip
KYPHOSIS_AGES = (25.0, 35.0, 45.0, 55.0, 65.0, 80.0)
KYPHOSIS_DEG = {"male": (38.7, 43.0, 43.8, 43.8, 44.5, 46.5), "female": (36.3, 40.6, 41.4, 41.4, 44.0, 49.5)}
KYPHOSIS_SD_DEG = 9.2
LORDOSIS_DEG = {"male": 48.3, "female": 51.3}
LORDOSIS_FALLS_DEG_PER_YEAR = 0.08
"""Away from an age of 45."""
LORDOSIS_SD_DEG = 11.0
_WITH_KYPHOSIS = 0.3
FORWARD_HEAD_SD_DEG = 5.0
KYPHOSIS_RANGE_DEG, LORDOSIS_RANGE_DEG = (10.0, 80.0), (15.0, 85.0)
"""What the model can hold without a level leaving what it can do."""


class SideCurve(Settings):
    """One curve of the spine to the side, with what turns with it."""

    cobb_deg: float = Field(ge=3, le=60)
    apex: Level
    convex: Literal["left", "right"]


class SpineShape(Settings):
    """How a person's spine stands. None: as the drawn body has it by itself."""

    kyphosis_deg: float | None = Field(default=None, ge=KYPHOSIS_RANGE_DEG[0], le=KYPHOSIS_RANGE_DEG[1])
    """T1 against T12."""
    lordosis_deg: float | None = Field(default=None, ge=LORDOSIS_RANGE_DEG[0], le=LORDOSIS_RANGE_DEG[1])
    """T12 against the endplate of the sacrum."""
    forward_head_deg: float = Field(default=0.0, ge=-20, le=35)
    """The neck leans forward by so much, and the head back again."""
    curves: tuple[SideCurve, ...] = Field(default=(), max_length=2)
    """Scoliosis: one curve, or two of opposite sides."""

    @model_validator(mode="after")
    def _opposite(self) -> "SpineShape":
        if len({curve.convex for curve in self.curves}) < len(self.curves):
            raise ValueError("curves: two curves are convex to opposite sides")
        return self


class SpinePopulation(Settings):
    """Whose spines are drawn: shares of people, the rest has a healthy spine."""

    scoliosis: float = Field(default=0.0, ge=0, le=1)
    cobb_deg: tuple[float, float] = (10.0, 50.0)
    double_share: float = Field(default=0.3, ge=0, le=1)
    """Of those with scoliosis: a thoracic and a lumbar curve."""
    hyperkyphosis: float = Field(default=0.0, ge=0, le=1)
    hyperkyphosis_deg: tuple[float, float] = (55.0, 75.0)
    flat_back: float = Field(default=0.0, ge=0, le=1)
    flat_lordosis_deg: tuple[float, float] = (15.0, 30.0)

    @model_validator(mode="after")
    def _possible(self) -> "SpinePopulation":
        total = self.scoliosis + self.hyperkyphosis + self.flat_back
        if total > 1.0 + 1e-9:
            raise ValueError(f"scoliosis, hyperkyphosis and flat_back sum to {total:g}; allowed is at most 1")
        for name, (low, high) in (
            ("cobb_deg", (3.0, 60.0)),
            ("hyperkyphosis_deg", KYPHOSIS_RANGE_DEG),
            ("flat_lordosis_deg", LORDOSIS_RANGE_DEG),
        ):
            a, b = getattr(self, name)
            if not low <= a <= b <= high:
                raise ValueError(
                    f"{name} is {a:g} to {b:g}; allowed are {low:g} to {high:g} degrees, the smaller first"
                )
        return self


def sample_spine(
    rng: np.random.Generator, sex: str, age_years: float, population: SpinePopulation | None = None
) -> SpineShape:
    """One person's spine; a pure function of the generator's state."""
    population = population or SpinePopulation()
    normal = np.clip(rng.normal(size=3), -2.6, 2.6)
    kyphosis_mean = float(np.interp(age_years, KYPHOSIS_AGES, KYPHOSIS_DEG[sex]))
    lordosis_mean = LORDOSIS_DEG[sex] - LORDOSIS_FALLS_DEG_PER_YEAR * (age_years - 45.0)
    own = np.sqrt(1.0 - _WITH_KYPHOSIS**2)
    kyphosis = kyphosis_mean + KYPHOSIS_SD_DEG * normal[0]
    lordosis = lordosis_mean + LORDOSIS_SD_DEG * (_WITH_KYPHOSIS * normal[0] + own * normal[1])
    head = FORWARD_HEAD_SD_DEG * (_WITH_KYPHOSIS * normal[0] + own * normal[2]) + 0.05 * max(age_years - 45.0, 0.0)
    luck, amount = rng.random(), rng.random()
    curves: tuple[SideCurve, ...] = ()
    if luck < population.scoliosis:
        curves = _curves(rng, amount, population)
        kyphosis -= 0.25 * max(curve.cobb_deg for curve in curves)
    elif luck < population.scoliosis + population.hyperkyphosis:
        kyphosis = _within(amount, population.hyperkyphosis_deg)
        head += 0.3 * (kyphosis - kyphosis_mean)
    elif luck < population.scoliosis + population.hyperkyphosis + population.flat_back:
        lordosis = _within(amount, population.flat_lordosis_deg)
        kyphosis = kyphosis_mean - 0.5 * (lordosis_mean - lordosis)
    return SpineShape(
        kyphosis_deg=round(float(np.clip(kyphosis, *KYPHOSIS_RANGE_DEG)), 2),
        lordosis_deg=round(float(np.clip(lordosis, *LORDOSIS_RANGE_DEG)), 2),
        forward_head_deg=round(float(np.clip(head, -20.0, 35.0)), 2),
        curves=curves,
    )


def _curves(rng: np.random.Generator, amount: float, population: SpinePopulation) -> tuple[SideCurve, ...]:
    """Most thoracic curves are convex to the right, most lumbar ones to the left."""
    cobb = _within(amount, population.cobb_deg)
    right = rng.random() < 0.85
    sides: tuple[Literal["left", "right"], Literal["left", "right"]] = ("right", "left") if right else ("left", "right")
    chest: tuple[Level, ...] = ("T7", "T8", "T9")
    loin: tuple[Level, ...] = ("L1", "L2", "L3")
    thoracic = SideCurve(cobb_deg=cobb, apex=chest[int(rng.integers(3))], convex=sides[0])
    lumbar = SideCurve(
        cobb_deg=max(3.0, round(cobb * rng.uniform(0.6, 1.0), 2)), apex=loin[int(rng.integers(3))], convex=sides[1]
    )
    which = rng.random()
    if which < population.double_share:
        return thoracic, lumbar
    return (thoracic,) if which < population.double_share + 0.65 * (1.0 - population.double_share) else (lumbar,)


def _within(amount: float, between: tuple[float, float]) -> float:
    return round(between[0] + amount * (between[1] - between[0]), 2)
