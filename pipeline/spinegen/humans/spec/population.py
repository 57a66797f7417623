"""Sex, age, stature and build as they are joined in people; every figure with its source."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from ...config import Settings
from .person_spec import Sex

# Median height for age and its standard deviation, cm: WHO growth reference 5-19 years (de Onis 2007).
TEEN_AGES = (12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0)
TEEN_HEIGHT_CM = {
    "male": (149.1, 156.0, 163.2, 169.0, 172.9, 175.2, 176.1, 176.5),
    "female": (151.2, 156.4, 159.8, 161.7, 162.5, 162.9, 163.1, 163.2),
}
ADULT_HEIGHT_CM = {"male": (173.5, 7.2), "female": (160.8, 6.7)}
"""Mean and standard deviation, between the world's mean (men 171, women 159) and that of Europe and North America
(NCD-RisC, eLife 2016; Fryar, NHANES 2015-2018)."""
SHRINK_CM_PER_YEAR = 0.12
"""Loss of stature after 45 (Sorkin, Am J Epidemiol 1999: 3-5 cm from 30 to 70, more in women)."""
BMI_MEAN = {"male": 24.8, "female": 24.3}
BMI_LOG_SD = 0.165
"""Spread of ln(body-mass index); 5th to 95th percentile about 18.6-32 (NCD-RisC, Lancet 2016)."""


class Population(Settings):
    """Whom to draw."""

    female_share: float = Field(default=0.5, ge=0, le=1)
    teen_share: float = Field(default=0.08, ge=0, le=1)
    """12-19 years."""
    old_share: float = Field(default=0.14, ge=0, le=1)
    """65-85 years."""
    bmi_shift: float = Field(default=0.0, ge=-5, le=8)
    """kg/m^2 added to the mean."""
    athletic: float = Field(default=0.0, ge=-1, le=1)
    """Shift of muscularity."""


@dataclass(frozen=True)
class Measures:
    """What a person weighs and measures."""

    sex: Sex
    age_years: float
    stature_m: float
    bmi: float
    muscle: float
    ancestry: tuple[float, float, float]


Group = Literal["african", "asian", "caucasian"]


def sample_measures(rng: np.random.Generator, population: Population) -> Measures:
    """One person's measures: stature by sex and age, body-mass index by age, muscle falling with age and rising with sport."""
    sex: Sex = "female" if rng.random() < population.female_share else "male"
    which = rng.random()
    if which < population.teen_share:
        age = rng.uniform(13.0, 19.0)
    elif which < population.teen_share + population.old_share:
        age = rng.uniform(65.0, 85.0)
    else:
        age = 20.0 + 44.0 * rng.beta(1.15, 1.4)
    ancestry = rng.dirichlet((0.45, 0.45, 0.45))
    stature = sample_stature(rng, sex, age)
    bmi_mean = (
        BMI_MEAN[sex] + population.bmi_shift + float(np.interp(age, [13, 19, 30, 55, 70], [-4.2, -2.2, -0.4, 1.2, 0.9]))
    )
    bmi = float(np.clip(bmi_mean * np.exp(rng.normal(0.0, BMI_LOG_SD)), 16.0, 41.0))
    muscle = 0.48 + 0.25 * population.athletic + 0.1 * (sex == "male") - 0.0035 * max(age - 45.0, 0.0)
    muscle = float(np.clip(muscle + rng.normal(0.0, 0.14), 0.1, 0.95))
    african, asian, caucasian = (float(x) for x in np.round(ancestry, 4))
    return Measures(
        sex, round(float(age), 2), round(stature, 4), round(bmi, 3), round(muscle, 4), (african, asian, caucasian)
    )


def sample_stature(rng: np.random.Generator, sex: Sex, age_years: float) -> float:
    """Stature in metres, a normal draw cut at 2.6 standard deviations."""
    mean, deviation = ADULT_HEIGHT_CM[sex]
    if age_years < 20.0:
        at_age = float(np.interp(age_years, TEEN_AGES, TEEN_HEIGHT_CM[sex]))
        mean += at_age - TEEN_HEIGHT_CM[sex][-1]
    mean -= SHRINK_CM_PER_YEAR * max(age_years - 45.0, 0.0)
    return (mean + deviation * float(np.clip(rng.normal(), -2.6, 2.6))) / 100.0
