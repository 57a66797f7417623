"""How far training is, and the learning rate there."""

import math


def flat_cosine(progress: float, warmup: float = 0.05, flat_until: float = 0.5, end: float = 0.02) -> float:
    """Factor on the peak learning rate: linear warm-up, flat, cosine from half-way to `end`.

    Args:
        progress: 0..1, the larger of the share of steps and the share of time that are spent.
    """
    if progress < warmup:
        return max(progress / warmup, 0.02)
    if progress < flat_until:
        return 1.0
    along = min((progress - flat_until) / (1 - flat_until), 1.0)
    return end + (1 - end) * 0.5 * (1 + math.cos(math.pi * along))
