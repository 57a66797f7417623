"""Panoramas that ship: used where a scenes file says nothing of a folder, named without a machine's path, readable, small."""

import numpy as np
import pytest

from spinegen.config import load_yaml
from spinegen.engine.light.backdrops import load_picture, pictured
from spinegen.errors import ConfigError
from spinegen.resources import PANORAMAS, SHIPPED, panorama_path, resource_path, shipped
from spinegen.scenes.places import sample_place
from spinegen.scenes.settings import LightSettings, PlaceSettings, SceneSettings

FILES = shipped(PANORAMAS, ".exr")


def places(**given: object) -> PlaceSettings:
    return PlaceSettings.model_validate({"kinds": {"weights": {"hdri": 1.0}}, **given})


def test_they_are_many_and_small_enough_to_ship() -> None:
    sizes = [path.stat().st_size for path in FILES.values()]
    assert len(sizes) >= 20
    assert sum(sizes) <= 6e6
    assert max(sizes) < 2e6
    assert (resource_path(PANORAMAS) / "NOTICE.md").is_file()


def test_every_shipped_scenes_file_uses_them() -> None:
    for name, path in shipped("configs/scenes").items():
        assert "hdri" in load_yaml(path, SceneSettings).places.kinds.names, name


def test_a_plan_names_them_without_a_path_of_this_machine() -> None:
    rng = np.random.default_rng(0)
    drawn = {sample_place(rng, places(), LightSettings()).backdrop.path or "" for _ in range(200)}
    assert len(drawn) > 15
    assert all(path.startswith(SHIPPED) and "/" not in path for path in drawn)
    assert {panorama_path(path) for path in drawn} <= {str(path) for path in FILES.values()}


def test_nobody_is_put_on_a_bed_or_bench_or_into_the_sky() -> None:
    rng = np.random.default_rng(1)
    drawn = [sample_place(rng, places(), LightSettings()) for _ in range(300)]
    by_name = {(place.backdrop.path or "").removeprefix(SHIPPED): place.ground.kind for place in drawn}
    assert not {"interior_1k", "lab"} & set(by_name)
    assert by_name.pop("sky") == "surface"
    assert set(by_name.values()) == {"shadow"}


def test_a_users_folder_adds_to_them_or_stands_alone(tmp_path) -> None:
    np.save(tmp_path / "mine.npy", np.ones((8, 16, 3), np.float32))
    rng = np.random.default_rng(0)
    both = {sample_place(rng, places(folder=tmp_path), LightSettings()).backdrop.path for _ in range(400)}
    mine = str((tmp_path / "mine.npy").resolve())
    assert mine in both
    assert len(both) > 15
    alone = {
        sample_place(rng, places(folder=tmp_path, panoramas=False), LightSettings()).backdrop.path for _ in range(20)
    }
    assert alone == {mine}
    with pytest.raises(ValueError, match="hdri need `folder`"):
        places(panoramas=False)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="holds no picture"):
        sample_place(rng, places(folder=tmp_path / "empty"), LightSettings())
    with pytest.raises(ConfigError, match=r"nowhere: no such folder"):
        sample_place(rng, places(folder=tmp_path / "nowhere"), LightSettings())


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_can_be_read_and_lights_a_stage(name: str) -> None:
    picture = load_picture(FILES[name])
    assert picture.shape in ((256, 512, 3), (512, 1024, 3))
    assert np.isfinite(picture).all()
    place = sample_place(np.random.default_rng(1), places(), LightSettings())
    found = pictured.__wrapped__(place.backdrop.model_copy(update={"path": str(FILES[name])}))
    assert found.radiance.mean() > 0.1
