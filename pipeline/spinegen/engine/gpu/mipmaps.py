"""Smaller levels of textures, halved here and handed over where GL is software: that compiles code for every format that it is asked to
halve itself, a tenth of a second each time an engine starts.
"""

import ctypes
from functools import lru_cache
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ..content.colour import to_linear, to_srgb
from .gl import LIBRARY

SRGB8_ALPHA8 = 0x8C43
_TEXTURE_2D, _UNPACK_ALIGNMENT, _MAX_LEVEL = 0x0DE1, 0x0CF5, 0x813D
_TYPES = {"uint8": 0x1401, "float32": 0x1406}
_ORDERS = {1: 0x1903, 2: 0x8227, 3: 0x1907, 4: 0x1908}
_INTERNAL = {
    ("uint8", 1): 0x8229, ("uint8", 3): 0x8051, ("uint8", 4): 0x8058, ("float32", 2): 0x8230, ("float32", 3): 0x8815,
}  # fmt: skip
"""R8, RGB8, RGBA8, RG32F, RGB32F: what moderngl makes of so many channels."""


def plain_levels(pixels: NDArray[Any], most: int = 16) -> list[NDArray[Any]]:
    """The first levels below `pixels (H, W)` or `(H, W, C)`, down to one texel at most: means of two by two."""
    levels: list[NDArray[Any]] = []
    last = pixels
    while max(last.shape[:2]) > 1 and len(levels) < most:
        height, width = last.shape[:2]
        last = np.asarray(cv2.resize(last, (max(width // 2, 1), max(height // 2, 1)), interpolation=cv2.INTER_AREA))
        levels.append(last)
    return levels


def srgb_levels(codes: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The same of sRGB `(H, W, C)`: means of light, not of codes."""
    light = np.asarray(cv2.LUT(codes, _light_of_codes()))
    return [_coded(level) for level in plain_levels(light)]


def _coded(light: NDArray[np.uint16]) -> NDArray[np.uint8]:
    table = _codes_of_light()
    try:
        return np.asarray(cv2.LUT(light, table[None]), np.uint8)
    except cv2.error:  # OpenCV 4 has tables for bytes alone
        return np.take(table, light)


def halve_drawn(texture: moderngl.Texture, most: int = 16, *, software: bool) -> None:
    """Levels below the first of a texture that was drawn, and have them used.

    Args:
        texture: of bytes or floats.
        most: so many levels.
        software: GL is.
    """
    if software:
        width, height = texture.size
        kind = np.float32 if texture.dtype == "f4" else np.uint8
        pixels = np.frombuffer(texture.read(alignment=1), kind).reshape(height, width, texture.components)
        add_levels(texture, plain_levels(pixels, most))
    else:
        texture.build_mipmaps(0, most)
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)


@lru_cache(maxsize=1)
def _light_of_codes() -> NDArray[np.uint16]:
    return np.rint(65535 * to_linear(np.arange(256) / 255.0)).astype(np.uint16)


@lru_cache(maxsize=1)
def _codes_of_light() -> NDArray[np.uint8]:
    return np.rint(255 * to_srgb(np.arange(65536) / 65535.0)).astype(np.uint8)


def add_levels(texture: moderngl.Texture, levels: list[NDArray[Any]], *, srgb: bool = False) -> None:
    """Hand over the levels below the first, largest first, and have them used.

    Args:
        texture: whose first level is there already.
        levels: `(H, W)` or `(H, W, C)` each, rows from the bottom up, uint8 or float32.
        srgb: the texture is `SRGB8_ALPHA8`.
    """
    library = _library()
    texture.use(0)
    library.glPixelStorei(_UNPACK_ALIGNMENT, 1)
    for number, level in enumerate(levels, 1):
        pixels = np.ascontiguousarray(level)
        height, width = pixels.shape[:2]
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        kind = pixels.dtype.name
        internal = SRGB8_ALPHA8 if srgb else _INTERNAL[kind, channels]
        address = pixels.ctypes.data_as(ctypes.c_void_p)
        library.glTexImage2D(_TEXTURE_2D, number, internal, width, height, 0, _ORDERS[channels], _TYPES[kind], address)
    library.glTexParameteri(_TEXTURE_2D, _MAX_LEVEL, len(levels))
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    """The GL that the context was made with; moderngl writes to levels only that GL has halved."""
    library = ctypes.CDLL(LIBRARY)
    integer, unsigned = ctypes.c_int, ctypes.c_uint
    library.glPixelStorei.argtypes = [unsigned, integer]
    library.glTexImage2D.argtypes = [
        unsigned, integer, integer, integer, integer, integer, unsigned, unsigned, ctypes.c_void_p,
    ]  # fmt: skip
    library.glTexParameteri.argtypes = [unsigned, unsigned, integer]
    library.glPixelStorei.restype = library.glTexParameteri.restype = library.glTexImage2D.restype = None
    return library
