"""An engine in use: its stage, its people and one camera; sends only what changed since the last picture."""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine import protocol
from ..engine.vocabulary import Prop
from ..errors import EngineError
from ..geometry.camera import Camera
from ..scenes.places import Place
from .client import Connection, ConnectionLost
from .foreign import CUT_PICTURES, OURS, POSE_PICTURES, RETAKES, changed, cut_out, disagreement, without_portrait
from .mask_colours import FIRST_PROP, colour_of, decode
from .skeleton_map import RestPose, SkeletonMap, split_rest_pose

KEPT_PEOPLE = 10
"""Dressed people kept in the engine at once."""
SET_BODY_TIMEOUT_S = 180.0
STAGE_NAME = "Stage_0"


@dataclass(frozen=True)
class Pictures:
    """What the engine saw."""

    lit_rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    """Instance ids."""
    depth_m: NDArray[np.float32]
    """Planar depth; 0 where there is nothing."""


@dataclass
class _Dressed:
    actor: str
    rest: RestPose
    visible: bool = True
    bones_ground_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    """Where the moved bones were last put."""


class Session:
    """One engine, from the first command to its end."""

    def __init__(self, connection: Connection, mapping: SkeletonMap) -> None:
        self.connection, self._mapping = connection, mapping
        objects = connection.text("vget /objects").split()
        if STAGE_NAME not in objects:
            connection.text(f"vset /objects/spawn {protocol.STAGE} {STAGE_NAME}")
        self._stage("Reset")
        for name in objects:
            if name.startswith(("Person_", "Prop_")) and name in connection.text("vget /objects").split():
                connection.order(f"vset /object/{name}/destroy")
        if len(connection.text("vget /cameras").split()) < 2:
            connection.text("vset /cameras/spawn")
        self._camera = 1
        self._people: OrderedDict[str, _Dressed] = OrderedDict()
        self._born = 0
        self._props: list[str] = []
        self._set: dict[str, str] = {}
        self._shown: list[str] = []
        self.identity = _identity(connection)
        self.foreign = self.identity["name"] != OURS
        self._unseen_pictures = 0
        if self.foreign:
            self._ready_camera()

    def dress(self, person: str, spec: Mapping[str, Any]) -> RestPose:
        """The person of a spec, spawned and dressed unless they are there already; their rest pose."""
        if person in self._people:
            self._people.move_to_end(person)
            return self._people[person].rest
        while len(self._people) >= KEPT_PEOPLE:
            _, oldest = self._people.popitem(last=False)
            self.connection.order(f"vset /object/{oldest.actor}/destroy")
        actor = f"Person_{self._born}"
        self._born += 1
        self.connection.text(f"vset /objects/spawn {protocol.HUMAN} {actor}")
        text = json.dumps(spec, separators=(",", ":"), allow_nan=False)
        command = protocol.format_call(actor, protocol.HUMAN, "SetBody", text)
        protocol.return_value(self.connection.request(command, timeout_s=SET_BODY_TIMEOUT_S))
        names, transforms = protocol.decode_rig(self.connection.call(actor, protocol.HUMAN, "GetRestPose"))
        stature = spec.get("stature_m")
        rest = split_rest_pose(names, transforms, self._mapping, float(stature) if stature is not None else None)
        self._people[person] = _Dressed(actor, rest)
        self._warm_up(CUT_PICTURES)
        self._set.pop("colours", None)
        return rest

    def set_stage(self, place: Place, light: Mapping[str, Any], props: Sequence[Mapping[str, Any]]) -> None:
        """Ground, room, backdrop, light and things."""
        self._changed("room", "SetRoom", "" if place.room is None else protocol.describe(place.room))
        self._changed("ground", "SetGround", protocol.describe(place.ground))
        self._changed("backdrop", "SetBackdrop", protocol.describe(place.backdrop))
        self._changed("sun", "SetSun", *light["sun"])
        self._changed("sky", "SetSky", *light["sky"])
        self._changed("exposure", "SetExposure", light["exposure_ev"])
        self._changed("white", "SetWhiteBalance", light["white_balance_k"])
        text = json.dumps(props)
        if self._set.get("props") != text:
            for name in self._props:
                self.connection.order(f"vset /object/{name}/destroy")
            self._props = []
            for data in props:
                self._props.append(self._stage("SpawnProp", protocol.describe(Prop.model_validate(data))))
            self._set["props"] = text
            self._set.pop("colours", None)

    def set_pose(
        self, person: str, tag: str, bones: Sequence[str], transforms_ground_bone: NDArray[np.float64]
    ) -> None:
        """Pose a dressed person.

        Raises:
            EngineError: the engine does not confirm the pose.
        """
        payload = protocol.encode_pose(tag, bones, transforms_ground_bone)
        answer = self.connection.call(self._people[person].actor, protocol.HUMAN, "SetPose", payload)
        if answer != tag:
            raise EngineError(f"SetPose of {person}: the engine answered {answer[:80]!r}, expected {tag!r}")
        self._people[person].bones_ground_m = transforms_ground_bone[:, :3, 3]
        self._warm_up(POSE_PICTURES)

    def show_only(self, people: Sequence[str]) -> None:
        """Show these people, hide all others, and give everything its mask colour."""
        self._shown = list(people)
        for name, dressed in self._people.items():
            if dressed.visible != (name in people):
                dressed.visible = name in people
                self.connection.order(f"vset /object/{dressed.actor}/{'show' if dressed.visible else 'hide'}")
        actors = [*(self._people[name].actor for name in people), *self._props]
        text = " ".join(actors)
        if self._set.get("colours") != text:
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
        self._warm_up(CUT_PICTURES)

    def lit(self, camera: Camera) -> NDArray[np.uint8]:
        """The picture `(H, W, 3)`, sRGB."""
        while self._unseen_pictures:
            self._unseen_pictures -= 1
            self._lit(camera)
        return self._lit(camera)

    def capture(self, camera: Camera, people: int) -> Pictures:
        """Picture, instance mask and depth of what stands there now.

        Raises:
            EngineError: a foreign engine goes on sending pictures of different moments.
        """
        pictures = self._take(camera, people)
        if not self.foreign:
            return pictures
        bones = {
            place + 1: self._people[name].bones_ground_m
            for place, name in enumerate(self._shown[:people])
            if len(self._people[name].bones_ground_m)
        }
        for retakes_left in range(RETAKES, -1, -1):
            fault = disagreement(camera, pictures.mask, pictures.depth_m, bones)
            fault = fault or changed(pictures.lit_rgb, self._lit(camera))
            if fault is None:
                return pictures
            if not retakes_left:
                raise EngineError(f"the engine's pictures do not show one moment: {fault}")
            self._warm_up(CUT_PICTURES)
            pictures = self._take(camera, people)
        return pictures

    def mask(self, camera: Camera, people: int) -> NDArray[np.uint8]:
        """Instance ids `(H, W)` as the engine draws them at once, without warming up."""
        drawn, margin = self._drawn_camera(camera)
        command = f"vget /camera/{self._camera}/object_mask bmp"
        colours = self.connection.picture(command, drawn.width, drawn.height)
        instances = [*range(1, people + 1), *range(FIRST_PROP, FIRST_PROP + len(self._props))]
        return cut_out(decode(colours, instances), margin)

    def depth(self, camera: Camera) -> NDArray[np.float32]:
        """Planar depth `(H, W)` in metres, at once."""
        drawn, margin = self._drawn_camera(camera)
        command = f"vget /camera/{self._camera}/depth npy"
        return cut_out(self.connection.depth_m(command, drawn.width, drawn.height), margin)

    def _take(self, camera: Camera, people: int) -> Pictures:
        return Pictures(self.lit(camera), self.mask(camera, people), self.depth(camera))

    def _lit(self, camera: Camera) -> NDArray[np.uint8]:
        drawn, margin = self._drawn_camera(camera)
        return cut_out(
            self.connection.picture(f"vget /camera/{self._camera}/lit bmp", drawn.width, drawn.height), margin
        )

    def _drawn_camera(self, camera: Camera) -> tuple[Camera, int]:
        return without_portrait(camera) if self.foreign else (camera, 0)

    def _warm_up(self, pictures: int) -> None:
        """See to it that a foreign engine's next pictures are thrown away."""
        if self.foreign:
            self._unseen_pictures = max(self._unseen_pictures, pictures)

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
        return self.connection.call(STAGE_NAME, protocol.STAGE, name, *arguments)

    def _changed(self, key: str, name: str, *arguments: float | int | str) -> None:
        text = json.dumps(arguments)
        if self._set.get(key) != text:
            self._stage(name, *arguments)
            self._set[key] = text


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
