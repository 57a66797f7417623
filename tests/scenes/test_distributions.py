"""Distributions draw what they say and refuse what cannot be."""

import numpy as np
import pytest

from spinegen.config import Settings, parse
from spinegen.errors import ConfigError
from spinegen.scenes.distributions import Number, Weights


class Holder(Settings):
    """One of each."""

    number: Number = Number(constant=1)
    weights: Weights = Weights(weights={"a": 1})


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (3, 3, 3),
        ({"uniform": [1, 2]}, 1, 2),
        ({"log_uniform": [0.1, 10]}, 0.1, 10),
        ({"normal": [0, 1]}, -3, 3),
        ({"normal": [0, 5], "limits": [-1, 2]}, -1, 2),
        ({"choice": [4, 2, 9]}, 2, 9),
    ],
)
def test_draws_stay_within_the_stated_bounds(text, low, high):
    number = parse({"number": text}, Holder, "test").number
    rng = np.random.default_rng(0)
    draws = [number.sample(rng) for _ in range(500)]
    assert number.bounds() == (low, high)
    assert min(draws) >= low
    assert max(draws) <= high


def test_log_uniform_gives_every_octave_the_same_weight():
    rng = np.random.default_rng(1)
    draws = np.array([Number(log_uniform=(1, 16)).sample(rng) for _ in range(4000)])
    shares = np.histogram(draws, [1, 2, 4, 8, 16])[0] / len(draws)
    assert np.allclose(shares, 0.25, atol=0.03)


def test_weights_draw_in_proportion_and_never_what_has_weight_zero():
    weights = parse({"weights": {"often": 3, "rarely": 1, "never": 0}}, Holder, "test").weights
    rng = np.random.default_rng(2)
    drawn = [weights.sample(rng) for _ in range(2000)]
    assert "never" not in drawn
    assert drawn.count("often") / 2000 == pytest.approx(0.75, abs=0.04)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ({"uniform": [2, 1]}, "above the second"),
        ({"log_uniform": [0, 1]}, "above 0"),
        ({"normal": [0, -1]}, "standard deviation"),
        ({"uniform": [0, 1], "choice": [1]}, "exactly one"),
        ({}, "exactly one"),
        ("wide", "must be a number or one of"),
        (True, "must be a number or one of"),
        ({"uniform": [0, float("nan")]}, "number.uniform"),
        ({"uniformm": [0, 1]}, "uniformm"),
        ({"uniform": [0, 1], "limits": [0, 1]}, "limits"),
    ],
)
def test_impossible_distributions_are_refused_with_field_and_reason(text, said):
    with pytest.raises(ConfigError, match=r"scenes\.yaml.*number") as error:
        parse({"number": text}, Holder, "scenes.yaml")
    assert said in str(error.value)


@pytest.mark.parametrize("text", [{"a": -1}, {"a": 0}, 5, []])
def test_impossible_weights_are_refused(text):
    with pytest.raises(ConfigError, match="weights"):
        parse({"weights": text}, Holder, "scenes.yaml")
