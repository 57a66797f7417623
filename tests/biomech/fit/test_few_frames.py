"""A still capture of one frame shows a performer as well as a long one."""

import numpy as np
import pytest

from spinegen.biomech.fit.problem import Problem
from spinegen.biomech.fit.scaling import Calibration, calibrate
from spinegen.biomech.fit.setup import make_problem
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.geometry.types import Array
from support.known_motions import marked_model

MOVED_M = 0.12
THIGHS = ("RTHL", "LTHL")


def calibrated(frames: int) -> Calibration:
    """Somebody who stands for so many frames, their thigh markers a hand's breadth lower than usual."""
    model, markers = marked_model()
    q = np.repeat(model.default_q[None], frames, 0)
    observed = model.station_positions(model.forward(q), markers.stations)
    for label in THIGHS:
        observed[:, markers.labels.index(label), 1] -= MOVED_M

    def problem_of(scaled: SpineModel, observations: Array) -> Problem:
        return make_problem(scaled, markers, observations, 50.0, smooth=False)

    return calibrate(model, markers, observed, q, problem_of=problem_of)


def test_one_frame_tells_of_a_performer_what_a_dozen_of_the_same_pose_do() -> None:
    one, dozen = calibrated(1), calibrated(12)
    assert one.shape.vector == pytest.approx(dozen.shape.vector, abs=1e-4)
    markers = marked_model()[1]
    for label in THIGHS:
        offset = one.shape.offsets_body_m[markers.labels.index(label)]
        assert np.linalg.norm(offset) == pytest.approx(MOVED_M, abs=0.03)
