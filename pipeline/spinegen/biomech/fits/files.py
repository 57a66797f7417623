"""The fit on disk: `fits/<clip>/` written and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from ...errors import FitError
from ...files import atomic_path, sha256, write_text
from ...geometry.rigid import matrix_quaternion
from ...geometry.types import Array
from ...records.fit_report import AGAIN, read_fit_head
from ...skeleton import NAMES, VERTEBRAE
from ..model.spine_model import SpineModel
from ..osim.opensim_bindings import opensim_quiet
from ..osim.read import read_osim
from ..osim.write import write_osim

MODEL, MOTION, COORDINATES = "model.osim", "motion.mot", "coordinates.parquet"
KEYPOINTS, VERTEBRAE_FILE = "keypoints.parquet", "vertebrae.parquet"
REPORT, PAGE = "report.json", "report.html"
MOTIONS = ("flexion", "bending", "rotation")
_DATA = (MODEL, MOTION, COORDINATES, KEYPOINTS, VERTEBRAE_FILE)


@dataclass(frozen=True)
class FittedClip:
    """A finished fit, read back."""

    folder: Path
    name: str
    rate_hz: float
    times_s: Array
    """`(F,)`."""
    coordinate_names: tuple[str, ...]
    q: Array
    """`(F, Q)`: reduced coordinates, rad and m."""
    activity: tuple[str, ...] | None
    """What the person does in each frame, where the clip says it."""

    @cached_property
    def model(self) -> SpineModel:
        """The performer's scaled model, read from `model.osim`."""
        return read_osim(self.folder / MODEL)


def write_fit(
    folder: Path,
    model: SpineModel,
    q: Array,
    times_s: Array,
    *,
    activity: tuple[str, ...] | None = None,
) -> None:
    """Write everything but the report: model, motion, coordinates, keypoints and vertebrae, each whole or not at all.

    Args:
        q: `(F, Q)` reduced coordinates of `model`.
        times_s: `(F,)`.
        activity: one word a frame.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_osim(model, folder / MODEL)
    write_motion(folder / MOTION, model, q, times_s, osim=folder / MODEL)
    _write_table(coordinate_table(model, q, times_s, activity), folder / COORDINATES)
    _write_table(keypoint_table(model, q, times_s), folder / KEYPOINTS)
    _write_table(vertebra_table(model, q), folder / VERTEBRAE_FILE)


def coordinate_table(model: SpineModel, q: Array, times_s: Array, activity: tuple[str, ...] | None) -> pd.DataFrame:
    """`frame, time_s`, `activity` where known, then every reduced coordinate (rad, m)."""
    head: dict[str, object] = {"frame": np.arange(len(q)), "time_s": times_s}
    if activity is not None:
        head["activity"] = list(activity)
    return pd.DataFrame({**head, **dict(zip(model.coordinate_names, q.T, strict=True))})


def keypoint_table(model: SpineModel, q: Array, times_s: Array) -> pd.DataFrame:
    """`frame, time_s`, then x, y, z of the 37 keypoints (ground, m)."""
    points = model.station_positions(model.forward(q), [f"keypoint/{name}" for name in NAMES])
    columns = [f"{name}_{axis}" for name in NAMES for axis in "xyz"]
    table = pd.DataFrame(points.reshape(len(q), -1), columns=pd.Index(columns))
    table.insert(0, "time_s", times_s)
    table.insert(0, "frame", np.arange(len(q)))
    return table


def vertebra_table(model: SpineModel, q: Array) -> pd.DataFrame:
    """Long table: pose of each vertebra in ground, and its angles on the vertebra below (degrees; 0 for S1)."""
    rotation, centroid = model.vertebra_frames(model.forward(q))
    angles = intervertebral_deg(model, q)
    frames, levels = rotation.shape[:2]
    rows = np.concatenate([centroid, matrix_quaternion(rotation), angles], axis=-1).reshape(frames * levels, -1)
    columns = ["x", "y", "z", "qw", "qx", "qy", "qz", *(f"{motion}_deg" for motion in MOTIONS)]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    table.insert(0, "vertebra", pd.Categorical(np.tile(VERTEBRAE, frames), categories=list(VERTEBRAE)))
    table.insert(0, "frame", np.repeat(np.arange(frames), levels))
    return table


def intervertebral_deg(model: SpineModel, q: Array) -> Array:
    """Angles `(F, 25, 3)` of each vertebra on the one below, degrees away from neutral: flexion, bending, rotation.

    They are the level coordinates of the model (`L5_S1_flexion`, ...) where it has them; else they are read off the vertebrae's
    frames in the same sequence. S1 has none and is 0.
    """
    place = {name: i for i, name in enumerate(model.expanded_names)}
    out = np.zeros((len(q), len(VERTEBRAE), 3))
    columns = {
        level: [place.get(f"{VERTEBRAE[level]}_{VERTEBRAE[level - 1]}_{motion}") for motion in MOTIONS]
        for level in range(1, len(VERTEBRAE))
    }
    full = np.degrees(model.expand(q))
    nameless = [level for level, found in columns.items() if None in found]
    for level, found in columns.items():
        if level not in nameless:
            out[:, level] = full[:, [column for column in found if column is not None]]
    if nameless:
        out[:, nameless] = frame_angles_deg(model, q)[:, nameless]
    return out


def frame_angles_deg(model: SpineModel, q: Array) -> Array:
    """The same angles from the vertebrae's frames: turns about -z, x and y, one after the other."""
    neutral, _ = model.vertebra_frames(model.forward(model.default_q[None]))
    rotation, _ = model.vertebra_frames(model.forward(q))
    relative = np.swapaxes(rotation[:, :-1], -1, -2) @ rotation[:, 1:]
    upright = np.swapaxes(neutral[:, :-1], -1, -2) @ neutral[:, 1:]
    away = np.swapaxes(upright, -1, -2) @ relative
    turns = Rotation.from_matrix(away.reshape(-1, 3, 3)).as_euler("ZXY", degrees=True).reshape(len(q), -1, 3)
    return np.concatenate([np.zeros((len(q), 1, 3)), turns * np.array([-1.0, 1.0, 1.0])], axis=1)


def write_motion(path: Path, model: SpineModel, q: Array, times_s: Array, *, osim: Path) -> None:
    """All coordinates of the .osim as an OpenSim motion file.

    OpenSim takes `inDegrees=yes` to mean the coordinates that it calls rotational; those that it calls coupled are read as they
    are, so they are written in radians.
    """
    full = model.expand(q)
    rotational = _rotational(osim, model.expanded_names)
    values = np.where(rotational, np.degrees(full), full)
    lines = [
        path.stem,
        "version=1",
        f"nRows={len(values)}",
        f"nColumns={values.shape[1] + 1}",
        "inDegrees=yes",
        "",
        "Units are S.I. units (second, metre); rotations are in degrees.",
        "endheader",
        "\t".join(["time", *model.expanded_names]),
    ]
    body = np.column_stack([times_s, values])
    row = "\t".join(["%.6f", *["%.8f"] * values.shape[1]])
    lines += [row % tuple(frame) for frame in body.tolist()]
    write_text(path, "\n".join(lines) + "\n")


def _rotational(osim: Path, names: tuple[str, ...]) -> Array:
    coordinates = opensim_quiet().Model(str(osim))
    coordinates.initSystem()
    known = coordinates.getCoordinateSet()
    return np.array([known.get(name).getMotionType() == 1 for name in names])


def data_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a fit that its report vouches for."""
    return {name: sha256(folder / name) for name in _DATA}


def damaged_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Names of files that are missing or not those that the report was written with."""
    return [name for name, wanted in files.items() if not (folder / name).is_file() or sha256(folder / name) != wanted]


def read_fit(folder: Path, checked: tuple[str, ...] = _DATA) -> FittedClip:
    """Read a fit.

    Args:
        folder: where it lies.
        checked: files whose bytes are compared with what the report vouches for.

    Raises:
        FitError: it is not there or not whole.
    """
    missing = [name for name in (MODEL, COORDINATES, REPORT) if not (folder / name).is_file()]
    if missing:
        raise FitError(f"{folder}: is not a finished fit: {', '.join(missing)} missing; run spinegen fit-mocap")
    head = read_fit_head(folder / REPORT)
    damaged = damaged_files(folder, {name: wanted for name, wanted in head.files.items() if name in checked})
    if damaged:
        raise FitError(f"{folder}: {', '.join(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged; {AGAIN}")
    try:
        table = pd.read_parquet(folder / COORDINATES)
    except (OSError, ValueError) as error:
        raise FitError(f"{folder / COORDINATES}: cannot be read: {error}; {AGAIN}") from error
    names = tuple(c for c in table.columns if c not in ("frame", "time_s", "activity"))
    times = table["time_s"].to_numpy(dtype=np.float64)
    activity = tuple(str(a) for a in table["activity"]) if "activity" in table.columns else None
    return FittedClip(
        folder, folder.name, head.rate_hz, times, names, table[list(names)].to_numpy(np.float64), activity
    )


def _write_table(table: pd.DataFrame, path: Path) -> None:
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False)
