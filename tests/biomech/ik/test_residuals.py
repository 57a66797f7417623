"""Every residual's Jacobian against finite differences, and its weights against the slope of its cost."""

from collections.abc import Callable

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fit.scale_parameters import Shape, performer, shape_jacobian, shape_prior
from spinegen.biomech.fit.segments import PARAMETERS
from spinegen.biomech.fit.setup import make_problem
from spinegen.biomech.ik.free_columns import FreeColumns
from spinegen.biomech.ik.residual import Dense, Residual, Slopes
from spinegen.biomech.ik.stations import StationKinematics, StationTargets
from spinegen.biomech.ik.terms import Affine, Pull, SoftLimits
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.biomech.retarget.floor_contact import FloorContact
from spinegen.biomech.retarget.rest_posture import Directions, Link
from spinegen.biomech.retarget.thigh_contact import HandClearance, thighs_of
from spinegen.geometry.types import Array
from support.known_motions import known_motion, marked_model

Made = tuple[Residual, Array]
"""A residual, and unknowns `(F, U)` at which to look at it."""
STEP = 1e-6


def _poses(frames: int = 4) -> Array:
    model, _ = marked_model()
    return known_motion(model, frames, 2.0, np.random.default_rng(11))


def _fit(which: int) -> Made:
    """Markers, prior or soft limits as a fit has them; the spine bent far enough to be stiff."""
    model, markers = marked_model()
    q = _poses()
    stiff = [i for i, c in enumerate(model.coordinates) if c.region == "lumbar"]
    q[:2, stiff] = 0.97 * model.limits[1][stiff]
    observed = model.station_positions(model.forward(q), markers.stations)
    observed += 0.02 * np.random.default_rng(2).standard_normal(observed.shape)
    observed[1, 5] = np.nan
    return make_problem(model, markers, observed, 50.0).objective(widen=2.0).residuals[which], q


def _plain_targets() -> Made:
    model, markers = marked_model()
    q = _poses()
    seen = model.station_positions(model.forward(q + 0.1), markers.stations)
    return StationTargets(StationKinematics(model, markers.stations), seen, np.full(len(markers.stations), 0.01)), q


def _affine() -> Made:
    rng = np.random.default_rng(3)
    return Affine(rng.standard_normal((3, 5)), rng.standard_normal(3)), rng.standard_normal((2, 5))


def _pull() -> Made:
    rng = np.random.default_rng(4)
    return Pull(rng.standard_normal((3, 4)), np.array([0.1, 2.0, np.inf, 0.5])), rng.standard_normal((3, 4))


def _soft() -> Made:
    x = np.array([[-2.0, 0.0, 3.0], [0.5, 4.0, 0.5]])
    return SoftLimits(np.array([-1.0, -1.0, -np.inf]), np.array([1.0, 1.0, np.inf]), np.array([0.2, 0.4, 1.0])), x


def _floor(axes: tuple[int, ...]) -> Made:
    """Some stations have goals, the lowest ones have sunk."""
    model = load_model("unisex")
    q = _poses()
    q[:, model.coordinate_index["pelvis_ty"]] -= 0.15
    goals = np.full((len(q), len(FLOOR_STATIONS), len(axes)), np.nan)
    goals[1:3, 4:9] = 0.02
    goals[0, 2, axes.index(1)] = 0.0
    return FloorContact(model, goals, axes), q


def _hand() -> Made:
    """A hand in the middle of the thigh, one near the knee where it narrows, one outside and one above the hip."""
    model = load_model("unisex")
    q = np.tile(model.default_q, (4, 1))
    index = model.coordinate_index
    q[:, index["hip_flexion_r"]] = np.radians(100.0)
    for frame, (swing, elbow) in enumerate(((20.0, 60.0), (35.0, 35.0), (80.0, 10.0), (0.0, 75.0))):
        q[frame, index["shoulder_swing_r"]], q[frame, index["elbow_flexion_r"]] = np.radians((swing, elbow))
    hand = ("landmark/RMC2", "landmark/RMC5", "landmark/RFTP", "joint/hand_r")
    columns = tuple(i for i, c in enumerate(model.coordinates) if c.region == "arm_r")
    legs = (
        "joint/femur_r",
        "joint/femur_l",
        "keypoint/right_knee",
        "keypoint/left_knee",
        "landmark/RTHF",
        "landmark/LTHF",
    )
    thighs = thighs_of(model.station_positions(model.forward(q), legs))
    return HandClearance(model, FreeColumns(q, columns), hand, thighs), q[:, columns]


def _directions() -> Made:
    model = load_model("unisex")
    up = np.array([0.0, 1.0, 0.0])
    links = (
        Link("joint/humerus_r", "joint/ulna_r", up),
        Link("joint/talus_r", "joint/toes_r", np.array([1.0, 0.0, 0.0]), along=(1.0, 0.0, 1.0)),
        Link("landmark/LMT1", "landmark/LMT5", up, counted=(0.0, 1.0, 0.0)),
    )
    columns = tuple(i for i, c in enumerate(model.coordinates) if c.region.endswith(("_r", "_l")))
    q = _poses(2)
    return Directions(model, FreeColumns(q, columns), links), q[:, columns]


MADE: dict[str, Callable[[], Made]] = {
    "markers of a fit": lambda: _fit(0),
    "prior of a fit": lambda: _fit(1),
    "stiffness of a fit": lambda: _fit(2),
    "stations without a robust loss": _plain_targets,
    "affine": _affine,
    "pull": _pull,
    "soft limits": _soft,
    "floor contact": lambda: _floor((0, 1, 2)),
    "heights on the floor": lambda: _floor((1,)),
    "hand on a thigh": _hand,
    "directions of limbs": _directions,
}


def _matrix(slopes: Slopes, frames: int) -> Array:
    if isinstance(slopes, Dense):
        return np.broadcast_to(slopes.jacobian, (frames, *slopes.jacobian.shape[1:]))
    return np.stack([np.diag(row) for row in np.broadcast_to(slopes.slope, (frames, slopes.slope.shape[1]))])


@pytest.mark.parametrize("name", MADE)
def test_the_jacobian_is_that_of_finite_differences(name: str) -> None:
    residual, x = MADE[name]()
    value, slopes = residual.linear(x)
    np.testing.assert_allclose(value, residual.value(x), rtol=1e-9, atol=1e-9)
    assert np.abs(value).max() > 0.0
    # A gap has no value and no weight, whatever its slopes.
    counted = np.broadcast_to(residual.weight(value), value.shape)[..., None] > 0.0
    found = np.where(counted, _matrix(slopes, len(x)), 0.0)
    for column in range(x.shape[1]):
        up, down = x.copy(), x.copy()
        up[:, column] += STEP
        down[:, column] -= STEP
        expected = (residual.value(up) - residual.value(down)) / (2.0 * STEP)
        size = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found[..., column], expected, atol=1e-5 * size, err_msg=f"unknown {column}")


@pytest.mark.parametrize("name", MADE)
def test_weights_are_the_slopes_of_the_cost(name: str) -> None:
    residual, x = MADE[name]()
    value = residual.value(x)
    weight = np.broadcast_to(residual.weight(value), value.shape)
    for column in range(0, value.shape[1], 7):
        up, down = value.copy(), value.copy()
        up[:, column] += STEP
        down[:, column] -= STEP
        slope = (residual.cost(up) - residual.cost(down)) / (2.0 * STEP)
        expected = 2.0 * weight[:, column] * value[:, column]
        np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-4 * max(1.0, float(np.abs(expected).max())))


@pytest.mark.parametrize("name", MADE)
def test_frames_taken_apart_have_the_values_that_they_have_together(name: str) -> None:
    residual, x = MADE[name]()
    together = residual.value(x)
    for frame in range(len(x)):
        alone = residual.frames(np.array([frame])).value(x[[frame]])
        np.testing.assert_allclose(alone[0], together[frame], rtol=1e-12, atol=1e-12)


def test_contacts_that_are_tested_have_sunk_and_hands_lie_in_thighs() -> None:
    for made in (lambda: _floor((1,)), _hand):
        residual, x = made()
        frames = (residual.value(x) != 0.0).any(1)
        assert frames.any()
    assert not frames.all()


def test_markers_move_with_the_shape_as_finite_differences_say() -> None:
    model, markers = marked_model()
    rng = np.random.default_rng(8)
    q = _poses(2)
    count = len(markers.stations)
    shape = Shape(1.05, 1.0 + 0.1 * rng.uniform(-1.0, 1.0, len(PARAMETERS)), 0.01 * rng.standard_normal((count, 3)))

    def positions(vector: Array) -> Array:
        placed = performer(model, Shape.of_vector(vector), markers.stations)
        return placed.station_positions(placed.forward(q), markers.stations)

    found = shape_jacobian(performer(model, shape, markers.stations), markers.stations, shape, q)
    for column in (*range(1 + len(PARAMETERS)), 1 + len(PARAMETERS) + 5, len(shape.vector) - 1):
        step = STEP * (np.arange(len(shape.vector)) == column)
        expected = (positions(shape.vector + step) - positions(shape.vector - step)) / (2.0 * STEP)
        np.testing.assert_allclose(found[..., column], expected, atol=1e-6, err_msg=f"parameter {column}")


def test_a_known_stature_costs_what_it_is_missed_by() -> None:
    model, markers = marked_model()
    flat = Shape(1.0, np.ones(len(PARAMETERS)), np.zeros((len(markers.stations), 3)))
    free, known = (shape_prior(model, markers, 12, height) for height in (None, model.stature_m + 0.02))
    away = known.cost(flat.vector[None])[0] - free.cost(flat.vector[None])[0]
    assert away == pytest.approx((0.02 / 0.01) ** 2)
