"""Poses worked out together are those worked out one by one, bit for bit."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import FittedClip
from spinegen.geometry import rigid
from spinegen.humans.person import build_person
from spinegen.humans.spec.sample import sample_person
from spinegen.motions.flow import load_flow
from spinegen.motions.performance import plant_keys
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar, Pose
from spinegen.render.skeleton_map import RestPose, load_skeleton_map


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    person = build_person(sample_person(np.random.default_rng(3), "sport"))
    positions = np.asarray(person.rest_positions_ground_m, dtype=np.float64)
    rest = rigid.transform(np.broadcast_to(np.eye(3), (len(positions), 3, 3)), positions)
    return Avatar(RestPose(person.bones, rest, person.landmarks), load_skeleton_map())


@pytest.fixture(scope="module")
def fit() -> FittedClip:
    """Key poses that stand, kneel and lie, as if they were a fit, with hands on thighs and on the floor."""
    flow, model = load_flow(), load_model()
    q = np.concatenate([plant_keys(model, flow.clips[c], flow.key_poses(c)) for c in ("yoga_standing", "yoga_floor")])
    fit = FittedClip(Path(), "poses", 1.0, np.arange(len(q), dtype=float), model.coordinate_names, q, None)
    fit.__dict__["model"] = model  # what `model` would read from the fit's .osim
    return fit


def _equal(one: Pose, other: Pose) -> None:
    for field in fields(Pose):
        found, wanted = (
            value if isinstance(value, dict) else {"": value}
            for value in (getattr(one, field.name), getattr(other, field.name))
        )
        assert found.keys() == wanted.keys()
        for name, value in found.items():
            np.testing.assert_array_equal(value, wanted[name], err_msg=f"{field.name} {name}")


def test_poses_do_not_depend_on_what_is_worked_out_with_them(avatar: Avatar, fit: FittedClip) -> None:
    other = FittedClip(Path(), "fewer", 1.0, fit.times_s[:5], fit.coordinate_names, fit.q[4:9], None)
    other.__dict__["model"] = fit.model
    clips = {one.name: one for one in (fit, other)}
    moments = []
    for number in range(len(fit.q) - 1):
        clip = other if number % 4 == 3 else fit
        frame = min(number, len(clip.q) - 2)
        placed = PlacedPerson(
            person="p",
            clip=clip.name,
            frame=frame,
            time_s=float(frame),
            x_m=1.2,
            z_m=-0.7,
            yaw_deg=10.0 * number,
            anchor_frame=frame,
        )
        anchored = placed.model_copy(update={"anchor_frame": max(0, frame - 2)})
        moments.append((anchored if number % 2 else placed, 0.02 if number % 3 == 0 else 0.0))
    together = avatar.poses(moments, clips)
    assert len(together) == len(moments) > 8
    for (placed, shift_s), pose in zip(moments, together, strict=True):
        _equal(pose, avatar.pose(placed, clips[placed.clip], shift_s))
    for pose, same in zip(together[3:7], avatar.poses(moments[3:7], clips), strict=True):
        _equal(pose, same)
