"""The lifting network in ONNX Runtime."""

import json
from pathlib import Path

import numpy as np

from ..errors import TrainingError
from ..geometry.types import Floats
from ..pose.onnx_file import METADATA_KEY
from ..pose.onnx_session import open_session
from .points import COUNT, FLIP
from .view import FEATURES, mirrored

KIND = "lifting"
LONGEST = 4096
"""Frames of one run; longer tracks are cut."""
OVERLAP = 16
"""Frames that pieces share, so that no cut is seen: more than a frame is told by."""


class LiftingFile:
    """An exported lifting network.

    Raises:
        TrainingError: the file is missing, no ONNX, or no lifting network of these points.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        self.path = path
        self._session = open_session(path, threads=threads)
        given, made = self._session.get_inputs(), self._session.get_outputs()
        text = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY, "{}")
        kind = json.loads(text).get("kind") if text.startswith("{") else None
        if kind != KIND or len(given) != 1 or given[0].shape[-1] != FEATURES or len(made) != 1:
            raise TrainingError(
                f"{path}: is no lifting network: found {len(given)} inputs, the first of shape {given[0].shape}; "
                f"wanted is one of (N, T, {FEATURES}), as spinegen's scripts/train_lifter.py exports it"
            )

    def run(self, features: Floats, mirror: bool = True) -> tuple[Floats, Floats]:
        """`(T, FEATURES)` of one person -> points `(T, 53, 3)`, metres of a body of 1.70 m in axes of each frame's view, and up `(T, 3)`, not of length 1.

        Args:
            mirror: average with what the network makes of the person in a mirror.

        Raises:
            TrainingError: what comes out is not finite.
        """
        if len(features) > LONGEST:
            half = len(features) // 2
            first, second = self.run(features[: half + OVERLAP], mirror), self.run(features[half - OVERLAP :], mirror)
            return (
                np.concatenate([first[0][:half], second[0][OVERLAP:]]),
                np.concatenate([first[1][:half], second[1][OVERLAP:]]),
            )
        name = self._session.get_inputs()[0].name
        given = np.asarray(features, np.float32)
        (out,) = self._session.run(None, {name: np.stack([given, mirrored(given)] if mirror else [given])})
        if not np.isfinite(out).all():
            raise TrainingError(f"{self.path}: gives numbers that are not finite")
        points, up = out[..., : 3 * COUNT].reshape(*out.shape[:2], COUNT, 3), out[..., 3 * COUNT :]
        if not mirror:
            return points[0], up[0]
        back = np.array([-1.0, 1.0, 1.0], np.float32)
        return 0.5 * (points[0] + points[1][:, FLIP] * back), 0.5 * (up[0] + up[1] * back)
