"""A person's build, as it shows in their points and as a user tells it: networks put the spines of people of one build wrong alike, from every side."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .... import skeleton
from ....errors import UsageError
from ....geometry.types import Array
from .frame import spine_length

Sex = Literal["female", "male"]
ALLOWED = {"height": (0.5, 2.5, "m"), "mass": (5.0, 350.0, "kg"), "age": (1.0, 120.0, "years")}
_LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
_ACROSS = (
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    ("left_latissimus", "right_latissimus"),
    ("left_ear", "right_ear"),
    ("neck_03", "head"),
)
LENGTHS = (*(f"{a} to {b}" for a, b in (*_LIMBS, *_ACROSS)), "spine")
TOLD = ("height", "body mass index", "age", "sex")
BUILD = (*LENGTHS, *TOLD)
"""Names of the numbers of `build`."""


@dataclass(frozen=True)
class Subject:
    """What a user knows of a person; None: not told."""

    height_m: float | None = None
    mass_kg: float | None = None
    age_years: float | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        """Raises:
        UsageError: somebody that nobody is.
        """
        for (name, (least, most, unit)), value in zip(
            ALLOWED.items(), (self.height_m, self.mass_kg, self.age_years), strict=True
        ):
            if value is not None and not least <= value <= most:
                raise UsageError(f"--{name} {value:g}: allowed is {least:g} to {most:g} {unit}")
        if self.mass_kg is not None and self.height_m is None:
            raise UsageError("--mass says how heavy a person is for their height: give --height, too")

    @property
    def told(self) -> tuple[str, ...]:
        """Names of what is known."""
        values = (self.height_m, self.mass_kg, self.age_years, self.sex)
        return tuple(name for name, value in zip((*ALLOWED, "sex"), values, strict=True) if value is not None)

    @property
    def options(self) -> str:
        """Of the command, by which it was told."""
        return ", ".join(f"--{name}" for name in self.told)

    def numbers(self) -> Array:
        """`(4,)`: logarithms of height and body mass index, age, and 1 of a man, 0 of a woman; NaN where not told."""
        height, mass = (np.nan if value is None else value for value in (self.height_m, self.mass_kg))
        age = np.nan if self.age_years is None else self.age_years
        sex = np.nan if self.sex is None else float(self.sex == "male")
        return np.array([np.log(height), np.log(mass / height**2), age, sex])


UNTOLD = Subject()


def build(keypoints_m: Array, subject: Subject) -> Array:
    """`(len(BUILD),)`: logarithms of the median lengths over the frames, and what is told; NaN where neither is known.

    Args:
        keypoints_m: (T, 37, 3) of one person.
    """
    lengths = [
        _median(
            (_distance(keypoints_m, f"left_{a}", f"left_{b}") + _distance(keypoints_m, f"right_{a}", f"right_{b}")) / 2
        )
        for a, b in _LIMBS
    ]
    lengths += [_median(_distance(keypoints_m, *ends)) for ends in _ACROSS]
    lengths.append(_median(spine_length(keypoints_m)))
    return np.concatenate([np.log(lengths), subject.numbers()])


def _distance(keypoints_m: Array, first: str, second: str) -> Array:
    ends = keypoints_m[:, skeleton.INDEX[first]] - keypoints_m[:, skeleton.INDEX[second]]
    return np.asarray(np.linalg.norm(ends, axis=-1))


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan
