"""One clip from file to `fits/<clip>/`; runs in this process or in a worker."""

import logging
import shutil
import traceback
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...clips.clip import Clip
from ...clips.matching import choose
from ...clips.read import read_clip
from ...errors import ModelError, SpinegenError, WorkspaceError
from ...files import remove_leftovers, room_fault
from ...geometry.types import Array
from ...records.fit_report import FitIdentity, FitReport
from ..anatomy.assemble import load_model
from ..fit.fit_clip import Fit, fit_clip
from ..fit.options import FitOptions
from ..model.spine_model import SpineModel
from ..osim.read import read_osim
from ..osim.replay import replay_positions
from .clip_list import ClipTask
from .files import MODEL, MOTION, PAGE, REPORT, data_hashes, write_fit
from .report import fit_report
from .report_page import write_fit_page
from .settings import FitSettings
from .truth import activities, truth_errors


def fit_one(task: ClipTask, folder: Path, identity: FitIdentity) -> tuple[str, FitReport | str]:
    """Read, fit, write. Returns the fit's name with its report, or with the sentence that says what went wrong.

    Raises:
        WorkspaceError: the disk is full; no other clip would fare better.
    """
    try:
        with warnings.catch_warnings():
            # Libraries warn of what the fit's own checks look at; a user could do nothing with it.
            warnings.simplefilter("ignore")
            return task.name, _fit(task, folder, identity)
    except SpinegenError as error:
        _clear(folder)
        return task.name, str(error)
    except Exception as error:
        _clear(folder)
        fault = room_fault(folder.parent)
        if fault is not None:
            raise WorkspaceError(
                f"{folder}: cannot be written: {fault}; make room and run the same command again, what is done stays"
            ) from error
        logging.getLogger(__name__).debug("%s", traceback.format_exc())
        return task.name, _fault_of_ours(task.clip, error)


def _clear(folder: Path) -> None:
    """Remove what a fit that failed left half-done; a finished one stays."""
    if not (folder / REPORT).exists() and folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)


def _fault_of_ours(clip: Path, error: Exception) -> str:
    """A sentence about an error that no check foresaw: what, and where, so that it can be reported."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split()) or "without a word"
    return (
        f"{clip}: could not be fitted because of a fault in spinegen ({type(error).__name__}, {what}, at {Path(where.filename).name} line "
        f"{where.lineno}); please report it"
    )


def load_settings_model(settings: FitSettings) -> SpineModel:
    """The model that the settings name.

    Raises:
        ModelError: neither a built-in name nor a usable .osim file.
    """
    if settings.model in ("builtin", "unisex", "male", "female"):
        return load_model("unisex" if settings.model == "builtin" else settings.model)
    path = Path(settings.model)
    if path.suffix.lower() != ".osim":
        raise ModelError(f"model {settings.model!r} is neither builtin, unisex, male, female nor an .osim file")
    return read_osim(path, settings.model_mapping) if settings.model_mapping else read_osim(path)


def _fit(task: ClipTask, folder: Path, identity: FitIdentity) -> FitReport:
    settings = task.settings
    clip = replace(read_clip(task.clip, settings.reading()), name=task.name)
    clip = thinned(clip, settings.max_rate_hz)
    match = choose(clip, settings.marker_set)
    static = None
    if settings.static is not None:
        static = read_clip(settings.static, replace(settings.reading(), rate_hz=None))
    options = FitOptions(settings.spine, settings.solver, settings.height_m, settings.mass_kg)
    fit = fit_clip(clip, match, load_settings_model(settings), options, static=static)
    (folder / REPORT).unlink(missing_ok=True)
    remove_leftovers(folder)
    write_fit(folder, fit.model, fit.q, clip.times_s, activity=activities(clip))
    report = fit_report(
        fit, clip, match, identity=identity, truth=truth_errors(fit, clip), replay_m=replay_error_m(folder, fit)
    )
    report = report.model_copy(update={"files": data_hashes(folder)})
    write_fit_page(folder / PAGE, fit, clip, report)
    report.write(folder / REPORT)
    return report


def thinned(clip: Clip, max_rate_hz: float | None) -> Clip:
    """Every n-th frame, such that the rate is at most `max_rate_hz`."""
    if max_rate_hz is None or clip.rate_hz <= max_rate_hz:
        return clip
    return clip.frames(slice(None, None, int(np.ceil(clip.rate_hz / max_rate_hz - 1e-9))))


def replay_error_m(folder: Path, fit: Fit, samples: int = 3) -> float:
    """Largest distance between our stations and those of the written .osim played with the written .mot in OpenSim."""
    frames = np.unique(np.linspace(0, len(fit.q) - 1, samples).round().astype(int))
    names = [name for name in fit.model.stations if name.startswith(("keypoint/", "centroid/", "marker/"))]
    ours = fit.model.station_positions(fit.model.forward(fit.q[frames]), names)
    theirs: Array = replay_positions(folder / MODEL, folder / MOTION, frames, names)
    return float(f"{np.linalg.norm(ours - theirs, axis=-1).max():.3g}")
