"""A whole network to go on from: what a training left, or an exported file read back and proved against ONNX Runtime."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...errors import TrainingError
from ..assembly import ARCHITECTURES, Architecture, build_network
from ..backbones.blazepose import BlazePose, UpperTrunk
from ..nets.network import PoseNetwork
from ..onnx_file import METADATA_KEY, open_simcc
from ..onnx_session import first_words
from ..stored_weights import in_bytes, widened
from .checkpoint import load_trained
from .stretching import stretched

PREFIX = "network."
"""Of our weights in an exported file."""
TURNED_LAYERS = ("head.embed", "head.attention.spread", "head.attention.merge", "head.refine_x", "head.refine_y")
"""Linear layers in the order in which the head computes them; the exporter transposes their weights and forgets their names."""
ATTENTION = "head.attention."
UPPER = "upper."
CALIBRATION_BATCHES = 4
TOLERANCE, BYTE_TOLERANCE = 1e-3, 1e-2
"""Largest allowed difference to ONNX Runtime, as a share of the highest peak; in files of eight bits the head's fixed Gaussians are rounded, too."""


def whole_network(architecture: Architecture, start: Path, seed: int) -> tuple[PoseNetwork, str]:
    """The network of `weights.pt` or of an exported file, and a sentence that says so.

    An exported file may hold a network for pictures of another size; it is stretched to those of `architecture`.

    Raises:
        TrainingError: the file is missing, damaged, of another architecture, or does not compute what it did.
    """
    if start.suffix != ".onnx":
        network = build_network(architecture, seed)
        load_trained(network, start, architecture.size)
        return network, f"the whole network of {start.name}"
    network, own = _exported(start, architecture, seed)
    if own.input_hw == architecture.input_hw:
        return network, f"the whole network of {start.name}"
    (height, width), (new_height, new_width) = own.input_hw, architecture.input_hw
    stretch = f"stretched from {height} x {width} to {new_height} x {new_width} pixels"
    return stretched(network, own, architecture), f"the whole network of {start.name}, {stretch}"


@torch.no_grad()
def calibrate_norms(network: nn.Module, batches: Sequence[Tensor]) -> None:
    """Give norms the means and deviations of what they see, without changing what the network computes.

    An exported file has its norms folded into the convolutions before them. Learning takes a batch's own mean and deviation, so a norm
    must know those of its features again.

    Args:
        batches: of inputs (N, 3, h, w), on the network's device.
    """
    seen: dict[nn.BatchNorm2d, list[Tensor]] = {one: [] for one in network.modules() if isinstance(one, nn.BatchNorm2d)}

    def look(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        features = given[0].float()
        seen[norm].append(torch.stack([features.mean(dim=(0, 2, 3)), features.square().mean(dim=(0, 2, 3))]))

    hooks = [norm.register_forward_pre_hook(look) for norm in seen]
    network.eval()
    for inputs in batches:
        network(inputs)
    for hook in hooks:
        hook.remove()
    for norm, moments in seen.items():
        mean, square = torch.stack(moments).mean(dim=0)
        variance = (square - mean.square()).clamp(min=1e-8)
        known, spread = norm.running_mean, norm.running_var
        assert known is not None
        assert spread is not None
        factor = norm.weight / (spread + norm.eps).sqrt()
        norm.bias.add_((mean - known) * factor)
        norm.weight.copy_(factor * (variance + norm.eps).sqrt())
        known.copy_(mean)
        spread.copy_(variance)


def _exported(path: Path, architecture: Architecture, seed: int) -> tuple[PoseNetwork, Architecture]:
    """The network of a file, and its own architecture: that which is asked for, or one that differs by the size of its pictures."""
    file = open_simcc(path)
    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf raises classes of its own
        raise TrainingError(f"{path}: is no ONNX file: {first_words(error)}") from error
    said = next((entry.value for entry in model.metadata_props if entry.key == METADATA_KEY), "{}")
    size = json.loads(said).get("architecture")
    if size not in ARCHITECTURES or not ARCHITECTURES[size].differs_by_input_only(architecture):
        raise TrainingError(
            f"{path}: holds {'no network of ours' if size is None else f'a {size} network'}, asked for is {architecture.size}: "
            "name the same --model for both"
        )
    own = replace(ARCHITECTURES[size], input_hw=file.input_hw)
    network = build_network(own, seed)
    state = network.state_dict()
    found = _weights(model, network)
    # networks of before the second upper trunk computed what the backbone's own gives
    older = not any(name.startswith(UPPER) for name in found)
    free = tuple(name for name in state if name.endswith("num_batches_tracked") or (older and name.startswith(UPPER)))
    absent = [name for name in state if name not in found and name not in free]
    odd = [name for name, value in found.items() if name in state and value.shape != state[name].shape]
    if absent or odd:
        raise TrainingError(
            f"{path}: holds a {size} network of another version ({(absent + odd)[0]}): start from its weights.pt"
        )
    network.load_state_dict({**state, **{name: torch.tensor(found[name]) for name in state if name in found}})
    if older and isinstance(network.upper, UpperTrunk) and isinstance(network.backbone, BlazePose):
        network.upper.follow(network.backbone)
    inputs = torch.randn(2, 3, *own.input_hw, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        ours = [logits.softmax(dim=-1).numpy() for logits in network.eval()(inputs)]
    tolerance = BYTE_TOLERANCE if in_bytes(model) else TOLERANCE
    for mine, theirs in zip(ours, file.distributions(inputs.numpy()), strict=True):
        if not np.abs(mine - theirs).max() < tolerance * theirs.max():
            raise TrainingError(f"{path}: read back, it does not compute what it did: start from its weights.pt")
    return network, own


def _weights(model: onnx.ModelProto, network: PoseNetwork) -> dict[str, NDArray[np.float32]]:
    """What an exported file holds, by the names of our parameters."""
    values = widened(model)
    found = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    for name, norm in network.named_modules():
        stem, _, last = name.rpartition(".")
        folded = found.get(f"{stem}.0.weight_bias")
        if isinstance(norm, nn.BatchNorm2d) and last == "1" and folded is not None:
            one = np.ones_like(folded)
            found |= {f"{name}.weight": one, f"{name}.bias": folded}
            found |= {f"{name}.running_mean": 0 * one, f"{name}.running_var": (1 - norm.eps) * one}
    linear = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in values]
    turned = [node for node in linear if not node.input[1].startswith(PREFIX)]
    for layer, node in zip(TURNED_LAYERS, turned, strict=False):
        found[f"{layer}.weight"] = np.ascontiguousarray(values[node.input[1]].T)
    return found | _query_and_key(model, values)


def _query_and_key(model: onnx.ModelProto, values: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Factor and offset of the attention: constants that the third part of its only split is multiplied with and that are added then."""
    split = next((node for node in model.graph.node if node.op_type == "Split" and len(node.output) == 3), None)
    if split is None:
        return {}
    rows: dict[str, list[Any]] = {"factor": [], "offset": []}
    for node in model.graph.node:
        if node.op_type == "Mul" and node.input[0] == split.output[2] and node.input[1] in values:
            rows["factor"].append(values[node.input[1]])
            after = next((n for n in model.graph.node if n.op_type == "Add" and n.input[0] == node.output[0]), None)
            if after is not None and after.input[1] in values:
                rows["offset"].append(values[after.input[1]])
    return {f"{ATTENTION}{name}": np.stack(some).reshape(len(some), -1) for name, some in rows.items() if some}
