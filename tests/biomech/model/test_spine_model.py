"""The spine model: kinematics, Jacobians, ranges, curvature and symmetry."""

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.curvature import curvature
from spinegen.biomech.model.spine_model import SEGMENTS, SpineModel
from spinegen.errors import ModelError
from spinegen.skeleton import NAMES, VERTEBRAE

SEXES = ("unisex", "male", "female")


def random_q(model: SpineModel, frames: int, seed: int = 0) -> np.ndarray:
    lo, hi = model.limits
    return np.random.default_rng(seed).uniform(np.maximum(lo, -3.0), np.minimum(hi, 3.0), (frames, len(lo)))


@pytest.fixture(scope="module")
def model() -> SpineModel:
    return load_model("unisex")


def test_there_are_25_levels_with_three_rotations_each(model: SpineModel):
    levels = [name for rhythm in model.rhythms for name in rhythm.levels]
    assert len(levels) == len(set(levels)) == 75
    assert len({r.coordinate for r in model.rhythms}) == 12


def test_every_contract_station_is_there(model: SpineModel):
    needed = [f"keypoint/{n}" for n in NAMES] + [f"{site}/{v}" for site in ("centroid", "posterior") for v in VERTEBRAE]
    needed += [f"joint/{body}" for body in model.bodies]
    assert set(needed) <= set(model.stations)


def test_analytic_jacobian_is_the_finite_difference(model: SpineModel):
    for variant in (model, model.released()):
        q, names, step = random_q(variant, 3), list(variant.stations), 1e-6
        positions, jacobian = variant.station_jacobian(q, names)
        assert np.abs(positions - variant.station_positions(variant.forward(q), names)).max() < 1e-12
        for column in range(q.shape[1]):
            moved = np.zeros(q.shape[1])
            moved[column] = step
            ahead, behind = (variant.station_positions(variant.forward(q + s * moved), names) for s in (1.0, -1.0))
            assert np.abs((ahead - behind) / (2.0 * step) - jacobian[..., column]).max() < 1e-7


def test_a_frame_comes_out_the_same_alone_and_among_others(model: SpineModel):
    q, names = random_q(model, 5), list(model.stations)
    together, alone = model.station_jacobian(q, names), model.station_jacobian(q[2:3], names)
    assert (together[0][2] == alone[0][0]).all()
    assert (together[1][2] == alone[1][0]).all()
    assert (model.forward(q).rotation_ground_body[2] == model.forward(q[2:3]).rotation_ground_body[0]).all()


def test_no_level_leaves_its_range_while_the_regional_coordinates_keep_theirs(model: SpineModel):
    for edge in model.limits:
        full = dict(zip(model.expanded_names, model.expand(edge), strict=True))
        for rhythm in model.rhythms:
            assert sum(rhythm.shares) == pytest.approx(1.0)
            for level in rhythm.levels:
                lo, hi = model.definition.coordinate_of[level].range
                assert lo - 1e-12 <= full[level] <= hi + 1e-12


@pytest.mark.parametrize("sex", SEXES)
def test_neutral_curvature_is_in_the_normal_bands(sex: str):
    model = load_model(sex)
    curve = curvature(model, model.forward(model.default_q[None]))
    assert 45.0 <= curve.lumbar_lordosis_deg[0] <= 60.0
    assert 30.0 <= curve.thoracic_kyphosis_deg[0] <= 45.0


def test_the_same_numbers_on_the_other_side_are_the_mirrored_posture(model: SpineModel):
    def mirrored_name(name: str) -> str:
        for right, left in (("_r", "_l"), ("_l", "_r")):
            if name.endswith(right):
                return name[:-2] + left
        return name

    q = random_q(model, 4, seed=1)
    other = np.empty_like(q)
    for name, i in model.coordinate_index.items():
        sided = mirrored_name(name) != name
        odd = name.endswith(("_bending", "_rotation", "_list", "_tz")) and not sided
        other[:, model.coordinate_index[mirrored_name(name)]] = -q[:, i] if odd else q[:, i]
    here, there = model.forward(q), model.forward(other)
    for body, i in model.body_index.items():
        j = model.body_index[mirrored_name(body)]
        assert np.allclose(here.position_ground_m[:, i] * [1, 1, -1], there.position_ground_m[:, j], atol=1e-12)


def test_releasing_the_levels_changes_no_posture(model: SpineModel):
    free = model.released()
    q = random_q(model, 5, seed=2)
    full = dict(zip(model.expanded_names, model.expand(q).T, strict=True))
    level_q = np.stack([full[name] for name in free.coordinate_names], axis=1)
    assert set(free.coordinate_names) - set(model.coordinate_names) == {n for r in model.rhythms for n in r.levels}
    assert np.allclose(free.forward(level_q).position_ground_m, model.forward(q).position_ground_m, atol=1e-12)


@pytest.mark.parametrize(("sex", "stature_m", "mass_kg"), [("male", 1.756, 85.5), ("female", 1.628, 67.8)])
def test_each_sex_has_its_stature_and_mass_and_stands_on_the_floor(sex: str, stature_m: float, mass_kg: float):
    model = load_model(sex)
    soles = model.station_positions(
        model.forward(model.default_q[None]), [s for s in model.stations if s.startswith("sole/")]
    )
    assert model.stature_m == pytest.approx(stature_m, abs=1e-6)
    assert model.mass_kg == pytest.approx(mass_kg, abs=1e-6)
    assert soles[0, :, 1].min() == pytest.approx(0.0, abs=1e-12)


def test_scaling_a_thigh_moves_the_knee_and_nothing_above(model: SpineModel):
    longer = model.scaled({"thigh_r": (1.0, 1.1, 1.0)}, mass_kg=80.0)
    q = model.default_q[None]
    before, after = model.forward(q), longer.forward(q)
    femur, tibia, skull = (model.body_index[b] for b in ("femur_r", "tibia_r", "skull"))
    assert np.allclose(before.position_ground_m[0, [femur, skull]], after.position_ground_m[0, [femur, skull]])
    drop = (before.position_ground_m - after.position_ground_m)[0, tibia]
    length = -model.definition.joint_of["tibia_r"].location_parent_m[1]
    assert np.allclose(drop, [0.0, 0.1 * length, 0.0], atol=1e-12)
    assert longer.mass_kg == pytest.approx(80.0)


def test_a_moved_station_lies_where_it_was_put(model: SpineModel):
    moved = model.scaled({"head": 1.2}, {"landmark/NOSE": (0.1, 0.2, 0.3)})
    assert np.array_equal(moved.stations["landmark/NOSE"].location_body_m, [0.1, 0.2, 0.3])
    assert np.allclose(
        moved.stations["landmark/CHIN"].location_body_m, 1.2 * model.stations["landmark/CHIN"].location_body_m
    )


@pytest.mark.parametrize("scales", [{"tail": 1.0}, {"head": -1.0}, {"head": float("nan")}])
def test_impossible_scales_are_refused(model: SpineModel, scales: dict[str, float]):
    with pytest.raises(ModelError):
        model.scaled(scales)


def test_unknown_stations_and_wrong_widths_are_refused(model: SpineModel):
    with pytest.raises(ModelError, match="tail"):
        model.station_jacobian(model.default_q[None], ["landmark/tail"])
    with pytest.raises(ModelError, match="expected 50 coordinates"):
        model.forward(np.zeros((1, 3)))


def test_segments_hold_every_body_once(model: SpineModel):
    members = [body for bodies in SEGMENTS.values() for body in bodies]
    assert sorted(members) == sorted(model.bodies)


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_knee_keeps_its_distance_from_hip_and_ankle_however_far_it_bends(model: SpineModel, side: str):
    q = np.tile(model.default_q, (33, 1))
    q[:, model.coordinate_index[f"knee_angle_{side[0]}"]] = np.radians(np.linspace(-10.0, 150.0, 33))
    names = [f"keypoint/{side}_{name}" for name in ("hip", "knee", "ankle")]
    hip, knee, ankle = np.moveaxis(model.station_positions(model.forward(q), names), 1, 0)
    thigh, shank = np.linalg.norm(hip - knee, axis=1), np.linalg.norm(ankle - knee, axis=1)
    assert np.ptp(thigh) < 1e-9
    assert np.ptp(shank) < 0.005 * shank.min()
