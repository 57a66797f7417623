"""People who were built once on a machine come from disk, exactly as they were built."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import spinegen
from spinegen.engine.world import body_store
from spinegen.engine.world.body import Body
from spinegen.engine.world.body_store import kept
from spinegen.geometry import rigid
from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.texel_map import head_texels
from spinegen.humans.person import build_person
from spinegen.humans.simulation.skirt_simulation import SkirtSimulation
from spinegen.humans.simulation.strand_simulation import StrandSimulation
from spinegen.humans.spec.person_spec import Fabric, Garment, Hair, PersonSpec
from support.pillar import Pillar


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for people; what all bodies are made of is at hand before."""
    load_body_data()
    head_texels()
    monkeypatch.setenv("SPINEGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def maker() -> tuple[Callable[[], Body], list[int]]:
    made: list[int] = []

    def make() -> Body:
        made.append(1)
        return Body.of(Pillar())

    return make, made


def _never() -> Body:
    raise AssertionError("built although it lies on disk")


def _crouched(body: Body) -> np.ndarray:
    """Every bone turned a little more than the one before, so that hair and skirts have to fall anew."""
    turns = np.stack([rigid.axis_angle_matrix((0.2, 0.1, 1.0), -0.02 * k) for k in range(len(body.rig.bones))])
    return rigid.transform(turns, body.rig.rest_positions_ground_m * [1.0, 0.8, 1.0])


def test_a_person_from_disk_is_posed_and_coloured_as_the_one_that_was_built() -> None:
    colours = ((0.8, 0.1, 0.1), (0.1, 0.2, 0.6), (0.9, 0.9, 0.8))
    skirt = Garment(kind="skirt", fabric=Fabric(pattern="plaid", colours=colours), leg=0.4)
    top = Garment(kind="t_shirt", fabric=Fabric(print="letters", colours=colours))
    spec = PersonSpec(
        sex="female", masculinity=0.1, age_years=30, stature_m=1.68, bmi=22, ancestry=(0.2, 0.3, 0.5),
        garments=(top, skirt), hair=Hair(style="long", length_m=0.35), hand_curl=0.4,
    )  # fmt: skip
    built = Body.of(build_person(spec))
    shapings = {type(shaping) for _, _, shaping in built.tables(0).shaped}
    assert {StrandSimulation, SkirtSimulation} <= shapings
    kept("somebody", lambda: built)
    read = kept("somebody", _never)
    assert read.rig.bones == built.rig.bones
    assert list(read.rig.landmarks) == list(built.rig.landmarks)
    for material, own in zip(read.rig.materials, built.rig.materials, strict=True):
        assert replace(material, texture=None) == replace(own, texture=None)
        assert material.texture is not None
        assert own.texture is not None
        np.testing.assert_array_equal(material.texture.hand_over(), own.texture.hand_over())
    transforms = _crouched(built)
    again = kept("somebody", _never)
    for level in (0, 3, 1):
        # A level is made by whoever asks for it first and read by all others.
        one, *others = (body.skin(level).posed(transforms) for body in (built, read, again))
        for other in others:
            for name in ("vertices_m", "normals", "uv", "faces", "coarse_faces", "spanning"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=f"{level} {name}")


def test_a_person_is_built_once(maker: tuple[Callable[[], Body], list[int]]) -> None:
    make, made = maker
    for _ in range(3):
        kept("somebody", make)
    assert len(made) == 1
    kept("somebody else", make)
    assert len(made) == 2


@pytest.mark.parametrize("at", [0, 9, 30, -1])
def test_a_damaged_file_is_not_believed(maker: tuple[Callable[[], Body], list[int]], cache: Path, at: int) -> None:
    make, made = maker
    kept("somebody", make)
    file = next(cache.rglob("*.rig.body"))
    whole = bytearray(file.read_bytes())
    whole[at] ^= 16
    file.write_bytes(whole)
    kept("somebody", make)
    assert len(made) == 2
    file.write_bytes(whole[:100])
    kept("somebody", make)
    kept("somebody", make)
    assert len(made) == 3


def test_a_surface_that_is_damaged_or_gone_is_made_again(
    maker: tuple[Callable[[], Body], list[int]], cache: Path
) -> None:
    make, made = maker
    pose = rigid.transform(np.broadcast_to(np.eye(3), (2, 3, 3)), Pillar().rest_positions_ground_m)
    right = {level: kept("somebody", make).skin(level).posed(pose).vertices_m for level in (0, 2)}
    files = {level: next(cache.rglob(f"*.{level}.body")) for level in right}
    files[2].unlink()
    np.testing.assert_array_equal(kept("somebody", _never).skin(2).posed(pose).vertices_m, right[2])
    assert files[2].exists()
    files[0].write_bytes(files[0].read_bytes()[:-64])
    files[2].write_bytes(b"nothing")
    for level in (2, 0):
        np.testing.assert_array_equal(kept("somebody", make).skin(level).posed(pose).vertices_m, right[level])
    assert len(made) == 2


def test_a_change_of_the_sources_builds_people_anew(
    maker: tuple[Callable[[], Body], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = maker
    kept("somebody", make)
    monkeypatch.setattr(body_store, "_version", lambda: "tomorrow")
    kept("somebody", make)
    assert len(made) == 2


def test_whatever_bodies_are_made_by_decides_whether_a_kept_one_is_still_right() -> None:
    root = Path(spinegen.__file__).parent
    used: set[str] = set()
    for source in (root / "humans").rglob("*.py"):
        depth = len(source.relative_to(root).parts)
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == depth:
                used |= {node.module.split(".")[0]} if node.module else {name.name for name in node.names}
    without_a_say = {"cache_folder", "config", "errors", "files", "resources"}
    assert used - without_a_say <= {name.removesuffix(".py") for name in body_store.MAKERS}
    assert "geometry" in used


def test_those_unused_for_longest_make_room(
    maker: tuple[Callable[[], Body], list[int]], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = maker
    kept("first", make)
    size = sum(file.stat().st_size for file in cache.rglob("*.body"))
    monkeypatch.setattr(body_store, "MOST_BYTES", int(2.5 * size))
    for who in ("second", "third", "first", "fourth"):
        kept(who, make).skin()
    assert len(made) == 4
    assert sum(file.stat().st_size for file in cache.rglob("*.body")) < 3.6 * size
    kept("first", _never).skin()
    kept("second", make).skin()
    assert len(made) == 5


def test_where_nothing_can_be_kept_people_are_built_each_time(
    maker: tuple[Callable[[], Body], list[int]], cache: Path
) -> None:
    make, made = maker
    cache.write_text("a file where the folder should be")
    kept("somebody", make)
    kept("somebody", make)
    assert len(made) == 2
