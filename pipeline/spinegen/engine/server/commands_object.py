"""`/objects` and `/object/NAME` commands."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...geometry.axes import ground_to_unreal, rotation_between_ground_and_unreal, unreal_matrix_rotator
from ...geometry.types import Vector
from ..content.basic_shapes import SHAPES, shape_of_path
from ..world.actors import Actor, actor_transform
from ..world.human import Human
from ..world.world import bounds_cm
from .commands_camera import numbers
from .router import Handler, Router
from .session import Session

MAX_LISTED_VERTICES = 200_000
CUBE = "CubeActor"
"""The class of UnrealCV's own cube."""
_SPACES = ("component", "world")


def add_object_commands(router: Router) -> None:
    """Register them."""
    _add_spawning(router)
    _add_placing(router)
    _add_looks(router)
    _add_naming(router)
    _add_showing(router)
    _add_bones(router)
    _add_shapes(router)
    _add_undone(router)


def _add_spawning(router: Router) -> None:
    """The list of objects, and new ones."""
    command = router.command

    @command("vget /objects", "Names of all objects.")
    def objects(session: Session) -> str:
        return " ".join(session.world.named)

    place = "[float] [float] [float]"
    for named, words in ((False, "[str]"), (True, "[str] [str]")):
        help_text = (
            f"Class{' and name' if named else ''}: SpinegenHuman, SpinegenStage, CubeActor or a kind of prop; its name."
        )
        router.add(f"vset /objects/spawn {words}", help_text, _spawner(named))
        router.add(f"vset /objects/spawn {words} {place}", f"{help_text} Location in cm.", _spawner(named))
    for named, words in ((False, ""), (True, " [str]")):
        help_text = "Unreal's basic cube, 100 cm a side, its middle at its location; its name."
        router.add(f"vset /objects/spawn_cube{words}", help_text, _cube_spawner(named))
        router.add(f"vset /objects/spawn_cube{words} {place}", f"{help_text} Location in cm.", _cube_spawner(named))


def _add_placing(router: Router) -> None:
    """Where an object is, and how large."""
    command = router.command

    @command("vget /object/[str]/location", "x y z, cm.")
    def location(session: Session, name: str) -> str:
        return numbers(*_actor(session, name).location_cm)

    @command("vset /object/[str]/location [float] [float] [float]", "x y z, cm.")
    def set_location(session: Session, name: str, x: float, y: float, z: float) -> str:
        _actor(session, name).move_to((x, y, z))
        return _changed(session)

    @command("vget /object/[str]/rotation", "pitch yaw roll, degrees.")
    def rotation(session: Session, name: str) -> str:
        return numbers(*_actor(session, name).rotator_deg)

    @command("vset /object/[str]/rotation [float] [float] [float]", "pitch yaw roll, degrees.")
    def set_rotation(session: Session, name: str, pitch: float, yaw: float, roll: float) -> str:
        _actor(session, name).turn_to((pitch, yaw, roll))
        return _changed(session)

    @command("vget /object/[str]/scale", "x y z.")
    def scale(session: Session, name: str) -> str:
        return numbers(*_actor(session, name).scale)

    @command("vset /object/[str]/scale [float] [float] [float]", "x y z, each over 0; people cannot be scaled.")
    def set_scale(session: Session, name: str, x: float, y: float, z: float) -> str:
        if min(x, y, z) <= 0:
            raise EngineError("Argument Invalid: a scale must be over 0")
        _actor(session, name).scale_to((x, y, z))
        return _changed(session)

    @command("vget /object/[str]/bounds", "min x y z, max x y z, cm.")
    def bounds(session: Session, name: str) -> str:
        return numbers(*bounds_cm(_actor(session, name)))


def _add_looks(router: Router) -> None:
    """Its surface, colour in masks and class."""
    command = router.command

    @command("vget /object/[str]/vertex_location", "World position of every vertex, cm, a line each.")
    def vertices(session: Session, name: str) -> str:
        points = _actor(session, name).vertices_unreal_cm()[:MAX_LISTED_VERTICES]
        return "\n".join(numbers(*point) for point in points.tolist())

    @command("vget /object/[str]/color", "Mask colour.")
    def colour(session: Session, name: str) -> str:
        return "(R={},G={},B={},A=255)".format(*_actor(session, name).colour)

    @command("vset /object/[str]/color [uint] [uint] [uint]", "Mask colour, 0..255 each.")
    def set_colour(session: Session, name: str, red: int, green: int, blue: int) -> str:
        if max(red, green, blue) > 255:
            raise EngineError("Argument Invalid: colours are 0..255")
        session.world.paint(name, (red, green, blue))
        session.world.changed()
        return "ok"

    @command("vget /object/[str]/mobility", "Movable.")
    def mobility(session: Session, name: str) -> str:
        return _actor(session, name).mobility

    @command("vget /object/[str]/uclass_name", "Class.")
    def uclass(session: Session, name: str) -> str:
        return _actor(session, name).uclass


def _add_naming(router: Router) -> None:
    """What it is called."""
    command = router.command

    @command("vget /object/[str]/name", "Name.")
    def object_name(session: Session, name: str) -> str:
        return _actor(session, name).name

    @command("vset /object/[str]/name [str]", "Renames it.")
    def rename(session: Session, name: str, new_name: str) -> str:
        session.world.rename(name, new_name)
        return "ok"

    @command("vget /object/[str]/label", "Label; the name unless one was given.")
    def label(session: Session, name: str) -> str:
        return _actor(session, name).label or name

    @command("vset /object/[str]/label [str]", "Gives it a label; the name stays.")
    def set_label(session: Session, name: str, text: str) -> str:
        _actor(session, name).label = text
        return "ok"


def _add_showing(router: Router) -> None:
    """Whether it is there."""
    command = router.command

    @command("vset /object/[str]/show", "Shows it.")
    def show(session: Session, name: str) -> str:
        _actor(session, name).visible = True
        return _changed(session)

    @command("vset /object/[str]/hide", "Hides it, from shadows too.")
    def hide(session: Session, name: str) -> str:
        _actor(session, name).visible = False
        return _changed(session)

    @command("vset /object/[str]/destroy", "Removes it.")
    def destroy(session: Session, name: str) -> str:
        session.world.destroy(name)
        return "ok"


def _add_bones(router: Router) -> None:
    """The skeleton inside."""
    help_text = (
        "Bones as JSON, cm and degrees: names after commas, then `component` (from the actor, so by itself) or `world`."
    )
    for words in ("", " [str]", " [str] [str]"):
        router.add(f"vget /object/[str]/bones{words}", help_text, _bones)


def _add_shapes(router: Router) -> None:
    """Unreal's basic shapes."""
    for annotated, ending in ((True, ""), (False, "_wo_annotation")):
        help_text = (
            f"One of /Engine/BasicShapes/ {', '.join(SHAPES)}, 100 cm a side, its middle at the origin"
            f"{'' if annotated else ', black in masks'}; its name."
        )
        router.add(f"vset /objects/spawn_from_path{ending} [str]", help_text, _asset_spawner(annotated))
        router.add(f"vset /objects/spawn_from_path{ending} [str] [str]", help_text, _asset_spawner(annotated))


def _add_undone(router: Router) -> None:
    """What UnrealCV offers and this engine does not."""
    for template in (
        "vset /object/[str]/bones [str]", "vget /object/[str]/material", "vset /object/[str]/material [uint] [str]",
    ):  # fmt: skip
        router.add(template, "", None)


def _spawner(named: bool) -> Handler:
    """Handler of `class [name] [x y z]`."""

    def handler(session: Session, uclass: str, *rest: Any) -> str:
        name, location = _name_and_place(session, uclass, named, rest)
        if uclass == CUBE:
            return session.world.spawn_shape("Cube", CUBE, name, location).name
        return session.world.spawn(uclass, name, location).name

    return handler


def _cube_spawner(named: bool) -> Handler:
    """Handler of `[name] [x y z]`."""

    def handler(session: Session, *rest: Any) -> str:
        name, location = _name_and_place(session, "Cube", named, rest)
        return session.world.spawn_shape("Cube", CUBE, name, location).name

    return handler


def _asset_spawner(annotated: bool) -> Handler:
    """Handler of `path [name]`."""

    def handler(session: Session, path: str, name: str | None = None) -> str:
        world, shape = session.world, shape_of_path(path)
        return world.spawn_shape(
            shape, "StaticMeshActor", name or world.free_name(shape), (0.0, 0.0, 0.0), annotated=annotated
        ).name

    return handler


def _name_and_place(session: Session, kind: str, named: bool, rest: tuple[Any, ...]) -> tuple[str, Vector]:
    name, place = (rest[0], rest[1:]) if named else (session.world.free_name(kind), rest)
    x, y, z = place or (0.0, 0.0, 0.0)
    return name, (x, y, z)


def _bones(session: Session, name: str, *words: str) -> str:
    """UnrealCV's list of `bone_name` and `transform`; names that the actor lacks are left out, as it does."""
    actor = _actor(session, name)
    if not isinstance(actor, Human):
        raise EngineError(f"{actor.name} has no bones")
    *chosen, space = words if words and words[-1].lower() in _SPACES else (*words, "component")
    if len(chosen) > 1:
        raise EngineError(f"Argument Invalid: a bone's space must be component or world, found {words[-1][:40]!r}")
    wanted = set(chosen[0].split(",")) if chosen else None
    names, transforms = actor.rig()
    if space.lower() == "component":
        transforms = np.linalg.inv(actor_transform(actor.location_cm, actor.rotator_deg, (1.0, 1.0, 1.0))) @ transforms
    return json.dumps(
        [
            {"bone_name": bone, "transform": _unreal_transform(transform)}
            for bone, transform in zip(names, transforms, strict=True)
            if wanted is None or bone in wanted
        ]
    )


def _unreal_transform(transform_ground: NDArray[np.float64]) -> dict[str, float]:
    """A rigid transform as UnrealCV writes one."""
    pitch, yaw, roll = unreal_matrix_rotator(rotation_between_ground_and_unreal(transform_ground[:3, :3]))
    x, y, z = ground_to_unreal(transform_ground[:3, 3]).tolist()
    values = {"Pitch": pitch, "Yaw": yaw, "Roll": roll, "X": x, "Y": y, "Z": z}
    return {key: round(value, 6) for key, value in values.items()} | {"ScaleX": 1.0, "ScaleY": 1.0, "ScaleZ": 1.0}


def _actor(session: Session, name: str) -> Actor:
    return session.world.actor(name)


def _changed(session: Session) -> str:
    session.world.changed()
    return "ok"
