"""A network's own features of a person: its coarsest map, averaged over the crop, as a unit vector."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import shape_inference

from ..errors import TrainingError
from ..pose.onnx_session import first_words, open_session


class FeatureNetwork:
    """The part of an exported network up to its coarsest map.

    Of all maps (N, channels, height, width) between input and output, the one with the fewest places counts; of several, the one with
    the most channels, and of those the last. In our networks and RTMPose's that is where the backbone ends.

    Raises:
        TrainingError: there is no such map in the file.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        try:
            model = shape_inference.infer_shapes(onnx.load(str(path)))
        except Exception as error:  # protobuf and onnx raise classes of their own
            raise TrainingError(f"{path}: is no ONNX file: {first_words(error)}") from error
        self.output = _coarsest(model)
        if self.output is None:
            raise TrainingError(f"{path}: holds no map of features (N, channels, height, width)")
        model.graph.output.append(next(v for v in model.graph.value_info if v.name == self.output))
        self.session = open_session(path, data=model.SerializeToString(), threads=threads)
        self.input = self.session.get_inputs()[0].name

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 3, h, w) normalised crops -> (N, channels) unit vectors."""
        maps = [np.asarray(self.session.run([self.output], {self.input: one[None]})[0], np.float32) for one in inputs]
        pooled = np.concatenate([m.mean(axis=(2, 3)) for m in maps]) if maps else np.zeros((0, 1), np.float32)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)


def _coarsest(model: onnx.ModelProto) -> str | None:
    best, name = None, None
    people = model.graph.input[0].type.tensor_type.shape.dim[0]
    for value in model.graph.value_info:
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        # weights may have four axes too
        of_people = len(shape) == 4 and value.type.tensor_type.shape.dim[0] == people
        if of_people and all(shape[1:]) and shape[2] * shape[3] > 1:
            rank = (shape[2] * shape[3], -shape[1])
            if best is None or rank <= best:
                best, name = rank, value.name
    return name
