"""OpenSim is the referee: what we write plays there exactly as here, and comes back as it was."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.biomech.osim.opensim_bindings import opensim_quiet
from spinegen.biomech.osim.read import read_osim
from spinegen.biomech.osim.write import write_osim
from spinegen.errors import ModelError


def random_q(model: SpineModel, frames: int, seed: int) -> np.ndarray:
    lo, hi = model.limits
    return np.random.default_rng(seed).uniform(np.maximum(lo, -3.0), np.minimum(hi, 3.0), (frames, len(lo)))


def worst_difference_m(model: SpineModel, path: Path, frames: int = 4) -> float:
    """Largest difference of any body's position, orientation or station between OpenSim and ours on random postures."""
    osim = opensim_quiet()
    theirs = osim.Model(str(path))
    state = theirs.initSystem()
    coordinates = theirs.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinates.get(i).setClamped(state, False)
    q = random_q(model, frames, seed=3)
    poses, names, worst = model.forward(q), list(model.stations), 0.0
    points = model.station_positions(poses, names)
    for frame, values in enumerate(model.expand(q)):
        for name, value in zip(model.expanded_names, values, strict=True):
            coordinates.get(name).setValue(state, float(value), False)
        theirs.realizePosition(state)
        for name, point in zip(names, points[frame], strict=True):
            at = theirs.getMarkerSet().get(name.replace("/", "_")).getLocationInGround(state)
            worst = max(worst, float(np.abs(point - [at.get(k) for k in range(3)]).max()))
        for body, i in model.body_index.items():
            there = theirs.getBodySet().get(body).getTransformInGround(state)
            rotation = [[there.R().get(r, c) for c in range(3)] for r in range(3)]
            worst = max(worst, float(np.abs(poses.rotation_ground_body[frame, i] - rotation).max()))
            worst = max(
                worst, float(np.abs(poses.position_ground_m[frame, i] - [there.p().get(k) for k in range(3)]).max())
            )
    return worst


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> tuple[SpineModel, Path]:
    model = load_model("female").scaled({"thigh_r": (1.0, 1.13, 1.0), "lumbar": 0.9, "shoulder_l": 1.2}, mass_kg=70.0)
    path = tmp_path_factory.mktemp("model") / "scaled.osim"
    write_osim(model, path)
    return model, path


def test_forward_kinematics_agree_with_opensim(scaled: tuple[SpineModel, Path]):
    model, path = scaled
    assert worst_difference_m(model, path) < 1e-9


def test_a_released_spine_agrees_with_opensim(tmp_path: Path):
    free = load_model("unisex").released()
    write_osim(free, tmp_path / "free.osim")
    assert worst_difference_m(free, tmp_path / "free.osim", frames=2) < 1e-9


def test_couplers_in_opensim_drive_the_levels_as_ours_do(scaled: tuple[SpineModel, Path]):
    model, path = scaled
    osim = opensim_quiet()
    theirs = osim.Model(str(path))
    state = theirs.initSystem()
    q = model.default_q.copy()
    q[model.coordinate_index["lumbar_flexion"]] = 0.6
    coordinates = theirs.getCoordinateSet()
    coordinates.get("lumbar_flexion").setValue(state, 0.6, False)
    theirs.assemble(state)
    expected = dict(zip(model.expanded_names, model.expand(q), strict=True))
    scale = 0.6 / coordinates.get("lumbar_flexion").getValue(state)
    for level in model.rhythms[0].levels:
        assert coordinates.get(level).getValue(state) * scale == pytest.approx(expected[level], abs=1e-4)


def test_every_coordinate_is_in_degrees_in_motion_files(scaled: tuple[SpineModel, Path]):
    theirs = opensim_quiet().Model(str(scaled[1]))
    theirs.initSystem()
    coordinates = theirs.getCoordinateSet()
    kinds = {coordinates.get(i).getName(): coordinates.get(i).getMotionType() for i in range(coordinates.getSize())}
    assert all(kind == (2 if name.startswith("pelvis_t") and name[-1] in "xyz" else 1) for name, kind in kinds.items())


def test_a_written_model_comes_back_as_it_was(scaled: tuple[SpineModel, Path]):
    model, path = scaled
    back = read_osim(path)
    q, names = random_q(model, 3, seed=4), list(model.stations)
    assert back.coordinate_names == model.coordinate_names
    assert back.expanded_names == model.expanded_names
    assert back.bodies == model.bodies
    assert back.rhythms == model.rhythms
    assert back.mass_kg == pytest.approx(model.mass_kg)
    assert (
        np.abs(back.station_positions(back.forward(q), names) - model.station_positions(model.forward(q), names)).max()
        < 1e-9
    )


def test_writing_twice_gives_the_same_bytes_and_no_log(
    scaled: tuple[SpineModel, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    write_osim(scaled[0], tmp_path / "again.osim")
    assert (tmp_path / "again.osim").read_bytes() == scaled[1].read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["again.osim"]


@pytest.mark.parametrize(
    "text", ["", "<a/>", "not xml", '<OpenSimDocument Version="40000"><Model name="m"/></OpenSimDocument>']
)
def test_files_that_are_no_model_of_ours_are_refused(tmp_path: Path, text: str):
    (tmp_path / "bad.osim").write_text(text)
    with pytest.raises(ModelError, match=r"bad\.osim"):
        read_osim(tmp_path / "bad.osim")


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(ModelError, match="cannot be read"):
        read_osim(tmp_path / "none.osim")
