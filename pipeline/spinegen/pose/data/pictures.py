"""Reading pictures so that a broken one is noticed."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...picture_limits import oversize


class PictureError(Exception):
    """A picture is missing or broken; the text says which and why."""


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """A picture as (H, W, 3) RGB.

    Raises:
        PictureError: missing, no picture, too large, or a JPEG that ends too early (OpenCV would fill the rest with grey).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from error
    if not data:
        raise PictureError(f"{path}: is empty")
    if data[:2] == b"\xff\xd8" and b"\xff\xd9" not in data[-64:]:
        raise PictureError(f"{path}: JPEG is cut off")
    too_large = oversize(path)
    if too_large is not None:
        raise PictureError(too_large)
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise PictureError(f"{path}: cannot be decoded: {error}") from error
    if picture is None:
        raise PictureError(f"{path}: is no picture that OpenCV can decode")
    return np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8)
