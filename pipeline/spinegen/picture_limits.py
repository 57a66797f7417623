"""How large a picture claims to be, read from its header alone: a small file may unpack to any size."""

import struct
import warnings
from pathlib import Path

MAX_PIXELS = 150_000_000
"""A 16k panorama has 134 million."""
_HEAD_BYTES = 64 * 1024


def oversize(path: Path) -> str | None:
    """The sentence that says why a picture is too large to be opened; None where it is not, or is no known kind of picture."""
    size = claimed_size(path)
    if size is None or size[0] * size[1] <= MAX_PIXELS:
        return None
    return f"{path}: claims {size[0]} x {size[1]} pixels; at most {MAX_PIXELS // 1_000_000} million are read: make it smaller"


def claimed_size(path: Path) -> tuple[int, int] | None:
    """Width and height as the header of a picture says; None where it says nothing that is understood. Nothing is decoded."""
    suffix = path.suffix.lower()
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if suffix == ".npy":
            return _npy(path)
        if head.startswith((b"#?RADIANCE", b"#?RGBE")):
            return _radiance(head)
        if head.startswith(b"\x76\x2f\x31\x01"):
            return _openexr(head)
        return _common(path)
    except (OSError, ValueError, struct.error, LookupError):
        return None


def _common(path: Path) -> tuple[int, int] | None:
    """PNG, JPEG, BMP, TIFF, WebP: what Pillow finds in the header."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path) as picture:
                return picture.size
        except Image.DecompressionBombError:
            return 2**31 - 1, 2**31 - 1
        except (SyntaxError, EOFError):
            return None


def _npy(path: Path) -> tuple[int, int] | None:
    import numpy as np

    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    count = int(np.prod([int(n) for n in shape], dtype=object))
    # An array of another form is refused later; here only its size counts, in pixels of three 32-bit numbers.
    return (int(shape[1]), int(shape[0])) if len(shape) == 3 and shape[2] <= 4 else (count * dtype.itemsize // 12, 1)


def _radiance(head: bytes) -> tuple[int, int]:
    """The resolution line `-Y height +X width` (in any order and sign) after the header's blank line."""
    words = head.split(b"\n\n", 1)[1].split(b"\n", 1)[0].split()
    axes = {words[0][1:2]: int(words[1]), words[2][1:2]: int(words[3])}
    return axes[b"X"], axes[b"Y"]


def _openexr(head: bytes) -> tuple[int, int]:
    """The attribute `dataWindow` (OpenEXR file layout: name, type, size, value)."""
    at = 8
    while head[at]:
        name_end = head.index(b"\0", at)
        type_end = head.index(b"\0", name_end + 1)
        (length,) = struct.unpack_from("<i", head, type_end + 1)
        value = type_end + 5
        if head[at:name_end] == b"dataWindow":
            left, top, right, bottom = struct.unpack_from("<4i", head, value)
            return right - left + 1, bottom - top + 1
        if length < 0:
            raise ValueError("negative attribute size")
        at = value + length
    raise ValueError("no dataWindow")
