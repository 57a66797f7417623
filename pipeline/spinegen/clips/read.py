"""`read_clip`: any supported file to a `Clip`."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..errors import ClipError
from .clip import Clip
from .normalise import clip_from_raw
from .options import ReadOptions
from .raw import RawCapture


def _c3d(path: Path) -> RawCapture:
    from .c3d import read_c3d

    return read_c3d(path)


def _trc(path: Path) -> RawCapture:
    from .trc import read_trc

    return read_trc(path)


def _bvh(path: Path) -> RawCapture:
    from .bvh import read_bvh

    return read_bvh(path)


def _npz(path: Path) -> RawCapture:
    from .amass import is_amass, read_amass
    from .keypoint_arrays import read_keypoint_npz

    return read_amass(path) if is_amass(path) else read_keypoint_npz(path)


def _table(path: Path) -> RawCapture:
    from .keypoint_tables import read_keypoint_table

    return read_keypoint_table(path)


READERS: dict[str, tuple[Callable[[Path], RawCapture], str]] = {
    ".c3d": (_c3d, "optical motion capture"),
    ".trc": (_trc, "OpenSim marker table"),
    ".bvh": (_bvh, "skeleton animation"),
    ".npz": (_npz, "AMASS motion, or an array of 3D keypoints"),
    ".csv": (_table, "table of 3D keypoints"),
    ".parquet": (_table, "table of 3D keypoints"),
}
"""Reader and meaning of every known suffix."""


def read_clip(path: Path, options: ReadOptions | None = None) -> Clip:
    """Read a motion-capture file of any known format.

    Args:
        path: the file; its suffix tells the format.
        options: what the user knows better than the file.

    Raises:
        ClipError: missing, unreadable, unknown format, or no usable capture in it; the text says what was found.
        UsageError: the up axis or unit asked for is not known.
        ConfigError: the marker set asked for is none.
    """
    path = Path(path)
    entry = READERS.get(path.suffix.lower())
    if entry is None:
        known = ", ".join(f"{suffix} ({what})" for suffix, (_, what) in READERS.items())
        raise ClipError(f"{path}: format {path.suffix or '(no suffix)'} is not known; known are {known}")
    if not path.exists():
        raise ClipError(f"{path}: there is no such file")
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return clip_from_raw(path, entry[0](path), options or ReadOptions())
    except MemoryError:
        raise ClipError(f"{path}: does not fit into memory; cut the clip") from None
