"""A picture's file before it is decoded: what it is, how large, how it is to be turned, and whether it is whole."""

import io
import re
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

from PIL import Image, UnidentifiedImageError

from ..errors import SpinegenError
from ..picture_limits import MAX_PIXELS, oversize
from .names import name_fault, readable

Exif = Literal["as-labelled", "upright", "stored"]
"""Whether a picture is turned as its EXIF orientation says: as the size in its labels tells, always, never."""
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "GIF")
NAMED = "JPEG, PNG, WebP, TIFF, BMP, PPM, JPEG 2000 and GIF"
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
_TIFF_BITS = 258
TURNS = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "mirrored upside down",
    5: "mirrored and turned by 90 degrees",
    6: "turned by 90 degrees",
    7: "mirrored and turned by 270 degrees",
    8: "turned by 270 degrees",
}
"""EXIF orientations in words (clockwise); 1 is none."""


DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error)
"""What Pillow raises on files that are not as they should be."""
_one_at_a_time = Lock()


class PictureError(SpinegenError):
    """A picture is missing, damaged, of a kind that is not read, or not of the size that its labels say."""


@dataclass(frozen=True)
class PictureFile:
    """A picture's file, read but not decoded."""

    path: Path
    data: bytes
    picture: Image.Image
    """Open; its pixels are not decoded yet."""
    orientation: int
    """EXIF's, 1 to 8; 1 where there is none."""
    deep: bool
    """More than eight bits a channel."""

    @property
    def stored_wh(self) -> tuple[int, int]:
        """Width and height as stored."""
        return self.picture.size

    @property
    def upright_wh(self) -> tuple[int, int]:
        """The size once it is turned as EXIF says."""
        width, height = self.stored_wh
        return (height, width) if self.orientation in _TURNED else (width, height)


def read_picture_file(path: Path) -> PictureFile:
    """Read a picture's file and look at its header and its end.

    Raises:
        PictureError: missing, no picture of a kind that is read, too large, an animation, or cut off.
    """
    fault = name_fault(path)
    if fault is not None:
        raise PictureError(f"{readable(path)}: {fault}")
    data = _bytes(path)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS | {b"avif", b"avis"}:
        kind = "AVIF" if data[8:11] == b"avi" else "HEIC"
        raise PictureError(f"{path}: is {kind}, which is not read; save it as JPEG or PNG")
    found = _opened(path, data)
    if not is_whole(data):
        raise PictureError(f"{path}: is cut off")
    return found


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise PictureError(f"{path}: is no file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise PictureError(f"{path}: is missing") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise PictureError(f"{path}: cannot be read: {reason}") from error
    if not data:
        raise PictureError(f"{path}: is empty")
    return data


def _opened(path: Path, data: bytes) -> PictureFile:
    Image.init()
    # what `warnings` keeps is shared by all threads
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            frames = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
            orientation = _orientation(picture)
        except UnidentifiedImageError:
            # a JPEG that ends within its header is not recognised either
            text = "is cut off" if data.startswith(b"\xff\xd8") else f"is no picture that is read; read are {NAMED}"
            raise PictureError(f"{path}: {text}") from None
        except Image.DecompressionBombError:
            raise PictureError(oversize(path) or f"{path}: is too large") from None
        except DAMAGED as error:
            raise PictureError(f"{path}: is damaged: {error}") from error
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureError(oversize(path) or f"{path}: is too large")
    if frames > 1:
        what = "pages" if picture.format == "TIFF" else "moving pictures"
        raise PictureError(f"{path}: holds {frames} {what}; save each as a file of its own")
    return PictureFile(path, data, picture, orientation, _is_deep(picture, data))


def _orientation(picture: Image.Image) -> int:
    """From EXIF alone: viewers do not look for it elsewhere. A TIFF is turned when it is decoded, by everybody."""
    exif = picture.info.get("exif")
    if not exif or picture.format == "TIFF":
        return 1
    try:
        tags = Image.Exif()
        tags.load(exif)
        value = tags.get(_ORIENTATION, 1)
    except DAMAGED:
        return 1
    return value if value in TURNS else 1


def _is_deep(picture: Image.Image, data: bytes) -> bool:
    if picture.format == "PNG":
        return data[24] > 8
    bits = getattr(picture, "tag_v2", {}).get(_TIFF_BITS, 8)
    return picture.format == "TIFF" and max(bits if isinstance(bits, tuple) else (bits,)) > 8


_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ALONE = {0x01, *range(0xD0, 0xD8)}


def is_whole(data: bytes) -> bool:
    """Whether a JPEG or PNG reaches its end; what lies behind it (the film of a moving photo, say) does not matter.

    Decoders show grey where a picture was cut off, so the end is looked for. Files of other kinds are left to their decoders.
    """
    if data.startswith(b"\xff\xd8"):
        return _jpeg_ends(data)
    if data.startswith(b"\x89PNG"):
        return _png_ends(data)
    return True


def _jpeg_ends(data: bytes) -> bool:
    """Walks from segment to segment: a thumbnail inside one has an end of its own."""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return False
        marker = data[at + 1]
        if marker == 0xD9:
            return True
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE or marker == 0x00:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if marker == 0xDA:
                found = _AFTER_SCAN.search(data, at)
                if found is None:
                    return False
                at = found.start()


def _png_ends(data: bytes) -> bool:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + length
    return False
