"""Small SimCC networks as ONNX files, sound ones and others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from spinegen.pose.onnx_file import METADATA_KEY

HEIGHT, WIDTH, KEYPOINTS = 8, 6, 37


def simcc_file(
    path: Path,
    *,
    batch: int | str = "n",
    kind: int = TensorProto.FLOAT,
    size_hw: tuple[Any, Any] = (HEIGHT, WIDTH),
    channels: int = 3,
    ratio: int = 2,
    weight: float = 0.01,
    extra_input: bool = False,
    metadata: str | None = None,
) -> Path:
    """A linear network from pixels to bins; what is asked for may be wrong."""
    pixels = channels * HEIGHT * WIDTH
    rng = np.random.default_rng(0)
    nodes = [helper.make_node("Cast", ["input"], ["cast"], to=TensorProto.FLOAT)]
    nodes.append(helper.make_node("Flatten", ["cast"], ["flat"], axis=1))
    inputs = [helper.make_tensor_value_info("input", kind, [batch, channels, *size_hw])]
    constants, outputs = [], []
    for name, side in (("simcc_x", WIDTH), ("simcc_y", HEIGHT)):
        bins = side * ratio
        values = (weight * rng.standard_normal((pixels, KEYPOINTS * bins))).astype(np.float32)
        constants.append(numpy_helper.from_array(values, f"{name}_weight"))
        constants.append(numpy_helper.from_array(np.array([-1, KEYPOINTS, bins]), f"{name}_shape"))
        nodes.append(helper.make_node("MatMul", ["flat", f"{name}_weight"], [f"{name}_flat"]))
        nodes.append(helper.make_node("Reshape", [f"{name}_flat", f"{name}_shape"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, KEYPOINTS, bins]))
    if extra_input:
        inputs.append(helper.make_tensor_value_info("scale", TensorProto.FLOAT, [1]))
        nodes.append(helper.make_node("Identity", ["scale"], ["unused"]))
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    if metadata is not None:
        entry = model.metadata_props.add()
        entry.key, entry.value = "spinegen", metadata
    onnx.save(model, str(path))
    return path


def told(source: Path, target: Path, **said: object) -> Path:
    """A copy of a file of ours that says more, or something else, of itself."""
    model = onnx.load(str(source))
    entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    entry.value = json.dumps(json.loads(entry.value) | said)
    onnx.save(model, str(target))
    return target
