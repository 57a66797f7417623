"""What programs write with OpenCV: FileStorage in YAML, JSON or XML, and NumPy's `.npz`.

Known layouts, whatever the container:

- a mapping a camera: `cam0: {matrix|K|camera_matrix, dist|distortion_coefficients, R|rvec, t|T|tvec, size|width+height}`;
- one array of all cameras: `Ks (N, 3, 3)`, `distortions`, `Rs (N, 3[, 3])`, `Ts (N, 3)`, `image_sizes (N, 2)`, `cam_ids`, as OpenCV's
  `multiview_calibration.py` saves them;
- names with a suffix: `K_cam0`, `dist_cam0`, `R_cam0` or `Rot_cam0`, `T_cam0`, `H_cam0`, `W_cam0`, as EasyMocap writes them in
  `intri.yml` and `extri.yml`, of which either may be given;
- a stereo pair: `M1`, `D1`, `M2`, `D2`, `R`, `T`, as OpenCV's `stereo_calib` saves them in `intrinsics.yml` and `extrinsics.yml`: the first camera is the world.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...errors import CalibrationError
from .camera_fields import camera_of, make_camera, numbers
from .cameras import Calibration, ViewCamera

PARTNERS = {"intri": "extri", "extri": "intri", "intrinsics": "extrinsics", "extrinsics": "intrinsics"}
"""Files that hold one half each."""
_SUFFIXED = re.compile(r"(?P<field>K|dist|D|Rot|R|T|t|H|W)_(?P<name>.+)")
_STEREO = ("M1", "D1", "M2", "D2", "R", "T")
_LISTS = ("Ks", "Rs", "Ts")
_FISHEYE_MODEL = 1


def read_opencv(path: Path) -> Calibration:
    """Cameras of a FileStorage or `.npz` file; it says neither unit nor which way is up.

    Raises:
        CalibrationError: unreadable, or of no known layout.
    """
    data = _contents(path)
    partner = path.with_stem(PARTNERS.get(path.stem, path.stem))
    if partner != path and partner.is_file():
        data = {**_contents(partner), **data}
    cameras = tuple(_cameras(path, data))
    if not cameras:
        raise CalibrationError(
            f"{path}: holds no cameras in a layout that is known; found the fields {', '.join(list(data)[:12]) or 'none'}"
        )
    return Calibration("OpenCV", cameras, None, None)


def _cameras(path: Path, data: dict[str, Any]) -> Iterator[ViewCamera]:
    if set(_LISTS) <= set(data):
        yield from _from_arrays(path, data)
        return
    if set(_STEREO) <= set(data):
        yield from _from_stereo(path, data)
        return
    rows: dict[str, dict[str, Any]] = {}
    for key, value in data.items():
        suffixed = _SUFFIXED.fullmatch(key)
        if suffixed:
            rows.setdefault(suffixed["name"], {})[suffixed["field"]] = value
    if rows:
        for name, row in rows.items():
            # `R` is a vector and `Rot` its matrix; each is enough
            size = {"size": [_number(row["W"]), _number(row["H"])]} if {"W", "H"} <= set(row) else {}
            yield camera_of(path, name, {**row, **size})
        return
    listed = data.get("cameras", data)
    named = listed.items() if isinstance(listed, dict) else enumerate(listed) if isinstance(listed, list) else ()
    for key, row in named:
        if isinstance(row, dict):
            yield camera_of(path, str(row.get("name", key)), row)


def _from_arrays(path: Path, data: dict[str, Any]) -> Iterator[ViewCamera]:
    where = f"{path}: all cameras"
    matrices = numbers(where, "Ks", data["Ks"])
    count = len(matrices)
    turns, places = numbers(where, "Rs", data["Rs"]), numbers(where, "Ts", data["Ts"])
    if len(turns) != count or len(places) != count:
        raise CalibrationError(f"{where}: Ks, Rs and Ts must be as many, found {count}, {len(turns)} and {len(places)}")
    sizes = data.get("image_sizes")
    names = data.get("cam_ids", data.get("names", [str(number) for number in range(count)]))
    models = numbers(where, "models", data.get("models", np.zeros(count))).ravel().astype(int)
    lenses = _lenses(where, data.get("distortions", np.zeros((count, 4))), models)
    if not len(names) == len(models) == count or (sizes is not None and len(sizes) != count):
        raise CalibrationError(f"{where}: cam_ids, models and image_sizes must be as many as Ks, which are {count}")
    for index, name in enumerate(names):
        yield make_camera(
            path,
            str(name),
            size=None if sizes is None else sizes[index],
            matrix=matrices[index],
            distortions=lenses[index],
            rotation=turns[index],
            translation=places[index],
            fisheye=bool(models[index] == _FISHEYE_MODEL),
        )


def _lenses(where: str, value: Any, models: np.ndarray) -> list[np.ndarray]:
    """Coefficients of each camera; OpenCV's script saves them end to end, four of a fisheye and the same number of all others."""
    lens = numbers(where, "distortions", value)
    if lens.ndim > 1 and len(lens) == len(models):
        return [row.ravel() for row in lens]
    fish = int((models == _FISHEYE_MODEL).sum())
    others = len(models) - fish
    length = (lens.size - 4 * fish) / others if others else 4.0
    if length != int(length) or (others == 0 and lens.size != 4 * fish):
        raise CalibrationError(
            f"{where}: {lens.size} coefficients of distortion cannot be shared out to {len(models)} cameras"
        )
    lengths = [4 if model == _FISHEYE_MODEL else int(length) for model in models]
    return np.split(lens.ravel(), np.cumsum(lengths)[:-1])


def _from_stereo(path: Path, data: dict[str, Any]) -> Iterator[ViewCamera]:
    size = data.get("image_size", data.get("size"))
    first, none = np.eye(3), np.zeros(3)
    for name, rotation, place in (("1", first, none), ("2", data["R"], data["T"])):
        lens = data[f"D{name}"]
        yield make_camera(
            path, name, size=size, matrix=data[f"M{name}"], distortions=lens, rotation=rotation, translation=place
        )


def _contents(path: Path) -> dict[str, Any]:
    if path.suffix.lower() == ".npz":
        return _npz(path)
    try:
        storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
        found = _plain(storage.root()) if storage.isOpened() else None
        storage.release()
    except (SystemError, cv2.error) as error:
        raise CalibrationError(f"{path}: is no file that OpenCV's FileStorage reads") from error
    if not isinstance(found, dict):
        raise CalibrationError(f"{path}: is no file that OpenCV's FileStorage reads")
    return found


def _plain(node: Any) -> Any:
    """A node as Python's own values and arrays."""
    if node.isInt():
        return int(node.real())
    if node.isReal():
        return float(node.real())
    if node.isString():
        text = node.string()
        return text == "true" if text in ("true", "false") else text
    if node.isSeq():
        return [_plain(node.at(index)) for index in range(node.size())]
    if node.isMap():
        if {"rows", "cols", "data"} <= set(node.keys()) or {"sizes", "data"} <= set(node.keys()):
            return node.mat()
        return {key: _plain(node.getNode(key)) for key in node.keys()}  # noqa: SIM118  (a node is no mapping)
    return None


def _npz(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = {key: archive[key] for key in archive.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise CalibrationError(f"{path}: is no .npz of plain arrays: {error}") from error
    nested: dict[str, Any] = {}
    for key, value in found.items():
        # `cam0/K` is the field K of cam0
        camera, slash, field = key.partition("/")
        if slash:
            nested.setdefault(camera, {})[field] = value.item() if value.ndim == 0 else value
        else:
            nested[key] = value
    return nested


def _number(value: Any) -> float:
    return float(np.asarray(value).ravel()[0])
