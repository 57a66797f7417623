"""The fixed parts of a place as drawables, and the light that goes with them; the last few places are kept."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...geometry import rigid
from ...geometry.rigid import axis_angle_matrix
from ...streams import Stream, generator
from ..content.mesh import Drawable, Material, Mesh, join
from ..content.rooms import RoomModel, build_room
from ..content.shapes import moved, quad
from ..content.street import street_mesh
from ..content.textures import surface_texture
from ..light.backdrops import pictured
from ..light.environment import Environment, outdoor_environment, pictured_environment, studio_environment
from ..light.lighting import Lighting
from ..light.panorama import VARIANTS, panorama
from ..light.room_light import OUTSIDE_ALBEDO, room_environment
from ..protocol.vocabulary import Ground, Surface

GROUND_REACH_M = 600.0
GROUND_MASK_ID, SURROUNDINGS_MASK_ID = 65_534, 65_535
"""Far above those of actors."""
STRIPS = {
    "meadow": (220.0, 0.6),
    "park": (70.0, 1.0),
    "forest": (45.0, 1.0),
    "city": (140.0, 0.25),
    "street": (160.0, 0.0),
}
"""Distance of a panorama in metres and its share of leaves."""
_WITHOUT_ORDER = ("concrete", "asphalt", "grass", "sand", "gravel", "carpet", "rubber")
"""Surfaces that look the same any way round."""
SKY_KINDS = {"sky": 0, "studio": 1, "panorama": 2, "hdri": 3, "photo": 4}
"""As the sky's shader counts them."""


@dataclass(frozen=True, eq=False)
class Scenery:
    """What the renderer needs of a place."""

    drawables: tuple[Drawable, ...]
    environment: Environment
    ground_albedo: NDArray[np.float64]
    """Linear RGB, mean."""
    sky_kind: int
    strip: NDArray[np.uint8] | None = None
    """Panorama around the horizon."""
    strip_yaw_deg: float = 0.0
    strip_distance_m: float = GROUND_REACH_M
    """How far off its trees or houses stand: the ground lies in front of them."""
    strip_leaves: float = 0.0
    """1 where the panorama is made of trees."""
    picture: NDArray[np.float32] | None = None
    """HDRI or photo, `(H, W, 3)` linear."""


def _ground_material(surface: Surface, kind: str) -> tuple[Material, float, tuple[float, float, float]]:
    made = surface_texture(surface)
    varied = 2 if surface.kind in _WITHOUT_ORDER else int(kind == "ground" and surface.kind != "plain")
    material = Material(
        made.texture, roughness=made.roughness, kind=kind, two_sided=True, relief_m=made.relief_m, varied=varied
    )
    return material, made.tile_m, made.mean_linear


def _flat(x0: float, x1: float, z0: float, z1: float, *, material: Material, tile_m: float) -> Mesh:
    corners = np.array([[x0, 0, z0], [x0, 0, z1], [x1, 0, z1], [x1, 0, z0]])
    return quad(corners, material, corners[:, [0, 2]] / tile_m)


@lru_cache(maxsize=2)
def _ground(ground: Ground) -> tuple[tuple[Mesh, ...], tuple[float, float, float]]:
    """Meshes of an open ground and its mean albedo."""
    reach = GROUND_REACH_M
    if ground.kind == "none":
        return (), (0.3, 0.3, 0.3)
    if ground.kind == "shadow":
        return (_flat(-40, 40, -40, 40, material=Material(kind="shadow", two_sided=True), tile_m=1.0),), (0.3, 0.3, 0.3)
    material, tile, mean = _ground_material(ground.surface, "ground")
    if ground.surface_2 is None or ground.strip_cm is None:
        return (_flat(-reach, reach, -reach, reach, material=material, tile_m=tile),), mean
    x, z = min(ground.strip_cm[0] / 200, reach), min(ground.strip_cm[1] / 200, reach)
    other, other_tile, other_mean = _ground_material(ground.surface_2, "ground")
    pieces = [_flat(-x, x, -z, z, material=material, tile_m=tile)]
    for x0, x1, z0, z1 in (
        (-reach, reach, z, reach),
        (-reach, reach, -reach, -z),
        (-reach, -x, -z, z),
        (x, reach, -z, z),
    ):
        if x1 > x0 and z1 > z0:
            pieces.append(_flat(x0, x1, z0, z1, material=other, tile_m=other_tile))
    pieces += _painted(ground, x, z)
    turned = moved(join(pieces), axis_angle_matrix((0, 1, 0), -np.radians(ground.yaw_deg)), (0, 0, 0))
    both = (np.asarray(mean) + np.asarray(other_mean)) / 2
    return (turned,), (float(both[0]), float(both[1]), float(both[2]))


def _painted(ground: Ground, half_x: float, half_z: float) -> list[Mesh]:
    """Lines on the ground, a hair above it; kerb stones beside a road."""
    if ground.lines == "none":
        return []
    rng = generator(ground.surface.seed, Stream.GROUND_LINES)
    white = np.array([0.62, 0.61, 0.57]) * float(rng.uniform(0.7, 1.1))
    paint = Material(None, tuple(white.tolist()), 0.7, kind="ground", two_sided=True, varied=1)
    if ground.lines == "court":
        wide, gap = 0.05, 0.6
        x, z = half_x - gap, half_z - gap
        bars = [(-x, x, s * z - wide / 2, s * z + wide / 2) for s in (-1, 1)]
        bars += [(s * x - wide / 2, s * x + wide / 2, -z, z) for s in (-1, 1)]
        for at in (0.0, *((-x / 2, x / 2) if rng.random() < 0.6 else ())):
            bars.append((at - wide / 2, at + wide / 2, -z, z))
        if rng.random() < 0.5:
            bars.append((-x / 2, x / 2, -wide / 2, wide / 2))
        return [_line(bar, paint) for bar in bars]
    reach = min(half_x, 150.0)
    stone = Material(None, (0.30, 0.29, 0.27), 0.85, kind="ground", two_sided=True, varied=1)
    pieces = [_line((-reach, reach, s * half_z - 0.09, s * half_z + 0.09), stone) for s in (-1, 1)]
    if rng.random() < 0.7:
        pieces += [
            _line((-reach, reach, s * (half_z - 0.35) - 0.06, s * (half_z - 0.35) + 0.06), paint) for s in (-1, 1)
        ]
    if rng.random() < 0.7:
        start = float(rng.uniform(-3, 3))
        pieces += [_line((at + start, at + start + 3.0, -0.06, 0.06), paint) for at in np.arange(-72.0, 72.0, 9.0)]
    return pieces


def _line(bar: tuple[float, float, float, float], material: Material) -> Mesh:
    flat = _flat(*bar, material=material, tile_m=1.0)
    return moved(flat, np.eye(3), (0.0, 0.003, 0.0))


def _floor(model: RoomModel, ground: Ground) -> Mesh:
    """The ground inside the walls."""
    material, tile, _ = _ground_material(ground.surface, "floor")
    x, _, z = model.size_m / 2
    return moved(_flat(-x, x, -z, z, material=material, tile_m=tile), model.rotation, model.centre_m)


@lru_cache(maxsize=2)
def scenery(lighting: Lighting) -> Scenery:
    """Drawables and light of a place.

    Raises:
        EngineError: a user's picture that cannot be read.
    """
    meshes, albedo = _ground(lighting.ground)  # type: ignore[arg-type]  # frozen models are hashable
    mean, backdrop = np.asarray(albedo), lighting.backdrop
    kind, strip, picture = "sky", None, None
    around: tuple[Drawable, ...] = ()
    if backdrop.kind in ("hdri", "photo"):
        user = pictured(backdrop)  # type: ignore[arg-type]
        kind, picture = backdrop.kind, user.picture
        environment = pictured_environment(lighting, user)
    elif backdrop.kind == "studio":
        kind, environment = "studio", studio_environment(lighting, mean)
    else:
        environment = outdoor_environment(lighting, mean if lighting.room is None else OUTSIDE_ALBEDO)
        strip = panorama(backdrop.kind, backdrop.seed % VARIANTS)
        kind = "sky" if strip is None else "panorama"
    if lighting.room is not None:
        model = build_room(lighting.room)  # type: ignore[arg-type]
        environment = room_environment(model, environment, mean)
        meshes = (_floor(model, lighting.ground),) if lighting.ground.kind == "surface" else ()
        around = (Drawable(model.mesh, mask_id=SURROUNDINGS_MASK_ID, casts_shadow=False),)
    elif backdrop.kind == "street":
        turn = rigid.transform(axis_angle_matrix((0, 1, 0), -np.radians(backdrop.yaw_deg)), np.zeros(3))
        around = (Drawable(street_mesh(backdrop.seed % VARIANTS), turn, SURROUNDINGS_MASK_ID, casts_shadow=False),)
    ground = (Drawable(mesh, mask_id=GROUND_MASK_ID, casts_shadow=False) for mesh in meshes)
    drawables = (*ground, *around)
    distance, leaves = STRIPS.get(backdrop.kind, (GROUND_REACH_M, 0.0))
    return Scenery(drawables, environment, mean, SKY_KINDS[kind], strip, backdrop.yaw_deg, distance, leaves, picture)
