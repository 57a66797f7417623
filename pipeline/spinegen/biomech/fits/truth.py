"""What is known beside a capture that we made ourselves: true vertebrae and activities in `<clip>.truth.parquet`."""

from pathlib import Path

import numpy as np
import pandas as pd

from ...clips.clip import Clip
from ...errors import FitError
from ...records.fit_report import TruthErrors
from ...skeleton import VERTEBRAE
from ..fit.fit_clip import Fit

SUFFIX = ".truth.parquet"
COLUMNS = ("frame", "time_s", "vertebra", "x", "y", "z")


def truth_file(clip: Path) -> Path:
    """Where the truth of a capture would lie."""
    return clip.with_name(clip.stem + SUFFIX)


def read_truth(clip: Clip) -> pd.DataFrame | None:
    """The rows whose times are those of the clip's frames, frame by frame, S1 to C1; None where no truth lies beside the clip.

    Raises:
        FitError: the file lacks a column, or frames of the clip.
    """
    path = truth_file(clip.source)
    if not path.is_file():
        return None
    table = pd.read_parquet(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise FitError(f"{path}: lacks the columns {', '.join(missing)}")
    times = np.unique(table["time_s"].to_numpy())
    nearest = times[np.abs(times[None] - clip.times_s[:, None]).argmin(1)]
    if np.abs(nearest - clip.times_s).max() > 0.6 / clip.rate_hz:
        raise FitError(f"{path}: its times, up to {times[-1]:.2f} s, are not those of {clip.source.name}")
    order = pd.MultiIndex.from_product([nearest, VERTEBRAE])
    return table.set_index(["time_s", "vertebra"]).loc[order].reset_index()


def activities(clip: Clip) -> tuple[str, ...] | None:
    """One word a frame from the truth beside the clip, where it has any."""
    table = read_truth(clip)
    if table is None or "activity" not in table.columns:
        return None
    return tuple(str(word) for word in table["activity"].to_numpy()[:: len(VERTEBRAE)])


def truth_errors(fit: Fit, clip: Clip) -> TruthErrors | None:
    """Distances of the fitted vertebral centroids from the true ones, millimetres; None where the truth is not known."""
    table = read_truth(clip)
    if table is None:
        return None
    truth = table[["x", "y", "z"]].to_numpy(np.float64).reshape(len(clip.times_s), len(VERTEBRAE), 3)
    _, centroids = fit.model.vertebra_frames(fit.model.forward(fit.q))
    error = 1000.0 * np.linalg.norm(centroids - truth, axis=-1)
    return TruthErrors(
        centroid_mean_mm=round(float(error.mean()), 3),
        centroid_p95_mm=round(float(np.percentile(error, 95)), 3),
        centroid_max_mm=round(float(error.max()), 3),
        worst_frame=int(error.mean(1).argmax()),
        by_vertebra_mm={name: round(float(e), 3) for name, e in zip(VERTEBRAE, error.mean(0), strict=True)},
    )
