"""What the engine holds: cameras, actors, the lighting; every change counts up `revision`."""

import json
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...config import parse
from ...errors import ConfigError, EngineError
from ...geometry.axes import unreal_rotator_matrix
from ...geometry.camera import Camera, OrthographicCamera, PlacedCamera
from ...geometry.types import Vector
from ...lazy import loaded
from ..content.basic_shapes import basic_shape
from ..content.mesh import Drawable
from ..content.props import PROPS, prop_mesh
from ..light.lighting import Lighting, Sky, Sun, check_level
from ..protocol import actor_calls
from ..protocol.vocabulary import Backdrop, Ground, Prop, Room
from .actors import Actor, MeshActor, NotSupported, free_colour
from .human import Human
from .level import BLACK, LevelActor, level_actors
from .scenery import scenery

if TYPE_CHECKING:
    from .bodies import Bodies

MAX_ACTORS = 500
MAX_CAMERAS = 64
MAX_PIXELS = 4096 * 4096
VIEWMODES = ("lit", "depth", "normal", "object_mask")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


@dataclass
class CameraActor:
    """A camera's settings as UnrealCV names them."""

    name: str
    location_cm: Vector = (0.0, 0.0, 0.0)
    rotator_deg: Vector = (0.0, 0.0, 0.0)
    fov_deg: float = 90.0
    width: int = 640
    height: int = 480
    principal_point_px: tuple[float, float] | None = None
    """In pixels whose first centre is (0, 0); `None` is the middle."""
    projection_type: Literal["perspective", "orthographic"] = "perspective"
    ortho_width_cm: float = 512.0
    """What an orthographic camera sees from edge to edge; Unreal's own value."""

    def camera(self) -> Camera | OrthographicCamera:
        """What the settings amount to."""
        place = (self.location_cm, self.rotator_deg)
        if self.projection_type == "orthographic":
            kind, spread = OrthographicCamera, self.ortho_width_cm
        else:
            kind, spread = Camera, self.fov_deg
        camera = kind.from_unreal(*place, spread, width=self.width, height=self.height)
        if self.principal_point_px is None:
            return camera
        intrinsics = camera.intrinsics.copy()
        intrinsics[:2, 2] = self.principal_point_px
        return replace(camera, intrinsics=intrinsics)


@dataclass
class World:
    """One place with people and things in it."""

    cameras: list[CameraActor] = field(default_factory=lambda: [CameraActor("SpinegenCamera_0")])
    actors: dict[str, Actor] = field(default_factory=dict)
    lighting: Lighting = field(default_factory=Lighting)
    paused: bool = False
    viewmode: str = "lit"
    """Of `VIEWMODES`: what the player's camera shows."""
    eyes_distance_cm: float | None = None
    """How far to the right of camera 0 camera 1 is held; `None` leaves them apart."""
    mask_actors: tuple[str, ...] = ()
    """Whom the stage's `CaptureMask` tells apart."""
    revision: int = 0
    level: dict[str, LevelActor] = field(init=False)
    """The level's own actors; `actors` holds those that were spawned."""

    @cached_property
    def bodies(self) -> "Bodies":
        """People that were built; what builds them is loaded with the first of them."""
        return loaded("engine.world.bodies:Bodies")()

    def __post_init__(self) -> None:
        self.level = level_actors(lambda: scenery(self.lighting))

    @property
    def named(self) -> dict[str, Actor]:
        """Every actor: spawned ones, then the level's own."""
        return {**self.actors, **self.level}

    def changed(self) -> None:
        """Forget what was drawn."""
        self.revision += 1

    def actor(self, name: str) -> Actor:
        """Raises EngineError where there is none."""
        found = self.actors.get(name) or self.level.get(name)
        if found is None:
            raise EngineError("Cannot find object")
        return found

    def spawn(self, uclass: str, name: str, location_cm: Vector = (0.0, 0.0, 0.0)) -> Actor:
        """A new actor of a class: ours, or a kind of prop."""
        self._check_name(name)
        if uclass == actor_calls.HUMAN:
            actor: Actor = Human(name, uclass, (0, 0, 0), location_cm)
        elif uclass == actor_calls.STAGE:
            if any(actor.uclass == actor_calls.STAGE for actor in self.actors.values()):
                raise EngineError("there is a SpinegenStage already")
            actor = Actor(name, uclass, (0, 0, 0), location_cm)
        elif uclass not in PROPS:
            known = ", ".join((actor_calls.HUMAN, actor_calls.STAGE, *PROPS))
            raise EngineError(f"Argument Invalid: class must be one of {known}; found {uclass[:40]!r}")
        else:
            return self.spawn_prop(Prop.model_validate({"name": name, "kind": uclass, "location_cm": location_cm}))
        if uclass != actor_calls.STAGE:
            actor.colour = self._free_colour()
        self.actors[name] = actor
        self.changed()
        return actor

    def _check_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise EngineError(f"Argument Invalid: an object's name is letters, digits and _, found {name[:40]!r}")
        if name in self.named:
            raise EngineError(f"there is an object named {name} already")
        if len(self.actors) >= MAX_ACTORS:
            raise EngineError(f"no more than {MAX_ACTORS} objects")

    def spawn_shape(self, shape: str, uclass: str, name: str, location_cm: Vector, *, annotated: bool = True) -> Actor:
        """One of Unreal's basic shapes, its middle at a place; black in masks unless annotated."""
        self._check_name(name)
        colour = self._free_colour() if annotated else (0, 0, 0)
        self.actors[name] = MeshActor(name, uclass, colour, location_cm, mesh=basic_shape(shape))
        self.changed()
        return self.actors[name]

    def _free_colour(self) -> tuple[int, int, int]:
        return free_colour({actor.colour for actor in self.actors.values()})

    def free_name(self, kind: str) -> str:
        """`kind_N` with the first N that is free."""
        return next(name for number in range(MAX_ACTORS + 2) if (name := f"{kind}_{number}") not in self.named)

    def spawn_prop(self, prop: Prop) -> Actor:
        """Put a prop into the place."""
        self._check_name(prop.name)
        rotator = (0.0, prop.yaw_deg, 0.0)
        actor = MeshActor(prop.name, prop.kind, self._free_colour(), prop.location_cm, rotator, mesh=prop_mesh(prop))
        self.actors[prop.name] = actor
        self.changed()
        return actor

    def destroy(self, name: str) -> None:
        """Remove an actor; the level's own stay."""
        if isinstance(self.actor(name), LevelActor):
            raise NotSupported
        del self.actors[name]
        self.changed()

    def rename(self, name: str, new_name: str) -> None:
        """Give an actor another name, in its old place of the order."""
        actor = self.actor(name)
        if new_name == name:
            return
        if isinstance(actor, LevelActor):
            raise NotSupported
        if not _NAME.fullmatch(new_name) or new_name in self.named:
            raise EngineError(f"Argument Invalid: {new_name[:40]!r} is taken or not a name")
        self.mask_actors = tuple(new_name if told == name else told for told in self.mask_actors)
        actor.name = new_name
        self.actors = {actor.name: actor for actor in self.actors.values()}

    def stage_call(self, name: str, arguments: tuple[float | int | str, ...]) -> str:
        """Carry out one call of `SpinegenStage`; the `ReturnValue`."""
        result = "ok"
        if name == "Reset":
            for actor in [actor for actor in self.actors.values() if isinstance(actor, MeshActor)]:
                self.destroy(actor.name)
            self.lighting = Lighting()
        elif name == "SetSun":
            self.lighting = replace(self.lighting, sun=Sun(*map(float, arguments)))
        elif name == "SetSky":
            turbidity, clouds, intensity, seed = arguments
            self.lighting = replace(
                self.lighting, sky=Sky(float(turbidity), float(clouds), float(intensity), int(seed))
            )
        elif name == "SetExposure":
            self.lighting = replace(self.lighting, exposure_ev=float(arguments[0]))
        elif name == "SetWhiteBalance":
            self.lighting = replace(self.lighting, white_kelvin=float(arguments[0]))
        elif name == "SetGround":
            self.lighting = replace(self.lighting, ground=_described(arguments[0], Ground, name))
        elif name == "SetRoom":
            room = _described(arguments[0], Room, name) if arguments[0] else None
            self.lighting = replace(self.lighting, room=room)
        elif name == "SetBackdrop":
            self.lighting = replace(self.lighting, backdrop=checked_backdrop(_described(arguments[0], Backdrop, name)))
        elif name == "SetLevel":
            check_level(str(arguments[0]))
        elif name == "SpawnProp":
            result = self.spawn_prop(_described(arguments[0], Prop, name)).name
        self.changed()
        return result

    def drawables(self, view: PlacedCamera | None = None) -> list[Drawable]:
        """Visible actors as a view needs them; mask ids count from 1 in the order of `actors`.

        They are drawn in the order in which the stage tells them apart (`mask_actors`), then in that of their mask colours: of two that lie
        at the same depth the first one drawn is seen, and when an actor was spawned, or what it is named, is the engine's past and no part
        of the picture.
        """
        seen = [(actor, mask_id) for mask_id, actor in enumerate(self.actors.values(), 1) if actor.visible]
        place = {name: number for number, name in enumerate(self.mask_actors)}
        seen.sort(key=lambda pair: (place.get(pair[0].name, len(place)), pair[0].colour))
        return [drawable for actor, mask_id in seen for drawable in actor.drawables(mask_id, view)]

    def shown(self, drawables: tuple[Drawable, ...]) -> tuple[Drawable, ...]:
        """Drawables of the scenery without those of hidden actors of the level."""
        hidden = {actor.mask_id for actor in self.level.values() if not actor.visible}
        return tuple(one for one in drawables if one.mask_id not in hidden) if hidden else drawables

    def tell_apart(self, names: tuple[str, ...]) -> None:
        """Whom `CaptureMask` tells apart from now on; they are drawn in this order.

        Raises:
            EngineError: an actor that is not there.
        """
        for name in names:
            self.actor(name)
        if names != self.mask_actors:
            self.mask_actors = names
            self.changed()

    def paint(self, name: str, colour: tuple[int, int, int]) -> None:
        """Give an actor its mask colour; a stage gives it to the level's actors too, as long as they have none of their own."""
        actor = self.actor(name)
        if actor.uclass == actor_calls.STAGE:
            for part in self.level.values():
                if part.colour in (BLACK, actor.colour):
                    part.colour = colour
        actor.colour = colour

    def mask_colours(self) -> np.ndarray:
        """`(65536, 3)` uint8: mask id to colour; 0, where nothing is drawn, is the stage's."""
        stage = next((actor.colour for actor in self.actors.values() if actor.uclass == actor_calls.STAGE), BLACK)
        table = np.zeros((2**16, 3), np.uint8)
        table[: len(self.actors) + 1] = [stage, *(actor.colour for actor in self.actors.values())]
        for part in self.level.values():
            if part.mask_id:
                table[part.mask_id] = part.colour
        return table

    def stand_eyes_apart(self, distance_cm: float) -> None:
        """Hold camera 1, the right eye, beside camera 0; made where there is none."""
        left = self.cameras[0]
        if len(self.cameras) < 2:
            self.cameras.append(replace(left, name="RightEye"))
        self.eyes_distance_cm = distance_cm
        self.camera_moved(0)

    def camera_moved(self, number: int) -> None:
        """Take the right eye along with camera 0; one that is placed by itself is let go."""
        if number == 1:
            self.eyes_distance_cm = None
        if number == 0 and self.eyes_distance_cm is not None:
            left, right = self.cameras[:2]
            sideways = unreal_rotator_matrix(*left.rotator_deg)[:, 1] * self.eyes_distance_cm
            x, y, z = (np.asarray(left.location_cm) + sideways).tolist()
            right.location_cm, right.rotator_deg = (x, y, z), left.rotator_deg
        self.changed()

    def open_level(self) -> None:
        """The bare level anew, as it was before any client."""
        self.actors, self.lighting, self.mask_actors = {}, Lighting(), ()
        self.cameras = [CameraActor("SpinegenCamera_0")]
        self.eyes_distance_cm, self.paused, self.viewmode = None, False, "lit"
        self.level = level_actors(lambda: scenery(self.lighting))
        self.changed()


def bounds_cm(actor: Actor) -> tuple[float, ...]:
    """Axis-aligned bounds, six numbers; a point where the actor draws nothing."""
    points = actor.vertices_unreal_cm()
    if not len(points):
        points = np.asarray([actor.location_cm])
    return (*points.min(0).tolist(), *points.max(0).tolist())


def facing(rotator_deg: Vector) -> np.ndarray:
    """Unit forward vector in Unreal axes."""
    return unreal_rotator_matrix(*rotator_deg)[:, 0]


def _described(text: object, kind: type, call: str) -> Any:
    try:
        return parse(json.loads(str(text)), kind, call)
    except json.JSONDecodeError as error:
        raise EngineError(f"Argument Invalid: {call}: not JSON: {error}") from None
    except ConfigError as error:
        raise EngineError(f"Argument Invalid: {error}") from None


def checked_backdrop(backdrop: Backdrop) -> Backdrop:
    """Raises EngineError where `hdri` or `photo` names no readable file."""
    if backdrop.kind in ("hdri", "photo") and not (backdrop.path and Path(backdrop.path).is_file()):
        raise EngineError(f"SetBackdrop: {backdrop.kind} needs the path of a file, found {backdrop.path!r}")
    return backdrop
