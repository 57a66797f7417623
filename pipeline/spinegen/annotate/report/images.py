"""A frame's picture for the report."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import DatasetError
from ...media.pictures import picture_fault


def read_image(path: Path, flags: int) -> NDArray[np.uint8]:
    """Pixels as OpenCV decodes them, which is only asked once the file is known to be whole: it complains on the console.

    Args:
        flags: of `cv2.imread`.

    Raises:
        DatasetError: missing or damaged.
    """
    fault = picture_fault(path, None, "stored", decode=False)
    image = None if fault else cv2.imread(str(path), flags)
    if image is None:
        raise DatasetError(fault or f"{path}: cannot be decoded")
    return np.asarray(image, np.uint8)
