"""OpenEXR pictures as HDRI libraries publish them, and depth as clients ask for it; OpenCV's wheels come without them."""

import tempfile
from pathlib import Path

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from ...errors import EngineError


def read_exr(path: Path) -> NDArray[np.float32]:
    """`(H, W, 3)` linear RGB of the first part that has it, or its `Y` alone where there is no colour.

    Raises:
        EngineError: damaged, or without colours; the text says which.
    """
    try:
        with OpenEXR.File(str(path)) as file:
            channels = {name: np.asarray(channel.pixels) for name, channel in file.channels().items()}
    except (RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise EngineError(f"{path}: cannot be read as OpenEXR: {error}") from None
    for name in ("RGB", "RGBA"):
        if name in channels:
            return channels[name][..., :3].astype(np.float32)
    grey = channels.get("Y")
    if grey is None or grey.ndim != 2:
        raise EngineError(f"{path}: has the channels {', '.join(channels) or 'none'}; needed are R, G, B or Y")
    return np.repeat(grey.astype(np.float32)[..., None], 3, 2)


def encode_exr(grey: NDArray[np.float32]) -> bytes:
    """`(H, W)` as OpenEXR with the one channel `Y`, 32-bit floats."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "depth.exr"
        with OpenEXR.File(header, {"Y": np.ascontiguousarray(grey, np.float32)}) as file:
            file.write(str(path))
        return path.read_bytes()
