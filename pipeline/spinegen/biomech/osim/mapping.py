"""Anybody's model under our names: its coordinates renamed, our bodies and stations laid on its own."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from ...config import Settings, load_yaml
from ...errors import ModelError
from ...geometry.euler import xyz_angles
from ...geometry.types import Array
from ...resources import find_config
from ..anatomy.assemble import load_model
from ..anatomy.spine import STILL
from ..model.definition import GROUND, Body, Coupler, Definition, Joint, Station, TransformAxis
from ..model.spine_model import BodyPoses, SpineModel
from .parse import Parsed
from .reframe import reframed

NEEDED_BODIES = (
    *("pelvis", "L5", "thorax", "skull"),
    *(f"{part}_{side}" for part in ("femur", "tibia", "calcn", "humerus", "ulna", "hand") for side in "rl"),
)
"""Bodies without which a person cannot be fitted; all others of ours may hang rigidly on these."""
NEEDED_COORDINATES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")


class Source(Settings):
    """A coordinate of theirs that one of ours stands for."""

    name: str
    factor: float = 1.0
    """Ours = factor * theirs: -1 where theirs counts the other way, the sum of all levels where theirs is one level."""

    @model_validator(mode="after")
    def _not_zero(self) -> "Source":
        if self.factor == 0.0:
            raise ValueError("factor must not be 0")
        return self


class Place(Settings):
    """A point fixed to a body of theirs."""

    body: str
    location_m: tuple[float, float, float]


class Mapping(Settings):
    """The mapping file: each entry reads `ours: theirs`."""

    bodies: dict[str, str]
    coordinates: dict[str, str | Source] = Field(default_factory=dict)
    """Coordinates that are not named keep their own names."""
    stations: dict[str, str | Place] = Field(default_factory=dict)
    """A marker of theirs, or a place. Stations that are not named are carried over from our model."""
    fitted_to: Literal["unisex", "male", "female"] = "unisex"
    """Which of our models the points that are not given come from."""


def apply_mapping(parsed: Parsed, mapping_path: Path, model_path: Path) -> Definition:
    """Their model as a definition of ours.

    Raises:
        ConfigError: the mapping file is not valid.
        ModelError: the model lacks bodies, coordinates or markers; the text lists all of them.
    """
    mapping_path = find_config(str(mapping_path), "opensim_models/mappings", "model mapping")
    mapping = load_yaml(mapping_path, Mapping)
    sources = {ours: Source(name=s) if isinstance(s, str) else s for ours, s in mapping.coordinates.items()}
    _check(parsed, mapping, sources, mapping_path, model_path=model_path)
    base = load_model(mapping.fitted_to)
    # A body of theirs that is named as one of ours is that one.
    same = {b: b for b in base.bodies if b in parsed.bodies}
    mapping = mapping.model_copy(update={"bodies": same | mapping.bodies})
    names = _our_names(mapping)
    renamed = _renamed(parsed, sources, names)
    match = _match(SpineModel(renamed), base, _homes(base, mapping, names))
    placed = _with_all_stations(renamed, _markers(parsed, names), base, match, mapping=mapping, our_names=names)
    return _with_all_bodies(reframed(placed, _our_frames(placed, base, match)), base, match)


def _check(
    parsed: Parsed, mapping: Mapping, sources: dict[str, Source], mapping_path: Path, *, model_path: Path
) -> None:
    """Everything that is missing, in one message."""
    base = load_model("unisex")
    problems = []
    unmapped = [b for b in NEEDED_BODIES if b not in mapping.bodies]
    if unmapped:
        problems.append(f"{mapping_path} says nothing of the bodies {', '.join(unmapped)}")
    unknown = [b for b in mapping.bodies if b not in base.body_index]
    if unknown:
        problems.append(f"{mapping_path} names bodies that are not ours: {', '.join(unknown)}")
    lacking = sorted({b for b in mapping.bodies.values() if b not in parsed.bodies})
    if lacking:
        problems.append(f"the model has no body {', '.join(lacking)} (it has {', '.join(parsed.bodies)})")
    taken = [b for b in base.bodies if b in parsed.bodies and mapping.bodies.get(b, b) != b]
    if taken:
        problems.append(f"{', '.join(taken)} are bodies of theirs, so {mapping_path} cannot map those names to others")
    lost = sorted({s.name for s in sources.values() if s.name not in parsed.coordinates})
    if lost:
        problems.append(f"the model has no free coordinate {', '.join(lost)} (it has {', '.join(parsed.coordinates)})")
    reachable = {*sources, *(parsed.coordinates.keys() - {s.name for s in sources.values()})}
    without = [c for c in NEEDED_COORDINATES if c not in reachable]
    if without:
        problems.append(f"neither the model nor {mapping_path} has the coordinates {', '.join(without)}")
    markers = [
        m
        for m in mapping.stations.values()
        if (m not in parsed.markers if isinstance(m, str) else m.body not in parsed.bodies)
    ]
    if markers:
        problems.append(
            f"the model has no {', '.join(f'marker {m}' if isinstance(m, str) else f'body {m.body}' for m in markers)}"
        )
    strange = [s for s in mapping.stations if s not in base.stations]
    if strange:
        problems.append(f"{mapping_path} names stations that are not ours: {', '.join(strange)}")
    if problems:
        raise ModelError(f"{model_path}: {'; '.join(problems)}")


def _our_names(mapping: Mapping) -> dict[str, str]:
    """Our name of each body of theirs: `thorax` where it carries the rib cage, else the one nearest to the pelvis."""
    names: dict[str, str] = {mapping.bodies["thorax"]: "thorax"}
    for ours in load_model("unisex").bodies:
        if ours in mapping.bodies:
            names.setdefault(mapping.bodies[ours], ours)
    return names


def _markers(parsed: Parsed, names: dict[str, str]) -> dict[str, Station]:
    return {name: Station(names.get(m.body, m.body), m.location_body_m) for name, m in parsed.markers.items()}


def _renamed(parsed: Parsed, sources: dict[str, Source], names: dict[str, str]) -> Definition:
    """Their tree with its bodies and coordinates under our names."""
    coordinate = {s.name: (ours, s.factor) for ours, s in sources.items()}
    template = load_model("unisex").definition.coordinate_of

    def named(name: str) -> str:
        return coordinate.get(name, (name, 1.0))[0]

    def factor(name: str) -> float:
        return coordinate.get(name, (name, 1.0))[1]

    def axis(a: TransformAxis) -> TransformAxis:
        if a.coordinate is None:
            return a
        return replace(a, coordinate=named(a.coordinate), function=a.function.of_multiple(factor(a.coordinate)))

    joints = tuple(
        replace(
            j,
            parent=names.get(j.parent, j.parent),
            child=names.get(j.child, j.child),
            rotations=tuple(axis(a) for a in j.rotations),
            translations=tuple(axis(a) for a in j.translations),
        )
        for j in parsed.joints
    )
    coordinates = []
    for c in parsed.coordinates.values():
        lo, hi = sorted(limit * factor(c.name) for limit in c.range)
        known = template.get(named(c.name))
        coordinates.append(
            replace(
                c,
                name=named(c.name),
                range=(lo, hi),
                default=c.default * factor(c.name),
                region=known.region if known else "",
            )
        )
    couplers = tuple(
        Coupler(
            named(c.dependent),
            named(c.independent),
            c.function.of_multiple(factor(c.independent)).scaled(factor(c.dependent)),
        )
        for c in parsed.couplers
    )
    bodies = tuple(replace(parsed.bodies[j.child], name=names.get(j.child, j.child)) for j in parsed.joints)
    known = {c.name for c in coordinates}
    rhythms = tuple(r for r in load_model("unisex").rhythms if {r.coordinate, *r.levels} <= known)
    return Definition(parsed.name, bodies, joints, tuple(coordinates), couplers, rhythms, {}, conventions="theirs")


def _homes(base: SpineModel, mapping: Mapping, names: dict[str, str]) -> dict[str, str]:
    """For each body of ours the body (under our name) of theirs that carries it: its own, or that of the body above."""
    home: dict[str, str] = {}
    for body in base.bodies:
        home[body] = names[mapping.bodies[body]] if body in mapping.bodies else home[base.parents[body]]
    return home


@dataclass(frozen=True, eq=False)
class _Match:
    """How our model lies on theirs, both upright with hanging arms."""

    home: dict[str, str]
    poses: BodyPoses
    """Theirs, every rotation zero."""
    similar: dict[str, tuple[float, Array]]
    """For each body of theirs the scale and shift that take our points to theirs, from the joints that it bears."""
    own_joint: dict[str, Array]
    """Ground positions of the joints of theirs that are also joints of ours, by our body."""


def _match(model: SpineModel, base: SpineModel, home: dict[str, str]) -> _Match:
    upright = np.array([0.0 if c.kind == "rotation" else c.default for c in model.coordinates])
    poses, ours = model.forward(upright[None]), base.forward(base.default_q[None]).position_ground_m[0]
    there = {body: ours[base.body_index[body]] for body in base.bodies}
    here, carried = dict[str, Array](), dict[str, list[str]]()
    for body in base.bodies:
        above = base.parents[body]
        if above == GROUND or home[above] == home[body]:
            continue
        theirs = model.body_index[home[body]]
        offset = np.asarray(model.definition.joint_of[home[body]].location_child_m)
        here[body] = poses.position_ground_m[0, theirs] + poses.rotation_ground_body[0, theirs] @ offset
        carried.setdefault(home[body], []).append(body)
        carried.setdefault(home[above], []).append(body)
    anchors = list(here)
    usual = _spread(np.stack([here[b] for b in anchors])) / _spread(np.stack([there[b] for b in anchors]))
    similar = {}
    for body, own in carried.items():
        a, b = np.stack([there[x] for x in own]), np.stack([here[x] for x in own])
        scale = _spread(b) / _spread(a) if len(own) > 1 and _spread(a) > 0.02 else usual
        similar[body] = (float(scale), b.mean(0) - scale * a.mean(0))
    return _Match(home, poses, similar, here)


def _spread(points: Array) -> float:
    return float(np.linalg.norm(points - points.mean(0)))


def _our_frames(theirs: Definition, base: SpineModel, match: _Match) -> dict[str, tuple[Array, Array]]:
    """Where on their bodies ours have their axes and origins: rotation and place in the body of theirs."""
    index = {joint.child: i for i, joint in enumerate(theirs.joints)}
    there = base.forward(base.default_q[None])
    frames = {}
    for body in base.bodies:
        if body not in index or body == "pelvis":
            continue
        turn, at = match.poses.rotation_ground_body[0, index[body]], match.poses.position_ground_m[0, index[body]]
        ours = base.body_index[body]
        frames[body] = (turn.T @ there.rotation_ground_body[0, ours], turn.T @ (_origin(body, there, base, match) - at))
    return frames


def _origin(body: str, there: BodyPoses, base: SpineModel, match: _Match) -> Array:
    """Where a body of ours has its origin on theirs: in its joint, or else where the similarity takes it."""
    scale, shift = match.similar[match.home[body]]
    moved = scale * there.position_ground_m[0, base.body_index[body]] + shift
    return match.own_joint[body] if body in match.own_joint and body != "thorax" else moved


def _with_all_bodies(theirs: Definition, base: SpineModel, match: _Match) -> Definition:
    """Bodies of ours that theirs does not tell apart are welded to where they belong, as ours stand upright."""
    model = SpineModel(theirs)
    upright = np.array([0.0 if c.kind == "rotation" else c.default for c in model.coordinates])
    here, there = model.forward(upright[None]), base.forward(base.default_q[None])
    bodies, joints = list(theirs.bodies), list(theirs.joints)
    for body in base.bodies:
        home = match.home[body]
        if body == home:
            continue
        at = model.body_index[home]
        turn = here.rotation_ground_body[0, at]
        x, y, z = (float(v) for v in turn.T @ (_origin(body, there, base, match) - here.position_ground_m[0, at]))
        relative = turn.T @ there.rotation_ground_body[0, base.body_index[body]]
        bodies.append(Body(body, 0.0, (0.0, 0.0, 0.0), (0.0,) * 6))
        joints.append(Joint(f"weld_{body}", home, body, (x, y, z), xyz_angles(relative), STILL, STILL))
    return replace(theirs, bodies=tuple(bodies), joints=tuple(joints))


def _with_all_stations(
    definition: Definition,
    markers: dict[str, Station],
    base: SpineModel,
    match: _Match,
    *,
    mapping: Mapping,
    our_names: dict[str, str],
) -> Definition:
    """Stations as the mapping says; the others from our model, moved with the body that carries them."""
    there = base.forward(base.default_q[None])
    index = {joint.child: i for i, joint in enumerate(definition.joints)}
    stations: dict[str, Station] = {}
    names = list(base.stations)
    for name, point in zip(names, base.station_positions(there, names)[0], strict=True):
        given, body = mapping.stations.get(name), base.stations[name].body
        if isinstance(given, Place):
            stations[name] = Station(our_names.get(given.body, given.body), np.asarray(given.location_m))
        elif given is not None:
            stations[name] = markers[given]
        else:
            home = match.home[body]
            scale, shift = match.similar[home]
            at = match.own_joint[body] if name == f"joint/{body}" and body in match.own_joint else scale * point + shift
            turn = match.poses.rotation_ground_body[0, index[home]]
            stations[name] = Station(home, turn.T @ (at - match.poses.position_ground_m[0, index[home]]))
    return replace(definition, stations=stations, endplate_s1_rad=base.definition.endplate_s1_rad)
