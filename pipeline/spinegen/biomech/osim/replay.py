"""Play a .mot on a .osim in OpenSim itself: the referee of everything that we write."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...geometry.types import Array, Ints
from .opensim_bindings import opensim_quiet


def replay_positions(
    osim_path: Path, motion_path: Path, frames: Sequence[int] | Ints, stations: Sequence[str]
) -> Array:
    """Ground positions `(len(frames), S, 3)` of the markers that carry our stations' names.

    Raises:
        ModelError: a station has no marker in the file.
    """
    osim = opensim_quiet()
    model = osim.Model(str(osim_path))
    state = model.initSystem()
    coordinates = model.getCoordinateSet()
    table = osim.Storage(str(motion_path))
    model.getSimbodyEngine().convertDegreesToRadians(table)
    labels = table.getColumnLabels()
    names = [labels.get(i) for i in range(1, labels.getSize())]
    markers = model.getMarkerSet()
    known = {markers.get(i).getName(): markers.get(i) for i in range(markers.getSize())}
    missing = [name for name in stations if name.replace("/", "_") not in known]
    if missing:
        raise ModelError(f"{osim_path}: has no marker {missing[0].replace('/', '_')!r}")
    out = np.empty((len(frames), len(stations), 3))
    for row, frame in enumerate(frames):
        values = table.getStateVector(int(frame)).getData()
        for column, name in enumerate(names):
            coordinates.get(name).setValue(state, values.get(column), False)
        model.realizePosition(state)
        for place, name in enumerate(stations):
            at = known[name.replace("/", "_")].getLocationInGround(state)
            out[row, place] = at[0], at[1], at[2]
    return out
