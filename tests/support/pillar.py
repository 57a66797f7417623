"""The simplest person that an engine can draw."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from spinegen.humans.mesh.mesh import MeshPart


@dataclass(frozen=True)
class Landmarks:
    points: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Pillar:
    """A person for tests: an upright tube of 1.6 m that bends between a lower and an upper bone."""

    bones: tuple[str, ...] = ("pelvis", "T12")
    rest_positions_ground_m: NDArray[np.float64] = field(
        default_factory=lambda: np.array([[0.0, 0.8, 0.0], [0.0, 1.2, 0.0]])
    )
    landmarks: Landmarks = field(default_factory=lambda: Landmarks({"keypoint/head": np.array([0.0, 1.6, 0.0])}))

    @property
    def parts(self) -> tuple[MeshPart, ...]:
        rings, around = 33, 24
        height = np.repeat(np.linspace(0, 1.6, rings), around)
        angle = np.tile(np.arange(around) * 2 * np.pi / around, rings)
        vertices = np.stack([0.15 * np.cos(angle), height, -0.15 * np.sin(angle)], -1)
        index = np.arange(rings * around).reshape(rings, around)
        a, b = index[:-1], np.roll(index[:-1], -1, 1)
        c, d = np.roll(index[1:], -1, 1), index[1:]
        faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
        upper = np.clip((height - 1.1) / 0.2, 0, 1)
        weights = csr_matrix(np.stack([1 - upper, upper], 1))
        texture = np.full((8, 8, 3), (200, 150, 120), np.uint8)
        uv = np.stack([angle, height], -1).astype(np.float32)
        return (
            MeshPart("body", "skin", vertices.astype(np.float32), faces.astype(np.int32), uv, weights, texture, 0.6),
        )
