"""The fixed parts of a stage as drawables, and the light that goes with them; the last few stages are kept."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .environment import Environment, outdoor_environment
from .mesh import Drawable, Material, Mesh
from .stage import StageState
from .textures import surface_texture
from .vocabulary import Ground

GROUND_REACH_M = 600.0


@dataclass(frozen=True, eq=False)
class Scenery:
    """What the renderer needs of a stage."""

    drawables: tuple[Drawable, ...]
    environment: Environment
    ground_albedo: np.ndarray
    """Linear RGB, mean."""


@lru_cache(maxsize=16)
def _ground(ground: Ground) -> tuple[tuple[Mesh, ...], tuple[float, float, float]]:
    if ground.kind != "surface":
        return (), (0.3, 0.3, 0.3)
    surface = surface_texture(ground.surface)  # type: ignore[arg-type]  # frozen models are hashable
    reach, tile = GROUND_REACH_M, surface.tile_m
    corners = np.array([[-reach, 0, -reach], [-reach, 0, reach], [reach, 0, reach], [reach, 0, -reach]], np.float32)
    material = Material(
        surface.texture, roughness=surface.roughness, kind="ground", two_sided=True, relief_m=surface.relief_m
    )
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    normals = np.tile(np.array([0, 1, 0], np.float32), (4, 1))
    mesh = Mesh(corners, normals, corners[:, [0, 2]] / tile, faces, ((0, 2, material),))
    return (mesh,), surface.mean_linear


@lru_cache(maxsize=16)
def scenery(stage: StageState) -> Scenery:
    """Drawables and light of a stage."""
    meshes, albedo = _ground(stage.ground)  # type: ignore[arg-type]  # frozen models are hashable
    mean = np.asarray(albedo)
    drawables = tuple(Drawable(mesh, mask_id=0, casts_shadow=False) for mesh in meshes)
    return Scenery(drawables, outdoor_environment(stage, mean), mean)
