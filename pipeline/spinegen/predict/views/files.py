"""What triangulation leaves on disk: a TRC and a table a person, and a report of the views."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ... import skeleton
from ...clips.trc_write import trc_text
from ...files import atomic_path, write_text
from ...geometry.types import Array
from .triangulation import Trajectories


def write_person(folder: Path, name: str, times_s: Array, positions_ground_m: Array, *, found: Trajectories) -> Path:
    """`<name>.trc` and `<name>.parquet`; the TRC's path.

    The table holds `frame`, `time_s`, and of each keypoint `_x`, `_y`, `_z` (ground metres), `_error_px` and `_views` (how many it stands on).
    """
    trc = folder / f"{name}.trc"
    write_text(trc, trc_text(trc.name, skeleton.NAMES, times_s, positions_ground_m))
    columns: dict[str, np.ndarray] = {"frame": np.arange(len(times_s)), "time_s": times_s}
    views = found.used.sum(axis=0).astype(np.int8)
    for index, keypoint in enumerate(skeleton.NAMES):
        # rounded: sums over the views are not the same to the last bit in every order
        for axis, letter in enumerate("xyz"):
            columns[f"{keypoint}_{letter}"] = np.round(positions_ground_m[:, index, axis], 6)
        columns[f"{keypoint}_error_px"] = np.round(found.error_px[:, index], 3)
        columns[f"{keypoint}_views"] = views[:, index]
    with atomic_path(folder / f"{name}.parquet") as temporary:
        pq.write_table(pa.table(columns), temporary)
    return trc
