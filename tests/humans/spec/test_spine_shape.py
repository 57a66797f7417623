"""Spines of a population are spread as people's are."""

import numpy as np
import pytest

from spinegen.config import parse
from spinegen.errors import ConfigError
from spinegen.humans.spec.spine_shape import SideCurve, SpinePopulation, SpineShape, sample_spine
from spinegen.scenes.settings import SceneSettings

PUBLISHED_KYPHOSIS = {(20, 30): 37.5, (30, 40): 41.8, (40, 50): 42.6, (50, 62): 42.6}
"""Lang-Tapia 2011, both sexes."""


def adults(count: int, low: float = 20.0, high: float = 65.0) -> list[tuple[str, float, SpineShape]]:
    rng = np.random.default_rng(8)
    out = []
    for number in range(count):
        sex, age = ("male", "female")[number % 2], float(rng.uniform(low, high))
        out.append((sex, age, sample_spine(rng, sex, age)))
    return out


def test_five_hundred_adults_have_the_published_means_and_deviations() -> None:
    people = adults(500)
    for sex, mean, deviation in (("male", 42.8, 8.8), ("female", 40.4, 9.5)):
        values = np.array([s.kyphosis_deg for x, _, s in people if x == sex], dtype=float)
        assert values.mean() == pytest.approx(mean, abs=3.0)
        assert values.std() == pytest.approx(deviation, abs=2.0)
    lordosis = np.array([s.lordosis_deg for _, _, s in people], dtype=float)
    assert lordosis.mean() == pytest.approx(49.8, abs=3.0)
    assert lordosis.std() == pytest.approx(11.2, abs=2.0)


@pytest.mark.parametrize(("ages", "mean"), list(PUBLISHED_KYPHOSIS.items()))
def test_kyphosis_follows_the_decades(ages: tuple[int, int], mean: float) -> None:
    values = [s.kyphosis_deg for _, _, s in adults(600, *ages) if s.kyphosis_deg is not None]
    assert np.mean(values) == pytest.approx(mean, abs=2.0)


def test_the_old_are_rounder_and_flatter_in_the_loins() -> None:
    young, old = adults(300, 20, 30), adults(300, 75, 85)
    for name, sign in (("kyphosis_deg", 1.0), ("lordosis_deg", -1.0), ("forward_head_deg", 1.0)):
        change = np.mean([getattr(s, name) for *_, s in old]) - np.mean([getattr(s, name) for *_, s in young])
        assert sign * change > 1.0, name


def test_deformities_come_as_often_as_asked() -> None:
    population = SpinePopulation(scoliosis=0.3, hyperkyphosis=0.2, flat_back=0.1)
    rng = np.random.default_rng(1)
    people = [sample_spine(rng, "female", 40.0, population) for _ in range(800)]
    bent = [s for s in people if s.curves]
    assert len(bent) / 800 == pytest.approx(0.3, abs=0.05)
    assert all(6.0 <= c.cobb_deg <= 50.0 for s in bent for c in s.curves)
    assert 0.2 < np.mean([len(s.curves) == 2 for s in bent]) < 0.4
    assert all(s.curves[0].convex != s.curves[1].convex for s in bent if len(s.curves) == 2)
    straight = [s for s in people if not s.curves]
    assert np.mean([(s.kyphosis_deg or 0) >= 55.0 for s in straight]) > 0.2
    assert np.mean([(s.lordosis_deg or 99) <= 30.0 for s in straight]) > 0.1


def test_a_healthy_population_has_no_curve() -> None:
    assert not any(s.curves for *_, s in adults(200))


@pytest.mark.parametrize(
    ("spine", "said"),
    [
        ({"scoliosis": 0.7, "hyperkyphosis": 0.5}, "sum to 1.2; allowed is at most 1"),
        ({"cobb_deg": [10, 90]}, r"cobb_deg is 10 to 90; allowed are 3 to 60"),
        ({"hyperkyphosis_deg": [70, 60]}, "hyperkyphosis_deg is 70 to 60"),
        ({"flat_back": 2}, "people.spine.flat_back"),
    ],
)
def test_what_no_spine_can_be_is_refused_by_name(spine: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse({"people": {"spine": spine}}, SceneSettings, "scenes.yaml")


def test_two_curves_to_one_side_are_refused() -> None:
    curve = SideCurve(cobb_deg=30, apex="T8", convex="right")
    with pytest.raises(ValueError, match="opposite sides"):
        SpineShape(curves=(curve, curve))
