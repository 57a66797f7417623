"""Are tables whole, and rotations proper?"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...geometry.types import Array


def table_fault(path: Path, rows: int | None = None) -> str | None:
    """What is wrong with a parquet file, or `None`: it is read in whole; `rows` it must have where given."""
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
    if np.linalg.det(rotation) < 0:
        return 2.0
    return float(np.abs(rotation.T @ rotation - np.eye(3)).max())
