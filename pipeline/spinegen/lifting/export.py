"""A trained lifting network written as ONNX, its weights in half precision, and run again before it counts."""

from pathlib import Path

import numpy as np
import torch

from .. import skeleton
from ..errors import TrainingError
from ..files import atomic_path
from ..geometry.types import Floats
from ..pose.export import describe, exported
from ..pose.stored_weights import halve_weights
from ..version import __version__
from .network import LiftingNetwork
from .norms import RATE_HZ, STATURE_M
from .onnx_file import KIND, LiftingFile
from .points import COUNT, NAMES
from .view import FEATURES, features_of, view_of

TOLERANCE_M = 0.01
"""Largest difference of a point between torch and the file."""


def export(network: LiftingNetwork, path: Path) -> float:
    """Write the file; returns the largest difference of a point to torch, metres.

    Raises:
        TrainingError: the file computes something else.
    """
    network = network.eval()
    any_length = {0: torch.export.Dim("people"), 1: torch.export.Dim("frames")}
    example = torch.zeros(2, 5, FEATURES)
    model = exported(network, example, path, inputs=["features"], outputs=["points_and_up"], dynamic_axes=any_length)
    halve_weights(model)
    said = {"kind": KIND, "spinegen": __version__, "rate_hz": RATE_HZ, "stature_m": STATURE_M, "points": list(NAMES)}
    describe(model, said)
    with atomic_path(path) as temporary:
        temporary.write_bytes(model.SerializeToString())
        return _checked(network, temporary)


def _somebody(rng: np.random.Generator, frames: int) -> Floats:
    """Features of keypoints anywhere in a view, some of them unseen."""
    rays = rng.uniform(-0.3, 0.3, 2) + 0.15 * rng.normal(size=(frames, skeleton.COUNT, 2))
    confidences = np.where(rng.random(rays.shape[:2]) < 0.1, 0.0, rng.uniform(0.3, 1.0, rays.shape[:2]))
    return features_of(rays, confidences, view_of(rays, confidences))


def _checked(network: LiftingNetwork, path: Path) -> float:
    """Largest difference of a point, over windows of several lengths."""
    file, worst = LiftingFile(path), 0.0
    for frames in (1, 2, 31):
        features = _somebody(np.random.default_rng(frames), frames)
        with torch.no_grad():
            mine = network(torch.from_numpy(features)[None])[0, :, : 3 * COUNT].numpy().reshape(-1, COUNT, 3)
        worst = max(worst, float(np.abs(mine - file.run(features, mirror=False)[0]).max()))
    if not worst < TOLERANCE_M:
        raise TrainingError(f"{path}: the exported lifting network differs from the trained one by {worst:.4f} m")
    return worst
