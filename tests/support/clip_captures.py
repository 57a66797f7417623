"""Captures made for the tests: a person of joints, and writers of each format."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinegen.clips.clip import Clip
from spinegen.clips.joint_sets import COCO_17, H36M_17
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
    path: Path, labels: tuple[str, ...], positions: NDArray[np.float64], rate_hz: float = 100.0, *, unit: str = "mm"
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
    path: Path, labels: tuple[str, ...], positions: NDArray[np.float64], rate_hz: float = 100.0, *, unit: str = "mm"
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


def walker(frames: int = 200, rate_hz: float = 50.0) -> dict[str, NDArray[np.float64]]:
    """Joint centres `(F, 3)` by COCO's names, metres, x forward, y up, z right, of a person who walks along x at 1 m/s.

    One foot rests at a time, the knees bend forwards and the elbows backwards.
    """
    time = np.arange(frames) / rate_hz
    out: dict[str, NDArray[np.float64]] = {}

    def at(x: NDArray[np.float64] | float, y: NDArray[np.float64] | float, z: float) -> NDArray[np.float64]:
        return np.stack([np.broadcast_to(part, time.shape) for part in (x, y, z)], axis=-1).astype(float)

    bob = 0.02 * np.cos(4 * np.pi * time)
    for side, sign in (("right", 1.0), ("left", -1.0)):
        turn = time + (0.0 if side == "right" else 0.5)
        cycle, phase = np.floor(turn), turn % 1.0
        swing = np.clip((phase - 0.5) / 0.5, 0.0, 1.0)
        reach = cycle + (3 - 2 * swing) * swing**2 - (0.0 if side == "right" else 0.5)
        ankle = at(reach - 0.02, 0.08 + 0.1 * np.sin(np.pi * swing), 0.09 * sign)
        hip = at(time - 0.25, 0.88 + bob, 0.09 * sign)
        out[f"{side}_hip"], out[f"{side}_ankle"] = hip, ankle
        out[f"{side}_knee"] = _bent(hip, ankle, 0.43, 0.43, towards=np.array([1.0, 0.0, 0.0]))
        shoulder = at(time - 0.25, 1.38 + bob, 0.18 * sign)
        wrist = at(time - 0.2 + 0.15 * np.sin(2 * np.pi * turn), 0.95 + bob, 0.24 * sign)
        out[f"{side}_shoulder"], out[f"{side}_wrist"] = shoulder, wrist
        out[f"{side}_elbow"] = _bent(shoulder, wrist, 0.28, 0.26, towards=np.array([-1.0, 0.0, 0.0]))
        out[f"{side}_eye"] = at(time - 0.16, 1.62 + bob, 0.03 * sign)
        out[f"{side}_ear"] = at(time - 0.25, 1.6 + bob, 0.07 * sign)
    out["nose"] = at(time - 0.13, 1.58 + bob, 0.0)
    return out


def _bent(
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    first_m: float,
    second_m: float,
    *,
    towards: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The joint between two bones of these lengths, bent towards a direction."""
    line = lower - upper
    length = np.minimum(np.linalg.norm(line, axis=-1), 0.999 * (first_m + second_m))
    unit = line / np.linalg.norm(line, axis=-1, keepdims=True)
    along = (length**2 + first_m**2 - second_m**2) / (2 * length)
    off = np.sqrt(np.maximum(first_m**2 - along**2, 0.0))
    side = towards - (unit @ towards)[:, None] * unit
    side /= np.linalg.norm(side, axis=-1, keepdims=True)
    return upper + along[:, None] * unit + off[:, None] * side


def human36m(body: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Human3.6M joints `(F, 17, 3)` made from COCO's."""
    hips = 0.5 * (body["left_hip"] + body["right_hip"])
    neck = 0.5 * (body["left_shoulder"] + body["right_shoulder"])
    middle = {"pelvis": hips, "thorax": neck, "spine": 0.5 * (hips + neck), "head": body["nose"] + [-0.1, 0.15, 0.0]}
    feet = {f"{side}_foot": body[f"{side}_ankle"] for side in ("left", "right")}
    return np.stack([{**body, **middle, **feet}[name] for name in H36M_17], axis=1)


def write_table(
    path: Path,
    names: tuple[str, ...],
    positions: NDArray[np.float64],
    time: NDArray[np.float64] | None = None,
    **column: str,
) -> Path:
    """A CSV of one row a frame; `column` says how the time is called and formatted (`name`, `form`)."""
    head = [f"{name}_{axis}" for name in names for axis in "xyz"]
    if time is not None:
        head.insert(0, column.get("name", "time"))
    rows = []
    for frame, values in enumerate(positions.reshape(len(positions), -1)):
        cells = [f"{value:.5f}" for value in values]
        if time is not None:
            cells.insert(0, format(time[frame], column.get("form", ".6f")))
        rows.append(",".join(cells))
    path.write_text("\n".join([",".join(head), *rows]) + "\n")
    return path
