"""Levels of an external engine stand for kinds of place where the scenes file says so, and change nothing elsewhere."""

import numpy as np
import pytest

from spinegen.config import parse
from spinegen.records.place import Place
from spinegen.scenes.places import sample_place
from spinegen.scenes.settings import LightSettings, PlaceSettings

KINDS = {"lawn": 1, "gym": 1, "street": 1}


def places(count: int, **given: object) -> list[Place]:
    settings = parse({"kinds": KINDS, **given}, PlaceSettings, "places")
    return [sample_place(np.random.default_rng([7, i]), settings, LightSettings()) for i in range(count)]


def test_a_kind_of_place_is_drawn_in_its_levels_as_often_as_asked() -> None:
    drawn = places(600, levels={"gym": {"Hall": 2, "Cellar": 1, "Stage": 1}})
    gyms = [place for place in drawn if place.kind == "gym"]
    share = {name: np.mean([place.level == name for place in gyms]) for name in ("Hall", "Cellar", "")}
    assert share["Hall"] == pytest.approx(0.5, abs=0.1)
    assert share["Cellar"] == pytest.approx(0.25, abs=0.1)
    assert share[""] == pytest.approx(0.25, abs=0.1)
    assert not any(place.level for place in drawn if place.kind != "gym")


def test_a_level_brings_its_own_ground_and_walls_and_stays_indoors() -> None:
    for place in places(40, kinds={"gym": 1}, levels={"gym": "Hall"}):
        assert place.room is None
        assert place.ground.kind == "none"
        assert place.indoor
        assert Place.model_validate(place.plain()) == place


def test_without_levels_the_plan_is_what_it_was() -> None:
    assert places(30) == places(30, levels={"office": "Tower"})
    assert all("level" not in place.plain() for place in places(5))
