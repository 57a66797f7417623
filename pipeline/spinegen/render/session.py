"""An engine in use: its stage, its people and one camera; sends only what changed since the last picture."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..engine.protocol import actor_calls
from ..engine.protocol.stage_mask import decode_mask
from ..engine.protocol.vocabulary import Prop
from ..errors import ConfigError, EngineError
from ..geometry.axes import ground_to_unreal, rotation_between_ground_and_unreal, unreal_matrix_rotator
from ..geometry.camera import Camera
from ..humans.spec.person_spec import PersonSpec
from ..records.place import Light, Place
from ..resources import panorama_path
from .client import Connection, ConnectionLost
from .foreign import (
    CUT_PICTURES,
    OURS,
    RETAKES,
    STILL_LEVELS,
    Pictures,
    changed,
    cut_out,
    depth_changed,
    difference,
    disagreement,
    stale,
    without_hidden,
    without_portrait,
)
from .mask_colours import FIRST_PROP, colour_of, decode
from .skeleton_map import RestPose, SkeletonMap, split_rest_pose

KEPT_PEOPLE = 6
"""Dressed people kept in the engine at once."""
SET_BODY_TIMEOUT_S = 180.0
SET_LEVEL_TIMEOUT_S = 600.0
"""A city takes minutes to load."""
STAGE_NAME = "Stage_0"


@dataclass
class _Dressed:
    actor: str
    rest: RestPose
    visible: bool = True
    bones_ground_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    """Where the moved bones were last put."""


class Session:
    """One engine, from the first command to its end."""

    def __init__(self, connection: Connection, mapping: SkeletonMap, warm_up: int = CUT_PICTURES) -> None:
        """`warm_up`: most pictures of a foreign engine that are thrown away after a change."""
        self.connection, self._mapping = connection, mapping
        objects = connection.text("vget /objects").split()
        if STAGE_NAME not in objects:
            connection.text(f"vset /objects/spawn {actor_calls.STAGE} {STAGE_NAME}")
        self._stage("Reset")
        for name in objects:
            if name.startswith(("Person_", "Prop_")) and name in connection.text("vget /objects").split():
                connection.order(f"vset /object/{name}/destroy")
        if len(connection.text("vget /cameras").split()) < 2:
            connection.text("vset /cameras/spawn")
        self._camera = 1
        self.own_masks = self._offers_masks()
        """The stage captures masks itself (`CaptureMask`); otherwise they are UnrealCV's `object_mask`."""
        self._people: OrderedDict[str, _Dressed] = OrderedDict()
        self._born = 0
        self._props: list[str] = []
        self._standing: dict[Prop, str] = {}
        self._laid: tuple[Prop, ...] | None = None
        self._set: dict[str, str] = {}
        self._shown: list[str] = []
        self.identity = _identity(connection)
        self.foreign = self.identity["name"] != OURS
        self._warm_up, self._level = warm_up, ""
        self._unsettled = True
        """Something changed since the last picture."""
        self._before: Pictures | None = None
        """What the last capture saw."""
        self.pictures_taken = 0
        """Of the lit kind."""
        if self.foreign:
            self._ready_camera()

    def dress(self, person: str, spec: PersonSpec) -> RestPose:
        """The person of a spec, spawned and dressed unless they are there already; their rest pose."""
        if person in self._people:
            self._people.move_to_end(person)
            return self._people[person].rest
        while len(self._people) >= KEPT_PEOPLE:
            _, oldest = self._people.popitem(last=False)
            self.connection.order(f"vset /object/{oldest.actor}/destroy")
        actor = f"Person_{self._born}"
        self._born += 1
        self.connection.text(f"vset /objects/spawn {actor_calls.HUMAN} {actor}")
        text = json.dumps(spec.model_dump(mode="json"), separators=(",", ":"), allow_nan=False)
        command = actor_calls.format_call(actor, actor_calls.HUMAN, "SetBody", text)
        actor_calls.return_value(self.connection.request(command, timeout_s=SET_BODY_TIMEOUT_S))
        names, transforms = actor_calls.decode_rig(self.connection.call(actor, actor_calls.HUMAN, "GetRestPose"))
        rest = split_rest_pose(names, transforms, self._mapping, spec.stature_m)
        self._people[person] = _Dressed(actor, rest)
        self._unsettled = True
        self._set.pop("colours", None)
        return rest

    def set_stage(self, place: Place, light: Light, props: Sequence[Prop]) -> None:
        """Level, ground, room, backdrop, light and things.

        Raises:
            ConfigError: the place is a level, and the engine is the embedded one, which has none.
        """
        if place.level and not self.foreign:
            raise ConfigError(
                f"places.levels: level {place.level!r} for {place.kind}: the embedded engine has only the bare stage; "
                "add --engine HOST:PORT, or leave levels out of the scenes file"
            )
        if place.level != self._level:
            command = actor_calls.format_call(STAGE_NAME, actor_calls.STAGE, "SetLevel", place.level)
            actor_calls.return_value(self.connection.request(command, timeout_s=SET_LEVEL_TIMEOUT_S))
            self._level, self._unsettled = place.level, True
        self._changed("room", "SetRoom", "" if place.room is None else actor_calls.describe(place.room))
        self._changed("ground", "SetGround", actor_calls.describe(place.ground))
        backdrop = place.backdrop
        if backdrop.path is not None:
            backdrop = backdrop.model_copy(update={"path": panorama_path(backdrop.path)})
        self._changed("backdrop", "SetBackdrop", actor_calls.describe(backdrop))
        self._changed("sun", "SetSun", *light.sun)
        self._changed("sky", "SetSky", *light.sky)
        self._changed("exposure", "SetExposure", light.exposure_ev)
        self._changed("white", "SetWhiteBalance", light.white_balance_k)
        self._lay(props)

    def _lay(self, props: Sequence[Prop]) -> None:
        """Take away what is no longer there, and put what is new: takes of a setup share most of their things."""
        if self._laid == tuple(props):
            return
        for prop in [prop for prop in self._standing if prop not in props]:
            self.connection.order(f"vset /object/{self._standing.pop(prop)}/destroy")
        for prop in props:
            if prop not in self._standing:
                self._standing[prop] = self._stage("SpawnProp", actor_calls.describe(prop))
        self._props = [self._standing[prop] for prop in props]
        self._laid = tuple(props)
        self._unsettled = True
        self._set.pop("colours", None)

    def put(self, prop: str, transform_ground: NDArray[np.float64]) -> None:
        """Move a thing that was laid: its own ground axes `(4, 4)` in the world's."""
        x, y, z = ground_to_unreal(transform_ground[:3, 3])
        pitch, yaw, roll = unreal_matrix_rotator(rotation_between_ground_and_unreal(transform_ground[:3, :3]))
        self.connection.order(f"vset /object/{prop}/location {x:.6f} {y:.6f} {z:.6f}")
        self.connection.order(f"vset /object/{prop}/rotation {pitch:.6f} {yaw:.6f} {roll:.6f}")
        self._unsettled = True

    def set_pose(
        self, person: str, tag: str, bones: Sequence[str], transforms_ground_bone: NDArray[np.float64]
    ) -> None:
        """Pose a dressed person.

        Raises:
            EngineError: the engine does not confirm the pose.
        """
        payload = actor_calls.encode_pose(tag, bones, transforms_ground_bone)
        answer = self.connection.call(self._people[person].actor, actor_calls.HUMAN, "SetPose", payload)
        if answer != tag:
            raise EngineError(f"SetPose of {person}: the engine answered {answer[:80]!r}, expected {tag!r}")
        self._people[person].bones_ground_m = transforms_ground_bone[:, :3, 3]
        self._unsettled = True

    def bones(self, person: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Names and world transforms `(B, 4, 4)` of a dressed person's bones, as the engine has them now."""
        return actor_calls.decode_rig(self.connection.call(self._people[person].actor, actor_calls.HUMAN, "GetBones"))

    def show_only(self, people: Sequence[str]) -> None:
        """Show these people, hide all others, and give everything its mask colour."""
        self._shown = list(people)
        for name, dressed in self._people.items():
            if dressed.visible != (name in people):
                dressed.visible = name in people
                self._unsettled = True
                self.connection.order(f"vset /object/{dressed.actor}/{'show' if dressed.visible else 'hide'}")
        actors = [*(self._people[name].actor for name in people), *self._props]
        text = " ".join(actors)
        if self._set.get("colours") != text:
            if self.own_masks:
                # No colours: what UnrealCV annotates with them may bring an engine down where people are skeletal meshes.
                self._stage("SetMaskActors", text)
            else:
                for place, actor in enumerate(actors):
                    red, green, blue = colour_of(place)
                    self.connection.order(f"vset /object/{actor}/color {red} {green} {blue}")
            self._set["colours"] = text

    def set_camera(self, camera: Camera) -> None:
        """Place the camera: a cut."""
        number = self._camera
        camera, _ = self._drawn_camera(camera)
        x, y, z = camera.location_unreal_cm
        pitch, yaw, roll = camera.rotator_deg
        for command in (
            f"vset /camera/{number}/size {camera.width} {camera.height}",
            f"vset /camera/{number}/location {x:.6f} {y:.6f} {z:.6f}",
            f"vset /camera/{number}/rotation {pitch:.6f} {yaw:.6f} {roll:.6f}",
            f"vset /camera/{number}/fov {camera.fov_deg:.6f}",
        ):
            self.connection.order(command)
        self._unsettled = True

    def lit(self, camera: Camera) -> NDArray[np.uint8]:
        """The picture `(H, W, 3)`, sRGB; of a foreign engine one that has settled after what was changed.

        Pictures are thrown away until one equals the one before it and is not that of the last capture, `warm_up` at most.
        """
        picture = self._lit(camera)
        if self.foreign and self._unsettled:
            for _ in range(self._warm_up):
                last, picture = picture, self._lit(camera)
                still = difference(last, picture) <= STILL_LEVELS
                if still and (self._before is None or difference(self._before.lit_rgb, picture) > STILL_LEVELS):
                    break
        self._unsettled = False
        return picture

    def unsettled_pictures(self, camera: Camera, most: int) -> int:
        """How many pictures differ from the next one, after a change; `most` when they never become equal."""
        picture = self._lit(camera)
        for number in range(most):
            last, picture = picture, self._lit(camera)
            if difference(last, picture) <= STILL_LEVELS:
                return number
        return most

    def capture(self, camera: Camera, people: int) -> Pictures:
        """Picture, instance mask and depth of what stands there now.

        Raises:
            EngineError: a foreign engine goes on sending pictures of different moments.
        """
        if not self.foreign:
            return self._take(camera, people)
        bones = {
            place + 1: self._people[name].bones_ground_m
            for place, name in enumerate(self._shown[:people])
            if len(self._people[name].bones_ground_m)
        }
        fault: str | None = None
        for _ in range(1 + RETAKES):
            pictures = self._take(camera, people)
            if self._level:
                pictures = replace(pictures, mask=without_hidden(camera, pictures, bones))
            fault = (
                (depth_changed(pictures.depth_m, self.depth(camera)) if self._level else None)
                or disagreement(camera, pictures.mask, pictures.depth_m, bones)
                or stale(self._before, pictures)
                or changed(pictures.lit_rgb, self._lit(camera))
            )
            if fault is None:
                self._before = pictures
                return pictures
            self._unsettled = True
        raise EngineError(f"the engine's pictures do not show one moment: {fault}")

    def mask(self, camera: Camera, people: int) -> NDArray[np.uint8]:
        """Instance ids `(H, W)` as the engine draws them at once, without warming up."""
        drawn, margin = self._drawn_camera(camera)
        instances = [*range(1, people + 1), *range(FIRST_PROP, FIRST_PROP + len(self._props))]
        if self.own_masks:
            view = (*drawn.location_unreal_cm, *drawn.rotator_deg, drawn.fov_deg, drawn.width, drawn.height)
            numbers = decode_mask(self._stage("CaptureMask", *view), drawn.width, drawn.height)
            table = np.zeros(256, np.uint8)
            table[1 : len(instances) + 1] = instances
            return cut_out(table[numbers], margin)
        command = f"vget /camera/{self._camera}/object_mask bmp"
        colours = self.connection.picture(command, drawn.width, drawn.height)
        return cut_out(decode(colours, instances), margin)

    def depth(self, camera: Camera) -> NDArray[np.float32]:
        """Planar depth `(H, W)` in metres, at once."""
        drawn, margin = self._drawn_camera(camera)
        command = f"vget /camera/{self._camera}/depth npy"
        return cut_out(self.connection.depth_m(command, drawn.width, drawn.height), margin)

    def _take(self, camera: Camera, people: int) -> Pictures:
        return Pictures(self.lit(camera), self.mask(camera, people), self.depth(camera))

    def _lit(self, camera: Camera) -> NDArray[np.uint8]:
        self.pictures_taken += 1
        drawn, margin = self._drawn_camera(camera)
        return cut_out(
            self.connection.picture(f"vget /camera/{self._camera}/lit bmp", drawn.width, drawn.height), margin
        )

    def _drawn_camera(self, camera: Camera) -> tuple[Camera, int]:
        return without_portrait(camera) if self.foreign else (camera, 0)

    def _offers_masks(self) -> bool:
        try:
            self._stage("SetMaskActors", "")
        except ConnectionLost:
            raise
        except EngineError:
            return False
        return True

    def _ready_camera(self) -> None:
        """Settings that a spawned camera of Unreal needs before it heeds fov and exposure; not every version knows all."""
        for setting in ("reflection lumen", "illumination lumen", "motion_blur 0 0 0 30"):
            try:
                self.connection.request(f"vset /camera/{self._camera}/{setting}")
            except ConnectionLost:
                raise
            except EngineError:
                continue

    def _stage(self, name: str, *arguments: float | int | str) -> str:
        return self.connection.call(STAGE_NAME, actor_calls.STAGE, name, *arguments)

    def _changed(self, key: str, name: str, *arguments: float | int | str) -> None:
        text = json.dumps(arguments)
        if self._set.get(key) != text:
            self._stage(name, *arguments)
            self._set[key] = text
            self._unsettled = True


def _identity(connection: Connection) -> dict[str, str]:
    """Who draws: name, version and renderer as far as the engine says."""
    said = {}
    for line in connection.text("vget /unrealcv/status").splitlines():
        key, _, value = line.partition(": ")
        said[key.strip()] = value.strip()
    name, _, version = said.get("Engine", "").partition(" ")
    return {
        "name": name or "UnrealCV engine",
        "version": version or connection.text("vget /unrealcv/version").strip(),
        "renderer": said.get("Renderer", "unknown"),
        "quality": said.get("Quality", "unknown"),
    }
