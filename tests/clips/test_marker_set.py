"""Which marker set a clip was captured with, and that every set speaks the model's language."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spinegen.clips.anatomy import SEGMENTS
from spinegen.clips.clip import Clip
from spinegen.clips.marker_set import load_marker_set, shipped_marker_sets
from spinegen.clips.matching import choose, rank
from spinegen.clips.read import read_clip
from spinegen.errors import ConfigError, MarkerSetError
from support.clip_captures import SHARED_CLIPS, plug_in_gait

SETS = shipped_marker_sets()


def clip_with(labels: tuple[str, ...]) -> Clip:
    positions = np.random.default_rng(0).normal(size=(3, len(labels), 3))
    return Clip("a", Path("a.c3d"), 100.0, np.arange(3) / 100, labels, positions, "markers")


@pytest.mark.parametrize("name", list(SETS))
def test_every_station_exists_in_the_model_and_belongs_to_a_segment(name: str) -> None:
    from spinegen.biomech.anatomy.assemble import load_model

    stations = {row.station for row in SETS[name].markers.values()}
    assert stations <= set(load_model("unisex").stations)
    assert stations <= set(SEGMENTS)


@pytest.mark.parametrize("name", list(SETS))
def test_every_set_is_found_by_its_own_labels_in_any_spelling(name: str) -> None:
    labels = tuple(label for label, row in SETS[name].markers.items() if not row.optional)
    for spelled in (labels, tuple(label.upper().replace("_", " ") for label in labels)):
        best = rank(spelled)[0]
        assert best.name == name
        assert best.missing == ()


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("cmu_02_05_punch.c3d", "cmu41"),
        ("plugingait_static.c3d", "plug_in_gait"),
        ("opencap_squats.trc", "opencap"),
        ("opencap_static.trc", "opencap"),
    ],
)
def test_real_captures_are_recognised_with_every_marker(file: str, expected: str) -> None:
    path = SHARED_CLIPS / file
    if not path.exists():
        pytest.skip("the real clips are not here")
    match = choose(read_clip(path))
    assert match.name == expected
    assert match.missing == ()
    assert "score" in match.why


def test_a_named_set_is_used_even_where_another_fits_better() -> None:
    labels = tuple(label for label, row in SETS["bvh_mixamo"].markers.items() if not row.optional)
    joints = replace(clip_with(labels), kind="joints")
    assert choose(joints).name == "bvh_mixamo"
    assert choose(joints, "bvh_lafan").name == "bvh_lafan"


def test_a_user_s_own_file_works(tmp_path: Path) -> None:
    needed = [row.station for row in SETS["plug_in_gait"].markers.values() if not row.optional]
    rows = "\n".join(f"  own{i}: {{station: {station}}}" for i, station in enumerate(needed))
    (tmp_path / "lab.yaml").write_text(f"kind: markers\nmarkers:\n{rows}\n")
    match = choose(clip_with(tuple(f"own{i}" for i in range(39))), str(tmp_path / "lab.yaml"))
    assert match.name == "lab"
    assert len(match.rows) == 39


def test_unknown_sets_and_broken_files_are_named(tmp_path: Path) -> None:
    labels, _ = plug_in_gait(frames=3)
    with pytest.raises(ConfigError, match="shipped are: azure_kinect"):
        choose(clip_with(labels), "vicon")
    (tmp_path / "twice.yaml").write_text(
        "kind: markers\nmarkers:\n" + "\n".join(f"  m{i}: {{station: landmark/C7, aliases: [same]}}" for i in range(8))
    )
    with pytest.raises(ConfigError, match="'same' belongs to both 'm0' and 'm1'"):
        load_marker_set(tmp_path / "twice.yaml")


def test_too_few_markers_name_the_segment_and_what_is_missing() -> None:
    labels, _ = plug_in_gait(frames=3)
    one_leg = tuple(label for label in labels if label not in ("LKNE", "LTIB", "LANK", "LHEE", "LTOE"))
    with pytest.raises(MarkerSetError, match=r"left leg \(missing: .*LKNE.*LANK"):
        choose(clip_with(one_leg))


def test_the_match_gives_stations_by_the_clip_s_labels() -> None:
    labels, _ = plug_in_gait(frames=3)
    match = choose(clip_with(labels))
    assert match.stations["LASI"] == "landmark/LASI"
    assert match.rows["RTHI"].role == "cluster"
