"""Stations of the model: keypoints, both label sites, landmarks, joint centres, soles."""

import numpy as np
from numpy.typing import ArrayLike

from ...geometry.types import Vector
from ...model_tables import rows, triple
from ...skeleton import KEYPOINTS, NAMES, VERTEBRAE
from ..model.definition import Joint, Station
from ..model.sides import mirrored_point, other_side
from .spine import MM, Spine


def build_stations(spine: Spine, joints: tuple[Joint, ...], endplate_s1_m: Vector) -> dict[str, Station]:
    """All named points; the spine's from its own geometry, the others from `landmarks`, `keypoints` and `soles`."""
    out: dict[str, Station] = {}
    for joint in joints:
        out[f"joint/{joint.child}"] = _station(joint.child, joint.location_child_m)
    for name in VERTEBRAE:
        v = spine.vertebrae[name]
        if name == "S1":
            down = v.height_m / 2.0
            centroid = _in_sacrum(v.tilt_rad, endplate_s1_m, (0.0, -down, 0.0))
            tip = np.subtract(v.posterior_m, v.centroid_m)
            skin = np.subtract(v.skin_m, v.centroid_m)
            out["centroid/S1"] = _station("pelvis", centroid)
            out["posterior/S1"] = _station("pelvis", _in_sacrum(v.tilt_rad, centroid, tip))
            out["landmark/S1"] = _station("pelvis", _in_sacrum(v.tilt_rad, centroid, skin))
        else:
            out[f"centroid/{name}"] = _station(name, v.centroid_m)
            out[f"posterior/{name}"] = _station(name, v.posterior_m)
    for row in rows("landmarks"):
        name, body = row["name"], row["body"]
        if f"landmark/{name}" in out:
            continue
        at = spine.vertebrae[name].skin_m if name in spine.vertebrae else triple(row, MM)
        out[f"landmark/{name}"] = _station(body, at)
        if is_right(name):
            out[f"landmark/L{name[1:]}"] = _station(other_side(body), mirrored_point(at))
    for row in rows("soles"):
        out[f"sole/{row['name']}"] = _station(row["body"], triple(row, MM))
        out[f"sole/{other_side(row['name'])}"] = _station(other_side(row["body"]), mirrored_point(triple(row, MM)))
    return out | _keypoints(out)


def is_right(name: str) -> bool:
    """Rows that start with R have a mirror image on the left (the heel too, which lies in the middle of its foot)."""
    return name.startswith("R")


def _keypoints(stations: dict[str, Station]) -> dict[str, Station]:
    found = {k.name: stations[f"centroid/{k.vertebra}"] for k in KEYPOINTS if k.vertebra}
    for row in rows("keypoints"):
        name = row["keypoint"]
        if row["same_as"]:
            right = stations[row["same_as"]]
            kind, _, rest = row["same_as"].partition("/")
            left = stations[f"{kind}/L{rest[1:]}" if kind == "landmark" else other_side(row["same_as"])]
        else:
            at = triple(row, MM)
            right, left = _station(row["body"], at), _station(other_side(row["body"]), mirrored_point(at))
        found[name] = right
        if name.startswith("right_"):
            found[other_side(name)] = left
    return {f"keypoint/{name}": found[name] for name in NAMES}


def _station(body: str, at: Vector) -> Station:
    return Station(body, np.array(at, dtype=np.float64))


def _in_sacrum(tilt: float, origin: Vector, offset: ArrayLike) -> Vector:
    x, y, z = (float(v) for v in np.asarray(offset))
    cosine, sine = np.cos(tilt), np.sin(tilt)
    return float(origin[0] + cosine * x - sine * y), float(origin[1] + sine * x + cosine * y), origin[2] + z
