"""A sidecar survives reading and writing byte for byte, and whatever is wrong with one is said by field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinegen.errors import DatasetError
from spinegen.records.sidecar import read_sidecar, seal_holds
from support.drawn_set import draw_frame


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    draw_frame(folder, 3, np.random.default_rng(0), keep_depth=False)
    return folder / "00000/00000003.json"


def test_a_sidecar_is_written_again_as_it_was_read(sidecar: Path, tmp_path: Path) -> None:
    first = read_sidecar(sidecar).sealed()
    (tmp_path / "a.json").write_bytes(first)
    again = read_sidecar(tmp_path / "a.json")
    assert again.sealed() == first
    written, source = json.loads(first), json.loads(sidecar.read_text())
    assert {name: written[name] for name in source} == source


def test_the_seal_holds_for_what_it_was_put_on_only(sidecar: Path) -> None:
    data = read_sidecar(sidecar).sealed()
    assert seal_holds(data)
    assert not seal_holds(data.replace(b'"instance":1', b'"instance":2', 1))
    assert not seal_holds(data[:-10])
    assert not seal_holds(data + b" ")
    assert not seal_holds(sidecar.read_bytes()), "this one was never sealed"


def _without_a_vertebra(data: dict[str, Any]) -> None:
    del data["people"][0]["vertebrae"]["T7"]


def _with_nan(data: dict[str, Any]) -> None:
    data["people"][0]["keypoints_ground_m"][4][1] = float("nan")


def _of_another_version(data: dict[str, Any]) -> None:
    data["version"] = 9


def _of_no_split(data: dict[str, Any]) -> None:
    data["split"] = "test"


def _with_a_short_camera(data: dict[str, Any]) -> None:
    data["camera"]["K"] = [[1.0, 0.0, 0.0]]


def _without_people(data: dict[str, Any]) -> None:
    del data["people"]


def _at_no_time(data: dict[str, Any]) -> None:
    data["time_s"] = float("inf")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_a_vertebra, r"field people\[0\]\.vertebrae: entries missing: T7"),
        (_with_nan, r"field people\[0\]\.keypoints_ground_m: holds NaN or infinity"),
        (_of_another_version, "field version: found 9: input should be 1"),
        (_of_no_split, "field split: found 'test': input should be 'train' or 'val'"),
        (_with_a_short_camera, r"field camera\.K: found shape \(1, 3\), must be \(3, 3\)"),
        (_without_people, "field people is missing"),
        (_at_no_time, "field time_s: found inf"),
    ],
)
def test_a_fault_is_named_by_file_and_field(
    sidecar: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    data = json.loads(sidecar.read_text())
    change(data)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(data))
    with pytest.raises(DatasetError, match=said) as raised:
        read_sidecar(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("text", "said"), [("{", "is not whole JSON"), ("[]", "must hold a mapping, found list")])
def test_what_is_no_sidecar_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DatasetError, match=said):
        read_sidecar(path)


def test_levels_without_angles_are_nan_and_are_left_out_again(sidecar: Path, tmp_path: Path) -> None:
    data = json.loads(sidecar.read_text())
    del data["people"][0]["intervertebral_deg"]["L5"]
    (tmp_path / "a.json").write_text(json.dumps(data))
    label = read_sidecar(tmp_path / "a.json").people[0]
    assert np.isnan(label.intervertebral_deg[0]).all()
    assert np.isfinite(label.intervertebral_deg[1:]).all()
    assert label.plain() == data["people"][0]
