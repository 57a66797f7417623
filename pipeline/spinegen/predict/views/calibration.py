"""A calibration file of any known kind, told by what is in it."""

from pathlib import Path

from ...errors import CalibrationError
from .cameras import Calibration
from .opencv_calibration import read_opencv
from .qualisys import read_qualisys
from .toml_calibration import read_toml

LARGEST_BYTES = 20_000_000
KINDS = "Pose2Sim or Anipose (.toml), Qualisys (.qca.txt, .xml), OpenCV (.yml, .yaml, .json, .xml, .npz)"


def read_calibration(path: Path) -> Calibration:
    """The cameras of a rig.

    Raises:
        CalibrationError: missing, of no known kind, fewer than two cameras, two of one name, or a field is wrong.
    """
    if not path.is_file():
        raise CalibrationError(f"{path}: is no file; a calibration is one of {KINDS}")
    if path.stat().st_size > LARGEST_BYTES:
        raise CalibrationError(f"{path}: is larger than {LARGEST_BYTES // 1_000_000} MB, which no calibration is")
    found = _read(path)
    names = [camera.name for camera in found.cameras]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CalibrationError(f"{path}: two cameras are named {twice!r}")
    if len(names) < 2:
        raise CalibrationError(f"{path}: holds one camera ({names[0]}); two are the least that see depth")
    return found


def _read(path: Path) -> Calibration:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return read_opencv(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path}: is no text; a calibration is one of {KINDS}") from error
    if suffix == ".toml":
        return read_toml(path, text)
    start = text.lstrip()[:4000]
    if start.startswith("<") and "opencv_storage" not in start:
        return read_qualisys(path, text)
    if suffix in (".yml", ".yaml", ".json", ".xml"):
        return read_opencv(path)
    raise CalibrationError(f"{path}: is of no known kind; a calibration is one of {KINDS}")
