"""Anybody's .osim works through a mapping file, and says what it lacks when it does not."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.curvature import curvature
from spinegen.biomech.model.functions import Polynomial, Spline
from spinegen.biomech.osim.build import built_model_path
from spinegen.biomech.osim.opensim_bindings import opensim_quiet
from spinegen.biomech.osim.read import read_osim
from spinegen.biomech.osim.write import write_osim
from spinegen.biomech.retarget.track_stations import followed
from spinegen.errors import ConfigError, ModelError
from spinegen.resources import shipped
from spinegen.skeleton import NAMES

MODELS = {"pose2sim_simple": "Model_Pose2Sim_simple.osim", "pose2sim_flex": "Model_Pose2Sim_muscles_flex.osim"}


def pose2sim_model(name: str) -> Path:
    """The model inside an installed (or unpacked, on the path) pose2sim wheel; it is found without importing it."""
    found = importlib.util.find_spec("Pose2Sim")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pose2sim is not installed")
    return Path(next(iter(found.submodule_search_locations))) / "OpenSim_Setup" / MODELS[name]


def mapping(name: str) -> Path:
    return shipped("opensim_models/mappings")[name]


@pytest.mark.parametrize("name", MODELS)
def test_the_pose2sim_models_load_with_all_that_the_fit_needs(name: str):
    model = read_osim(pose2sim_model(name), mapping(name))
    poses = model.forward(model.default_q[None])
    assert {f"keypoint/{n}" for n in NAMES} <= set(model.stations)
    assert set(load_model("unisex").stations) == set(model.stations)
    assert 20.0 < curvature(model, poses).lumbar_lordosis_deg[0] < 70.0
    assert 1.6 < model.stature_m < 1.85


@pytest.mark.parametrize("name", MODELS)
def test_their_kinematics_are_opensims(name: str, tmp_path: Path):
    path = pose2sim_model(name)
    model = read_osim(path, mapping(name))
    osim = opensim_quiet()
    theirs = osim.Model(str(path))
    state = theirs.initSystem()
    theirs.realizePosition(state)
    bodies, body_of = theirs.getBodySet(), {ours: there for there, ours in our_names(name).items()}
    before = {there: frame(bodies.get(there).getTransformInGround(state)) for there in body_of.values()}
    lo, hi = model.limits
    q = np.random.default_rng(5).uniform(np.maximum(lo, -1.0), np.minimum(hi, 1.0))
    full = dict(zip(model.expanded_names, model.expand(q), strict=True))
    for ours, (name_there, factor) in plain_names(name).items():
        full[name_there] = full.pop(ours) / factor
    coordinates = theirs.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinates.get(i).setClamped(state, False)
        if coordinates.get(i).getName() in full:
            coordinates.get(i).setValue(state, full[coordinates.get(i).getName()], False)
    theirs.realizePosition(state)
    names = [n for n in model.stations if n.startswith(("landmark/", "centroid/"))]
    start, end = (model.station_positions(model.forward(x[None]), names)[0] for x in (model.default_q, q))
    for station, point, rest in zip(names, end, start, strict=True):
        # Fixed to one body of theirs: where a point is in the default pose tells where it must be in any other.
        there = body_of[model.stations[station].body]
        turn, origin = frame(bodies.get(there).getTransformInGround(state))
        expected = turn @ before[there][0].T @ (rest - before[there][1]) + origin
        assert np.allclose(point, expected, atol=1e-9), station
    write_osim(model, tmp_path / "ours.osim")
    assert osim.Model(str(tmp_path / "ours.osim")).getBodySet().getSize() == len(model.bodies)
    back = read_osim(tmp_path / "ours.osim")
    assert back.coordinate_names == model.coordinate_names
    assert back.definition.conventions == "theirs"
    assert np.allclose(back.station_positions(back.forward(q[None]), names)[0], end, atol=1e-6)


def frame(transform: Any) -> tuple[np.ndarray, np.ndarray]:
    """Rotation and place of an OpenSim transform."""
    rotation = np.array([[transform.R().get(r, c) for c in range(3)] for r in range(3)])
    return rotation, np.array([transform.p().get(k) for k in range(3)])


def our_names(name: str) -> dict[str, str]:
    """Their body -> the body of ours that stands for it."""
    from spinegen.biomech.osim.mapping import Mapping, _our_names
    from spinegen.config import load_yaml

    return _our_names(load_yaml(mapping(name), Mapping))


def plain_names(name: str) -> dict[str, tuple[str, float]]:
    from spinegen.biomech.osim.mapping import Mapping, Source
    from spinegen.config import load_yaml

    entries = load_yaml(mapping(name), Mapping).coordinates
    return {ours: (s.name, s.factor) if isinstance(s, Source) else (s, 1.0) for ours, s in entries.items()}


def test_their_motion_plays_on_our_skeleton_with_the_spine_in_place():
    model = read_osim(pose2sim_model("pose2sim_flex"), mapping("pose2sim_flex"))
    q = np.tile(model.default_q, (6, 1))
    for name, most in (("lumbar_flexion", 0.5), ("hip_flexion_r", 1.0), ("pelvis_rotation", 2.0), ("arm_flex_r", 1.0)):
        q[:, model.coordinate_index[name]] = np.linspace(0.0, most, 6)
    ours_q, ours = followed(q, model)
    spine = ["keypoint/neck", "keypoint/spine_02", "keypoint/spine_04", "keypoint/neck_03"]
    difference = model.station_positions(model.forward(q), spine) - ours.station_positions(ours.forward(ours_q), spine)
    assert np.linalg.norm(difference, axis=-1).max() < 0.005


@pytest.fixture
def foreign() -> Path:
    """Our model as a file, to be read through a mapping as if it were somebody else's."""
    return built_model_path("male")


FULL_MAPPING = "bodies:\n" + "".join(
    f"  {b}: {b}\n"
    for b in ["pelvis", "L5", "thorax", "skull"]
    + [f"{p}_{s}" for p in ("femur", "tibia", "calcn", "humerus", "ulna", "hand") for s in "rl"]
)


def test_a_mapping_of_our_own_model_gives_it_back(tmp_path: Path, foreign: Path):
    every = "".join(f"  {b}: {b}\n" for b in load_model("male").bodies)
    (tmp_path / "map.yaml").write_text(f"bodies:\n{every}stations:\n  landmark/NOSE: landmark_CHIN\n")
    model, own = read_osim(foreign, tmp_path / "map.yaml"), load_model("male")
    names = ["keypoint/neck", "keypoint/right_wrist", "landmark/RASI", "joint/talus_l"]
    here, there = (m.station_positions(m.forward(m.default_q[None]), names) for m in (model, own))
    assert np.abs(here - there).max() < 0.02
    assert np.allclose(model.stations["landmark/NOSE"].location_body_m, own.stations["landmark/CHIN"].location_body_m)


def test_scaling_reaches_the_bodies_that_carry_ours(tmp_path: Path, foreign: Path):
    (tmp_path / "map.yaml").write_text(FULL_MAPPING)
    model = read_osim(foreign, tmp_path / "map.yaml")
    larger = model.scaled({"thigh_r": 1.1, "thigh_l": 1.1})
    assert larger.stature_m > model.stature_m + 0.03


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bodies: {pelvis: pelvis}", "says nothing of the bodies L5, thorax"),
        (FULL_MAPPING.replace("skull: skull", "skull: Kopf"), "no body Kopf"),
        (FULL_MAPPING + "coordinates: {lumbar_flexion: bow}", "no free coordinate bow"),
        (FULL_MAPPING + "stations: {landmark/NOSE: snout}", "no marker snout"),
        (FULL_MAPPING + "stations: {landmark/TAIL: landmark_NOSE}", "landmark/TAIL"),
    ],
)
def test_what_is_missing_is_listed(tmp_path: Path, foreign: Path, text: str, says: str):
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(ModelError, match=says):
        read_osim(foreign, tmp_path / "map.yaml")


def test_a_factor_of_zero_is_refused(tmp_path: Path, foreign: Path):
    (tmp_path / "map.yaml").write_text(
        FULL_MAPPING + "coordinates: {lumbar_flexion: {name: lumbar_flexion, factor: 0}}"
    )
    with pytest.raises(ConfigError, match="factor"):
        read_osim(foreign, tmp_path / "map.yaml")


def test_splines_are_opensims_splines():
    x, y = [-2.0, -1.2, -0.3, 0.1, 0.9, 2.1], [0.3, -0.2, 0.5, 0.45, 1.0, 0.1]
    osim = opensim_quiet()
    theirs = osim.SimmSpline()
    for a, b in zip(x, y, strict=True):
        theirs.addPoint(a, b)
    ours = Spline.simm(x, y)
    at = np.linspace(-3.0, 3.0, 61)
    assert np.allclose(ours.value(at), [theirs.calcValue(osim.Vector(1, float(v))) for v in at], atol=1e-12)


@pytest.mark.parametrize(
    "function", [Spline.simm([0.0, 1.0, 2.0, 4.0], [0.0, 2.0, 1.0, 3.0]), Polynomial((1.0, 2.0, -0.5))]
)
@pytest.mark.parametrize("factor", [-1.0, 2.5, -7.0])
def test_a_function_of_a_multiple_has_the_same_values(function: Spline | Polynomial, factor: float):
    x = np.linspace(-1.0, 5.0, 31)
    again, step = function.of_multiple(factor), 1e-6
    assert np.allclose(again.value(factor * x), function.value(x), atol=1e-12)
    numeric = (function.value(x + step) - function.value(x - step)) / (2 * step)
    assert np.allclose(function.slope(x), numeric, atol=1e-5)


def test_an_unknown_kind_of_joint_is_named(tmp_path: Path, foreign: Path):
    text = foreign.read_text()
    (tmp_path / "broken.osim").write_text(text.replace("CustomJoint", "ScrewJoint"))
    with pytest.raises(ModelError, match="ScrewJoint"):
        read_osim(tmp_path / "broken.osim")
