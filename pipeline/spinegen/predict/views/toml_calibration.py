"""Calibrations in TOML: Pose2Sim's (metres, z up) and Anipose's (the board's unit, whatever way up)."""

import tomllib
from pathlib import Path
from typing import Any

from ...errors import CalibrationError
from .camera_fields import camera_of
from .cameras import Calibration

RESERVED = frozenset({"metadata"})


def read_toml(path: Path, text: str) -> Calibration:
    """A section a camera: `name`, `size`, `matrix`, `distortions`, `rotation` (Rodrigues), `translation`, `fisheye`.

    Both programs write the same fields. Pose2Sim writes `fisheye` in every section and four coefficients; aniposelib writes `fisheye`
    for fisheyes alone and five coefficients, and its translations are in the unit of the board's squares.

    Raises:
        CalibrationError: no TOML, no camera, or a field is wrong.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CalibrationError(f"{path}: is no TOML: {error}") from error
    sections = {key: row for key, row in data.items() if isinstance(row, dict) and key not in RESERVED}
    if not sections:
        raise CalibrationError(
            f"{path}: holds no camera: a section a camera is needed, as Pose2Sim and Anipose write them"
        )
    cameras = tuple(camera_of(path, str(row.get("name", key)), row) for key, row in sections.items())
    pose2sim = all("fisheye" in row for row in sections.values())
    if pose2sim:
        return Calibration("Pose2Sim", cameras, "m", "+z")
    return Calibration("Anipose", cameras, None, None)
