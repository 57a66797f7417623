"""Distributions as they stand in YAML: a number, or `{uniform: [a, b]}`, `{normal: [m, s]}`, `{log_uniform: [a, b]}`, `{choice: [...]}`."""

import math
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, ConfigDict, Field, model_serializer, model_validator

from ..config import Settings

KINDS = ("constant", "uniform", "normal", "log_uniform", "choice")
_NORMAL_SPAN = 3.0
"""A normal distribution without `limits` is cut at this many standard deviations."""


class Number(Settings):
    """One random number."""

    constant: float | None = None
    uniform: tuple[float, float] | None = None
    normal: tuple[float, float] | None = None
    """Mean and standard deviation; draws beyond `limits` (or 3 standard deviations) are moved to them."""
    log_uniform: tuple[float, float] | None = None
    """Both ends above 0; every octave is equally likely."""
    choice: Annotated[tuple[float, ...], Field(min_length=1)] | None = None
    limits: tuple[float, float] | None = None
    """Only with `normal`."""

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, data: Any) -> Any:
        if isinstance(data, int | float) and not isinstance(data, bool):
            return {"constant": data}
        if isinstance(data, Number | dict):
            return data
        raise ValueError(f"must be a number or one of {{{': ...}, {'.join(KINDS)}: ...}}")

    @model_validator(mode="after")
    def _possible(self) -> "Number":
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"must have exactly one of {', '.join(KINDS)}; found {', '.join(given) or 'none'}")
        for kind in ("uniform", "log_uniform", "limits"):
            pair = getattr(self, kind)
            if pair is not None and pair[0] > pair[1]:
                raise ValueError(f"{kind}: the first end, {pair[0]:g}, is above the second, {pair[1]:g}")
        if self.log_uniform is not None and self.log_uniform[0] <= 0:
            raise ValueError("log_uniform: both ends must be above 0")
        if self.normal is not None and self.normal[1] < 0:
            raise ValueError("normal: the standard deviation must be 0 or more")
        if self.limits is not None and self.normal is None:
            raise ValueError("limits belong to normal only")
        return self

    @model_serializer
    def _short(self) -> dict[str, Any]:
        return {kind: getattr(self, kind) for kind in (*KINDS, "limits") if getattr(self, kind) is not None}

    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        if self.constant is not None:
            return self.constant, self.constant
        if self.choice is not None:
            return min(self.choice), max(self.choice)
        if self.normal is not None:
            mean, deviation = self.normal
            return self.limits or (mean - _NORMAL_SPAN * deviation, mean + _NORMAL_SPAN * deviation)
        return self.uniform or self.log_uniform or (math.nan, math.nan)

    def sample(self, rng: np.random.Generator) -> float:
        """One draw."""
        if self.constant is not None:
            return self.constant
        if self.uniform is not None:
            return float(rng.uniform(*self.uniform))
        if self.log_uniform is not None:
            return math.exp(rng.uniform(math.log(self.log_uniform[0]), math.log(self.log_uniform[1])))
        if self.choice is not None:
            return self.choice[int(rng.integers(len(self.choice)))]
        low, high = self.bounds()
        mean, deviation = self.normal or (0.0, 0.0)
        return float(min(max(rng.normal(mean, deviation), low), high))


class Weights(Settings):
    """One name out of several: `name`, `[name, name]` or `{name: weight}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    weights: dict[str, float]

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, Weights):
            return data
        if isinstance(data, str):
            data = {data: 1.0}
        elif isinstance(data, list | tuple):
            data = {str(name): 1.0 for name in data}
        if not isinstance(data, dict):
            raise ValueError("must be a name, a list of names, or a mapping of names to weights")
        if set(data) == {"weights"} and isinstance(data["weights"], dict):
            return data
        return {"weights": {str(name): weight for name, weight in data.items()}}

    @model_validator(mode="after")
    def _possible(self) -> "Weights":
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("weights must be 0 or more")
        if not any(self.weights.values()):
            raise ValueError("at least one weight must be above 0")
        return self

    @model_serializer
    def _short(self) -> dict[str, float]:
        return dict(self.weights)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that can be drawn."""
        return tuple(name for name, weight in self.weights.items() if weight > 0)

    def sample(self, rng: np.random.Generator) -> str:
        """One draw."""
        names = self.names
        return names[weighted_index(rng, [self.weights[name] for name in names])]


def weighted_index(rng: np.random.Generator, weights: Sequence[float]) -> int:
    """Which of some weights, each as often as it is large; one draw."""
    cumulative = np.cumsum(weights)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def within(low: float, high: float, unit: str = "") -> AfterValidator:
    """Every value that a `Number` can draw must lie in `[low, high]`."""

    def check(number: Number) -> Number:
        least, most = number.bounds()
        if least < low or most > high:
            raise ValueError(f"values {least:g} .. {most:g} are not all within {low:g} .. {high:g} {unit}".rstrip())
        return number

    return AfterValidator(check)


def one_of(allowed: Callable[[], Collection[str]], what: str) -> AfterValidator:
    """Every name that a `Weights` holds must be known."""

    def check(weights: Weights) -> Weights:
        unknown = [name for name in weights.weights if name not in allowed()]
        if unknown:
            raise ValueError(f"unknown {what} {', '.join(unknown)}; known are: {', '.join(sorted(allowed()))}")
        return weights

    return AfterValidator(check)


def uniform(low: float, high: float) -> Number:
    """Shorthand for defaults."""
    return Number(uniform=(low, high))


def constant(value: float) -> Number:
    """Shorthand for defaults."""
    return Number(constant=value)
