"""Which way is up in a calibration's world that does not say so: what people's postures tell each camera about gravity."""

from collections.abc import Sequence

import numpy as np

from ...geometry.types import Array
from ...lifting.lifter import lift_rays
from ...lifting.networks import shipped_lifter
from ...lifting.onnx_file import LiftingFile
from .cameras import ViewCamera
from .matching import MatchedPerson

_TO_THE_LEFT = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""What a quarter turn of the picture makes of camera axes."""


def upward_world(cameras: Sequence[ViewCamera], people: Sequence[MatchedPerson], times_s: Array) -> Array | None:
    """Unit vector `(3,)` against gravity: the median over views and frames of the direction that the lifting network sees; None where
    nobody shows enough of themselves.

    Raises:
        TrainingError: the shipped network is missing or damaged.
    """
    network = LiftingFile(shipped_lifter())
    told = [np.zeros((0, 3))]
    for person in people:
        for track in person.tracks:
            camera = cameras[track.view]
            # the network knows people as a film shows them, upright
            as_shown = np.linalg.matrix_power(_TO_THE_LEFT, camera.quarters)
            lifted = lift_rays(network, times_s, track.plane @ as_shown[:2, :2].T, scores=track.scores)
            told.append(lifted.up_camera[lifted.known] @ as_shown @ camera.rotation_camera_world)
    directions = np.concatenate(told)
    if not len(directions):
        return None
    middle = np.median(directions, axis=0)
    length = float(np.linalg.norm(middle))
    return middle / length if length > 0.5 else None
