"""An OpenSim 4 document as plain data: bodies, joints, coordinates, couplers and markers, under their own names."""

import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...geometry.euler import euler_xyz_matrix, xyz_angles
from ...geometry.types import Array, Vector
from ..model.definition import GROUND, Body, Coordinate, Coupler, Joint, Station, TransformAxis
from ..model.functions import IDENTITY, Polynomial
from .functions import function_in, numbers
from .opensim_bindings import opensim_quiet

_X, _Y, _Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
_AXES: dict[str, tuple[tuple[Vector, ...], tuple[Vector, ...]]] = {
    "WeldJoint": ((), ()),
    "PinJoint": ((_Z,), ()),
    "SliderJoint": ((), (_X,)),
    "UniversalJoint": ((_X, _Y), ()),
    "GimbalJoint": ((_X, _Y, _Z), ()),
    "BallJoint": ((_X, _Y, _Z), ()),
    "FreeJoint": ((_X, _Y, _Z), (_X, _Y, _Z)),
    "PlanarJoint": ((_Z,), (_X, _Y)),
}
"""Rotation axes, then translation axes, of OpenSim's joints, each moved by one coordinate in that order."""
_SLOTS = ("rotation1", "rotation2", "rotation3", "translation1", "translation2", "translation3")
_UNLIMITED = (-1e3, 1e3)


@dataclass
class Parsed:
    """What a document holds that moves."""

    name: str
    bodies: dict[str, Body] = field(default_factory=dict)
    joints: list[Joint] = field(default_factory=list)
    coordinates: dict[str, Coordinate] = field(default_factory=dict)
    couplers: list[Coupler] = field(default_factory=list)
    markers: dict[str, Station] = field(default_factory=dict)


@dataclass(frozen=True)
class _Frame:
    """A place on a body."""

    body: str
    rotation: Array
    location: Array


def parse_osim(path: Path) -> Parsed:
    """Read a model.

    Raises:
        ModelError: unreadable, no OpenSim model, or with joints or functions that are not known here.
    """
    model = _model_element(path)
    parsed = Parsed(model.get("name") or path.stem)
    frames = {GROUND: _Frame(GROUND, np.eye(3), np.zeros(3))}
    for element in _objects(model, "BodySet"):
        body = _body(element, path)
        parsed.bodies[body.name] = body
        frames[body.name] = _Frame(body.name, np.eye(3), np.zeros(3))
    for offset in [f for tag in ("BodySet", "components") for f in _descendants(model, tag, "PhysicalOffsetFrame")]:
        _add_frame(frames, offset, path)
    joints = []
    for element in _objects(model, "JointSet"):
        own = dict(frames)
        for offset in element.iter("PhysicalOffsetFrame"):
            _add_frame(own, offset, path)
        joints.append(_joint(element, own, parsed, path))
    parsed.joints = _ordered(joints, path)
    in_order = dict.fromkeys(name for joint in parsed.joints for name in joint.coordinates)
    parsed.coordinates = {
        name: parsed.coordinates[name] for name in (*in_order, *parsed.coordinates) if name in parsed.coordinates
    }
    for element in _objects(model, "ConstraintSet"):
        if (
            element.tag == "CoordinateCouplerConstraint"
            and (element.findtext("isEnforced") or "true").strip() != "false"
        ):
            parsed.couplers.extend(_coupler(element, parsed, path))
    for element in _objects(model, "MarkerSet"):
        frame = frames.get(_last(element.findtext("socket_parent_frame")))
        if frame is not None:
            local = np.array(numbers(element, "location", f"{path}: marker {element.get('name')!r}", (0.0, 0.0, 0.0)))
            parsed.markers[element.get("name", "")] = Station(frame.body, frame.rotation @ local + frame.location)
    return parsed


def _model_element(path: Path) -> ET.Element:
    try:
        root = ET.parse(path).getroot()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ET.ParseError as error:
        raise ModelError(f"{path}: is no OpenSim model: {error}") from error
    model = root.find("Model")
    if root.tag != "OpenSimDocument" or model is None:
        raise ModelError(f"{path}: is no OpenSim model: the document holds <{root.tag}>")
    version = root.get("Version", "0")
    if not version.isdigit() or int(version) < 40000:
        return _upgraded(path)
    return model


def _upgraded(path: Path) -> ET.Element:
    """A model of OpenSim 3 or older, brought to version 4 by OpenSim itself."""
    osim = opensim_quiet()
    with tempfile.TemporaryDirectory() as folder:
        newer = Path(folder) / "upgraded.osim"
        try:
            model = osim.Model(str(path))
            model.finalizeConnections()
            model.printToXML(str(newer))
        except RuntimeError as error:
            raise ModelError(f"{path}: OpenSim cannot load the model: {' '.join(str(error).split())}") from error
        element = ET.parse(newer).getroot().find("Model")
    if element is None:
        raise ModelError(f"{path}: OpenSim could not bring the model to version 4")
    return element


def _objects(model: ET.Element, tag: str) -> list[ET.Element]:
    found = model.find(f"{tag}/objects")
    return [] if found is None else list(found)


def _descendants(model: ET.Element, tag: str, kind: str) -> list[ET.Element]:
    found = model.find(tag)
    return [] if found is None else list(found.iter(kind))


def _body(element: ET.Element, path: Path) -> Body:
    name = element.get("name", "")
    where = f"{path}: body {name!r}"
    x, y, z = numbers(element, "mass_center", where, (0.0, 0.0, 0.0))
    return Body(
        name, numbers(element, "mass", where, (0.0,))[0], (x, y, z), numbers(element, "inertia", where, (0.0,) * 6)
    )


def _add_frame(frames: dict[str, _Frame], element: ET.Element, path: Path) -> None:
    """An offset frame on a body or on a frame that is known already."""
    name = element.get("name", "")
    base = frames.get(_last(element.findtext("socket_parent")))
    if base is None:
        return
    where = f"{path}: frame {name!r}"
    x, y, z = numbers(element, "orientation", where, (0.0, 0.0, 0.0))
    location = base.rotation @ np.array(numbers(element, "translation", where, (0.0, 0.0, 0.0))) + base.location
    frames[name] = _Frame(base.body, base.rotation @ euler_xyz_matrix((x, y, z)), location)


def _joint(element: ET.Element, frames: dict[str, _Frame], parsed: Parsed, path: Path) -> Joint:
    name = element.get("name", "")
    where = f"{path}: joint {name!r}"
    ends = []
    for socket in ("socket_parent_frame", "socket_child_frame"):
        frame = frames.get(_last(element.findtext(socket)))
        if frame is None:
            raise ModelError(f"{where}: {socket} {element.findtext(socket)!r} is not in the model")
        ends.append(frame)
    coordinates = [_coordinate(c, where) for c in element.findall("coordinates/Coordinate")]
    locked = {c.name: c.default for c, isfixed in coordinates if isfixed}
    if element.tag == "CustomJoint":
        axes = [
            _transform_axis(element.find(f"SpatialTransform/TransformAxis[@name='{slot}']"), where) for slot in _SLOTS
        ]
    elif element.tag in _AXES:
        turning, sliding = _AXES[element.tag]
        names = iter([c.name for c, _ in coordinates])
        axes = [TransformAxis(axis, next(names), IDENTITY) for axis in turning]
        axes += [TransformAxis(_X)] * (3 - len(turning))
        axes += [TransformAxis(axis, next(names), IDENTITY) for axis in sliding]
        axes += [TransformAxis(_X)] * (3 - len(sliding))
    else:
        raise ModelError(
            f"{where}: joints of kind {element.tag} cannot be read; known are CustomJoint, {', '.join(_AXES)}"
        )
    fixed = [
        TransformAxis(a.direction, None, Polynomial((float(a.function.value(locked[a.coordinate])),)))
        if a.coordinate in locked
        else a
        for a in axes
    ]
    for coordinate, isfixed in coordinates:
        if not isfixed:
            turns = any(a.coordinate == coordinate.name for a in axes[:3])
            kind = "rotation" if turns else "translation"
            parsed.coordinates[coordinate.name] = Coordinate(
                coordinate.name, kind, coordinate.range, coordinate.default
            )
    parent, child = ends
    return Joint(
        name,
        parent.body,
        child.body,
        _vector(parent.location),
        xyz_angles(parent.rotation),
        tuple(fixed[:3]),
        tuple(fixed[3:]),
        _vector(child.location),
        xyz_angles(child.rotation),
    )


def _coordinate(element: ET.Element, where: str) -> tuple[Coordinate, bool]:
    name = element.get("name", "")
    here = f"{where}: coordinate {name!r}"
    lo, hi = numbers(element, "range", here, _UNLIMITED)
    default = numbers(element, "default_value", here, (0.0,))[0]
    return Coordinate(name, "rotation", (lo, hi), default), (element.findtext("locked") or "").strip() == "true"


def _transform_axis(element: ET.Element | None, where: str) -> TransformAxis:
    if element is None:
        return TransformAxis(_X)
    x, y, z = numbers(element, "axis", where, _X)
    names = (element.findtext("coordinates") or "").split()
    function = function_in(element, where)
    if len(names) > 1:
        raise ModelError(f"{where}: an axis that depends on several coordinates ({', '.join(names)}) cannot be read")
    if function is None:
        return TransformAxis((x, y, z), names[0], IDENTITY) if names else TransformAxis((x, y, z))
    return TransformAxis((x, y, z), names[0] if names else None, function)


def _coupler(element: ET.Element, parsed: Parsed, path: Path) -> list[Coupler]:
    where = f"{path}: coupler {element.get('name')!r}"
    sources = (element.findtext("independent_coordinate_names") or "").split()
    target = (element.findtext("dependent_coordinate_name") or "").strip()
    holder = element.find("coupled_coordinates_function")
    function = None if holder is None else function_in(holder, where)
    if len(sources) != 1 or function is None:
        raise ModelError(f"{where}: only couplers from one coordinate to another can be read")
    if target not in parsed.coordinates or sources[0] not in parsed.coordinates:
        return []
    return [Coupler(target, sources[0], function.scaled(numbers(element, "scale_factor", where, (1.0,))[0]))]


def _ordered(joints: list[Joint], path: Path) -> list[Joint]:
    """Parents first, else in the order of the file."""
    children = [j.child for j in joints]
    twice = sorted({c for c in children if children.count(c) > 1})
    if twice:
        raise ModelError(f"{path}: closed loops cannot be read: {', '.join(twice)} hang on two joints")
    ordered, placed, waiting = list[Joint](), {GROUND}, joints
    while waiting:
        later = []
        for joint in waiting:
            if joint.parent in placed:
                ordered.append(joint)
                placed.add(joint.child)
            else:
                later.append(joint)
        if len(later) == len(waiting):
            raise ModelError(f"{path}: the joints {', '.join(j.name for j in waiting)} are not connected to ground")
        waiting = later
    return ordered


def _last(socket: str | None) -> str:
    return (socket or "").strip().rsplit("/", 1)[-1]


def _vector(v: Array) -> Vector:
    return float(v[0]), float(v[1]), float(v[2])
