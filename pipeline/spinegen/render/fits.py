"""Finished fits of a workspace: as motion for the sampler, and as coordinates to play."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..biomech.fits.files import COORDINATES, KEYPOINTS, MODEL, FittedClip, read_fit
from ..errors import DatasetError
from ..scenes.motions import Motion
from ..skeleton import NAMES
from ..workspace import Workspace

KEPT_FITS = 128
"""Fits that a worker keeps in memory."""
_PLAYED = (MODEL, COORDINATES)
"""What a worker reads of a fit; the whole of it was checked when the plan was drawn."""


def fitted_names(workspace: Workspace) -> list[str]:
    """Clips whose fit is whole (its report is written last)."""
    return sorted(report.parent.name for report in workspace.fits.glob("*/report.json"))


class Fits(Mapping[str, "FittedClip"]):
    """Fits by name, read when they are first played; the last `KEPT_FITS` stay in memory.

    Raises:
        DatasetError: one of them is not there.
        FitError: one of them is damaged.
    """

    def __init__(self, workspace: Workspace, names: Sequence[str]) -> None:
        require_fits(workspace, names)
        self._workspace, self._names = workspace, tuple(names)
        self._kept: OrderedDict[str, FittedClip] = OrderedDict()

    def __getitem__(self, name: str) -> FittedClip:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._kept:
            while len(self._kept) >= KEPT_FITS:
                self._kept.popitem(last=False)
            self._kept[name] = read_fit(self._workspace.fit(name), _PLAYED)
        self._kept.move_to_end(name)
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def require_fits(workspace: Workspace, names: Sequence[str]) -> None:
    """Raises DatasetError: a clip has no whole fit here."""
    known = fitted_names(workspace)
    missing = [name for name in names if name not in known]
    if missing:
        raise DatasetError(
            f"the plan needs fits of {', '.join(missing)}, which {workspace.fits} does not hold; "
            f"fitted are: {', '.join(known) or 'none'}; fit the missing ones with: spinegen fit-mocap CLIP"
        )


def read_motions(workspace: Workspace, names: Sequence[str] | None = None) -> list[Motion]:
    """Fitted clips as the sampler sees them, by default all of them.

    Raises:
        DatasetError: one of them is not there, or its table is damaged.
    """
    motions = []
    columns = [f"{name}_{axis}" for name in NAMES for axis in "xyz"]
    names = fitted_names(workspace) if names is None else names
    require_fits(workspace, names)
    for name in names:
        fit = read_fit(workspace.fit(name))
        path = fit.folder / KEYPOINTS
        try:
            points = pd.read_parquet(path, columns=columns).to_numpy(np.float64).reshape(-1, len(NAMES), 3)
        except (OSError, ValueError, KeyError) as error:
            raise DatasetError(f"{path}: cannot be read: {error}; fit the clip again") from error
        if len(points) != len(fit.times_s):
            raise DatasetError(
                f"{path}: holds {len(points)} frames, the coordinates {len(fit.times_s)}; fit the clip again"
            )
        motions.append(Motion(name, fit.times_s, points, fit.activity or ("",) * len(points)))
    return motions
