"""Settings of the render stage."""

import pytest

from spinegen.config import parse
from spinegen.errors import ConfigError
from spinegen.render.settings import RenderSettings


@pytest.mark.parametrize("shard", ["0/2", "3/2", "a/b", "1", "1/2/3"])
def test_impossible_shards_are_refused(shard):
    with pytest.raises(ConfigError, match="I/N"):
        parse({"shard": shard}, RenderSettings, "command line")


def test_an_engine_that_is_no_address_is_refused():
    with pytest.raises(ConfigError, match="HOST:PORT"):
        parse({"engine": "nowhere"}, RenderSettings, "command line")


def test_how_the_work_is_done_is_not_part_of_what_is_made():
    first = RenderSettings(scenes="yoga").identity()
    assert RenderSettings(scenes="yoga", jobs=3, shard="1/2", shots=9, repair=True).identity() == first
    assert RenderSettings(scenes="sport").identity() != first
    assert RenderSettings(scenes="yoga", seed=1).identity() != first
    assert RenderSettings(scenes="yoga", depth=True).identity() != first


def test_a_copy_of_a_scenes_file_is_the_same_set(tmp_path):
    from spinegen.resources import shipped

    copy = tmp_path / "mine.yaml"
    copy.write_bytes(shipped("configs/scenes")["yoga"].read_bytes())
    assert RenderSettings(scenes=str(copy)).identity() == RenderSettings(scenes="yoga").identity()


def test_seed_zero_overrides_the_file(tmp_path):
    file = tmp_path / "seven.yaml"
    file.write_text("seed: 7\n")
    assert RenderSettings(scenes=str(file)).scene().seed == 7
    assert RenderSettings(scenes=str(file), seed=0).scene().seed == 0


def test_pictures_are_looked_for_beside_the_scenes_file(tmp_path):
    file = tmp_path / "photos.yaml"
    file.write_text("places: {kinds: photo, folder: pictures}\n")
    assert RenderSettings(scenes=str(file)).scene().places.folder == tmp_path / "pictures"
