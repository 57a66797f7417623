"""Turn MediaPipe's pose landmark files into the weights of `spinegen.pose.backbones.blazepose`.

    npm pack @mediapipe/pose@0.5.1675469404 && tar xzf mediapipe-pose-*.tgz
    pip install tflite ai-edge-litert
    python scripts/convert_blazepose.py package/pose_landmark_full.tflite pipeline/spinegen/pose/backbones/weights/blazepose-full.npz

The layers are found by walking the graph from the picture on; a file of another shape ends with the place where it differs. What was made is
then loaded into the module and its heatmaps are compared with those of the original in its own runtime.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite
import torch
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from spinegen.files import atomic_path
from spinegen.pose.backbones.blazepose import LAYOUTS, BlazePose, BlazePoseLayout
from spinegen.pose.backbones.weights_file import write_weights
from spinegen.pose.onnx_file import MEAN_RGB, STD_RGB

HEATMAP_SCALE_SHARE = 2e-3
"""Largest allowed difference of a heatmap, as a share of the largest value: the module computes in another order than the original."""


@dataclass(frozen=True)
class Operator:
    """One operator of the graph."""

    kind: str
    inputs: tuple[int, ...]
    output: int


class Graph:
    """A TensorFlow Lite file with half-precision weights."""

    def __init__(self, path: Path) -> None:
        model: Any = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
        names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if not k.startswith("_")}
        self.model: Any = model
        self.graph: Any = model.Subgraphs(0)
        self.stored: dict[int, int] = {}
        self.operators: list[Operator] = []
        for index in range(self.graph.OperatorsLength()):
            raw = self.graph.Operators(index)
            code = model.OperatorCodes(raw.OpcodeIndex())
            kind = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            inputs = tuple(int(raw.Inputs(k)) for k in range(raw.InputsLength()))
            output = int(raw.Outputs(0))
            if kind == "DEQUANTIZE":
                self.stored[output] = inputs[0]
            else:
                self.operators.append(Operator(kind, inputs, output))

    @property
    def picture(self) -> int:
        return int(self.graph.Inputs(0))

    def readers(self, tensor: int, kind: str) -> Iterator[Operator]:
        """Operators of a kind that read a tensor, or its padded copy."""
        for operator in self.operators:
            if operator.inputs[0] == tensor or (operator.kind == "ADD" and tensor in operator.inputs):
                if operator.kind == "PAD":
                    yield from self.readers(operator.output, kind)
                elif operator.kind == kind:
                    yield operator

    def one(self, tensor: int, kind: str, where: str) -> Operator:
        """The only reader of a kind.

        Raises:
            SystemExit: there is another number of them.
        """
        found = list(self.readers(tensor, kind))
        if len(found) != 1:
            raise SystemExit(
                f"{where}: expected one {kind}, found {len(found)}: this is no BlazePose file that is known"
            )
        return found[0]

    def values(self, tensor: int) -> NDArray[np.float16]:
        """A constant as it is stored."""
        tensor = self.stored.get(tensor, tensor)
        described: Any = self.graph.Tensors(tensor)
        kind = np.float16 if described.Type() == tflite.TensorType.FLOAT16 else np.float32
        raw = self.model.Buffers(described.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(raw, kind).reshape(described.ShapeAsNumpy()).astype(np.float16)


class Converter:
    """Walks a graph along a layout and collects weights under the module's names."""

    def __init__(self, graph: Graph, layout: BlazePoseLayout) -> None:
        self.graph, self.layout = graph, layout
        self.weights: dict[str, NDArray[np.float16]] = {}

    def convert(self) -> dict[str, NDArray[np.float16]]:
        """All weights of `BlazePose`."""
        x = self._take(self.graph.picture, "CONV_2D", "stem")
        x = self._take(self._take(x, "DEPTHWISE_CONV_2D", "base.depthwise"), "CONV_2D", "base.pointwise")
        taps = []
        for index, block in enumerate(self.layout.blocks):
            before = x
            x = self._take(x, "CONV_2D", f"blocks.{index}.expand")
            x = self._take(x, "DEPTHWISE_CONV_2D", f"blocks.{index}.depthwise")
            x = self._take(x, "CONV_2D", f"blocks.{index}.project")
            if block.stride == 1 and self._added(x, before):
                x = next(self.graph.readers(x, "ADD")).output
            if index in self.layout.taps:
                taps.append(x)
        x = self._take(self._take(x, "CONV_2D", "top.expand"), "DEPTHWISE_CONV_2D", "top.depthwise")
        for index, tap in enumerate([*taps[:-1], x]):
            self._lateral(tap, f"laterals.{index}", last=index == len(taps) - 1)
        self._heatmaps(x)
        return self.weights

    def _take(self, tensor: int, kind: str, name: str) -> int:
        operator = self.graph.one(tensor, kind, name)
        self._keep(operator, name)
        return operator.output

    def _keep(self, operator: Operator, name: str) -> None:
        weight = self.graph.values(operator.inputs[1])
        order = (3, 0, 1, 2) if operator.kind == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
        self.weights[f"{name}.weight"] = np.ascontiguousarray(weight.transpose(order))
        self.weights[f"{name}.bias"] = self.graph.values(operator.inputs[2])

    def _added(self, tensor: int, before: int) -> bool:
        return any(before in operator.inputs for operator in self.graph.readers(tensor, "ADD"))

    def _lateral(self, tap: int, name: str, last: bool) -> None:
        """The separable pair whose output joins the pyramid: it is resized (the coarsest) or added to what was resized."""
        resized = {operator.output for operator in self.graph.operators if operator.kind == "RESIZE_BILINEAR"}
        for depthwise in self.graph.readers(tap, "DEPTHWISE_CONV_2D"):
            for pointwise in self.graph.readers(depthwise.output, "CONV_2D"):
                joins = (
                    list(self.graph.readers(pointwise.output, "RESIZE_BILINEAR"))
                    if last
                    else [a for a in self.graph.readers(pointwise.output, "ADD") if resized & set(a.inputs)]
                )
                if joins:
                    self._keep(depthwise, f"{name}.depthwise")
                    self._keep(pointwise, f"{name}.pointwise")
                    return
        raise SystemExit(f"{name}: no separable convolution joins the pyramid: this is no BlazePose file that is known")

    def _heatmaps(self, x: int) -> None:
        """Down the pyramid to the map of stride 4, and the convolution to 39 channels there."""
        depthwise = next(
            d
            for d in self.graph.readers(x, "DEPTHWISE_CONV_2D")
            for p in self.graph.readers(d.output, "CONV_2D")
            if list(self.graph.readers(p.output, "RESIZE_BILINEAR"))
        )
        fused = self.graph.one(depthwise.output, "CONV_2D", "laterals").output
        for _ in self.layout.taps[:-1]:
            resized = self.graph.one(fused, "RESIZE_BILINEAR", "pyramid").output
            fused = self.graph.one(resized, "ADD", "pyramid").output
        self._keep(self.graph.one(fused, "CONV_2D", "points"), "points")


def worst_share(path: Path, network: BlazePose) -> float:
    """Largest difference of a heatmap from the original's on noise, as a share of the largest value."""
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    picture = np.random.default_rng(0).random((1, 256, 256, 3), dtype=np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    outputs = [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
    wanted = next(output for output in outputs if output.shape == (1, 64, 64, 39))[0].transpose(2, 0, 1)
    normalised = (255 * picture - np.array(MEAN_RGB, np.float32)) / np.array(STD_RGB, np.float32)
    with torch.no_grad():
        maps = network(torch.from_numpy(normalised.transpose(0, 3, 1, 2)).contiguous())
        got = network.heatmaps(maps[0])[0].numpy()
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="pose_landmark_{lite,full,heavy}.tflite")
    parser.add_argument("target", type=Path, help="blazepose-{lite,full,heavy}.npz")
    arguments = parser.parse_args()
    variant = f"blazepose-{arguments.source.stem.removeprefix('pose_landmark_')}"
    if variant not in LAYOUTS:
        raise SystemExit(f"{arguments.source}: name is not pose_landmark_lite, _full or _heavy.tflite")
    weights = Converter(Graph(arguments.source), LAYOUTS[variant]).convert()
    network = BlazePose(LAYOUTS[variant]).eval()
    network.load_state_dict({name: torch.from_numpy(value.astype(np.float32)) for name, value in weights.items()})
    share = worst_share(arguments.source, network)
    if not share <= HEATMAP_SCALE_SHARE:
        raise SystemExit(
            f"{arguments.source}: heatmaps differ from the original's by {share:.2g} of their largest value"
        )
    with atomic_path(arguments.target) as temporary:
        write_weights(temporary, weights)
    for path in (arguments.source, arguments.target):
        print(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size} bytes",
            file=sys.stdout,
        )
    print(f"largest difference of a heatmap: {share:.1e} of the largest value")


if __name__ == "__main__":
    main()
