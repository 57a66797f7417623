"""Known motions: what the accuracy of the fit is measured against."""

from functools import lru_cache

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fit.markers import FittedMarkers, with_markers
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.geometry.types import Array
from spinegen.skeleton import VERTEBRAE

TRUNK = ("RFHD", "LFHD", "RBHD", "LBHD", "C7", "T10", "CLAV", "STRN", "RBAK")
SIDED = (
    "ACR",
    "UPA",
    "ELL",
    "ELM",
    "FRM",
    "WRR",
    "WRU",
    "MC3",
    "ASI",
    "PSI",
    "THL",
    "KNL",
    "KNM",
    "SKL",
    "ANL",
    "ANM",
    "HEE",
    "MT1",
    "MT5",
)
MARKERS_47 = (*TRUNK, *(side + name for name in SIDED for side in "RL"))
CLUSTERS = {"RBAK", *(side + name for name in ("UPA", "FRM", "THL", "SKL") for side in "RL")}

AMPLITUDE_DEG = {
    "pelvis_rotation": 30, "pelvis_list": 10, "pelvis_tilt": 20,
    "lumbar_flexion": 18, "lumbar_bending": 12, "lumbar_rotation": 6,
    "thoracic_flexion": 12, "thoracic_bending": 10, "thoracic_rotation": 15,
    "lower_cervical_flexion": 15, "lower_cervical_bending": 8, "lower_cervical_rotation": 10,
    "upper_cervical_flexion": 6, "upper_cervical_bending": 3, "upper_cervical_rotation": 15,
    "hip_flexion": 25, "hip_adduction": 8, "hip_rotation": 8, "knee_angle": 25, "ankle_angle": 12, "subtalar_angle": 6, "mtp_angle": 8,
    "clavicle_protraction": 5, "clavicle_elevation": 5, "shoulder_elevation": 25, "shoulder_swing": 25, "shoulder_rotation": 20,
    "elbow_flexion": 30, "pronation": 25, "wrist_flexion": 12, "wrist_deviation": 6,
}  # fmt: skip
MIDDLE_DEG = {
    "knee_angle": 35,
    "elbow_flexion": 60,
    "hip_flexion": 20,
    "shoulder_elevation": 20,
    "clavicle_elevation": 10,
}


@lru_cache(maxsize=2)
def marked_model(name: str = "unisex") -> tuple[SpineModel, FittedMarkers]:
    """The built-in model with 47 markers in place."""
    markers = FittedMarkers(
        MARKERS_47,
        tuple(f"marker/{label}" for label in MARKERS_47),
        tuple(f"landmark/{label}" for label in MARKERS_47),
        np.ones(len(MARKERS_47)),
        np.array([label in CLUSTERS for label in MARKERS_47]),
    )
    return with_markers(load_model(name), markers), markers


def known_motion(model: SpineModel, frames: int, rate_hz: float, rng: np.random.Generator) -> Array:
    """Smooth motion `(F, Q)` of every coordinate at 0.15 to 0.9 Hz, inside the limits."""
    t = np.arange(frames) / rate_hz
    q = np.repeat(model.default_q[None], frames, axis=0)
    low, high = model.limits
    for i, coordinate in enumerate(model.coordinates):
        stem = coordinate.name[:-2] if coordinate.name.endswith(("_r", "_l")) else coordinate.name
        amplitude = 0.3 if coordinate.kind == "translation" else np.radians(AMPLITUDE_DEG[stem])
        slow, fast = rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.9)
        a, b = rng.uniform(0.0, 2 * np.pi, 2)
        wave = 0.8 * np.sin(2 * np.pi * slow * t + a) + 0.2 * np.sin(2 * np.pi * fast * t + b)
        q[:, i] = np.clip(q[:, i] + np.radians(MIDDLE_DEG.get(stem, 0)) + amplitude * wave, low[i], high[i])
    return q


def centroids(model: SpineModel, q: Array) -> Array:
    """All 25 vertebral centroids `(F, 25, 3)`."""
    return model.station_positions(model.forward(q), [f"centroid/{v}" for v in VERTEBRAE])


def vertebra_error_mm(model: SpineModel, q: Array, truth_m: Array) -> float:
    """Mean distance of the vertebral centroids from the true ones `(F, 25, 3)`."""
    return float(1000.0 * np.linalg.norm(centroids(model, q) - truth_m, axis=-1).mean())
