"""Weights as half-precision arrays by name in an `.npz`: small, readable without torch, the same bytes for the same numbers."""

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import TrainingError

_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_weights(path: Path, weights: dict[str, NDArray[np.float16]]) -> None:
    """Write arrays in the order of their names, without times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(weights):
            stream = io.BytesIO()
            np.lib.format.write_array(stream, np.ascontiguousarray(weights[name]), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, stream.getvalue())


def read_weights(path: Path, sha256: str | None = None) -> dict[str, NDArray[np.float16]]:
    """Arrays by name.

    Args:
        sha256: what the file's hash must be.

    Raises:
        TrainingError: missing, damaged, or of another hash.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: weights cannot be read: {error.strerror or error}") from error
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise TrainingError(f"{path}: SHA-256 is {found[:16]}..., expected {sha256[:16]}...: install spinegen again")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path}: holds no weights: {error}") from error
