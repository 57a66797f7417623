"""Synthetic motion: our model swaying, so that the sampler can be tested without a fit."""

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.scenes.motions import Motion
from spinegen.skeleton import NAMES


def swaying(name: str, seconds: float, seed: int, rate_hz: float = 30.0) -> Motion:
    """A person whose joints swing slowly; the first half is `stand`, the second `move`."""
    model, rng = load_model(), np.random.default_rng(seed)
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    q = np.repeat(model.default_q[None], len(times), 0)
    for column, coordinate in enumerate(model.coordinates):
        if coordinate.kind == "rotation" and not coordinate.name.startswith("pelvis"):
            q[:, column] += 0.2 * np.sin(2 * np.pi * times / rng.uniform(2, 6) + rng.uniform(0, 6))
    points = model.station_positions(model.forward(q), [f"keypoint/{keypoint}" for keypoint in NAMES])
    half = len(times) // 2
    return Motion(name, times, points, ("stand",) * half + ("move",) * (len(times) - half))
