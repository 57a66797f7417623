"""SimCC networks in ONNX Runtime: what a file says about itself, and running it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TrainingError

METADATA_KEY = "spinegen"
MEAN_RGB = (123.675, 116.28, 103.53)
STD_RGB = (58.395, 57.12, 57.375)
"""ImageNet's, in 0..255, as MMPose and its clients have them."""
RTMPOSE_BETA = 10.0
"""Factor from RTMPose's raw outputs to logits (its KL loss is trained with it)."""


@dataclass(frozen=True)
class SimccFile:
    """A SimCC network open in ONNX Runtime."""

    path: Path
    session: Any
    input_hw: tuple[int, int]
    keypoints: int
    split_ratio: float
    mean_rgb: tuple[float, float, float]
    std_rgb: tuple[float, float, float]
    metadata: dict[str, Any]
    """Empty for files that others exported."""

    @property
    def provider(self) -> str:
        """The execution provider in use."""
        return str(self.session.get_providers()[0])

    def run(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(N, 3, h, w) normalised RGB -> simcc_x (N, K, bins_x) and simcc_y (N, K, bins_y)."""
        meta = self.session.get_inputs()[0]
        given = inputs.astype(np.float16) if meta.type == "tensor(float16)" else inputs
        names = [output.name for output in self.session.get_outputs()]
        order = [names.index("simcc_x"), names.index("simcc_y")] if "simcc_x" in names else [0, 1]
        if isinstance(meta.shape[0], int) and meta.shape[0] != len(inputs):
            parts = [self.session.run(None, {meta.name: given[i : i + 1]}) for i in range(len(inputs))]
            outputs = [np.concatenate([part[k] for part in parts]) for k in range(len(names))]
        else:
            outputs = self.session.run(None, {meta.name: given})
        return np.asarray(outputs[order[0]], np.float32), np.asarray(outputs[order[1]], np.float32)

    def distributions(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As `run`, with bins that sum to 1: ours are probabilities already, RTMPose's are logits over its beta."""
        x, y = self.run(inputs)
        return self._normalized(x), self._normalized(y)

    def _normalized(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.metadata.get("values") != "probability":
            values = np.exp(RTMPOSE_BETA * (values - values.max(axis=-1, keepdims=True)))
        return values / np.maximum(values.sum(axis=-1, keepdims=True), 1e-12)


def open_simcc(path: Path, device: str = "cpu", threads: int | None = None) -> SimccFile:
    """Open a SimCC file, ours or one of RTMPose's family.

    Raises:
        TrainingError: missing, no ONNX, or its inputs or outputs are not those of a SimCC network.
    """
    import onnxruntime as ort

    if not path.is_file():
        raise TrainingError(f"{path}: model file does not exist")
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    providers = ["CPUExecutionProvider"]
    if device == "cuda" and "CUDAExecutionProvider" in ort.get_available_providers():
        providers.insert(0, "CUDAExecutionProvider")
    try:
        session = ort.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # the runtime has an exception class a kind of failure, without a common base
        raise TrainingError(f"{path}: ONNX Runtime cannot open it: {str(error).splitlines()[0][:200]}") from error
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    metadata: dict[str, Any] = json.loads(text) if text else {}
    shape = session.get_inputs()[0].shape
    outputs = {output.name: output.shape for output in session.get_outputs()}
    if len(shape) != 4 or not all(isinstance(size, int) for size in shape[1:]) or len(outputs) < 2:
        raise TrainingError(f"{path}: is no SimCC network: input {shape}, outputs {outputs}")
    order = ("simcc_x", "simcc_y") if "simcc_x" in outputs else tuple(outputs)[:2]
    split_ratio = float(metadata.get("split_ratio", 2.0))
    keypoints = _keypoint_count([outputs[name] for name in order], (shape[3], shape[2]), split_ratio, session, shape)
    if keypoints is None:
        raise TrainingError(
            f"{path}: outputs {outputs} are no SimCC bins of input {shape[2]}x{shape[3]} at split ratio {split_ratio:g}"
        )
    return SimccFile(
        path=path,
        session=session,
        input_hw=(int(shape[2]), int(shape[3])),
        keypoints=keypoints,
        split_ratio=split_ratio,
        mean_rgb=tuple(metadata.get("mean_rgb", MEAN_RGB)),
        std_rgb=tuple(metadata.get("std_rgb", STD_RGB)),
        metadata=metadata,
    )


def _keypoint_count(
    shapes: list[list[Any]], size_wh: tuple[int, int], split_ratio: float, session: Any, input_shape: list[Any]
) -> int | None:
    """K where both outputs are (N, K, size * split_ratio); files with symbolic output shapes are run once."""
    if any(not isinstance(n, int) for shape in shapes for n in shape[1:]):
        name = session.get_inputs()[0].name
        kind = np.float16 if session.get_inputs()[0].type == "tensor(float16)" else np.float32
        names = [output.name for output in session.get_outputs()]
        wanted = ["simcc_x", "simcc_y"] if "simcc_x" in names else names[:2]
        shapes = [list(out.shape) for out in session.run(wanted, {name: np.zeros((1, *input_shape[1:]), kind)})]
    for shape, size in zip(shapes, size_wh, strict=True):
        if len(shape) != 3 or shape[2] != round(size * split_ratio):
            return None
    return int(shapes[0][1]) if shapes[0][1] == shapes[1][1] else None
