"""Keypoints of postures that ship, standing on the floor."""

from functools import cache

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.motions.performance import written_q
from spinegen.motions.shipped import shipped_flows
from spinegen.skeleton import NAMES

STATURE_M = 1.75


@cache
def posture(flow: str, name: str) -> np.ndarray:
    """`(37, 3)` of a key pose of `configs/motions/<flow>.yaml`, its lowest part on the floor, ground metres."""
    model = load_model("unisex")
    poses = model.forward(written_q(model, shipped_flows()[flow].pose(name), name)[None])
    points = model.station_positions(poses, [f"keypoint/{point}" for point in NAMES])[0]
    lowest = model.station_positions(poses, list(FLOOR_STATIONS))[0, :, 1] - np.array(list(FLOOR_STATIONS.values()))
    points = points - [0.0, lowest.min(), 0.0]
    points.setflags(write=False)
    return points
