"""Two body networks that nobody here trained: BlazePose heavy and MoveNet thunder, as their makers' runtimes run them."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.errors import DatasetError
from spinegen.pose import geometry

SIZE = 256
BLAZEPOSE_FILE = "pose_landmark_heavy.tflite"
MOVENET_FILES = ("movenet-thunder.json", "movenet-thunder.bin")
MOVENET_SCRIPT = Path(__file__).with_name("movenet.mjs")
COCO_IN_BLAZEPOSE = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""Of BlazePose's 33 points, COCO's 17 in their order."""


def square_crop(image_rgb: NDArray[np.uint8], box_xywh_px: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(256, 256, 3): the square around a box, 1.25 times its larger side, black outside the picture."""
    center, size = geometry.crop_regions(box_xywh_px, (SIZE, SIZE))
    matrix = geometry.transforms_input_image(center, size, (SIZE, SIZE))[0]
    return np.asarray(cv2.warpAffine(image_rgb, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR), np.uint8)


def to_picture(points: NDArray[np.float64], boxes_xywh_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, K, 2) points in crops of 256 pixels -> picture pixels."""
    centers, sizes = geometry.crop_regions(boxes_xywh_px, (SIZE, SIZE))
    matrices = geometry.transforms_input_image(centers, sizes, (SIZE, SIZE))
    return geometry.apply_affine(geometry.invert(matrices), points)


class BlazePose:
    """`pose_landmark_heavy.tflite` in LiteRT.

    Raises:
        DatasetError: file or runtime is missing.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / BLAZEPOSE_FILE
        if not path.is_file():
            raise DatasetError(f"{path}: is missing; --fetch {folder} gets it")
        try:
            from ai_edge_litert.interpreter import Interpreter  # a heavy package that only this benchmark needs
        except ImportError as error:
            raise DatasetError("BlazePose needs LiteRT: pip install 'spinegen[real]'") from error
        self._interpreter: Any = Interpreter(str(path), num_threads=2)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._points = next(o["index"] for o in outputs if tuple(o["shape"]) == (1, 195))
        self._presence = next(o["index"] for o in outputs if tuple(o["shape"]) == (1, 1))

    def __call__(self, crop: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """(256, 256, 3) -> all 33 points (33, 2) in crop pixels, how visible each is (33,), whether anybody is there (0..1)."""
        self._interpreter.set_tensor(self._input, crop[None].astype(np.float32) / 255)
        self._interpreter.invoke()
        rows = self._interpreter.get_tensor(self._points).reshape(39, 5)[:33].astype(np.float64)
        visible = 1 / (1 + np.exp(-rows[:, 3:5].min(axis=1)))
        return rows[:, :2], visible, float(self._interpreter.get_tensor(self._presence)[0, 0])


def movenet(folder: Path, crops: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """MoveNet thunder in TensorFlow.js, run by node: (N, 256, 256, 3) -> points (N, 17, 2) in crop pixels, scores (N, 17).

    Raises:
        DatasetError: files or node are missing, or node failed.
    """
    missing = [name for name in MOVENET_FILES if not (folder / name).is_file()]
    if missing or not (folder / "node_modules").is_dir():
        raise DatasetError(f"{folder / (missing or ['node_modules'])[0]}: is missing; --fetch {folder} gets it")
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch, "crops.bin"), Path(scratch, "points.bin")
        source.write_bytes(np.ascontiguousarray(crops).tobytes())
        command = ["node", str(MOVENET_SCRIPT), str(folder.resolve()), str(source), str(target)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise DatasetError(f"MoveNet needs node (Debian: apt-get install nodejs): {error.strerror}") from error
        if done.returncode:
            raise DatasetError(f"{MOVENET_SCRIPT.name}: node failed: {(done.stderr.strip() or 'no message')[-300:]}")
        rows = np.frombuffer(target.read_bytes(), "<f4").reshape(len(crops), 17, 3).astype(np.float64)
    return rows[..., 1::-1] * SIZE, rows[..., 2]
