"""Finished fits of a workspace: as motion for the sampler, and as coordinates to play."""

from typing import TYPE_CHECKING

import numpy as np

from ..errors import DatasetError
from ..scenes.motions import Motion
from ..skeleton import NAMES
from ..workspace import Workspace

if TYPE_CHECKING:
    from ..biomech.fit_files import FittedClip


def fitted_names(workspace: Workspace) -> list[str]:
    """Clips whose fit is whole (its report is written last)."""
    return sorted(report.parent.name for report in workspace.fits.glob("*/report.json"))


def read_fits(workspace: Workspace, names: list[str]) -> "dict[str, FittedClip]":
    """Fits by name.

    Raises:
        DatasetError: one of them is not there.
        FitError: one of them is damaged.
    """
    from ..biomech.fit_files import read_fit

    known = fitted_names(workspace)
    missing = [name for name in names if name not in known]
    if missing:
        raise DatasetError(
            f"the plan needs fits of {', '.join(missing)}, which {workspace.fits} does not hold; "
            f"fitted are: {', '.join(known) or 'none'}"
        )
    return {name: read_fit(workspace.fit(name)) for name in names}


def read_motions(workspace: Workspace) -> list[Motion]:
    """All fitted clips as the sampler sees them.

    Raises:
        DatasetError: a table of a fit is damaged.
    """
    import pandas as pd

    motions = []
    columns = [f"{name}_{axis}" for name in NAMES for axis in "xyz"]
    for name, fit in read_fits(workspace, fitted_names(workspace)).items():
        path = fit.folder / "keypoints.parquet"
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
