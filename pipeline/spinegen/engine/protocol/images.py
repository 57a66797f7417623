"""Pictures as UnrealCV sends them: PNG (RGBA), BMP (32-bit BGRA, top row first) and npy."""

import io
import struct

import cv2
import numpy as np
from numpy.typing import NDArray


def encode_bmp(rgb: NDArray[np.uint8]) -> bytes:
    """`(H, W, 3)` sRGB as a 32-bit BMP whose rows run downwards (negative height)."""
    height, width = rgb.shape[:2]
    pixels = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGRA)
    header = struct.pack("<2sIHHI", b"BM", 54 + pixels.nbytes, 0, 0, 54)
    info = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 32, 0, pixels.nbytes, 2835, 2835, 0, 0)
    return header + info + pixels.tobytes()


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """`(H, W, 3)` sRGB as RGBA PNG (clients of UnrealCV drop the last channel)."""
    bgra = np.dstack([rgb[..., ::-1], np.full(rgb.shape[:2], 255, np.uint8)])
    return cv2.imencode(".png", bgra, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def encode_npy(array: NDArray) -> bytes:
    """Any array in numpy's own format."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def encode_numbers(numbers: NDArray[np.uint8]) -> bytes:
    """`(H, W)` of a few values as a grey PNG: runs of one value are all there is to find, and filters only hide them."""
    options = [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # before it OpenCV tried every filter, which takes four times as long
        options += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    return cv2.imencode(".png", numbers, options)[1].tobytes()
