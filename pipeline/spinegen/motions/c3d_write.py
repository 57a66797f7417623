"""Write marker trajectories as a C3D file in the usual laboratory axes: mm, z up."""

from pathlib import Path

import ezc3d
import numpy as np

from ..files import atomic_path
from ..geometry.types import Array


def write_c3d(path: Path, labels: tuple[str, ...], positions_ground_m: Array, rate_hz: float) -> None:
    """`(F, M, 3)` in ground metres; NaN becomes an invalid point. Same bytes for the same input."""
    file = ezc3d.c3d()
    point = file["parameters"]["POINT"]
    point["RATE"]["value"] = [rate_hz]
    point["LABELS"]["value"] = list(labels)
    point["UNITS"]["value"] = ["mm"]
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Z"])
    laboratory = (
        np.stack([positions_ground_m[..., 0], -positions_ground_m[..., 2], positions_ground_m[..., 1]]) * 1000.0
    )
    points = np.ones((4, len(labels), len(positions_ground_m)))
    points[:3] = laboratory.transpose(0, 2, 1)
    file["data"]["points"] = points
    with atomic_path(path) as temporary:
        file.write(str(temporary))
