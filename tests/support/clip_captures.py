"""Captures made for the tests: a person of joints, and writers of each format."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinegen.clips.clip import Clip
from spinegen.clips.joint_sets import COCO_17
from spinegen.clips.read import read_clip
from spinegen.errors import ClipError

SHARED_CLIPS = Path(__file__).parents[2] / ".." / "shared" / "clips"

PLUG_IN_GAIT_POINTS_MM: dict[str, tuple[float, float, float]] = {
    "C7": (-80, 0, 1480),
    "T10": (-110, 0, 1260),
    "CLAV": (60, 0, 1410),
    "STRN": (110, 0, 1270),
    "RBAK": (-100, -90, 1330),
}
"""Central markers of a standing person, x forward, y left, z up."""
_PAIRED_MM: dict[str, tuple[float, float, float]] = {
    "FHD": (90, 70, 1680),
    "BHD": (-90, 60, 1690),
    "SHO": (-10, 190, 1440),
    "UPA": (-10, 250, 1280),
    "ELB": (-30, 280, 1120),
    "FRM": (30, 290, 1000),
    "WRA": (60, 280, 870),
    "WRB": (10, 320, 870),
    "FIN": (50, 310, 780),
    "ASI": (90, 120, 980),
    "PSI": (-100, 50, 1000),
    "THI": (10, 180, 740),
    "KNE": (10, 150, 510),
    "TIB": (-10, 150, 300),
    "ANK": (-20, 130, 90),
    "HEE": (-80, 90, 40),
    "TOE": (130, 110, 40),
}


def plug_in_gait(frames: int = 60, seed: int = 0) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Labels and positions `(F, 39, 3)` in mm, z up, of a person who sways and turns a little."""
    points = dict(PLUG_IN_GAIT_POINTS_MM)
    for name, (x, y, z) in _PAIRED_MM.items():
        points[f"L{name}"] = (x, y, z)
        points[f"R{name}"] = (x, -y, z)
    rest = np.array(list(points.values()))
    angle = 0.3 * np.sin(np.linspace(0, 4, frames))
    turn = np.zeros((frames, 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(angle)
    turn[:, 0, 1], turn[:, 1, 0], turn[:, 2, 2] = -np.sin(angle), np.sin(angle), 1.0
    noise = np.random.default_rng(seed).normal(0.0, 0.5, (frames, len(rest), 3))
    return tuple(points), np.einsum("fij,mj->fmi", turn, rest) + noise


def coco_person(frames: int = 40) -> NDArray[np.float64]:
    """COCO-17 joints `(F, 17, 3)` in metres, x forward, y up, z right, of a person who bobs."""
    rest = {
        "nose": (0.12, 1.6, 0.0),
        "eye": (0.09, 1.64, 0.03),
        "ear": (0.0, 1.62, 0.07),
        "shoulder": (0.0, 1.42, 0.18),
        "elbow": (-0.02, 1.12, 0.24),
        "wrist": (0.05, 0.87, 0.26),
        "hip": (0.0, 0.92, 0.09),
        "knee": (0.02, 0.5, 0.1),
        "ankle": (-0.03, 0.09, 0.1),
    }
    out = []
    for name in COCO_17:
        side, _, part = name.rpartition("_")
        x, y, z = rest[part]
        out.append((x, y, -z if side == "left" else z))
    bob = 0.01 * np.sin(np.linspace(0, 6, frames))[:, None, None] * np.array([1.0, 1.0, 0.5])
    return np.array(out)[None] + bob


def write_c3d(
    path: Path, labels: tuple[str, ...], positions: NDArray[np.float64], rate_hz: float = 100.0, unit: str = "mm"
) -> Path:
    """With ezc3d; NaN becomes a gap."""
    import ezc3d

    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [rate_hz]
    file["parameters"]["POINT"]["LABELS"]["value"] = list(labels)
    file["parameters"]["POINT"]["UNITS"]["value"] = [unit]
    points = np.ones((4, len(labels), len(positions)))
    points[:3] = positions.transpose(2, 1, 0)
    file["data"]["points"] = points
    file.write(str(path))
    return path


def write_trc(
    path: Path, labels: tuple[str, ...], positions: NDArray[np.float64], rate_hz: float = 100.0, unit: str = "mm"
) -> Path:
    """NaN becomes blank cells."""
    frames, count, _ = positions.shape
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz:g}\t{rate_hz:g}\t{frames}\t{count}\t{unit}\t{rate_hz:g}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i + 1}" for i in range(count) for axis in "XYZ"),
        "",
    ]
    for frame in range(frames):
        cells = ["" if np.isnan(v) else f"{v:.5f}" for v in positions[frame].ravel()]
        lines.append("\t".join([str(frame + 1), f"{frame / rate_hz:.5f}", *cells]))
    path.write_text("\n".join(lines) + "\n")
    return path


def z_up_to_y_up(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(x, y, z)` to `(x, z, -y)`."""
    return np.stack([positions[..., 0], positions[..., 2], -positions[..., 1]], axis=-1)


def clip_or_refusal(path: Path) -> Clip | str:
    """What reading a damaged file may give: a clip, or a sentence that names the file."""
    try:
        return read_clip(path)
    except ClipError as error:
        text = str(error)
    if path.name not in text or "\n" in text:
        raise AssertionError(f"not one sentence that names the file: {text!r}")
    return text
