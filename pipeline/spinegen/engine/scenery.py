"""The fixed parts of a stage as drawables, and the light that goes with them; the last few stages are kept."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..geometry import rigid
from ..geometry.rigid import axis_angle_matrix
from .backdrops import pictured
from .environment import Environment, outdoor_environment, pictured_environment, studio_environment
from .mesh import Drawable, Material, Mesh, join
from .panorama import VARIANTS, panorama
from .room_light import room_environment
from .rooms import RoomModel, build_room
from .shapes import moved, quad
from .stage import StageState
from .street import street_mesh
from .textures import surface_texture
from .vocabulary import Ground, Surface

GROUND_REACH_M = 600.0
SKY_KINDS = {"sky": 0, "studio": 1, "panorama": 2, "hdri": 3, "photo": 4}
"""As the sky's shader counts them."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """What the renderer needs of a stage."""

    drawables: tuple[Drawable, ...]
    environment: Environment
    ground_albedo: NDArray[np.float64]
    """Linear RGB, mean."""
    sky_kind: int
    strip: NDArray[np.uint8] | None = None
    """Panorama around the horizon."""
    strip_yaw_deg: float = 0.0
    picture: NDArray[np.float32] | None = None
    """HDRI or photo, `(H, W, 3)` linear."""


def _ground_material(surface: Surface, kind: str) -> tuple[Material, float, tuple[float, float, float]]:
    made = surface_texture(surface)  # type: ignore[arg-type]  # frozen models are hashable
    material = Material(made.texture, roughness=made.roughness, kind=kind, two_sided=True, relief_m=made.relief_m)
    return material, made.tile_m, made.mean_linear


def _flat(x0: float, x1: float, z0: float, z1: float, material: Material, tile_m: float) -> Mesh:
    corners = np.array([[x0, 0, z0], [x0, 0, z1], [x1, 0, z1], [x1, 0, z0]])
    return quad(corners, material, corners[:, [0, 2]] / tile_m)


@lru_cache(maxsize=2)
def _ground(ground: Ground) -> tuple[tuple[Mesh, ...], tuple[float, float, float]]:
    """Meshes of an open ground and its mean albedo."""
    reach = GROUND_REACH_M
    if ground.kind == "none":
        return (), (0.3, 0.3, 0.3)
    if ground.kind == "shadow":
        return (_flat(-40, 40, -40, 40, Material(kind="shadow", two_sided=True), 1.0),), (0.3, 0.3, 0.3)
    material, tile, mean = _ground_material(ground.surface, "ground")
    if ground.surface_2 is None or ground.strip_cm is None:
        return (_flat(-reach, reach, -reach, reach, material, tile),), mean
    x, z = min(ground.strip_cm[0] / 200, reach), min(ground.strip_cm[1] / 200, reach)
    other, other_tile, other_mean = _ground_material(ground.surface_2, "ground")
    pieces = [_flat(-x, x, -z, z, material, tile)]
    for x0, x1, z0, z1 in (
        (-reach, reach, z, reach),
        (-reach, reach, -reach, -z),
        (-reach, -x, -z, z),
        (x, reach, -z, z),
    ):
        if x1 > x0 and z1 > z0:
            pieces.append(_flat(x0, x1, z0, z1, other, other_tile))
    turned = moved(join(pieces), axis_angle_matrix((0, 1, 0), -np.radians(ground.yaw_deg)), (0, 0, 0))
    both = (np.asarray(mean) + np.asarray(other_mean)) / 2
    return (turned,), (float(both[0]), float(both[1]), float(both[2]))


def _floor(model: RoomModel, ground: Ground) -> Mesh:
    """The ground inside the walls."""
    material, tile, _ = _ground_material(ground.surface, "floor")
    x, _, z = model.size_m / 2
    return moved(_flat(-x, x, -z, z, material, tile), model.rotation, model.centre_m)


@lru_cache(maxsize=2)
def scenery(stage: StageState) -> Scenery:
    """Drawables and light of a stage.

    Raises:
        EngineError: a user's picture that cannot be read.
    """
    meshes, albedo = _ground(stage.ground)  # type: ignore[arg-type]  # frozen models are hashable
    mean, backdrop = np.asarray(albedo), stage.backdrop
    kind, strip, picture = "sky", None, None
    extra: tuple[Drawable, ...] = ()
    if backdrop.kind in ("hdri", "photo"):
        user = pictured(backdrop)  # type: ignore[arg-type]
        kind, picture = backdrop.kind, user.picture
        environment = pictured_environment(stage, user)
    elif backdrop.kind == "studio":
        kind, environment = "studio", studio_environment(stage, mean)
    else:
        environment = outdoor_environment(stage, mean if stage.room is None else np.array([0.12, 0.13, 0.08]))
        strip = panorama(backdrop.kind, backdrop.seed % VARIANTS)
        kind = "sky" if strip is None else "panorama"
    if stage.room is not None:
        model = build_room(stage.room)  # type: ignore[arg-type]
        environment = room_environment(model, environment, mean)
        meshes = (*((_floor(model, stage.ground),) if stage.ground.kind == "surface" else ()), model.mesh)
    elif backdrop.kind == "street":
        turn = rigid.transform(axis_angle_matrix((0, 1, 0), -np.radians(backdrop.yaw_deg)), np.zeros(3))
        extra = (Drawable(street_mesh(backdrop.seed % VARIANTS), turn, casts_shadow=False),)
    drawables = (*(Drawable(mesh, casts_shadow=False) for mesh in meshes), *extra)
    return Scenery(drawables, environment, mean, SKY_KINDS[kind], strip, backdrop.yaw_deg, picture)
