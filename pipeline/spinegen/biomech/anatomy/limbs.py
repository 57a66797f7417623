"""Pelvis, rib cage, shoulder girdle, arms and legs from the tables `joints`, `coordinates` and `knee`."""

from dataclasses import dataclass

import numpy as np

from ...errors import ModelError
from ...geometry.types import Vector
from ...model_tables import Row, number, rows, triple
from ..model.definition import GROUND, Coordinate, Coupler, Joint, TransformAxis
from ..model.functions import IDENTITY, Polynomial
from ..model.sides import mirrored_axis, mirrored_point, other_side
from .spine import MM, STILL

_SLOTS = ("rotation1", "rotation2", "rotation3", "translation1", "translation2", "translation3")


@dataclass(frozen=True)
class Limbs:
    """Everything but the spine; joints in the order of the table, the pelvis first."""

    pelvis: Joint
    joints: tuple[Joint, ...]
    coordinates: tuple[Coordinate, ...]
    couplers: tuple[Coupler, ...]


def build_limbs(neutral: dict[str, tuple[float, Vector]]) -> Limbs:
    """Joints with both sides.

    Args:
        neutral: tilt about z and origin in the pelvis frame of bodies to which rows with frame `neutral` are fixed.
    """
    coordinates, couplers = [], []
    for row in rows("coordinates"):
        coordinate, coupler = _coordinate(row)
        coordinates.append(coordinate)
        couplers.extend([coupler] if coupler else [])
    joints = []
    for row in rows("joints"):
        if row["child"] not in ("L5", "skull"):
            joints.append(_joint(row, neutral))
    left_joints = [_mirrored(j) for j in joints if j.child.endswith("_r")]
    left_coordinates = [
        Coordinate(other_side(c.name), c.kind, c.range, c.default, other_side(c.region))
        for c in coordinates
        if c.name.endswith("_r")
    ]
    left_couplers = [
        Coupler(other_side(c.dependent), other_side(c.independent), c.function)
        for c in couplers
        if c.dependent.endswith("_r")
    ]
    pelvis = Joint("ground_pelvis", GROUND, "pelvis", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), *_axes("pelvis"))
    return Limbs(
        pelvis,
        tuple(joints + left_joints),
        tuple(coordinates + left_coordinates),
        tuple(couplers + left_couplers),
    )


def knee_translation(axis: str) -> Polynomial:
    """Where the tibia moves along `x` or `y` of the femur as the knee bends (rad -> m), zero when it is straight.

    A cubic through the points of `knee.csv` by least squares, so that it stays sensible beyond them.
    """
    points = [
        (np.radians(number(r, "knee_angle_deg")), number(r, "value_mm", MM))
        for r in rows("knee")
        if r["translation"] == axis
    ]
    angle, value = np.array(points).T
    fitted = np.polynomial.polynomial.polyfit(angle, value, 3)
    return Polynomial((0.0, *(float(c) for c in fitted[1:])))


def _coordinate(row: Row) -> tuple[Coordinate, Coupler | None]:
    units = {"deg": float(np.pi / 180.0), "mm": MM}
    if row["unit"] not in units or row["slot"] not in _SLOTS:
        raise ModelError(
            f"coordinates.csv: {row['coordinate']}: unit must be deg or mm, slot one of {', '.join(_SLOTS)}"
        )
    unit = units[row["unit"]]
    coordinate = Coordinate(
        row["coordinate"],
        "rotation" if row["unit"] == "deg" else "translation",
        (number(row, "low", unit), number(row, "high", unit)),
        number(row, "default", unit),
        row["region"],
    )
    if not row["driver"]:
        return coordinate, None
    return coordinate, Coupler(row["coordinate"], row["driver"], Polynomial((0.0, number(row, "slope"))))


def _axes(body: str) -> tuple[tuple[TransformAxis, ...], tuple[TransformAxis, ...]]:
    """The six axes of the joint above a body, unused ones still."""
    used = {
        row["slot"]: TransformAxis(triple(row, 1.0, ("x", "y", "z")), row["coordinate"], IDENTITY)
        for row in rows("coordinates")
        if row["body"] == body
    }
    six = [used.get(slot, still) for slot, still in zip(_SLOTS, (*STILL, *STILL), strict=True)]
    return tuple(six[:3]), tuple(six[3:])


def _joint(row: Row, neutral: dict[str, tuple[float, Vector]]) -> Joint:
    child, parent = row["child"], row["parent"]
    location, orientation = triple(row, MM), (0.0, 0.0, 0.0)
    if row["frame"] == "neutral":
        tilt, origin = neutral[parent]
        cosine, sine = np.cos(tilt), np.sin(tilt)
        dx, dy = location[0] - origin[0], location[1] - origin[1]
        location = (float(cosine * dx + sine * dy), float(-sine * dx + cosine * dy), location[2] - origin[2])
        orientation = (0.0, 0.0, -tilt)
    rotations, translations = _axes(child)
    if child == "tibia_r":
        x, y = (knee_translation(axis) for axis in "xy")
        bend = rotations[0].coordinate
        translations = (
            TransformAxis((1.0, 0.0, 0.0), bend, x),
            TransformAxis((0.0, 1.0, 0.0), bend, y),
            translations[2],
        )
    return Joint(_joint_name(child), parent, child, location, orientation, rotations, translations)


def _joint_name(child: str) -> str:
    names = {
        "thorax": "rib_cage",
        "clavicle_r": "sternoclavicular_r",
        "scapula_r": "acromioclavicular_r",
        "humerus_r": "shoulder_r",
        "ulna_r": "elbow_r",
        "radius_r": "radioulnar_r",
        "hand_r": "wrist_r",
        "femur_r": "hip_r",
        "tibia_r": "knee_r",
        "talus_r": "ankle_r",
        "calcn_r": "subtalar_r",
        "toes_r": "mtp_r",
    }
    return names[child]


def _mirrored(joint: Joint) -> Joint:
    def axis(a: TransformAxis, turn: bool) -> TransformAxis:
        name = None if a.coordinate is None else other_side(a.coordinate)
        return TransformAxis((mirrored_axis if turn else mirrored_point)(a.direction), name, a.function)

    return Joint(
        other_side(joint.name),
        other_side(joint.parent),
        other_side(joint.child),
        mirrored_point(joint.location_parent_m),
        joint.orientation_parent_rad,
        tuple(axis(a, True) for a in joint.rotations),
        tuple(axis(a, False) for a in joint.translations),
    )
