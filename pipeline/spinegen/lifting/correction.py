"""The second half of the lifting network: what rays and lengths of bones say against the first half's points, weighed by one layer of least squares.

Depths of limbs follow from lengths by roots and comparisons that a network learns slowly; here they are computed, and all that is fitted is how
far to follow them (`fitting.py`).
"""

import torch
from torch import Tensor, nn

from .. import skeleton
from .bone_lengths import LENGTHS_M, WIDTHS_M
from .points import COUNT, KEYPOINT_ROWS
from .rays_torch import confidences, on_rays
from .view import FEATURES

OUTPUTS = 3 * COUNT + 3
BONES = tuple(
    (skeleton.INDEX[f"{side}_{a}"], skeleton.INDEX[f"{side}_{b}"], length)
    for side in ("left", "right")
    for (a, b), length in LENGTHS_M.items()
) + tuple((skeleton.INDEX[f"left_{a}"], skeleton.INDEX[f"right_{a}"], width) for a, width in WIDTHS_M.items())
"""Ends, as keypoints, and length in metres."""
_TURNS_OVER_M = 0.04
"""Depth of a bone from which on its sign counts as known."""
_TRUE_FROM, _STEEP = 0.85, 30.0
"""Confidence at which a keypoint counts as half true, half detected, and how fast that changes."""


class Correction(nn.Module):
    """What is added to the first half's points and up; nothing before it is fitted.

    Args:
        width: of the first half.
    """

    length_m: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.starts, self.ends = [a for a, _, _ in BONES], [b for _, b, _ in BONES]
        self.register_buffer("length_m", torch.tensor([length for _, _, length in BONES]), persistent=False)
        told = OUTPUTS + 2 * skeleton.COUNT + 4 * len(BONES) + width
        count = FEATURES + 2 * skeleton.COUNT + 2 * told
        self.leave = nn.Linear(count, OUTPUTS)
        for parameter in self.leave.parameters():
            nn.init.zeros_(parameter)

    def forward(self, features: Tensor, hidden: Tensor, first: Tensor) -> Tensor:
        """(N, T, FEATURES), the first half's last layer (N, T, width) and its outputs (N, T, OUTPUTS) -> (N, T, OUTPUTS)."""
        return self.leave(self.inputs(features, hidden, first))

    def inputs(self, features: Tensor, hidden: Tensor, first: Tensor) -> Tensor:
        """All that is known, and the same again as far as keypoints are true ones rather than detected."""
        points = first[..., : 3 * COUNT].unflatten(-1, (COUNT, 3))
        own = points[..., KEYPOINT_ROWS, :]
        put = on_rays(features, points)
        moved = put - own[..., :2]
        surely = confidences(features)
        sure = surely.sum(-1, keepdim=True) / (surely > 0).sum(-1, keepdim=True).clamp_min(1)
        told = torch.cat([first, moved.flatten(-2), self._of_bones(put, own), hidden], dim=-1)
        as_sure = (_true(surely).unsqueeze(-1) * moved).flatten(-2)
        return torch.cat([features, as_sure, told, _true(sure) * told], dim=-1)

    def _of_bones(self, put: Tensor, own: Tensor) -> Tensor:
        """`(..., 4 B)`: depth that a bone's length tells, the same less its own with its own sign, by how much it looks too long, its own depth."""
        flat = ((put[..., self.ends, :] - put[..., self.starts, :]) ** 2).sum(-1)
        deep = own[..., self.ends, 2] - own[..., self.starts, 2]
        told = torch.sqrt(torch.relu(self.length_m**2 - flat) + 1e-6)
        too_long = torch.sqrt(flat + 1e-6) - self.length_m
        return torch.cat([told, torch.tanh(deep / _TURNS_OVER_M) * told - deep, too_long, deep], dim=-1)


def _true(confidence: Tensor) -> Tensor:
    return torch.sigmoid(_STEEP * (confidence - _TRUE_FROM))
