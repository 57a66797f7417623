"""OpenEXR pictures as HDRI libraries publish them; OpenCV's wheels come without them."""

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
