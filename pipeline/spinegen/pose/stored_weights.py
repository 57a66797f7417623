"""Weights of an ONNX file in less room: half precision, or eight bits and fewer with one step a filter; computed with in single precision.

They are widened when the file is opened (`Cast`, `Mul` by the steps and the like: plain operations, which ONNX Runtime folds into constants), so
such a file runs as fast as the original on processors without half-precision arithmetic.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray

from ..files import atomic_path
from .onnx_file import open_simcc

HALF_FROM = 64
"""Arrays of fewer numbers stay in single precision."""
BYTE_FROM = 8192
"""Arrays of fewer numbers take no eight bits: those of a backbone's first layers, where a rounded weight moves keypoints most. In full of 256 x 192
pixels all others together move them by a tenth of what these do (median, 49 crops)."""
NIBBLE_FROM = 200_000
"""Arrays of so many numbers take four: the head's coarse layer, whose eight bits move nobody by more than 0.01 pixels."""
LARGEST_BYTE, LARGEST_NIBBLE, SMALLEST_STEP = 127, 7, 2.0**-20
SCALARS = {"sixteenth": 1 / 16, "sixteen": 16.0, "eight": 8.0}
CLIPPED = np.linspace(0.6, 1.0, 21)
"""Shares of a filter's largest weight that the largest number may stand for; the one of least square error is taken."""

Room = Literal["half", "byte"]


def store(source: Path, target: Path, room: Room) -> float:
    """Write a copy that takes less room; returns the largest difference of an output on three pictures of noise.

    Raises:
        TrainingError: the copy does not run.
    """
    model = onnx.load(str(source))
    _NARROWERS[room](model)
    with atomic_path(target) as temporary:
        onnx.save(model, str(temporary))
        return output_difference(source, temporary)


def output_difference(first: Path, second: Path) -> float:
    """Largest difference of the outputs of two files on three pictures of noise."""
    one, other = open_simcc(first), open_simcc(second)
    images = np.random.default_rng(0).standard_normal((3, 3, *one.input_hw)).astype(np.float32)
    return max(float(np.abs(a - b).max()) for a, b in zip(one.run(images), other.run(images), strict=True))


def halve_weights(model: Any) -> None:
    """Store an ONNX model's weights in half precision."""
    nodes = []
    for stored in model.graph.initializer:
        values = onnx.numpy_helper.to_array(stored)
        if values.dtype == np.float32 and values.size >= HALF_FROM:
            nodes += _halved(stored, f"{stored.name}_half")
    _before_all(model.graph, nodes)


def byte_weights(model: Any) -> None:
    """Store an ONNX model's large matrices and filters in eight or four bits with a step each, what is left in half precision.

    Shapes between operations, names of operations and what convolutions have unless they say otherwise, which nobody reads, go, too.
    """
    graph, nodes = model.graph, []
    products = {node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for number, stored in enumerate(list(graph.initializer)):
        values, name = onnx.numpy_helper.to_array(stored), stored.name
        if values.dtype != np.float32 or values.size < HALF_FROM:
            continue
        if values.ndim < 2 or values.size < BYTE_FROM:
            nodes += _halved(stored, f"h{number}")
            continue
        last = values.ndim - 1
        axes = tuple(range(last)) if name in products else tuple(range(1, last + 1))
        in_four = values.size >= NIBBLE_FROM and values.shape[1] % 2 == 0
        numbers, steps = rounded(values, axes, LARGEST_NIBBLE if in_four else LARGEST_BYTE)
        stored.CopyFrom(onnx.numpy_helper.from_array(packed(numbers) if in_four else numbers, f"b{number}"))
        graph.initializer.append(onnx.numpy_helper.from_array(steps, f"s{number}"))
        nodes += [_widening(f"b{number}", f"n{number}"), _widening(f"s{number}", f"w{number}")]
        counted = f"n{number}"
        if in_four:
            counted = f"c{number}"
            nodes += _unpacking(f"n{number}", counted)
        nodes.append(onnx.helper.make_node("Mul", [counted, f"w{number}"], [name]))
    if any(stored.data_type == onnx.TensorProto.UINT8 for stored in graph.initializer):
        graph.initializer.extend(
            onnx.numpy_helper.from_array(np.array(value, np.float32), name) for name, value in SCALARS.items()
        )
    _before_all(graph, nodes)
    del graph.value_info[:]
    for node in graph.node:
        node.name = ""
        if node.op_type == "Conv":
            told = [
                one
                for one in node.attribute
                if one.s != b"NOTSET" and not (one.name == "dilations" and set(one.ints) == {1})
            ]
            del node.attribute[:]
            node.attribute.extend(told)


def rounded(
    values: NDArray[np.float32], axes: tuple[int, ...], largest: int = LARGEST_BYTE
) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Numbers of `-largest..largest` and the steps that they count, one for all that lies along `axes`: their product is near `values`."""
    highest = np.abs(values).max(axis=axes, keepdims=True)
    best = np.full(highest.shape, np.inf)
    steps = np.zeros(highest.shape, np.float16)
    for share in CLIPPED:
        tried = np.maximum(share * highest / largest, SMALLEST_STEP).astype(np.float16)
        error = np.square(_counted(values, tried, largest) * tried.astype(np.float32) - values)
        total = error.sum(axis=axes, keepdims=True)
        steps = np.where(total < best, tried, steps)
        best = np.minimum(total, best)
    return _counted(values, steps, largest).astype(np.int8), steps


def _counted(values: NDArray[np.float32], steps: NDArray[np.float16], largest: int) -> NDArray[np.float32]:
    return np.clip(np.rint(values / steps.astype(np.float32)), -largest, largest)


def packed(numbers: NDArray[np.int8]) -> NDArray[np.uint8]:
    """(M, 2 N, ...) numbers of -8..7 -> (M, N, ...): sixteen times those of the first half of the second axis, and those of the other, from 0 on."""
    first, second = np.split((numbers + 8).astype(np.uint8), 2, axis=1)
    return 16 * first + second


def _unpacking(given: str, counted: str) -> list[Any]:
    """Operations that undo `packed`."""
    node = onnx.helper.make_node
    return [
        node("Mul", [given, "sixteenth"], [f"{given}_"]),
        node("Floor", [f"{given}_"], [f"{given}_first"]),
        node("Mul", [f"{given}_first", "sixteen"], [f"{given}_over"]),
        node("Sub", [given, f"{given}_over"], [f"{given}_second"]),
        node("Concat", [f"{given}_first", f"{given}_second"], [f"{given}_all"], axis=1),
        node("Sub", [f"{given}_all", "eight"], [counted]),
    ]


def widened(model: Any) -> dict[str, NDArray[np.float32]]:
    """The weights of an ONNX model by the names that its operations know, however they are stored."""
    found = {stored.name: onnx.numpy_helper.to_array(stored).astype(np.float32) for stored in model.graph.initializer}
    for node in model.graph.node:
        given = [found[name] for name in node.input if name in found]
        if len(given) == len(node.input) and node.op_type in _FOLDED:
            found[node.output[0]] = _FOLDED[node.op_type](given, {one.name: one.i for one in node.attribute})
    return found


def in_bytes(model: Any) -> bool:
    """Whether weights are stored in eight bits."""
    return any(stored.data_type == onnx.TensorProto.INT8 for stored in model.graph.initializer)


def _halved(stored: Any, narrow: str) -> list[Any]:
    """Narrow an array in place, under another name; returns the node that widens it under its own."""
    wide = stored.name
    values = onnx.numpy_helper.to_array(stored).astype(np.float16)
    stored.CopyFrom(onnx.numpy_helper.from_array(values, narrow))
    return [_widening(narrow, wide)]


def _widening(narrow: str, wide: str) -> Any:
    return onnx.helper.make_node("Cast", [narrow], [wide], to=onnx.TensorProto.FLOAT)


def _before_all(graph: Any, nodes: list[Any]) -> None:
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])


_FOLDED: dict[str, Callable[[list[Any], dict[str, int]], Any]] = {
    "Cast": lambda given, _: given[0],
    "Mul": lambda given, _: given[0] * given[1],
    "Sub": lambda given, _: given[0] - given[1],
    "Floor": lambda given, _: np.floor(given[0]),
    "Concat": lambda given, said: np.concatenate(given, axis=said["axis"]),
}
"""What widens weights."""
_NARROWERS: dict[Room, Callable[[Any], None]] = {"half": halve_weights, "byte": byte_weights}
