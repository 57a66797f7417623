"""Qualisys Track Manager's calibrations, XML in files that end in `.qca.txt` or `.xml`.

Places are millimetres with z up; focal lengths and centres are 64ths of a sensor's pixel; a camera's axes are x right, y up, z back.
Coefficients of distortion have no unit and are taken as they stand.
"""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

from ...errors import CalibrationError
from .camera_fields import make_camera, numbers
from .cameras import Calibration, ViewCamera

SUBPIXELS = 64.0
FULL_LINES = 1080.0
"""Lines that `fov_video` and the intrinsics count, whatever `video_resolution` a film was taken with."""
_ROTATION = tuple(f"r{row}{column}" for row in "123" for column in "123")
_QTM_AXES = np.diag([1.0, -1.0, -1.0])


def read_qualisys(path: Path, text: str) -> Calibration:
    """Cameras that take videos, by their serial numbers.

    Raises:
        CalibrationError: no such XML, or a camera lacks a field.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise CalibrationError(f"{path}: holds a document type, which no calibration needs")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise CalibrationError(f"{path}: is no XML: {error}") from error
    found = [_camera(path, element) for element in root.iter("camera") if _takes_videos(element)]
    if not found:
        raise CalibrationError(f"{path}: holds no camera with the elements fov_video, transform and intrinsic")
    return Calibration("Qualisys", tuple(found), "mm", "+z")


def _takes_videos(camera: ET.Element) -> bool:
    """Marker cameras of a mixed system are told by their model."""
    model = (camera.get("model") or "none").lower()
    return camera.get("active") != "0" and ("video" in model or model == "none" or camera.find("intrinsic") is not None)


def _camera(path: Path, camera: ET.Element) -> ViewCamera:
    name = camera.get("serial") or "?"
    where = f"{path}: camera {name!r}"
    scale = _resolution(where, camera) / FULL_LINES
    picture = _values(where, camera, "fov_video", ("left", "top", "right", "bottom"))
    left, top, right, bottom = picture
    size = [(right - left + 1) * scale, (bottom - top + 1) * scale]
    lens = _values(
        where,
        camera,
        "intrinsic",
        (
            "focalLengthU",
            "focalLengthV",
            "centerPointU",
            "centerPointV",
            "radialDistortion1",
            "radialDistortion2",
            "tangentalDistortion1",
            "tangentalDistortion2",
            "radialDistortion3",
        ),
    )
    focal_u, focal_v, centre_u, centre_v = lens[:4] / SUBPIXELS
    matrix = [
        [focal_u * scale, 0.0, (centre_u - left) * scale],
        [0.0, focal_v * scale, (centre_v - top) * scale],
        [0.0, 0.0, 1.0],
    ]
    placed = _values(where, camera, "transform", ("x", "y", "z", *_ROTATION))
    rotation = _QTM_AXES @ placed[3:].reshape(3, 3)
    return make_camera(
        path,
        name,
        size=size,
        matrix=matrix,
        distortions=lens[4:],
        rotation=rotation,
        translation=-rotation @ placed[:3],
    )


def _resolution(where: str, camera: ET.Element) -> float:
    word = camera.get("video_resolution") or "N/A"
    if word == "N/A":
        return FULL_LINES
    if not word.rstrip("p").isdigit() or int(word.rstrip("p")) == 0:
        raise CalibrationError(f"{where}: video_resolution must be like 1080p, found {word!r}")
    return float(word.rstrip("p"))


def _values(where: str, camera: ET.Element, tag: str, names: tuple[str, ...]) -> np.ndarray:
    element = camera.find(tag)
    if element is None:
        raise CalibrationError(f"{where}: element {tag} is missing")
    words = {name: element.get(name, "0" if name == "radialDistortion3" else None) for name in names}
    missing = [name for name, word in words.items() if word is None]
    if missing:
        raise CalibrationError(f"{where}: {tag} lacks {', '.join(missing)}")
    try:
        values = [float(str(word)) for word in words.values()]
    except ValueError as error:
        raise CalibrationError(f"{where}: {tag} must hold numbers: {error}") from error
    return numbers(where, tag, values)
