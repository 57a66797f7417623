"""Hands that rest on the thighs of people of another girth."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.definition import Station
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.biomech.retarget.thigh_contact import hands_outside_thighs
from spinegen.geometry.types import Array
from spinegen.motions.flow import load_flow
from spinegen.motions.performance import perform

SIDES = (("r", "right"), ("l", "left"))
RESTING = ("thunderbolt", "twist", "triangle")


def _stout() -> SpineModel:
    """The unisex model with thighs three centimetres thicker."""
    model = load_model("unisex")
    stations = dict(model.definition.stations)
    for side in "RL":
        front = stations[f"landmark/{side}THF"]
        x, y, z = front.location_body_m
        stations[f"landmark/{side}THF"] = Station(front.body, np.array([x + 0.03, y, z]))
    return SpineModel(replace(model.definition, stations=stations))


@cache
def _poses() -> Array:
    """Frames in which a hand lies on a thigh."""
    out = []
    for clip in ("yoga_floor", "yoga_standing"):
        performance = perform(load_flow(), clip, load_model("unisex"), 10.0, rng=np.random.default_rng(1))
        out.append(performance.q[[i for i, word in enumerate(performance.activities) if word in RESTING]])
    found = np.concatenate(out)
    found.flags.writeable = False
    return found


def _knuckles_over_thigh_m(model: SpineModel, q: Array) -> Array:
    """Least height `(F,)` of the middle of the knuckles over the skin of either thigh."""
    least = np.full(len(q), np.inf)
    poses = model.forward(q)
    for side, _ in SIDES:
        hand = model.station_positions(poses, [f"landmark/{side.upper()}MC{n}" for n in (2, 5)]).mean(1)
        for leg, word in SIDES:
            names = [f"joint/femur_{leg}", f"keypoint/{word}_knee", f"landmark/{leg.upper()}THF"]
            hip, knee, front = np.moveaxis(model.station_positions(poses, names), 1, 0)
            axis = knee - hip
            away = []
            for point in (hand, front):
                share = np.clip(((point - hip) * axis).sum(-1) / (axis**2).sum(-1), 0.0, 0.8)
                away.append(np.linalg.norm(point - hip - share[:, None] * axis, axis=-1))
            least = np.minimum(least, away[0] - (away[1] - 0.01))
    return least


def test_a_hand_in_a_thicker_thigh_comes_out_and_lies_on_it() -> None:
    model, q = _stout(), _poses()
    before = _knuckles_over_thigh_m(model, q)
    after = _knuckles_over_thigh_m(model, hands_outside_thighs(model, q))
    assert (before < 0.0).sum() > 10
    assert after.min() > 0.005
    lifted = after[before < 0.0]
    assert np.median(lifted) < 0.06


def test_only_arms_give_way_and_no_further_than_they_can() -> None:
    model, q = _stout(), _poses()
    moved = hands_outside_thighs(model, q)
    arms = np.array([c.region in ("arm_r", "arm_l") for c in model.coordinates])
    np.testing.assert_array_equal(moved[:, ~arms], q[:, ~arms])
    low, high = model.limits
    assert (moved >= np.minimum(low, q.min(0)) - 1e-9).all()
    assert (moved <= np.maximum(high, q.max(0)) + 1e-9).all()
    assert np.abs(moved - q)[:, arms].max() < np.radians(75.0)


def test_hands_that_are_clear_stay_where_they_are() -> None:
    model = load_model("unisex")
    q = np.tile(model.default_q, (3, 1))
    for side in "rl":
        q[:, model.coordinate_index[f"shoulder_elevation_{side}"]] = 1.2
    assert hands_outside_thighs(model, q) is q


def test_the_hand_moves_on_smoothly() -> None:
    """A hand that comes down onto a thigh does not jump when it meets it."""
    model, q = _stout(), _poses()
    inside = q[int(np.argmin(_knuckles_over_thigh_m(model, q)))]
    raised = inside.copy()
    for side in "rl":
        raised[model.coordinate_index[f"elbow_flexion_{side}"]] += 0.8
    share = np.linspace(0.0, 1.0, 161)[:, None]
    moved = hands_outside_thighs(model, (1.0 - share) * raised + share * inside)
    places = model.station_positions(model.forward(moved), ["joint/hand_r", "joint/hand_l"])
    assert np.linalg.norm(np.diff(places, axis=0), axis=-1).max() < 0.012


@pytest.mark.parametrize("missing", ["landmark/RTHF", "landmark/LFTP"])
def test_a_model_that_does_not_tell_its_girth_is_left_alone(missing: str) -> None:
    model = _stout()
    stations = {name: at for name, at in model.definition.stations.items() if name != missing}
    bare = SpineModel(replace(model.definition, stations=stations))
    q = _poses()[:5]
    assert hands_outside_thighs(bare, q) is q
