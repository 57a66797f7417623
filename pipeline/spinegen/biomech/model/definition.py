"""What a model is made of, as plain data: bodies, joints, coordinates, couplers, rhythms, stations and shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ...geometry.types import Array, Vector
from .functions import ZERO, Function

GROUND = "ground"
CoordinateKind = Literal["rotation", "translation"]
Motion = Literal["flexion", "bending", "rotation"]
ShapeKind = Literal["ellipsoid", "cylinder", "brick"]


@dataclass(frozen=True)
class Coordinate:
    """One generalised coordinate."""

    name: str
    kind: CoordinateKind
    range: tuple[float, float]
    """Lowest and highest value, rad or m."""
    default: float = 0.0
    """rad or m."""
    region: str = ""
    """What it moves: `pelvis`, `lumbar`, `thoracic`, `lower_cervical`, `upper_cervical`, `leg_r`, `shoulder_r`, `arm_r`, ..."""


@dataclass(frozen=True)
class TransformAxis:
    """One of the six elementary motions of a joint: `function(coordinate)` rad or m about or along `direction`."""

    direction: Vector
    coordinate: str | None = None
    """None: the function is a constant."""
    function: Function = ZERO


@dataclass(frozen=True)
class Joint:
    """A joint as OpenSim's CustomJoint: `X_parent_child = P * R1 R2 R3 * (t1 + t2 + t3) * inverse(C)`.

    Rotations are about axes fixed in the moving frame, one after the other; translations are along axes of the frame `P`.
    """

    name: str
    parent: str
    child: str
    location_parent_m: Vector
    orientation_parent_rad: Vector
    """XYZ body-fixed angles of the joint frame in the parent body."""
    rotations: tuple[TransformAxis, ...]
    """Three."""
    translations: tuple[TransformAxis, ...]
    """Three."""
    location_child_m: Vector = (0.0, 0.0, 0.0)
    orientation_child_rad: Vector = (0.0, 0.0, 0.0)

    @property
    def axes(self) -> tuple[TransformAxis, ...]:
        """The three rotations, then the three translations."""
        return (*self.rotations, *self.translations)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Names of the coordinates that move it, each once, in order."""
        return tuple(dict.fromkeys(a.coordinate for a in self.axes if a.coordinate is not None))


@dataclass(frozen=True)
class Shape:
    """A simple solid that makes a body visible."""

    kind: ShapeKind
    size_m: Vector
    """Half axes of an ellipsoid or brick; radius, half length, unused for a cylinder (its axis is y)."""
    location_m: Vector
    orientation_rad: Vector = (0.0, 0.0, 0.0)
    """XYZ body-fixed angles."""
    color: Vector = (0.93, 0.89, 0.78)


@dataclass(frozen=True)
class Body:
    """A rigid body with its inertia about its mass centre, in its own axes."""

    name: str
    mass_kg: float
    centre_m: Vector
    inertia_kgm2: tuple[float, ...]
    """Ixx, Iyy, Izz, Ixy, Ixz, Iyz."""
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class Coupler:
    """`dependent = function(independent)`, exactly."""

    dependent: str
    independent: str
    function: Function


@dataclass(frozen=True)
class Rhythm:
    """How one motion of a spine region is shared among its levels."""

    region: str
    motion: Motion
    coordinate: str
    """The regional coordinate."""
    levels: tuple[str, ...]
    """Level coordinates, caudal to cranial."""
    shares: tuple[float, ...]
    """Of the regional motion, sum 1."""


@dataclass(frozen=True, eq=False)
class Station:
    """A point fixed to a body."""

    body: str
    location_body_m: Array
    """`(3,)`."""


@dataclass(frozen=True, eq=False)
class Definition:
    """A whole model. Joints are ordered parents first, one a body; coordinates that no joint uses drive couplers only."""

    name: str
    bodies: tuple[Body, ...]
    joints: tuple[Joint, ...]
    coordinates: tuple[Coordinate, ...]
    couplers: tuple[Coupler, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    stations: Mapping[str, Station] = field(default_factory=dict[str, Station])
    endplate_s1_rad: float = 0.0
    """Tilt of the sacral endplate in the pelvis about z (+ backwards), at which the vertebra S1 is drawn."""
    conventions: Literal["ours", "theirs"] = "ours"
    """Whether equal names of coordinates mean equal motions, or the joints turn as somebody else's model has them."""

    @cached_property
    def joint_of(self) -> dict[str, Joint]:
        """The joint above each body."""
        return {joint.child: joint for joint in self.joints}

    @cached_property
    def body_of(self) -> dict[str, Body]:
        """Bodies by name."""
        return {body.name: body for body in self.bodies}

    @cached_property
    def coordinate_of(self) -> dict[str, Coordinate]:
        """Coordinates by name."""
        return {coordinate.name: coordinate for coordinate in self.coordinates}
