"""Instance masks as the stage's `CaptureMask` answers them: base64 of a grey PNG whose values count the actors of `SetMaskActors` from 1."""

import base64
import binascii

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from .images import encode_numbers

MOST_ACTORS = 254
"""Values of a byte, without 0 (everything else) and 255."""


def encode_mask(numbers: NDArray[np.uint8]) -> str:
    """`(H, W)` as text."""
    return base64.b64encode(encode_numbers(numbers)).decode("ascii")


def decode_mask(text: str, width: int, height: int) -> NDArray[np.uint8]:
    """Inverse of `encode_mask`.

    Raises:
        EngineError: no such picture, or one of another size.
    """
    try:
        raw = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise EngineError(f"CaptureMask: the answer is not base64: {error}") from None
    found = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if len(raw) else None
    if found is None or found.shape != (height, width) or found.dtype != np.uint8:
        what = "no picture" if found is None else f"{found.dtype} of shape {found.shape}"
        raise EngineError(f"CaptureMask: expected {width} x {height} grey pixels, found {what}")
    return np.asarray(found, np.uint8)
