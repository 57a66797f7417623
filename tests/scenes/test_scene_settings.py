"""Scenes files: the shipped ones are valid, and mistakes are named."""

import pytest

from spinegen.config import load_yaml, parse
from spinegen.errors import ConfigError
from spinegen.resources import shipped
from spinegen.scenes.settings import SceneSettings


def test_the_six_promised_scenes_are_shipped():
    assert {"yoga", "sport", "street", "office", "clinic", "spinetrack"} <= set(shipped("configs/scenes"))


@pytest.mark.parametrize("name", sorted(shipped("configs/scenes")))
def test_shipped_scenes_are_valid_small_and_commented(name):
    path = shipped("configs/scenes")[name]
    settings = load_yaml(path, SceneSettings)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert settings.shots > 0
    assert lines[0].startswith("#")
    assert len(lines) < 80


def test_spinetrack_follows_the_published_recipe():
    settings = load_yaml(shipped("configs/scenes")["spinetrack"], SceneSettings)
    assert settings.people.population == 16
    assert [(view.kind, view.cameras) for view in settings.cameras] == [("rig", 5)]
    assert settings.shots == 25_000


def test_settings_written_out_and_read_again_are_the_same():
    settings = load_yaml(shipped("configs/scenes")["office"], SceneSettings)
    assert SceneSettings.model_validate(settings.model_dump(mode="json")) == settings


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"cameras": [{"focal_mm": {"uniform": [3, 9]}}]}, ("cameras.0.focal_mm", "8 .. 400 mm")),
        ({"cameras": [{"distanc_m": 3}]}, ("cameras.0.distanc_m", "distance_m")),
        ({"cameras": []}, ("my.yaml: cameras: at least one way of looking is needed",)),
        ({"cameras": [{"height_m": 1, "elevation_deg": 20}]}, ("height_m", "elevation_deg")),
        ({"cameras": [{"kind": "rig", "fill": 0.5}]}, ("rig", "distance_m")),
        ({"people": {"count": {"7": 1}}}, ("people.count", "1, 2, 3, 4")),
        ({"people": {"population": 0}}, ("people.population", "0")),
        ({"people": {"cout": 3}}, ("people.cout", "count")),
        ({"props": {"near": "wolf"}}, ("props", "wolf", "ball")),
        ({"props": {"near": "cup"}}, ("props", "cup", "chair")),
        ({"props": {"held": {"kinds": {"tree": 1}}}}, ("props.held.kinds", "tree", "dumbbell")),
        ({"props": {"tables": 1.5}}, ("props.tables", "1.5", "1")),
        ({"occluders": {"hides": 0.95}}, ("occluders.hides", "0.9")),
        ({"occluders": {"size": 9}}, ("occluders.size", "3")),
        ({"people": {"background": {"count": {"9": 1}}}}, ("people.background.count", "9", "1, 2, 3")),
        ({"people": {"spine": {"scoliosis": 0.7, "flat_back": 0.5}}}, ("people.spine", "1.2", "at most 1")),
        ({"people": {"spine": {"cobb_deg": [5, 80]}}}, ("people.spine", "cobb_deg", "3 to 60")),
        ({"people": {"spine": {"hyperkyphosis_deg": [60, 95]}}}, ("people.spine", "hyperkyphosis_deg", "10 to 80")),
        ({"places": {"kinds": {"moon": 1}}}, ("places.kinds", "moon", "studio")),
        ({"places": {"kinds": {"photo": 1}}}, ("places", "folder")),
        ({"places": {"levels": {"moon": "Base"}}}, ("places", "levels", "moon", "studio")),
        ({"light": {"clouds": 2}}, ("light.clouds", "0 .. 1")),
        ({"image": {"width": 10}}, ("image.width", "10", "64")),
        ({"shots": "many"}, ("shots", "many")),
        ({"seed": -1}, ("seed", "-1")),
        ({"validation_share": 1.0}, ("validation_share", "1")),
    ],
)
def test_mistakes_are_named_with_field_value_and_what_is_allowed(data, said):
    with pytest.raises(ConfigError, match=r"my\.yaml") as error:
        parse(data, SceneSettings, "my.yaml")
    for part in said:
        assert part in str(error.value)
    assert "Value error" not in str(error.value)
