"""3D keypoints as an array in an .npz file: COCO-17, Halpe-26, Human3.6M-17, SMPL-24, SpineTrack-37."""

from pathlib import Path

import numpy as np

from ..errors import ClipError
from ..geometry.types import Array
from .intake import check_size
from .joint_sets import JOINT_SETS
from .npz_members import npz_array, npz_number, npz_shapes, npz_text
from .raw import RawCapture, unit_name
from .timing import Moments, TimeUnit
from .words import plain

ARRAY_KEYS = (
    "keypoints",
    "keypoints_3d",
    "joints",
    "joints_3d",
    "joints3d",
    "positions",
    "positions_3d",
    "pose3d",
    "poses_3d",
)
NAME_KEYS = ("names", "labels", "joint_names", "keypoint_names")
RATE_KEYS = ("rate_hz", "fps", "rate", "frame_rate", "framerate", "mocap_framerate")
TIME_KEYS = (
    "time_s",
    "times_s",
    "time",
    "times",
    "timestamps",
    "timestamp",
    "time_ms",
    "times_ms",
    "timestamps_ms",
    "t",
)
FRAME_KEYS = ("frame_numbers", "frame_ids", "frame_id", "frame_index", "frames", "frame")
SET_KEYS = ("joint_set", "skeleton", "format", "layout")


def read_keypoint_npz(path: Path) -> RawCapture:
    """An array `(F, J, 3)`, or `(people, F, J, 3)`, with optional `names`, `fps`, `unit`, `up` and `joint_set` beside it.

    A fourth column (confidence) is used: points with confidence 0 are gaps.

    Raises:
        ClipError: no such array, or joints that have neither names nor a known count.
    """
    shapes = npz_shapes(path)
    key = _array_key(path, shapes)
    array = npz_array(path, key)
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise ClipError(f"{path}: array {key!r} holds {array.dtype}, numbers are needed")
    people = array.astype(np.float64)[None] if array.ndim == 3 else array.astype(np.float64)
    count, frames, joints, width = people.shape
    check_size(path, frames, joints * count)
    if width == 4:
        people = np.where(people[..., 3:] > 0, people[..., :3], np.nan)
    labels = _labels(path, shapes, people)
    unit, up = npz_text(path, shapes, "unit", "units"), npz_text(path, shapes, "up", "up_axis")
    return RawCapture(
        labels=labels * count,
        positions=people.transpose(1, 0, 2, 3).reshape(frames, count * joints, 3),
        kind="joints",
        moments=_moments(path, shapes, frames),
        unit=unit_name(unit),
        up=_axis(up),
        usual_up="+y",
        subjects=tuple(str(person) for person in range(count) for _ in range(joints)) if count > 1 else None,
    )


def _moments(path: Path, shapes: dict[str, tuple[int, ...]], frames: int) -> Moments:
    """Rate, times and frame numbers that stand beside the array."""
    found: dict[str, tuple[str, Array]] = {}
    for what, keys in (("times", TIME_KEYS), ("numbers", FRAME_KEYS)):
        for key in keys:
            if shapes.get(key) in ((frames,), (frames, 1)) and what not in found:
                values = npz_array(path, key)
                if np.issubdtype(values.dtype, np.number) and not np.iscomplexobj(values):
                    found[what] = key, values.reshape(-1).astype(np.float64)
    name, times = found.get("times", ("", None))
    unit: TimeUnit | None = "ms" if name.endswith("_ms") else "s" if name.endswith("_s") else None
    numbers = found["numbers"][1] if "numbers" in found else None
    return Moments(rate_hz=npz_number(path, shapes, *RATE_KEYS), times=times, unit=unit, numbers=numbers)


def _axis(text: str | None) -> str | None:
    axis = (text or "").strip().lower()
    axis = axis if axis[:1] in ("+", "-") else f"+{axis}"
    return axis if axis[1:] in ("x", "y", "z") else None


def _array_key(path: Path, shapes: dict[str, tuple[int, ...]]) -> str:
    def fits(shape: tuple[int, ...]) -> bool:
        return len(shape) in (3, 4) and shape[-1] in (3, 4)

    for key in ARRAY_KEYS:
        if key in shapes and fits(shapes[key]):
            return key
    others = [key for key, shape in shapes.items() if fits(shape)]
    if len(others) == 1:
        return others[0]
    found = ", ".join(f"{key} {shape}" for key, shape in list(shapes.items())[:30]) or "nothing"
    raise ClipError(
        f"{path}: needs one array of shape (frames, joints, 3) named {' or '.join(ARRAY_KEYS[:4])}; found: {found}"
    )


def _labels(path: Path, shapes: dict[str, tuple[int, ...]], people: Array) -> tuple[str, ...]:
    joints = people.shape[2]
    for key in NAME_KEYS:
        if shapes.get(key) == (joints,):
            names = npz_array(path, key)
            return tuple(
                name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names.tolist()
            )
    named = npz_text(path, shapes, *SET_KEYS)
    if named is not None:
        by_plain = {plain(name): labels for name, labels in JOINT_SETS.items()}
        labels = by_plain.get(plain(named))
        if labels is None or len(labels) != joints:
            raise ClipError(f"{path}: joint set {named!r} with {joints} joints is not known; known are {known_sets()}")
        return labels
    return labels_by_count(path, people.reshape(-1, joints, 3))


def labels_by_count(path: Path, positions: Array) -> tuple[str, ...]:
    """Joint names of an unnamed array, by the number of joints; Human3.6M is told from COCO by its root amid the hips.

    Raises:
        ClipError: no joint set has this many joints.
    """
    joints = positions.shape[1]
    fitting = [labels for labels in JOINT_SETS.values() if len(labels) == joints]
    if not fitting:
        raise ClipError(f"{path}: {joints} joints without names; known sets are {known_sets()}")
    if joints == 17:
        with np.errstate(all="ignore"):
            root = np.linalg.norm(positions[:, 0] - 0.5 * (positions[:, 1] + positions[:, 4]), axis=-1)
            hips = np.linalg.norm(positions[:, 1] - positions[:, 4], axis=-1)
            share = np.nanmedian(np.where(hips > 0, root / hips, np.nan)) if len(root) else np.nan
        return JOINT_SETS["h36m17"] if share < 0.25 else JOINT_SETS["coco17"]
    return fitting[0]


def known_sets() -> str:
    """`coco17 (17), ...` for error texts."""
    return ", ".join(f"{name} ({len(labels)})" for name, labels in JOINT_SETS.items())
