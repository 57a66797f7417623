"""SimCC head: per keypoint one distribution over x bins and one over y bins.

Two sources of evidence are multiplied (their logits added):

* a *field*: one logit a keypoint and cell of a stride-4 map, whose softmax over the image is summed along rows and columns and
  spread over the fine bins by a Gaussian. It moves with the person by construction, so it learns from few pictures. What the
  backbone's finest map says by itself (`evidence`) is part of it: heatmaps learnt from photographs are kept, and only what our labels
  and more points ask for is learnt on top;
* the *tokens* of RTMPose's head (RTMCC, arXiv 2303.07399): the coarse top map and the field's marginals, flattened a keypoint,
  mixed among keypoints by a gated attention unit. They know where a hidden ankle must be. Their last layer starts at zero.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .attention import GatedAttention, ScaleNorm
from .neck import Pyramid, Refinement

FIELD_STRIDE = 4


def spreading(cells: int, bins: int) -> Tensor:
    """(cells, bins): each row a Gaussian around the cell's centre, half a cell wide, summing to 1.

    Half a cell is the narrowest for which two neighbours blend into one peak, so the peak moves smoothly between cells.
    """
    pitch = bins / cells
    centres = (torch.arange(cells, dtype=torch.float64) + 0.5) * pitch - 0.5 * (bins / (cells * FIELD_STRIDE))
    offset = torch.arange(bins, dtype=torch.float64)[None] - centres[:, None]
    weights = torch.exp(-0.5 * (offset / (0.5 * pitch)) ** 2)
    return (weights / weights.sum(dim=1, keepdim=True)).float()


class SimccHead(nn.Module):
    """Stage maps -> logits over x bins and y bins.

    Args:
        widths: channels of the stages.
        keypoints: K.
        input_hw: size of the network's input in pixels.
        split_ratio: bins a pixel.
        field_width: channels of the stride-4 map.
        token_width: size of a keypoint's token.
    """

    spread_x: Tensor
    spread_y: Tensor

    def __init__(
        self,
        widths: tuple[int, ...],
        keypoints: int,
        *,
        input_hw: tuple[int, int],
        split_ratio: float,
        field_width: int,
        token_width: int,
    ) -> None:
        super().__init__()
        height, width = input_hw
        self.bins_x, self.bins_y = round(width * split_ratio), round(height * split_ratio)
        cells_x, cells_y = width // FIELD_STRIDE, height // FIELD_STRIDE
        top_stride = FIELD_STRIDE * 2 ** (len(widths) - 1)
        top_cells = (height // top_stride) * (width // top_stride)
        self.pyramid = Pyramid(widths, field_width)
        classify = nn.Conv2d(field_width, keypoints, 1)
        self.field = nn.Sequential(Refinement(field_width), Refinement(field_width), classify)
        self.evidence = nn.Conv2d(widths[0], keypoints, 1, bias=False)
        nn.init.zeros_(self.evidence.weight)
        self.register_buffer("spread_x", spreading(cells_x, self.bins_x), persistent=False)
        self.register_buffer("spread_y", spreading(cells_y, self.bins_y), persistent=False)
        self.coarse = nn.Conv2d(widths[-1], keypoints, 7, padding=3)
        self.norm = ScaleNorm()
        self.embed = nn.Linear(top_cells + cells_x + cells_y, token_width, bias=False)
        self.attention = GatedAttention(token_width)
        self.refine_x = nn.Linear(token_width, self.bins_x, bias=False)
        self.refine_y = nn.Linear(token_width, self.bins_y, bias=False)
        nn.init.zeros_(self.refine_x.weight)
        nn.init.zeros_(self.refine_y.weight)
        nn.init.normal_(classify.weight, std=0.02)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """-> logits (N, K, bins_x) and (N, K, bins_y), and the field's logits (N, K, h / 4, w / 4)."""
        field = (self.field(self.pyramid(maps)) + self.evidence(maps[0])).float()
        log_x = functional.log_softmax(torch.logsumexp(field, dim=2), dim=-1)
        log_y = functional.log_softmax(torch.logsumexp(field, dim=3), dim=-1)
        probability_x, probability_y = log_x.exp(), log_y.exp()
        tokens = torch.cat([self.norm(self.coarse(maps[-1]).flatten(2)), 4 * probability_x, 4 * probability_y], dim=-1)
        tokens = self.attention(self.embed(tokens))
        logits_x = torch.log(probability_x @ self.spread_x + 1e-6) + self.refine_x(tokens)
        logits_y = torch.log(probability_y @ self.spread_y + 1e-6) + self.refine_y(tokens)
        return logits_x, logits_y, field
