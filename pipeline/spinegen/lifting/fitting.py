"""The last layer of the lifting network, found in one go: ridge regression over drawn windows."""

import numpy as np
import torch
from torch import Tensor

from ..progress import Reporter
from ..streams import Stream, generator
from .network import FirstHalf, LiftingNetwork
from .pairs import draw_pairs
from .sequences import Sequences

RIDGE = 0.1
"""Share of its own variance that each input's is enlarged by."""
FRAMES_AT_ONCE = 1500
SEEN_FIRST = (True, False, True, False)
"""Draws that means and deviations are taken from: true keypoints and detected ones."""
LEAST_DEVIATION = 0.01


def corrected(first: FirstHalf, sequences: Sequences, frames: int, seed: int, *, reporter: Reporter) -> LiftingNetwork:
    """A trained first half with the correction that fits about so many frames best, in the mean of squares."""
    network = LiftingNetwork(first).eval().requires_grad_(False)
    rng = generator(seed, Stream.LIFTED_CORRECTION)
    drawn = [_drawn(rng, network, sequences, clean) for clean in SEEN_FIRST]
    inputs = torch.cat([one[0] for one in drawn])
    mean, deviation = inputs.mean(0), inputs.std(0).clamp_min(LEAST_DEVIATION)
    normal, target, seen = torch.zeros(0), torch.zeros(0), 0
    with reporter.task("fit the correction", frames, "frames") as task:
        while seen < frames:
            values, missed = (
                drawn.pop() if drawn else _drawn(rng, network, sequences, round(seen / FRAMES_AT_ONCE) % 2 == 0)
            )
            rows = torch.nn.functional.pad((values - mean) / deviation, (0, 1), value=1.0)
            # batches in single precision, their sum in double
            here, there = (rows.T @ rows).double(), (rows.T @ missed).double()
            normal, target = (here, there) if not seen else (normal + here, target + there)
            seen += len(rows)
            task.advance(len(rows))
    ridge = RIDGE * seen * torch.eye(len(normal), dtype=torch.float64)
    ridge[-1, -1] = 0.0
    weights = torch.linalg.solve(normal + ridge, target).float()
    slopes = weights[:-1] / deviation[:, None]
    network.correction.leave.weight.copy_(slopes.T)
    network.correction.leave.bias.copy_(weights[-1] - mean @ slopes)
    return network


def _drawn(
    rng: np.random.Generator, network: LiftingNetwork, sequences: Sequences, clean: bool
) -> tuple[Tensor, Tensor]:
    """Inputs `(F, I)` of the correction, and `(F, OUTPUTS)` what the first half misses by; true keypoints frame by frame, as windows are much alike."""
    pairs = draw_pairs(rng, sequences, FRAMES_AT_ONCE, 1 if clean else None, clean=clean)
    features = torch.from_numpy(pairs.features)
    hidden, first = network.first.both(features)
    wanted = torch.cat([torch.from_numpy(pairs.points_m).flatten(-2), torch.from_numpy(pairs.up)], dim=-1)
    return network.correction.inputs(features, hidden, first).flatten(0, -2), (wanted - first).flatten(0, -2)
