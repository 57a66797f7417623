"""A window that shows what is drawn, opened only where somebody asks for it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError

TITLE = "spinegen predict (q ends)"
Show = Callable[[NDArray[np.uint8]], bool]
"""Takes a picture (H, W, 3), red first; False once the user wants no more."""


@contextmanager
def window() -> Iterator[Show]:
    """Something that shows pictures.

    Raises:
        UsageError: there is no display, or this OpenCV was built without windows.
    """
    # without a display Qt ends the whole process instead of raising
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError("--show: there is no display here; leave it out, films and pictures are written all the same")
    try:
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL)
    except cv2.error as error:
        raise UsageError(
            "--show: this OpenCV was built without windows; leave it out, or install opencv-python"
        ) from error
    try:
        yield _show
    finally:
        cv2.destroyAllWindows()


def _show(image_rgb: NDArray[np.uint8]) -> bool:
    cv2.imshow(TITLE, image_rgb[..., ::-1])
    return cv2.waitKey(1) & 0xFF not in (ord("q"), 27)
