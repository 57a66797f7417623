"""Actors and their calls over UnrealCV's `vbp`: the one table that client, engine and Unreal project share.

A call is `vbp OBJECT CALL arguments...`. UnrealCV passes at most nine arguments, by value; a last string parameter receives the
rest of the line. The reply is JSON of the outputs, `{"ReturnValue": "..."}`, or a line that starts with `error`.
World frame: Unreal's, left-handed, X forward, Y right, Z up, centimetres and degrees. Numbers are written `%.6f`.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ...errors import EngineError
from ...geometry import rigid
from ...geometry.axes import SWAP_YZ, ground_to_unreal, rotation_between_ground_and_unreal, unreal_to_ground
from .vocabulary import Backdrop, Ground, Prop, Room

HUMAN = "SpinegenHuman"
STAGE = "SpinegenStage"
BARE_LEVEL = "Stage"
"""The level that every engine has: nothing but what the stage's calls put there."""

ParameterKind = Literal["float", "int", "text"]


@dataclass(frozen=True)
class Parameter:
    """One argument by value; `text` is the rest of the line."""

    name: str
    kind: ParameterKind
    meaning: str


@dataclass(frozen=True)
class Call:
    """One function of an actor."""

    actor: str
    name: str
    parameters: tuple[Parameter, ...]
    meaning: str
    reply: str = "ok"


_EV = "Stops over (+) or under (-) what an incident-light meter at the stage's centre would choose."
_RIG = "<bone>,px,py,pz,qx,qy,qz,qw;... world, cm"

CALLS: tuple[Call, ...] = (
    Call(
        HUMAN,
        "SetBody",
        (Parameter("Spec", "text", "PersonSpec as JSON on one line"),),
        "Builds and dresses the person, in its rest pose.",
    ),
    Call(
        HUMAN,
        "SetPose",
        (Parameter("Payload", "text", f"<tag>;{_RIG}"),),
        "Puts named bones at world transforms; bones that are not named keep theirs.",
        "<tag>",
    ),
    Call(HUMAN, "GetBones", (), "World transforms of all bones.", _RIG),
    Call(HUMAN, "GetRestPose", (), "World transforms of all bones at rest, then landmarks as pseudo-bones.", _RIG),
    Call(STAGE, "Reset", (), "Removes every prop; default light, sky, ground and camera response."),
    Call(
        STAGE,
        "SetSun",
        (
            Parameter("Elevation", "float", "Degrees above the horizon, -10..90"),
            Parameter("Azimuth", "float", "Yaw of the direction towards the light, degrees"),
            Parameter("Lux", "float", "Illuminance on a plane that faces it; 0 switches it off"),
            Parameter("Kelvin", "float", "Colour temperature, 1500..20000"),
            Parameter(
                "Angle",
                "float",
                "Apparent diameter, degrees: 0.53 sun, 5..30 a window, lamp or soft box; width of penumbras",
            ),
        ),
        "The one light that casts sharp-edged shadows: the sun, or indoors the key lamp or window.",
    ),
    Call(
        STAGE,
        "SetSky",
        (
            Parameter("Turbidity", "float", "Haze, 1.8 (alpine) .. 10 (hazy)"),
            Parameter("Clouds", "float", "Cover, 0..1; near 1 is overcast"),
            Parameter("Intensity", "float", "Factor on the sky's own light"),
            Parameter("Seed", "int", "Shapes of the clouds"),
        ),
        "The sky that belongs to the sun's place: seen outdoors and through windows.",
    ),
    Call(STAGE, "SetExposure", (Parameter("Ev", "float", _EV),), "Exposure compensation."),
    Call(
        STAGE,
        "SetWhiteBalance",
        (Parameter("Kelvin", "float", "Light that is drawn neutral; 0 is automatic"),),
        "White balance.",
    ),
    Call(
        STAGE,
        "SetGround",
        (Parameter("Ground", "text", "vocabulary.Ground as JSON"),),
        "What people stand on, at z = 0.",
    ),
    Call(
        STAGE,
        "SetRoom",
        (Parameter("Room", "text", "vocabulary.Room as JSON; empty removes it"),),
        "Walls, ceiling, windows and lamps.",
    ),
    Call(
        STAGE,
        "SetBackdrop",
        (
            Parameter(
                "Backdrop", "text", "vocabulary.Backdrop as JSON; the path of `hdri` is one on the engine's machine"
            ),
        ),
        "What lies behind everything; an engine that has no panorama of a kind draws the bare sky.",
    ),
    Call(
        STAGE,
        "SetLevel",
        (Parameter("Level", "text", "Name of a level of the engine; empty or `Stage` is the bare stage"),),
        "Brings a built level around the stage and takes the one before away; actors and cameras stay. "
        "An unknown name is an error that lists the allowed ones.",
    ),
    Call(
        STAGE,
        "SetMaskActors",
        (Parameter("Names", "text", "Names of actors, blanks between; counted from 1"),),
        "Whom `CaptureMask` tells apart, at most 254.",
    ),
    Call(
        STAGE,
        "CaptureMask",
        (
            Parameter("X", "float", "Of the camera, cm"),
            Parameter("Y", "float", "Of the camera, cm"),
            Parameter("Z", "float", "Of the camera, cm"),
            Parameter("Pitch", "float", "Degrees"),
            Parameter("Yaw", "float", "Degrees"),
            Parameter("Roll", "float", "Degrees"),
            Parameter("Fov", "float", "Horizontal, degrees"),
            Parameter("Width", "int", "Pixels"),
            Parameter("Height", "int", "Pixels"),
        ),
        "Which actor is seen at the middle of every pixel, without UnrealCV's annotations.",
        "base64 of a grey PNG: number of the actor, 0 for anything else",
    ),
    Call(
        STAGE,
        "SpawnProp",
        (Parameter("Prop", "text", "vocabulary.Prop as JSON"),),
        "Puts a thing on the stage.",
        "<name>",
    ),
)


def find_call(actor: str, name: str) -> Call:
    """The table's row.

    Raises:
        EngineError: no such call; the text lists the actor's calls.
    """
    for call in CALLS:
        if call.actor == actor and call.name == name:
            return call
    known = ", ".join(call.name for call in CALLS if call.actor == actor)
    raise EngineError(f"{actor} has no call {name!r}; it has: {known or 'none'}")


def format_call(object_name: str, actor: str, name: str, *arguments: float | int | str) -> str:
    """The command line of one call, e.g. `vbp Stage_0 SetExposure 0.500000`."""
    call = find_call(actor, name)
    if len(arguments) != len(call.parameters):
        raise EngineError(f"{actor}.{name} takes {len(call.parameters)} arguments, found {len(arguments)}")
    words = ["vbp", object_name, name]
    for parameter, value in zip(call.parameters, arguments, strict=True):
        if parameter.kind == "text":
            text = str(value)
            if "\n" in text:
                raise EngineError(f"{actor}.{name}: {parameter.name} must be one line")
            words.append(text)
        elif not math.isfinite(float(value)):
            raise EngineError(f"{actor}.{name}: {parameter.name} must be finite, found {value}")
        else:
            words.append(str(int(value)) if parameter.kind == "int" else f"{float(value):.6f}")
    return " ".join(words)


def parse_arguments(call: Call, line: str) -> tuple[float | int | str, ...]:
    """Arguments of a call from the rest of its line.

    Raises:
        EngineError: too few, too many, not a number, or not finite.
    """
    values: list[float | int | str] = []
    rest = line.strip()
    for parameter in call.parameters:
        if parameter.kind == "text":
            values.append(rest)
            rest = ""
            continue
        word, _, rest = rest.partition(" ")
        rest = rest.lstrip()
        try:
            number = int(word) if parameter.kind == "int" else float(word)
        except ValueError:
            raise EngineError(
                f"{call.name}: {parameter.name} must be a number ({parameter.kind}), found {word!r}"
            ) from None
        if not math.isfinite(number):
            raise EngineError(f"{call.name}: {parameter.name} must be finite, found {word}")
        values.append(number)
    if rest:
        raise EngineError(f"{call.name} takes {len(call.parameters)} arguments, found more: {rest[:60]!r}")
    return tuple(values)


def describe(thing: Ground | Room | Backdrop | Prop) -> str:
    """One-line JSON of a description from the vocabulary, as `SetGround` and its kin take it."""
    return thing.model_dump_json(exclude_defaults=True)


def return_value(reply: str | bytes | None) -> str:
    """`ReturnValue` of a `vbp` reply.

    Raises:
        EngineError: the engine answered an error, nothing, or no JSON.
    """
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    if text is None or text.startswith("error"):
        raise EngineError(f"the engine answered: {text or 'nothing'}")
    try:
        return str(json.loads(text)["ReturnValue"])
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"the engine's reply is not a vbp result: {text[:80]!r}") from error


def encode_rig(bones: Sequence[str], transforms_ground_bone: ArrayLike) -> str:
    """Bones `(B)` and world transforms `(B, 4, 4)` in ground metres as `<bone>,px,py,pz,qx,qy,qz,qw;...` in Unreal centimetres."""
    transforms = np.asarray(transforms_ground_bone, dtype=np.float64)
    positions = ground_to_unreal(transforms[:, :3, 3])
    quaternions = rigid.matrix_quaternion(rotation_between_ground_and_unreal(transforms[:, :3, :3]))
    rows = np.concatenate([positions, quaternions[:, [1, 2, 3, 0]]], axis=1)
    return ";".join(
        f"{bone},{','.join(f'{value:.6f}' for value in row)}" for bone, row in zip(bones, rows, strict=True)
    )


def decode_rig(text: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Inverse of `encode_rig`: names and transforms `(B, 4, 4)` in ground metres.

    Raises:
        EngineError: a row is not a name and seven finite numbers, or a quaternion is far from unit length.
    """
    names: list[str] = []
    rows: list[list[float]] = []
    for item in filter(None, text.strip().split(";")):
        name, *numbers = item.split(",")
        try:
            row = [float(number) for number in numbers]
        except ValueError:
            row = []
        if len(row) != 7 or not all(map(math.isfinite, row)):
            raise EngineError(f"bone {name.strip()[:40]!r}: needs seven finite numbers px,py,pz,qx,qy,qz,qw")
        if not 0.9 < math.hypot(*row[3:]) < 1.1:
            raise EngineError(
                f"bone {name.strip()[:40]!r}: quaternion has length {math.hypot(*row[3:]):.3f}, must be 1"
            )
        names.append(name.strip())
        rows.append(row)
    values = np.asarray(rows, dtype=np.float64).reshape(-1, 7)
    if not names:
        return (), np.zeros((0, 4, 4))
    matrices = SWAP_YZ @ rigid.quaternion_matrix(values[:, [6, 3, 4, 5]]) @ SWAP_YZ
    return tuple(names), rigid.transform(matrices, unreal_to_ground(values[:, :3]))


def encode_pose(tag: str, bones: Sequence[str], transforms_ground_bone: ArrayLike) -> str:
    """The payload of `SetPose`; the engine answers `tag`."""
    return f"{tag};{encode_rig(bones, transforms_ground_bone)}"
