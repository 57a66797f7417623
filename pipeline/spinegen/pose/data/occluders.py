"""Things pasted before people: patches and bars of any texture, whole edges of the picture as tables and counters hide them, other people."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

KINDS = ("rectangle", "ellipse", "bar", "edge", "person")
SHARES = (0.3, 0.15, 0.1, 0.25, 0.2)
"""How often each kind; edges hide laps and legs as desks, counters and keyboards do."""


def occlude(
    pictures: Tensor,
    masks: Tensor,
    has_mask: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    probability: float,
    fill: Callable[[], Tensor],
) -> Tensor:
    """In place: at most two things a picture.

    Args:
        pictures: (N, 3, h, w) in 0..255.
        masks: (N, h, w) of each picture's person in 0..1.
        has_mask: which of them are true masks, so that the person can be cut out.
        fill: makes a texture (3, h, w) for a thing.

    Returns:
        (N, h, w) bool: where something was pasted.
    """
    covered = torch.zeros(masks.shape, dtype=torch.bool, device=pictures.device)
    if probability <= 0:
        return covered
    source = pictures.clone()
    for share in (1.0, 0.4):
        chosen = rng.random(len(pictures)) < probability * share
        kinds = rng.choice(len(KINDS), len(pictures), p=SHARES)
        others = rng.permutation(len(pictures))
        for row in np.flatnonzero(chosen):
            kind, other = KINDS[kinds[row]], int(others[row])
            if kind == "person" and has_mask[other] and other != row:
                texture, shape = _other_person(source[other], masks[other], rng)
            else:
                texture, shape = fill(), _shape(kind, rng, masks.shape[1:], pictures.device)
            pictures[row] = torch.lerp(pictures[row], texture, shape)
            covered[row] |= shape > 0.5
    return covered


def hidden_points(covered: Tensor, points_px: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N, K): which points (N, K, 2) lie under what was pasted."""
    height, width = covered.shape[1:]
    cells = np.round(points_px).astype(np.int64)
    inside = ((cells >= 0) & (cells < [width, height])).all(axis=-1)
    cells = np.clip(cells, 0, [width - 1, height - 1])
    on_host = covered.cpu().numpy()
    return on_host[np.arange(len(cells))[:, None], cells[..., 1], cells[..., 0]] & inside


def _shape(kind: str, rng: np.random.Generator, size_hw: tuple[int, ...], device: torch.device) -> Tensor:
    """(h, w) cover in 0..1, with an edge a pixel wide."""
    height, width = size_hw
    rows = torch.arange(height, dtype=torch.float32, device=device)[:, None]
    columns = torch.arange(width, dtype=torch.float32, device=device)[None]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    angle = rng.normal(0, 0.3) if kind != "bar" else rng.uniform(0, np.pi)
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    across = cosine * (columns - x) + sine * (rows - y)
    along = cosine * (rows - y) - sine * (columns - x)
    if kind == "edge":
        # from below most often, as furniture stands
        turn = rng.choice(4, p=(0.7, 0.15, 0.15, 0.0)) if rng.random() < 0.95 else 3
        depth = rng.uniform(0.12, 0.55)
        tilt = float(np.tan(rng.normal(0, 0.15)))
        beyond = (
            rows - (1 - depth) * height + tilt * (columns - width / 2),
            depth * 0.6 * width - columns + tilt * (rows - height / 2),
            columns - (1 - depth * 0.6) * width + tilt * (rows - height / 2),
            depth * 0.5 * height - rows + tilt * (columns - width / 2),
        )[turn]
        return (beyond + 0.5).clamp(0, 1)
    half_height, half_width = rng.uniform(0.05, 0.22) * height, rng.uniform(0.06, 0.3) * width
    if kind == "bar":
        half_width, half_height = rng.uniform(0.01, 0.05) * width, float(height)
    if kind == "ellipse":
        radius = ((across / half_width) ** 2 + (along / half_height) ** 2).sqrt()
        return ((1 - radius) * min(half_height, half_width) + 0.5).clamp(0, 1)
    outside = torch.maximum(across.abs() - half_width, along.abs() - half_height)
    return (0.5 - outside).clamp(0, 1)


def _other_person(picture: Tensor, mask: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Another picture's person, moved aside and mirrored or not: (3, h, w) and its cover (h, w)."""
    height, width = mask.shape
    shift_y = round(float(rng.uniform(-0.25, 0.45)) * height)
    shift_x = round(float(rng.choice((-1, 1)) * rng.uniform(0.25, 0.75)) * width)
    planes = torch.cat([picture, mask[None]])
    if rng.random() < 0.5:
        planes = planes.flip(2)
    moved = torch.zeros_like(planes)
    to_y, to_x = slice(max(shift_y, 0), height + min(shift_y, 0)), slice(max(shift_x, 0), width + min(shift_x, 0))
    from_y, from_x = slice(max(-shift_y, 0), height - max(shift_y, 0)), slice(max(-shift_x, 0), width - max(shift_x, 0))
    moved[:, to_y, to_x] = planes[:, from_y, from_x]
    return moved[:3], moved[3]
