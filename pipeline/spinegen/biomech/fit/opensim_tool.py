"""OpenSim's own InverseKinematicsTool on the same model and markers, for comparison."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FitError
from ...geometry.types import Array
from ..model.spine_model import SpineModel
from ..osim.opensim_bindings import opensim_quiet
from ..osim.write import write_osim
from .markers import FittedMarkers

ACCURACY = 1e-5
CONSTRAINT_WEIGHT = float("inf")
"""Couplers are kept exactly."""


def solve_with_opensim(
    model: SpineModel, markers: FittedMarkers, observed_m: Array, times_s: Array, *, first_q: Array
) -> Array:
    """Reduced coordinates `(F, Q)` of each frame, from OpenSim.

    Args:
        model: scaled, with the markers' stations in place.
        observed_m: `(F, M, 3)`.
        first_q: `(Q,)` pose from which the first frame is searched.

    Raises:
        FitError: the tool gave up.
    """
    with tempfile.TemporaryDirectory(prefix="spinegen-ik-") as name:
        folder = Path(name)
        write_osim(model, folder / "model.osim")
        write_trc(folder / "markers.trc", [_plain(s) for s in markers.stations], observed_m, times_s)
        return run_tool(folder, model, markers, times_s, first_q=first_q)


def run_tool(folder: Path, model: SpineModel, markers: FittedMarkers, times_s: Array, *, first_q: Array) -> Array:
    """The tool itself, on `model.osim` and `markers.trc` in a folder.

    Raises:
        FitError: the tool gave up.
    """
    osim = opensim_quiet()
    loaded = osim.Model(str(folder / "model.osim"))
    coordinates = loaded.getCoordinateSet()
    for name, value in zip(model.expanded_names, model.expand(first_q[None])[0], strict=True):
        coordinates.get(name).setDefaultValue(float(value))
    loaded.initSystem()
    tool = osim.InverseKinematicsTool()
    tool.setModel(loaded)
    tool.setMarkerDataFileName(str(folder / "markers.trc"))
    tool.setOutputMotionFileName(str(folder / "out.mot"))
    tool.setResultsDir(str(folder))
    tool.setStartTime(float(times_s[0]))
    tool.setEndTime(float(times_s[-1]))
    tool.set_IKTaskSet(_tasks(osim, markers))
    tool.set_constraint_weight(CONSTRAINT_WEIGHT)
    tool.set_accuracy(ACCURACY)
    tool.set_report_errors(False)
    try:
        with _silent():
            done = tool.run()
    except RuntimeError as error:
        raise FitError(f"OpenSim's InverseKinematicsTool gave up: {' '.join(str(error).split())}") from error
    if not done or not (folder / "out.mot").is_file():
        raise FitError("OpenSim's InverseKinematicsTool gave up without a message")
    return _read(osim, folder / "out.mot", loaded, model, frames=len(times_s))


def write_trc(path: Path, names: Sequence[str], positions_m: Array, times_s: Array) -> None:
    """Markers `(F, M, 3)` as a TRC file in metres; gaps are left blank."""
    rate = 1.0 / float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    frames, markers = positions_m.shape[:2]
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:.6f}\t{rate:.6f}\t{frames}\t{markers}\tm\t{rate:.6f}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(names),
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, markers + 1)),
        "",
    ]
    for row, (time_s, values) in enumerate(zip(times_s, positions_m.reshape(frames, -1), strict=True), start=1):
        cells = ["" if np.isnan(v) else f"{v:.7f}" for v in values]
        lines.append(f"{row}\t{time_s:.6f}\t" + "\t".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def _silent() -> Iterator[None]:
    """The tool prints the model to the process's stdout, past Python: send that nowhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _tasks(osim: Any, markers: FittedMarkers) -> Any:
    tasks = osim.IKTaskSet()
    for station, weight in zip(markers.stations, markers.weights, strict=True):
        task = osim.IKMarkerTask()
        task.setName(_plain(station))
        task.setWeight(float(weight))
        task.setApply(True)
        tasks.cloneAndAppend(task)
    return tasks


def _plain(station: str) -> str:
    return station.replace("/", "_")


def _read(osim: Any, path: Path, loaded: Any, model: SpineModel, *, frames: int) -> Array:
    table = osim.Storage(str(path))
    loaded.getSimbodyEngine().convertDegreesToRadians(table)
    labels = table.getColumnLabels()
    columns = {labels.get(i): i - 1 for i in range(1, labels.getSize())}
    if table.getSize() != frames:
        raise FitError(f"OpenSim's InverseKinematicsTool solved {table.getSize()} of {frames} frames")
    out = np.empty((frames, len(model.coordinate_names)))
    for frame in range(frames):
        values = table.getStateVector(frame).getData()
        for place, name in enumerate(model.coordinate_names):
            out[frame, place] = values.get(columns[name])
    return out
