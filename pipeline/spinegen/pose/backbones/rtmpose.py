"""A user's RTMPose checkpoint under our CSPNeXt: MMPose's state dict (`.pth`) or an exported ONNX file.

MMPose's names (mmdet's CSPNeXt, arXiv 2212.07784): `backbone.stem.{0,1,2}`, `backbone.stage{1..4}.{0,1,2}` of ConvModules (`conv.weight`,
`bn.weight`, ...). Exported files have their norms folded and often lost their names; their convolutions are then taken in the order in which
the network runs them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import TrainingError
from ..nets.blocks import NORM_EPSILON, ConvUnit, CspLayer, PyramidPooling
from .cspnext import CspNext

THEIR_EPSILON = 1e-5
"""PyTorch's default, which RTMPose's configs keep."""
_NORM = {"weight": "weight", "bias": "bias", "running_mean": "running_mean", "running_var": "running_var"}


def load_rtmpose(backbone: nn.Module, path: Path) -> str:
    """Give a CSPNeXt the weights of a checkpoint; nothing is changed unless all of it fits.

    Returns:
        A sentence: how many arrays were taken, and which parts of the file were not used.

    Raises:
        TrainingError: no checkpoint, another network, or other sizes; the text names the first array that does not fit.
    """
    if not isinstance(backbone, CspNext):
        raise TrainingError(f"{path}: an RTMPose checkpoint fits the models small and medium only")
    if path.suffix.lower() == ".onnx":
        return _load_onnx(backbone, path)
    state = _state_dict(path)
    wanted = dict(_arrays(backbone))
    taken: dict[str, Tensor] = {}
    for theirs, (ours, shape) in wanted.items():
        if theirs not in state:
            raise TrainingError(
                f"{path}: has no {theirs}, which RTMPose's backbone has; found {_some(state)}: is it another network?"
            )
        if tuple(state[theirs].shape) != shape:
            raise TrainingError(
                f"{path}: {theirs} has shape {tuple(state[theirs].shape)}, this model needs {shape}: "
                "checkpoints of RTMPose-s fit small, of RTMPose-m medium"
            )
        taken[ours] = state[theirs].float()
    for name in [name for name in taken if name.endswith(".running_var")]:
        _rescale(taken, name.removesuffix("running_var") + "weight", taken[name])
    backbone.load_state_dict(taken, strict=False)
    rest = sorted({name.split(".")[0] for name in state if name not in wanted and "num_batches_tracked" not in name})
    return f"backbone from {path.name}: {len(taken)} arrays matched; not used: {', '.join(rest) or 'nothing'}"


def _state_dict(path: Path) -> dict[str, Tensor]:
    try:
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in as many ways as there are bytes
        raise TrainingError(
            f"{path}: backbone checkpoint cannot be read: damaged, or it holds more than tensors and plain values "
            "(save its state_dict alone)"
        ) from error
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()) or not loaded:
        raise TrainingError(f"{path}: holds no state_dict of tensors")
    return {str(name).removeprefix("module."): value for name, value in loaded.items()}


def _arrays(backbone: CspNext) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
    """(MMPose's name, (our name, shape)) of every array of the backbone."""
    own = {name: tuple(value.shape) for name, value in backbone.state_dict().items()}
    for theirs, ours in _modules(backbone):
        if theirs.endswith(".fc"):
            for part in ("weight", "bias"):
                yield f"{theirs}.{part}", (f"{ours}.{part}", own[f"{ours}.{part}"])
            continue
        yield f"{theirs}.conv.weight", (f"{ours}.0.weight", own[f"{ours}.0.weight"])
        for part in _NORM:
            yield f"{theirs}.bn.{part}", (f"{ours}.1.{part}", own[f"{ours}.1.{part}"])


def _modules(backbone: CspNext) -> Iterator[tuple[str, str]]:
    """(MMPose's name, our name) of every convolution, in the order in which MMPose's network runs them."""
    for index in range(len(backbone.stem)):
        yield f"backbone.stem.{index}", f"stem.{index}"
    for number, stage in enumerate(backbone.stages, start=1):
        for index, part in enumerate(stage):  # pyright: ignore[reportArgumentType]
            theirs, ours = f"backbone.stage{number}.{index}", f"stages.{number - 1}.{index}"
            if isinstance(part, ConvUnit):
                yield theirs, ours
            elif isinstance(part, PyramidPooling):
                yield f"{theirs}.conv1", f"{ours}.squeeze"
                yield f"{theirs}.conv2", f"{ours}.merge"
            elif isinstance(part, CspLayer):
                yield f"{theirs}.short_conv", f"{ours}.around"
                yield f"{theirs}.main_conv", f"{ours}.through"
                for block in range(len(part.blocks)):
                    yield f"{theirs}.blocks.{block}.conv1", f"{ours}.blocks.{block}.first"
                    for kind, place in (("depthwise_conv", 0), ("pointwise_conv", 1)):
                        yield f"{theirs}.blocks.{block}.conv2.{kind}", f"{ours}.blocks.{block}.second.{place}"
                yield f"{theirs}.attention.fc", f"{ours}.attention.mix"
                yield f"{theirs}.final_conv", f"{ours}.merge"


def _load_onnx(backbone: CspNext, path: Path) -> str:
    """Folded convolutions of the file, in order, as convolutions with a norm that only adds the bias."""
    wanted = list(_modules(backbone))
    convolutions, total = _onnx_convolutions(path, len(wanted))
    if total < len(wanted):
        raise TrainingError(
            f"{path}: has {total} convolutions, the backbone of this model {len(wanted)}: another network"
        )
    own = backbone.state_dict()
    taken: dict[str, Tensor] = {}
    for (theirs, ours), (weight, bias) in zip(wanted, convolutions, strict=True):
        gate = theirs.endswith(".fc")
        key = f"{ours}.weight" if gate else f"{ours}.0.weight"
        if tuple(own[key].shape) != weight.shape:
            raise TrainingError(
                f"{path}: where {theirs} belongs, the file has a convolution of {weight.shape}, needed is "
                f"{tuple(own[key].shape)}: checkpoints of RTMPose-s fit small, of RTMPose-m medium"
            )
        taken[key] = torch.from_numpy(weight.astype(np.float32))
        offset = torch.from_numpy(bias.astype(np.float32))
        if gate:
            taken[f"{ours}.bias"] = offset
        else:
            taken[f"{ours}.1.weight"] = torch.ones_like(offset)
            taken[f"{ours}.1.bias"] = offset
            taken[f"{ours}.1.running_mean"] = torch.zeros_like(offset)
            taken[f"{ours}.1.running_var"] = torch.full_like(offset, 1 - NORM_EPSILON)
    backbone.load_state_dict(taken, strict=False)
    return f"backbone from {path.name}: {len(wanted)} convolutions matched; not used: {total - len(wanted)} more"


def _onnx_convolutions(path: Path, count: int) -> tuple[list[tuple[np.ndarray, np.ndarray]], int]:
    """Weights and biases of the first `count` convolutions, and how many there are."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path))
    except (OSError, DecodeError) as error:
        raise TrainingError(f"{path}: backbone checkpoint cannot be read as ONNX") from error
    constants = _onnx_constants(model.graph)
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    found = []
    for number, node in enumerate(convolutions[:count], start=1):
        if not set(node.input[1:]) <= {"", *constants}:
            raise TrainingError(
                f"{path}: weights of convolution {number} of {len(convolutions)} are computed, as in quantised files; "
                "allowed are stored ones: give the file that it was made from"
            )
        weight = constants[node.input[1]]
        biased = len(node.input) > 2 and node.input[2]
        found.append((weight, constants[node.input[2]] if biased else np.zeros(len(weight), weight.dtype)))
    return found, len(convolutions)


def _onnx_constants(graph: Any) -> dict[str, np.ndarray]:
    """Values that do not depend on the input, by name: stored ones, also where they are widened (`pose.stored_weights`) or renamed."""
    import onnx

    constants = {entry.name: onnx.numpy_helper.to_array(entry) for entry in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            stored = next((part.t for part in node.attribute if part.name == "value"), None)
            if stored is not None:
                constants[node.output[0]] = onnx.numpy_helper.to_array(stored)
        elif node.op_type in ("Cast", "Identity") and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]]
    return constants


def _rescale(taken: dict[str, Tensor], weight: str, variance: Tensor) -> None:
    """Our norms add another epsilon to the variance: the factor makes up for it exactly."""
    taken[weight] = taken[weight] * ((variance + NORM_EPSILON) / (variance + THEIR_EPSILON)).sqrt()


def _some(state: dict[str, Tensor]) -> str:
    names = list(state)
    return f"{', '.join(names[:3])}{' ...' if len(names) > 3 else ''}"
