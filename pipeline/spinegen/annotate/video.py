"""The film of one clip: its pictures, the fitted body, and the 25 vertebrae from the side and from behind, with their angles."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import DatasetError
from ..geometry.rigid import axis_angle_matrix, quaternion_matrix
from ..geometry.types import Array
from ..media.video_write import written_video
from ..progress import Reporter
from ..skeleton import NAMES, VERTEBRAE
from ..workspace import Workspace
from .draw import Picture, fit_into, skeletons_over, write_text
from .sidecar import read_frame, sidecar_paths
from .spine_view import REGIONS, View, draw_body, draw_spine, draw_traces

FRAMES_PER_S = 25
LONGEST_S = 30.0
WIDTH, HEIGHT, TRACES = 1280, 720, 150
MARGIN = 16


@dataclass(frozen=True)
class Motion:
    """A fitted clip at the film's rate, seen from its own pelvis."""

    name: str
    times_s: Array
    """`(F,)` seconds of the clip."""
    keypoints_m: Array
    """`(F, 37, 3)` in the ground axes, the root above the origin."""
    centroids_m: Array
    """`(F, 25, 3)` in axes fixed to the sacrum: x forward, z right, y where the lumbar spine points on average."""
    rotations: Array
    """`(F, 25, 3, 3)` vertebra to the same axes."""
    regions_deg: Array
    """`(F, 3)` flexion summed over the lumbar, thoracic and cervical levels."""


def write_video(workspace: Workspace, clip: str | None, reporter: Reporter) -> Path:
    """Write `preview-<clip>.mp4` into the workspace.

    Args:
        clip: name of a fitted clip; by default the one with most pictures, else the first.

    Raises:
        DatasetError: nothing is fitted, or not this clip.
        VideoError: the film cannot be written, or does not read back.
    """
    pictures = _pictures_by_clip(workspace)
    name = _choose(workspace, clip, pictures)
    motion = read_motion(workspace.fit(name), name)
    shown = pictures.get(name, [])
    target = workspace.root / f"preview-{name}.mp4"
    cells: dict[Path, Picture] = {}
    with (
        written_video(target, FRAMES_PER_S) as film,
        reporter.task(f"film of {name}", len(motion.times_s), "frames") as task,
    ):
        for index in range(len(motion.times_s)):
            film.write(_film_frame(motion, index, shown, cells)[..., ::-1], index / FRAMES_PER_S)
            task.advance()
    return target


def read_motion(folder: Path, name: str) -> Motion:
    """Read a fit and bring it to the film's rate; at most `LONGEST_S` of it.

    Raises:
        DatasetError: a file of the fit is missing or damaged.
    """
    try:
        keypoints = pd.read_parquet(folder / "keypoints.parquet")
        vertebrae = pd.read_parquet(folder / "vertebrae.parquet")
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{folder}: the fit cannot be read: {error}; fit the clip again with: spinegen fit-mocap"
        ) from error
    times = keypoints["time_s"].to_numpy(np.float64)
    wanted = np.arange(times[0], min(times[-1], times[0] + LONGEST_S) + 1e-9, 1.0 / FRAMES_PER_S)
    nearest = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    points = keypoints[[f"{k}_{axis}" for k in NAMES for axis in "xyz"]].to_numpy(np.float64)
    points = points.reshape(-1, len(NAMES), 3)[nearest]
    columns = ["x", "y", "z", "qw", "qx", "qy", "qz", "flexion_deg"]
    levels = vertebrae[columns].to_numpy(np.float64).reshape(-1, len(VERTEBRAE), len(columns))[nearest]
    rotation = quaternion_matrix(levels[..., 3:7])
    sacrum = rotation[:, 0] @ _upright(rotation[:, 0], levels[..., :3])
    centroids = np.einsum("fji,fvj->fvi", sacrum, levels[..., :3] - levels[:, :1, :3])
    ground = points - points[:, [NAMES.index("hip")]] * [1.0, 0.0, 1.0]
    return Motion(
        name=name,
        times_s=times[nearest],
        keypoints_m=ground,
        centroids_m=centroids,
        rotations=np.einsum("fji,fvjk->fvik", sacrum, rotation),
        regions_deg=np.stack([levels[:, first:last, 7].sum(1) for _, first, last in REGIONS], axis=1),
    )


def _upright(sacrum: Array, centroids_m: Array) -> Array:
    """The turn `(3, 3)` about the sacrum's z that puts the mean lumbar spine upright: the sacrum's own y is its tilted endplate's."""
    along = np.einsum("fji,fj->fi", sacrum, centroids_m[:, VERTEBRAE.index("T12")] - centroids_m[:, 0]).mean(0)
    return axis_angle_matrix([0.0, 0.0, 1.0], np.arctan2(-along[0], along[1]))


def _pictures_by_clip(workspace: Workspace) -> dict[str, list[tuple[float, Path]]]:
    """Sidecars of each clip with the moment they show, in the order of time."""
    found: dict[str, list[tuple[float, Path]]] = {}
    for path in sidecar_paths(workspace.frames):
        try:
            frame = read_frame(path)
        except DatasetError:
            continue
        found.setdefault(frame.clip, []).append((frame.time_s, path))
    return {clip: sorted(items) for clip, items in found.items()}


def _choose(workspace: Workspace, clip: str | None, pictures: dict[str, list[tuple[float, Path]]]) -> str:
    fitted = sorted(path.parent.name for path in workspace.fits.glob("*/vertebrae.parquet"))
    if not fitted:
        raise DatasetError(f"{workspace.fits}: no fitted clip; fit some with: spinegen fit-mocap")
    if clip is None:
        return max(fitted, key=lambda name: (len(pictures.get(name, [])), -fitted.index(name)))
    if clip not in fitted:
        raise DatasetError(f"clip {clip!r} is not fitted in {workspace.root}; fitted are: {', '.join(fitted)}")
    return clip


def _film_frame(motion: Motion, index: int, shown: list[tuple[float, Path]], cells: dict[Path, Picture]) -> Picture:
    film = np.full((HEIGHT, WIDTH, 3), 255, dtype=np.uint8)
    tall = HEIGHT - TRACES - 2 * MARGIN
    left = MARGIN
    now = float(motion.times_s[index])
    if shown:
        moment, path = min(shown, key=lambda item: abs(item[0] - now))
        film[MARGIN : MARGIN + tall, left : left + tall] = _cell(path, tall, cells)
        write_text(film, f"picture of {moment:.2f} s", (left + 6, MARGIN + tall - 8), shade=255)
        left += tall + MARGIN
    narrow = 170
    body = film[MARGIN : MARGIN + tall, left : WIDTH - 2 * narrow - MARGIN]
    draw_body(body, motion.keypoints_m[index], motion.keypoints_m)
    sides: tuple[View, ...] = ("side", "back")
    for number, axis in enumerate(sides):
        start = WIDTH - MARGIN - (2 - number) * narrow
        panel = film[MARGIN : MARGIN + tall, start : start + narrow]
        draw_spine(panel, motion.centroids_m[index], motion.rotations[index], motion.centroids_m, view=axis)
    write_text(film, f"{motion.name}   {now:6.2f} s", (left + 8, MARGIN + 20), scale=0.5, shade=225)
    draw_traces(film[HEIGHT - TRACES :], motion.times_s, motion.regions_deg, index)
    return film


def _cell(path: Path, size: int, cells: dict[Path, Picture]) -> Picture:
    """The picture of a frame with its skeletons; the last one is kept, since a film shows it many times."""
    if path not in cells:
        cells.clear()
        try:
            frame = read_frame(path)
            cells[path] = fit_into(skeletons_over(frame, frame.width, frame.height), size, size)[0]
        except DatasetError:
            cells[path] = np.full((size, size, 3), 230, dtype=np.uint8)
    return cells[path]
