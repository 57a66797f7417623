"""A trained network written as ONNX and run again before it counts."""

import json
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .. import skeleton
from ..errors import TrainingError
from ..files import atomic_path
from ..version import __version__
from .assembly import Architecture
from .nets.network import PoseNetwork
from .onnx_file import MEAN_RGB, METADATA_KEY, STD_RGB, open_simcc
from .stored_weights import output_difference

CHECKED_BATCHES = (1, 3, 32)
TOLERANCE = 1e-3
"""Largest allowed difference of an output (0..1) between torch and ONNX Runtime."""
OPSET = 18


class ExportedNetwork(nn.Module):
    """Logits turned into what clients read: distributions whose peak is 1 where the network is as sure as its labels.

    MMPose's clients take the maximum as the score and drop a keypoint where it is not positive, so the outputs must be positive.
    """

    def __init__(self, network: PoseNetwork, peaks: tuple[float, float]) -> None:
        super().__init__()
        self.network, self.peaks = network, peaks

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) normalised -> simcc_x, simcc_y."""
        logits_x, logits_y = self.network(images)
        return logits_x.softmax(dim=-1) / self.peaks[0], logits_y.softmax(dim=-1) / self.peaks[1]


@dataclass(frozen=True)
class ExportCheck:
    """How the file compares with torch."""

    difference: dict[int, float]
    """Largest absolute output difference by batch size."""
    bytes: int


def label_peaks(architecture: Architecture, label_sigma: float) -> tuple[float, float]:
    """Height of the label's Gaussian over x and y bins."""
    height, width = architecture.input_hw
    sigmas = (label_sigma * (width / 8) ** 0.5, label_sigma * (height / 8) ** 0.5)
    return (1 / (sigmas[0] * (2 * np.pi) ** 0.5), 1 / (sigmas[1] * (2 * np.pi) ** 0.5))


def export_onnx(
    network: PoseNetwork,
    architecture: Architecture,
    target: Path,
    *,
    label_sigma: float = 1.0,
    details: dict[str, Any] | None = None,
) -> ExportCheck:
    """Write `target` with a free batch size and prove that ONNX Runtime computes what torch does.

    Args:
        details: more entries for the file's metadata.

    Raises:
        TrainingError: the written file differs from torch.
    """
    wrapped = ExportedNetwork(network, label_peaks(architecture, label_sigma)).eval().to("cpu").float()
    example = torch.zeros(2, 3, *architecture.input_hw)  # a batch of one would be frozen into the file
    batch = torch.export.Dim("batch", min=1, max=4096)
    with atomic_path(target) as temporary:
        proto = exported(
            wrapped, example, target, inputs=["images"], outputs=["simcc_x", "simcc_y"], dynamic_axes={0: batch}
        )
        describe(proto, {**_said(architecture), **(details or {})})
        temporary.write_bytes(proto.SerializeToString())
        return _compare(temporary, wrapped, architecture, target)


def exported(
    network: nn.Module,
    example: Tensor,
    target: Path,
    *,
    inputs: list[str],
    outputs: list[str],
    dynamic_axes: dict[int, Any],
) -> Any:
    """The ONNX model of a network with one input, without a word of where it was made.

    Args:
        example: an input.
        target: the file to come, for errors.
        dynamic_axes: of the input, which may have any length.

    Raises:
        TrainingError: torch exported nothing.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            network,
            (example,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes={inputs[0]: dynamic_axes},
        )
    if program is None:
        raise TrainingError(f"{target}: torch exported nothing")
    model = program.model_proto  # made anew at every access
    forget_traces(model)
    return model


def forget_traces(proto: Any) -> None:
    """Take out what the exporter notes of the source beside each node and value: stack traces with the paths of this machine."""
    graph = proto.graph
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer, graph):
        part.doc_string = ""
        del part.metadata_props[:]


def describe(proto: Any, said: dict[str, Any]) -> None:
    """Write into an ONNX model who made it and what is to be known of it, as JSON."""
    entry = proto.metadata_props.add()
    entry.key = METADATA_KEY
    entry.value = json.dumps(said)
    proto.producer_name, proto.producer_version = "spinegen", __version__


def _said(architecture: Architecture) -> dict[str, Any]:
    return {
        "spinegen": __version__,
        "architecture": architecture.size,
        "keypoints": list(skeleton.NAMES),
        "input_hw": list(architecture.input_hw),
        "channels": "RGB",
        "mean_rgb": list(MEAN_RGB),
        "std_rgb": list(STD_RGB),
        "box_padding": 1.25,
        "split_ratio": architecture.split_ratio,
        "values": "probability",
    }


def _compare(written: Path, wrapped: ExportedNetwork, architecture: Architecture, target: Path) -> ExportCheck:
    file = open_simcc(written)
    generator = torch.Generator().manual_seed(0)
    difference = {}
    for size in CHECKED_BATCHES:
        images = torch.randn(size, 3, *architecture.input_hw, generator=generator)
        with torch.no_grad():
            wanted = wrapped(images)
        got = file.run(images.numpy())
        difference[size] = max(float(np.abs(g - w.numpy()).max()) for g, w in zip(got, wanted, strict=True))
    worst = max(difference.values())
    if not worst <= TOLERANCE:
        raise TrainingError(f"{target}: ONNX Runtime differs from torch by {worst:.2g}, allowed is {TOLERANCE:g}")
    return ExportCheck(difference, written.stat().st_size)


def export_fp16(source: Path, target: Path) -> float:
    """Write a half-precision copy with float32 inputs and outputs; returns the largest output difference to `source`.

    Raises:
        TrainingError: the copy does not run.
    """
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    half = convert_float_to_float16(
        onnx.load(str(source)),
        keep_io_types=True,
        op_block_list=["Log", "Exp", "Softmax", "LogSoftmax", "ReduceLogSumExp", "Pow", "Sqrt", "Div", "ReduceMean"],
    )
    _drop_repeated_casts(half)
    with atomic_path(target) as temporary:
        onnx.save(half, str(temporary))
        return output_difference(source, temporary)


def _drop_repeated_casts(model: Any) -> None:
    """The converter casts a tensor anew for each reader, under one and the same name; one cast is enough."""
    made: set[str] = set()
    kept = []
    for number, node in enumerate(model.graph.node):
        if node.op_type == "Cast" and node.output[0] in made:
            continue
        node.name = f"{node.op_type}_{number}"
        made.update(node.output)
        kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
