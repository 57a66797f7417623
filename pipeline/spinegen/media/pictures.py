"""Pictures as their labels mean them: turned or not, of the size that was said, in eight bits, without transparency."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .picture_files import DAMAGED, TURNS, Exif, PictureError, PictureFile, read_picture_file

__all__ = ["Exif", "PictureError", "picture_fault", "read_rgb"]

Rgb = NDArray[np.uint8]
DEPTHS = (8, 10, 12, 14, 16)
"""Bits that cameras and scanners fill of sixteen."""


def read_rgb(path: Path, labelled_wh: tuple[int, int] | None = None, exif: Exif = "upright") -> Rgb:
    """A picture as (H, W, 3) RGB.

    Sixteen bits are brought to eight from the range that is used, transparency is laid over white.

    Args:
        labelled_wh: width and height that its labels say.
        exif: whether it is turned as EXIF says; `as-labelled` for pictures with labels, where the size tells.

    Raises:
        PictureError: missing, damaged, of a kind that is not read, of another size than labelled, or its labels do not say whether
            it is to be turned.
    """
    file = read_picture_file(path)
    turn = _turn(file, labelled_wh, exif)
    pixels = _deep_pixels(file) if file.deep else _pixels(file)
    return np.ascontiguousarray(_turned(pixels, turn))


def picture_fault(path: Path, labelled_wh: tuple[int, int] | None, exif: Exif, decode: bool) -> str | None:
    """What `read_rgb` would raise, in words, or None.

    Args:
        decode: decode every pixel; else header, size and end are looked at.
    """
    try:
        if decode:
            read_rgb(path, labelled_wh, exif)
        else:
            _turn(read_picture_file(path), labelled_wh, exif)
    except PictureError as error:
        return str(error)
    return None


def _turn(file: PictureFile, labelled_wh: tuple[int, int] | None, exif: Exif) -> int:
    """The EXIF orientation to be obeyed."""
    turn = 1 if exif == "stored" else file.orientation
    if exif == "as-labelled" and file.orientation != 1:
        fits = [wh == labelled_wh for wh in (file.stored_wh, file.upright_wh)]
        if labelled_wh is None or all(fits):
            said = (
                "labels do not say a size"
                if labelled_wh is None
                else f"labels' size, {_by(labelled_wh)}, fits both ways"
            )
            raise PictureError(
                f"{file.path}: has EXIF orientation {file.orientation} ({TURNS[file.orientation]}) and its {said}: say with "
                "--exif upright or --exif stored whether the labels mean it as it is shown or as it is stored"
            )
        turn = 1 if fits[0] else file.orientation
    size = file.stored_wh if turn == 1 else file.upright_wh
    if labelled_wh is not None and size != labelled_wh:
        raise PictureError(f"{file.path}: is {_by(size)}, the label says {_by(labelled_wh)}")
    return turn


def _by(size_wh: tuple[int, int]) -> str:
    return f"{size_wh[0]}x{size_wh[1]}"


def _pixels(file: PictureFile) -> Rgb:
    picture = file.picture
    if picture.mode in ("F", "I"):
        raise PictureError(f"{file.path}: holds 32-bit numbers; save it with 8 or 16 bits a channel")
    try:
        if picture.has_transparency_data:
            seen = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
        return np.asarray(picture.convert("RGB"), dtype=np.uint8)
    except DAMAGED as error:
        reason = "is cut off" if "truncated" in str(error).lower() else f"is damaged: {error}"
        raise PictureError(f"{file.path}: {reason}") from error


def _deep_pixels(file: PictureFile) -> Rgb:
    """From sixteen bits to eight, by the range that the picture uses: cameras of 12 bits leave the upper four empty."""
    try:
        values = cv2.imdecode(np.frombuffer(file.data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise PictureError(f"{file.path}: is damaged: {error}") from error
    if values is None or values.dtype != np.uint16:
        raise PictureError(
            f"{file.path}: has more than 8 bits a channel and cannot be decoded; save it as 8-bit JPEG or PNG"
        )
    channels = values.reshape(*values.shape[:2], -1).astype(np.float32)
    colour = channels[..., :3] if channels.shape[2] >= 3 else channels[..., :1]
    bits = next(bits for bits in DEPTHS if int(colour.max()) < 2**bits)
    seen = colour / (2**bits - 1)
    if channels.shape[2] in (2, 4):
        alpha = channels[..., -1:] / (2**16 - 1)
        seen = seen * alpha + (1 - alpha)
    rgb = seen[..., ::-1] if seen.shape[2] == 3 else np.repeat(seen, 3, axis=2)
    return np.round(rgb * 255).astype(np.uint8)


def _turned(pixels: Rgb, orientation: int) -> Rgb:
    """Upright, from how EXIF says it is stored."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
