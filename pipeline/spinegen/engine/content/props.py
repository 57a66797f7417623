"""Meshes of the vocabulary's props; own axes are ground axes, origin at the middle of the underside, metres."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ...geometry.axes import SWAP_YZ
from ...geometry.types import Array
from ..protocol.prop_kinds import SIZES_CM
from ..protocol.vocabulary import Prop, Surface
from . import barriers, equipment, furniture, handheld, plants, street_furniture
from .mesh import Material, Mesh
from .paints import Rng, paint
from .shapes import fitted
from .textures import surface_texture

Builder = Callable[[Array, Material, Material, Rng], Mesh]

Size = tuple[float, float, float]

_MADE: dict[str, tuple[str, str, float, Builder]] = {
    "mat": ("#5a4b8a", "#3f356a", 0.85, equipment.mat),
    "block": ("#6d4c8f", "#4b3466", 0.9, equipment.block),
    "bolster": ("#7d3f45", "#5a2c31", 0.95, equipment.bolster),
    "ball": ("#3f6fa8", "#20344f", 0.35, equipment.ball),
    "dumbbell": ("#2b2c2f", "#2b2c2f", 0.6, equipment.dumbbell),
    "barbell": ("#26272a", "#8f2f2a", 0.6, equipment.barbell),
    "rack": ("#2b2d31", "#2b2d31", 0.45, equipment.rack),
    "bench": ("#33343a", "#2a2b2e", 0.6, equipment.bench),
    "step": ("#50555c", "#7a3fa0", 0.7, equipment.step),
    "box": ("#a08c74", "#6f6455", 0.7, equipment.block),
    "chair": ("#b08a5e", "#5c4a36", 0.5, furniture.chair),
    "office_chair": ("#3a3d42", "#2a2b2e", 0.85, furniture.office_chair),
    "stool": ("#9b7a52", "#5c4a36", 0.5, furniture.stool),
    "table": ("#a98762", "#4b3d2e", 0.45, furniture.table),
    "desk": ("#c9b28f", "#d8d8d4", 0.45, furniture.desk),
    "sofa": ("#7c838a", "#3d3328", 0.95, furniture.sofa),
    "couch": ("#3f6c74", "#cfd2d3", 0.5, furniture.couch),
    "shelf": ("#c3a57b", "#a3865d", 0.5, furniture.shelf),
    "cabinet": ("#dcdad2", "#bdbab0", 0.45, furniture.cabinet),
    "plant": ("#4a7336", "#a56a4b", 0.8, plants.plant),
    "tree": ("#4a6b2c", "#5a4838", 0.9, plants.tree),
    "bush": ("#48652f", "#4a3b2c", 0.9, plants.bush),
    "panel": ("#d9d4c4", "#8a7a60", 0.85, furniture.panel),
    "pole": ("#9a9ca0", "#6f7175", 0.4, street_furniture.pole),
    "cone": ("#d9541e", "#e8e8e4", 0.55, street_furniture.cone),
    "bollard": ("#3a3c3f", "#b8b8b4", 0.5, street_furniture.bollard),
    "street_lamp": ("#3c4144", "#3c4144", 0.45, street_furniture.street_lamp),
    "bin": ("#4a5a4c", "#33403a", 0.5, street_furniture.waste_bin),
    "monitor": ("#1d1e20", "#1d1e20", 0.4, furniture.monitor),
    "wall": ("#c9c4b8", "#a9a498", 0.85, barriers.wall),
    "sphere": ("#b0b0b0", "#808080", 0.5, equipment.centred_sphere),
    "counter": ("#8d8275", "#c9c4ba", 0.5, barriers.counter),
    "railing": ("#3b3e42", "#8e979b", 0.4, barriers.railing),
    "car": ("#7d868f", "#26272a", 0.25, barriers.car),
    "piano": ("#1d1b1a", "#1d1b1a", 0.25, barriers.piano),
    "racket": ("#c23b33", "#2a2b2e", 0.4, handheld.racket),
    "club": ("#a9acb0", "#2a2b2e", 0.3, handheld.club),
    "broom": ("#8c6a42", "#b18f5e", 0.7, handheld.broom),
    "bar": ("#9a7a52", "#9a7a52", 0.6, handheld.bar),
    "phone": ("#2b2c2f", "#2b2c2f", 0.3, handheld.phone),
    "cup": ("#d9d4c8", "#d9d4c8", 0.35, handheld.cup),
    "bottle": ("#5f8fb0", "#d9d9d4", 0.2, handheld.bottle),
    "bag": ("#6b5a45", "#3a3128", 0.8, handheld.bag),
    "cylinder": ("#b0b0b0", "#808080", 0.5, equipment.upright_cylinder),
}
PROPS: dict[str, tuple[Size, str, str, float, Builder]] = {
    kind: (SIZES_CM[kind], *made) for kind, made in _MADE.items()
}
"""Kind to usual size along X, Y, Z in cm (Unreal axes), colours, roughness and builder."""


_FITTED = ("couch", "plant", "bush", "tree", "chair", "office_chair", "panel", "pole")
"""Built by eye, then stretched into their box."""


def surface_material(surface: Surface, coarse: bool = False) -> Material:
    """A generated surface as material; texture coordinates of meshes are in metres."""
    made = surface_texture(surface, coarse)
    return Material(made.texture, roughness=made.roughness, relief_m=made.relief_m, tile_m=made.tile_m)


@lru_cache(maxsize=12)
def _built(kind: str, size_cm: Size, main: Material, second: Material, *, seed: int) -> Mesh:
    size = SWAP_YZ @ np.asarray(size_cm) / 100.0
    mesh = PROPS[kind][4](size, main, second, np.random.default_rng(seed))
    return fitted(mesh, size) if kind in _FITTED else mesh


def prop_mesh(prop: Prop) -> Mesh:
    """The prop's mesh; equal props share one."""
    size, colour, colour_2, roughness, _ = PROPS[prop.kind]
    main = surface_material(prop.surface) if prop.surface else paint(prop.colour or colour, roughness)
    second = paint(prop.colour_2 or colour_2, roughness)
    return _built(prop.kind, prop.size_cm or size, main, second, seed=prop.seed)
