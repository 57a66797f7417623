"""Are files whole? Decoded to the last byte, since readers that guess show grey where a picture was cut off."""

from pathlib import Path

from ...geometry.types import Array


def picture_fault(path: Path, width: int, height: int, decode: bool = True) -> str | None:
    """What is wrong with a picture, or `None`.

    Args:
        decode: decode every pixel; else only header and last marker are read.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            if picture.size != (width, height):
                return f"{path}: is {picture.size[0]}x{picture.size[1]}, the label says {width}x{height}"
            if decode:
                picture.load()
            elif picture.format == "JPEG" and not _ends_as_jpeg(path):
                return f"{path}: is cut off"
    except FileNotFoundError:
        return f"{path}: is missing"
    except (OSError, SyntaxError, UnidentifiedImageError, ValueError) as error:
        return f"{path}: is damaged: {error}"
    return None


def _ends_as_jpeg(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(0, 2)
        handle.seek(-min(handle.tell(), 64), 2)
        return handle.read().rstrip(b"\0").endswith(b"\xff\xd9")


def table_fault(path: Path, rows: int | None = None) -> str | None:
    """What is wrong with a parquet file, or `None`: it is read in whole; `rows` it must have where given."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(path).num_rows
    except FileNotFoundError:
        return f"{path}: is missing"
    except (OSError, pa.ArrowException) as error:
        return f"{path}: is damaged: {' '.join(str(error).split())}"
    if rows is not None and found != rows:
        return f"{path}: has {found} rows, must have {rows}"
    return None


def rotation_fault(rotation: Array) -> float:
    """How far a matrix `(3, 3)` is from a proper rotation (largest entry of R^T R - 1, or 2 when it mirrors)."""
    import numpy as np

    if np.linalg.det(rotation) < 0:
        return 2.0
    return float(np.abs(rotation.T @ rotation - np.eye(3)).max())
