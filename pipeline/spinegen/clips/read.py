"""`read_clip`: any supported file to a `Clip`."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..errors import ClipError
from .amass import is_amass, read_amass
from .bvh import read_bvh
from .c3d import read_c3d
from .clip import Clip
from .keypoint_arrays import read_keypoint_npz
from .keypoint_tables import read_keypoint_table
from .normalise import clip_from_raw
from .options import ReadOptions
from .raw import RawCapture
from .trc import read_trc


def _npz(path: Path) -> RawCapture:
    return read_amass(path) if is_amass(path) else read_keypoint_npz(path)


READERS: dict[str, tuple[Callable[[Path], RawCapture], str]] = {
    ".c3d": (read_c3d, "optical motion capture"),
    ".trc": (read_trc, "OpenSim marker table"),
    ".bvh": (read_bvh, "skeleton animation"),
    ".npz": (_npz, "AMASS motion, or an array of 3D keypoints"),
    ".csv": (read_keypoint_table, "table of 3D keypoints"),
    ".parquet": (read_keypoint_table, "table of 3D keypoints"),
}
"""Reader and meaning of every known suffix."""

OTHER_FORMATS = dict.fromkeys((".gz", ".zip", ".7z", ".rar", ".tar"), "unpack it first; ") | {
    ".fbx": "export it as BVH; ",
    ".mvnx": "export it from MVN as C3D or BVH; ",
    ".mvn": "export it from MVN as C3D or BVH; ",
    ".tak": "export it from Motive as C3D or BVH; ",
    ".qtm": "export it from QTM as C3D; ",
    ".asf": "convert the pair of ASF and AMC to BVH or C3D; ",
    ".amc": "convert the pair of ASF and AMC to BVH or C3D; ",
    ".mot": "it holds joint angles, and a fit needs markers or joints; ",
    ".sto": "it holds joint angles, and a fit needs markers or joints; ",
    ".pkl": "save its keypoints as .npz; ",
    ".json": "write its keypoints as a table (.csv); ",
}
"""What to do with files of other kinds that people have."""


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
        hint = OTHER_FORMATS.get(path.suffix.lower(), "")
        text = f"{path}: format {path.suffix or '(no suffix)'} is not known; {hint}known are {known}"
        raise ClipError(text)
    if not path.exists():
        raise ClipError(f"{path}: there is no such file")
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return clip_from_raw(path, entry[0](path), options or ReadOptions())
    except MemoryError:
        raise ClipError(f"{path}: does not fit into memory; cut the clip") from None
