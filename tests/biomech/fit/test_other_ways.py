"""The other ways to solve: every level of the spine free, and OpenSim's own tool."""

import numpy as np

from spinegen.biomech.fit.inverse import solve_motion
from spinegen.biomech.fit.opensim_tool import solve_with_opensim
from spinegen.biomech.fit.setup import make_problem
from support.known_motions import centroids, known_motion, marked_model, vertebra_error_mm


def test_free_levels_follow_the_rhythm_and_stay_inside_their_ranges() -> None:
    model, markers = marked_model()
    rng = np.random.default_rng(4)
    q = known_motion(model, 75, 50.0, rng)
    observed = model.station_positions(model.forward(q), markers.stations)
    observed = observed + 0.005 * rng.standard_normal(observed.shape)
    free = model.released()
    found = solve_motion(free, make_problem(free, markers, observed, 50.0))
    assert vertebra_error_mm(free, found, centroids(model, q)) <= 4.0
    low, high = free.limits
    levels = [free.coordinate_index[level] for rhythm in free.rhythms for level in rhythm.levels]
    assert (found[:, levels] > low[levels]).all()
    assert (found[:, levels] < high[levels]).all()


def test_opensims_tool_finds_the_same_vertebrae() -> None:
    model, markers = marked_model()
    q = known_motion(model, 5, 30.0, np.random.default_rng(6))
    observed = model.station_positions(model.forward(q), markers.stations)
    found = solve_with_opensim(model, markers, observed, np.arange(5) / 30.0, first_q=q[0])
    assert vertebra_error_mm(model, found, centroids(model, q)) < 1.0
