"""A definition as an OpenSim 4 model, written through the opensim API."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError
from ...files import atomic_path
from ..model.definition import Body, Coordinate, Definition, Joint, Shape, TransformAxis
from ..model.functions import Function, Polynomial, Spline
from ..model.spine_model import SpineModel
from .opensim_bindings import opensim_quiet

CARRIER_SUFFIX = "_motion"
"""Bodies of a gram that carry the coordinates which no joint uses: in OpenSim a coordinate lives in a joint."""
_CARRIER_MASS_KG = 1e-3
_COMMENT = re.compile(r"[ \t]*<!--.*?-->\n?", re.DOTALL)


def write_osim(source: SpineModel, path: Path) -> None:
    """Write an OpenSim 4 model that opens in the GUI, whole or not at all; the same definition gives the same bytes.

    Raises:
        ModelError: OpenSim refuses the model.
    """
    definition = source.definition
    osim = opensim_quiet()
    model = osim.Model()
    model.setName(definition.name)
    model.setPublications("Tables and sources: opensim_models/*.csv of spinegen")
    model.setGravity(osim.Vec3(0.0, -9.80665, 0.0))
    # Frames hold plain references to each other: everything made here must stay alive until the file is written.
    # addBody, addJoint, addMarker and addConstraint walk the whole model every time; appending to the sets gives the same file.
    bodies: dict[str, Any] = {"ground": model.getGround()}
    for body in definition.bodies:
        bodies[body.name] = _body(osim, body)
        _adopted(model.updBodySet(), bodies[body.name])
    for joint in definition.joints:
        _add_joint(osim, model, definition, joint, bodies=bodies)
    used = {name for joint in definition.joints for name in joint.coordinates}
    free = [c for c in definition.coordinates if c.name not in used]
    for region in dict.fromkeys(c.region for c in free):
        _add_carrier(osim, model, bodies, definition, region=region, found=[c for c in free if c.region == region])
    markers, constraints = model.updMarkerSet(), model.updConstraintSet()
    for name, station in definition.stations.items():
        x, y, z = (float(v) for v in station.location_body_m)
        marker = osim.Marker(name.replace("/", "_"), bodies[station.body], osim.Vec3(x, y, z))
        marker.set_fixed(not name.startswith("landmark/"))
        marker.setParentFrameName(f"/bodyset/{station.body}")
        markers.cloneAndAppend(marker)
    for coupler in definition.couplers:
        constraint = osim.CoordinateCouplerConstraint()
        constraint.setName(f"couple_{coupler.dependent}")
        names = osim.ArrayStr()
        names.append(coupler.independent)
        constraint.setIndependentCoordinateNames(names)
        constraint.setDependentCoordinateName(coupler.dependent)
        constraint.setFunction(_function(osim, coupler.function))
        constraints.cloneAndAppend(constraint)
    try:
        model.finalizeConnections()
        model.initSystem()
    except RuntimeError as error:
        raise ModelError(f"{definition.name}: OpenSim refuses the model: {' '.join(str(error).split())}") from error
    with atomic_path(path) as temporary:
        if not model.printToXML(str(temporary)):
            raise ModelError(f"{path}: OpenSim could not write the model")
        # OpenSim explains every property each time it occurs: two thirds of the file.
        temporary.write_text(_COMMENT.sub("", temporary.read_text(encoding="utf-8")), encoding="utf-8")


def _adopted(into: Any, part: Any) -> None:
    """Hand a body or joint over to the model's set; both stay usable."""
    part.thisown = False
    into.adoptAndAppend(part)


def _body(osim: Any, body: Body) -> Any:
    made = osim.Body(
        body.name,
        body.mass_kg,
        osim.Vec3(*body.centre_m),
        osim.Inertia(*body.inertia_kgm2),
    )
    for i, shape in enumerate(body.shapes):
        geometry = _geometry(osim, shape)
        geometry.setColor(osim.Vec3(*shape.color))
        frame = osim.PhysicalOffsetFrame(
            f"{body.name}_shape{i}",
            made,
            osim.Transform(_rotation(osim, shape.orientation_rad), osim.Vec3(*shape.location_m)),
        )
        frame.attachGeometry(geometry)
        made.addComponent(frame)
    return made


def _geometry(osim: Any, shape: Shape) -> Any:
    if shape.kind == "ellipsoid":
        return osim.Ellipsoid(*shape.size_m)
    if shape.kind == "cylinder":
        return osim.Cylinder(shape.size_m[0], shape.size_m[1])
    return osim.Brick(osim.Vec3(*shape.size_m))


def _add_joint(osim: Any, model: Any, definition: Definition, joint: Joint, *, bodies: dict[str, Any]) -> None:
    ends = (
        bodies[joint.parent],
        osim.Vec3(*joint.location_parent_m),
        osim.Vec3(*joint.orientation_parent_rad),
        bodies[joint.child],
        osim.Vec3(*joint.location_child_m),
        osim.Vec3(*joint.orientation_child_rad),
    )
    if not joint.coordinates:
        _adopted(model.updJointSet(), osim.WeldJoint(joint.name, *ends))
        return
    transform = osim.SpatialTransform()
    slots = ("rotation1", "rotation2", "rotation3", "translation1", "translation2", "translation3")
    for slot, axis in zip(slots, (*_independent(joint.rotations), *_independent(joint.translations)), strict=True):
        _fill_axis(osim, getattr(transform, f"upd_{slot}")(), axis)
    made = osim.CustomJoint(joint.name, *ends, transform)
    made.finalizeFromProperties()
    for i, name in enumerate(joint.coordinates):
        _fill_coordinate(
            osim, made.upd_coordinates(i), definition.coordinate_of[name], dependent=_driven(definition, name)
        )
    _adopted(model.updJointSet(), made)


def _independent(axes: tuple[TransformAxis, ...]) -> list[TransformAxis]:
    """The same three axes; those along which nothing moves are turned away from the others, as OpenSim asks for."""
    taken = [np.asarray(a.direction) / np.linalg.norm(a.direction) for a in axes if a.coordinate is not None]
    out = []
    for axis in axes:
        if axis.coordinate is None:
            spare = min(np.eye(3), key=lambda unit: max((abs(float(unit @ t)) for t in taken), default=0.0))
            taken.append(spare)
            axis = replace(axis, direction=(float(spare[0]), float(spare[1]), float(spare[2])))
        out.append(axis)
    return out


def _add_carrier(
    osim: Any, model: Any, bodies: dict[str, Any], definition: Definition, *, region: str, found: list[Coordinate]
) -> None:
    """A gram of body at the root that shows a region's coordinates as sliders; nothing hangs on it."""
    if len(found) > 3 or any(c.kind != "rotation" for c in found):
        raise ModelError(
            f"{definition.name}: region {region!r} has coordinates that no joint uses: {', '.join(c.name for c in found)}"
        )
    name = f"{region}{CARRIER_SUFFIX}"
    light = _CARRIER_MASS_KG
    bodies[name] = osim.Body(name, light, osim.Vec3(0.0), osim.Inertia(light, light, light, 0.0, 0.0, 0.0))
    _adopted(model.updBodySet(), bodies[name])
    root = definition.joints[0].child
    transform = osim.SpatialTransform()
    axes = ((0.0, 0.0, -1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    for i, (coordinate, axis) in enumerate(zip(found, axes, strict=False), start=1):
        _fill_axis(
            osim, getattr(transform, f"upd_rotation{i}")(), TransformAxis(axis, coordinate.name, Polynomial((0.0, 1.0)))
        )
    zero = osim.Vec3(0.0)
    made = osim.CustomJoint(name, bodies[root], zero, zero, bodies[name], zero, zero, transform)
    made.finalizeFromProperties()
    for i, coordinate in enumerate(found):
        _fill_coordinate(osim, made.upd_coordinates(i), coordinate, dependent=False)
    _adopted(model.updJointSet(), made)


def _driven(definition: Definition, name: str) -> bool:
    return any(coupler.dependent == name for coupler in definition.couplers)


def _fill_axis(osim: Any, slot: Any, axis: TransformAxis) -> None:
    slot.setAxis(osim.Vec3(*(float(v) for v in np.asarray(axis.direction) / np.linalg.norm(axis.direction))))
    if axis.coordinate is not None:
        names = osim.ArrayStr()
        names.append(axis.coordinate)
        slot.setCoordinateNames(names)
    # setFunction would take a pointer that Python still owns; set_function copies.
    slot.set_function(_function(osim, axis.function))


def _fill_coordinate(osim: Any, made: Any, coordinate: Coordinate, dependent: bool) -> None:
    made.setName(coordinate.name)
    made.setRangeMin(coordinate.range[0])
    made.setRangeMax(coordinate.range[1])
    made.setDefaultValue(coordinate.default)
    made.setDefaultClamped(not dependent and coordinate.region != "pelvis")


def _function(osim: Any, function: Function) -> Any:
    if isinstance(function, Spline):
        xs = np.asarray(function.knots)
        made = osim.PiecewiseLinearFunction() if function.is_piecewise_linear else osim.SimmSpline()
        for x, y in zip(xs, function.value(xs), strict=True):
            made.addPoint(float(x), float(y))
        return made
    if function.degree == 0:
        return osim.Constant(function.coefficients[0])
    if function.degree == 1:
        return osim.LinearFunction(function.coefficients[1], function.coefficients[0])
    factors = osim.Vector(function.degree + 1, 0.0)
    for power, factor in enumerate(function.coefficients[: function.degree + 1]):
        factors.set(function.degree - power, factor)
    return osim.PolynomialFunction(factors)


def _rotation(osim: Any, angles_rad: tuple[float, float, float]) -> Any:
    rotation = osim.Rotation()
    rotation.setRotationToBodyFixedXYZ(osim.Vec3(*angles_rad))
    return rotation
