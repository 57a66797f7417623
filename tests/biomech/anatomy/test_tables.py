"""The tables say where every number comes from, and the shipped models are what the tables say."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.anatomy.proportions import segment_factors
from spinegen.biomech.anatomy.solids import SEXES, mass_shares
from spinegen.biomech.osim.build import build, built_model_path
from spinegen.biomech.osim.read import read_osim
from spinegen.errors import ModelError
from spinegen.model_tables import rows, tables
from spinegen.skeleton import VERTEBRAE

_MEASURED = """L5 -74 72 L4 -75 106 L3 -81 142 L2 -89 172 L1 -100 202 T12 -108 227 T11 -118 259 T10 -126 285 T9 -132 312
T8 -136 335 T7 -138 359 T6 -138 382 T5 -136 404 T4 -131 427 T3 -126 448 T2 -120 468 T1 -115 487 C7 -110 507 C6 -102 527
C5 -98 542 C4 -96 559 C3 -95 574 C2 -96 593""".split()  # noqa: SIM905
MEASURED_MM = {
    v: (float(x), float(y)) for v, x, y in zip(_MEASURED[::3], _MEASURED[1::3], _MEASURED[2::3], strict=True)
}
"""Vertebral-body centroids in the pelvis frame, measured on the meshes of Pose2Sim's model (BSD-3)."""

NUMBER = re.compile(r"(-?\b\d+\.?\d*(?:[eE][-+]?\d+)?\b)")


@pytest.mark.parametrize("table", sorted(tables()))
def test_every_row_has_a_source(table: str):
    assert all(len(row["source"]) > 15 for row in rows(table))


def test_rows_without_a_source_or_with_a_missing_cell_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("spinegen.model_tables.resource_path", lambda relative: tmp_path / Path(relative).name)
    for name, text, says in (
        ("bare", "a,source\n1,\n", "no source"),
        ("short", "a,b,source\n1,2\n", "columns"),
        ("empty", "a,source\n", "no rows"),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
        with pytest.raises(ModelError, match=says):
            rows(name)


def test_the_shipped_models_are_what_the_tables_give(tmp_path: Path):
    for path in build(tmp_path):
        built = NUMBER.split(path.read_text())
        shipped = NUMBER.split(built_model_path(path.stem.removeprefix("spinegen_")).read_text())
        assert built[::2] == shipped[::2], "run `python -m spinegen.biomech.osim.build`"
        # The last digits of a number are the processor's.
        np.testing.assert_allclose(np.array(built[1::2], float), np.array(shipped[1::2], float), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("sex", SEXES)
def test_a_shipped_model_read_from_its_file_is_the_built_in_one(sex: str):
    file, table = read_osim(built_model_path(sex)), load_model(sex)
    names = list(table.stations)
    here, there = (m.station_positions(m.forward(m.default_q[None]), names) for m in (file, table))
    assert np.abs(here - there).max() < 1e-9


def test_vertebrae_lie_where_they_were_measured():
    model = load_model("unisex")
    poses = model.forward(model.default_q[None])
    points = model.station_positions(poses, [f"centroid/{v}" for v in MEASURED_MM])[0] - poses.position_ground_m[0, 0]
    distance_mm = np.hypot(*(points[:, :2] * 1e3 - np.array(list(MEASURED_MM.values()))).T)
    assert distance_mm.max() < 20.0
    ours = np.linalg.norm(np.diff(points[:, :2], axis=0), axis=1).sum() * 1e3
    theirs = np.linalg.norm(np.diff(np.array(list(MEASURED_MM.values())), axis=0), axis=1).sum()
    assert ours == pytest.approx(theirs, rel=0.05)


def test_vertebrae_grow_from_neck_to_loin_and_spinous_tips_lie_behind_and_below():
    model = load_model("unisex")
    heights = [float(r["body_height_mm"]) for r in rows("vertebrae") if r["vertebra"] not in ("S1", "C1", "C2")]
    assert np.corrcoef(heights, np.arange(len(heights)))[0, 1] < -0.9
    for v in VERTEBRAE[1:]:
        tip = model.stations[f"posterior/{v}"].location_body_m - model.stations[f"centroid/{v}"].location_body_m
        assert -0.08 < tip[0] < -0.02
        assert -0.03 < tip[1] <= 0.0


@pytest.mark.parametrize("sex", SEXES)
def test_segment_masses_are_whole(sex: str):
    shares = mass_shares(sex)
    sided = ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")
    total = sum(share * (2 if segment in sided else 1) for segment, share in shares.items())
    assert total == pytest.approx(1.0, abs=0.005)


def test_women_are_narrower_at_the_shoulders_than_at_the_hips_compared_with_men():
    male, female = segment_factors("male"), segment_factors("female")
    assert male["shoulder_r"][2] / male["pelvis"][2] > 1.1 * female["shoulder_r"][2] / female["pelvis"][2]


def test_inertias_are_physical():
    for body in load_model("male").definition.bodies:
        xx, yy, zz = body.inertia_kgm2[:3]
        assert body.mass_kg > 0.0
        assert min(xx, yy, zz) > 0.0
        assert xx + yy >= zz
        assert yy + zz >= xx
        assert xx + zz >= yy


def test_tables_are_plain_csv():
    for path in tables().values():
        with path.open(newline="") as handle:
            header = next(csv.reader(handle))
        assert header[-1] == "source" or "source" in header
