"""Make a capture of an authored motion: a C3D file as a laboratory would give it, and the truth beside it."""

from pathlib import Path

import numpy as np
import pandas as pd

from .. import skeleton
from ..biomech.model.spine_model import SpineModel
from ..clips.marker_set import shipped_marker_sets
from ..files import atomic_path
from .c3d_write import write_c3d
from .flow import Flow
from .performance import Performance, perform
from .performer import Performer, performer_model
from .sampling import Sampling, sample_markers

MARKER_SET = "spinegen"


def make_capture(
    flow: Flow,
    clip: str,
    rng: np.random.Generator,
    out_folder: Path,
    *,
    performer: Performer | None = None,
    sampling: Sampling | None = None,
) -> Path:
    """Play a clip of a flow on a performer and write `<clip>.c3d` and `<clip>.truth.parquet` into a folder.

    The truth has one row a frame and vertebra (S1, L5 .. C1): `frame, time_s, activity, vertebra, x, y, z` (centroid,
    ground metres).

    Returns:
        Path of the C3D file.

    Raises:
        ConfigError: the flow names a coordinate that the model lacks, or an angle out of its range.
    """
    sampling = sampling or Sampling()
    model = performer_model(performer or Performer(), rng)
    performance = perform(flow, clip, model, sampling.rate_hz, rng=rng)
    rows = shipped_marker_sets()[MARKER_SET].markers
    poses = model.forward(performance.q)
    true_positions = model.station_positions(poses, tuple(row.station for row in rows.values()))
    labels = tuple(rows)
    target = out_folder / f"{clip}.c3d"
    _write_truth(truth_path(target), model, performance)
    write_c3d(target, labels, sample_markers(true_positions, labels, sampling, rng), sampling.rate_hz)
    return target


def truth_path(clip: Path) -> Path:
    """Where the truth of a capture lies."""
    return clip.with_name(f"{clip.stem}.truth.parquet")


def _write_truth(path: Path, model: SpineModel, performance: Performance) -> None:
    _, centroids = model.vertebra_frames(model.forward(performance.q))
    frames, count = centroids.shape[:2]
    table = pd.DataFrame(
        {
            "frame": np.repeat(np.arange(frames), count),
            "time_s": np.repeat(performance.times_s, count),
            "activity": np.repeat(np.array(performance.activities, dtype=object), count),
            "vertebra": np.tile(np.array(skeleton.VERTEBRAE, dtype=object), frames),
            **{axis: centroids[..., i].ravel() for i, axis in enumerate("xyz")},
        }
    )
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False)
