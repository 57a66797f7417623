"""SimCC networks in ONNX Runtime: what a file says about itself, and running it."""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TrainingError
from .convention import Convention
from .onnx_session import first_words, open_session

METADATA_KEY = "spinegen"
MEAN_RGB = (123.675, 116.28, 103.53)
STD_RGB = (58.395, 57.12, 57.375)
"""ImageNet's, in 0..255, as MMPose and its clients have them."""
RTMPOSE_BETA = 10.0
"""Factor from RTMPose's raw outputs to logits (its KL loss is trained with it)."""
KINDS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
"""Numbers that an input or output may hold."""
LARGEST_SIDE_PX = 4096
LARGEST_RATIO = 16.0


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
    names: tuple[str, ...]
    """Of its keypoints, where the file says them: those that others exported do not."""
    convention: Convention
    """Where its points lie, as far as the file says."""
    probabilities: bool
    """Its bins sum to 1, as ours do; RTMPose's are logits over its beta."""
    closer: bool
    """It has learnt from crops that head and trunk fill."""
    outputs: tuple[str, str]
    """Names of the bins over x and over y."""
    batch: int | None
    """How many people a run takes, where the file leaves no choice."""

    @property
    def provider(self) -> str:
        """The execution provider in use."""
        return str(self.session.get_providers()[0])

    def run(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(N, 3, h, w) normalised RGB -> simcc_x (N, K, bins_x) and simcc_y (N, K, bins_y).

        Raises:
            TrainingError: what comes out is not finite.
        """
        size = self.batch or max(len(inputs), 1)
        parts = [self._run_once(inputs[i : i + size], size) for i in range(0, max(len(inputs), 1), size)]
        x, y = (np.concatenate([part[k] for part in parts])[: len(inputs)] for k in range(2))
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise TrainingError(f"{self.path}: gives numbers that are not finite")
        return x, y

    def _run_once(self, inputs: NDArray[np.float32], size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """One run of the session; a part that is too small is filled up with nothing."""
        given = self.session.get_inputs()[0]
        filled = np.zeros((size, 3, *self.input_hw), KINDS[given.type])
        filled[: len(inputs)] = inputs
        x, y = self.session.run(list(self.outputs), {given.name: filled})
        return np.asarray(x, np.float32), np.asarray(y, np.float32)

    def distributions(self, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As `run`, with bins that sum to 1."""
        x, y = self.run(inputs)
        return self._normalized(x), self._normalized(y)

    def _normalized(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self.probabilities:
            values = np.exp(RTMPOSE_BETA * (values - values.max(axis=-1, keepdims=True)))
        return values / np.maximum(values.sum(axis=-1, keepdims=True), 1e-12)


def open_simcc(path: Path, device: str = "cpu", threads: int | None = None) -> SimccFile:
    """Open a SimCC file, ours or one of RTMPose's family, and run it once.

    Raises:
        TrainingError: missing, no ONNX, its input, outputs or metadata are not those of a SimCC network, or it does not run.
    """
    session = open_session(path, device=device, threads=threads)
    (height, width), batch = _input(path, session)
    outputs = _outputs(path, session)
    metadata = _metadata(path, session)
    file = SimccFile(
        path=path,
        session=session,
        input_hw=(height, width),
        keypoints=0,
        split_ratio=_number(path, metadata, "split_ratio", default=2.0, largest=LARGEST_RATIO),
        mean_rgb=_three(path, metadata, "mean_rgb", default=MEAN_RGB, above=-1e6),
        std_rgb=_three(path, metadata, "std_rgb", default=STD_RGB, above=0.0),
        names=_names(path, metadata),
        convention=Convention.of(metadata),
        probabilities=metadata.get("values") == "probability",
        closer=metadata.get("closer") is True,
        outputs=outputs,
        batch=batch,
    )
    if metadata.get("input_hw", [height, width]) != [height, width]:
        raise TrainingError(
            f"{path}: metadata input_hw: found {metadata['input_hw']!r}, but its input is {height} x {width}"
        )
    return replace(file, keypoints=_tried(file))


def _input(path: Path, session: Any) -> tuple[tuple[int, int], int | None]:
    """Height and width of the one input, and its number of people where that is fixed."""
    inputs = session.get_inputs()
    wanted = "wanted is one input of float32 or float16, (N, 3, height, width)"
    if len(inputs) != 1:
        raise TrainingError(f"{path}: has {len(inputs)} inputs ({', '.join(item.name for item in inputs)}); {wanted}")
    (given,) = inputs
    shape = list(given.shape)
    if given.type not in KINDS:
        raise TrainingError(f"{path}: input {given.name!r} is {given.type}; {wanted}")
    sides = shape[2:]
    fixed = len(shape) == 4 and all(isinstance(side, int) and 0 < side <= LARGEST_SIDE_PX for side in sides)
    if not fixed or shape[1] != 3 or (isinstance(shape[0], int) and shape[0] < 1):
        raise TrainingError(f"{path}: input {given.name!r} has shape {shape}; {wanted}, with a fixed size")
    return (sides[0], sides[1]), shape[0] if isinstance(shape[0], int) else None


def _outputs(path: Path, session: Any) -> tuple[str, str]:
    outputs = {item.name: item for item in session.get_outputs()}
    if len(outputs) < 2:
        raise TrainingError(
            f"{path}: is no SimCC network: has one output ({', '.join(outputs)}), wanted are x and y bins"
        )
    names = ("simcc_x", "simcc_y") if {"simcc_x", "simcc_y"} <= set(outputs) else tuple(outputs)[:2]
    for name in names:
        if outputs[name].type not in KINDS:
            raise TrainingError(f"{path}: output {name!r} is {outputs[name].type}; wanted is float32 or float16")
    return names[0], names[1]


def _metadata(path: Path, session: Any) -> dict[str, Any]:
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{path}: metadata {METADATA_KEY!r} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise TrainingError(f"{path}: metadata {METADATA_KEY!r} must be a mapping, found {type(found).__name__}")
    return found


def _names(path: Path, metadata: dict[str, Any]) -> tuple[str, ...]:
    names = metadata.get("keypoints", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TrainingError(f"{path}: metadata keypoints: found {names!r}, allowed is a list of names")
    return tuple(names)


def _number(path: Path, metadata: dict[str, Any], name: str, *, default: float, largest: float) -> float:
    value = metadata.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= largest:
        raise TrainingError(
            f"{path}: metadata {name}: found {value!r}, allowed is a number above 0, at most {largest:g}"
        )
    return float(value)


def _three(
    path: Path, metadata: dict[str, Any], name: str, *, default: tuple[float, float, float], above: float
) -> tuple[float, float, float]:
    values = metadata.get(name, default)
    plain = isinstance(values, list | tuple) and len(values) == 3
    if not plain or not all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) and v > above for v in values
    ):
        kind = "three numbers above 0" if above == 0 else "three numbers"
        raise TrainingError(f"{path}: metadata {name}: found {values!r}, allowed are {kind}")
    return float(values[0]), float(values[1]), float(values[2])


def _tried(file: SimccFile) -> int:
    """Run noise through a file: how many keypoints come out, as bins of the right number, all finite."""
    noise = np.random.default_rng(0).standard_normal((1, 3, *file.input_hw)).astype(np.float32)
    try:
        found = file.run(noise)
    except TrainingError:
        raise
    except Exception as error:  # see `_session`
        raise TrainingError(f"{file.path}: ONNX Runtime cannot run it: {first_words(error)}") from error
    height, width = file.input_hw
    shapes = [list(values.shape) for values in found]
    bins = [round(side * file.split_ratio) for side in (width, height)]
    if any(len(shape) != 3 or shape[2] != count for shape, count in zip(shapes, bins, strict=True)) or (
        shapes[0][1] != shapes[1][1]
    ):
        raise TrainingError(
            f"{file.path}: is no SimCC network: outputs of shape {shapes[0]} and {shapes[1]}, wanted are (N, K, {bins[0]}) and "
            f"(N, K, {bins[1]}) for input {height}x{width} at split ratio {file.split_ratio:g}"
        )
    return shapes[0][1]
