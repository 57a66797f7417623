"""What a take has of its own: seats and tables, things in hands, people of the background, and what stands before the camera."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.protocol.vocabulary import Prop
from ..geometry.types import Array
from ..records.place import Place
from ..records.plan_shot import Held
from ..records.sidecar import Split
from .background import Spot, behind
from .held import held_things
from .performers import Casting, Performer
from .props import Sight, occluder
from .seats import Seated, put_seat, put_table, seated
from .solids import Body, Solid, body_of, solid_of

Rng = np.random.Generator

_AT_A_DESK = ("desk_work", "desk_slumped")
_SITTING_DOWN_S = 1.5
"""Who sits within this long before or after has the seat already."""


@dataclass(frozen=True)
class TakeThings:
    """Things and people that only one take shows."""

    props: tuple[Prop, ...]
    held: tuple[tuple[Held, ...], ...]
    """Of each labelled person."""
    background: tuple[Performer, ...]
    occluder: bool


def take_things(
    rng: Rng,
    casting: Casting,
    split: Split,
    place: Place,
    *,
    people: Sequence[Performer],
    sight: Sight,
    standing: Sequence[Prop],
    settled: Sequence[Spot],
    name: str,
) -> TakeThings:
    """Draw them for people at the first moment of a take.

    Args:
        sight: from the take's camera.
        standing: things of the setup.
        settled: the background's spots.
        name: begins the name of every thing.
    """
    settings = casting.settings
    keypoints = [person.keypoints(person.placed.frame) for person in people]
    bodies = [body_of(k, p.member.stature_m) for k, p in zip(keypoints, people, strict=True)]
    solids = [solid for prop in standing if (solid := _solid(prop)) is not None]
    props: list[Prop] = []
    for number, person in enumerate(people):
        others = [body for other, body in enumerate(bodies) if other != number]
        new = _seat_and_table(
            rng, casting, person, others, place=place, solids=solids, eye=sight.eye, name=f"{name}_{number}"
        )
        props += new
        solids += [solid_of(prop) for prop in new]
    held = tuple(
        held_things(
            rng, settings.props.held, p.member, _activity(p), keypoints_ground_m=k, name=f"{name}_Held_{number}"
        )
        for number, (p, k) in enumerate(zip(people, keypoints, strict=True))
    )
    taken = {person.member.id for person in people}
    crowd = behind(
        rng, casting, split, place, settled=[spot for spot in settled if spot.member.id not in taken], solids=solids,
        eye_ground_m=sight.eye, bodies=keypoints,
    )  # fmt: skip
    everybody = bodies + [body_of(p.keypoints(p.placed.frame), p.member.stature_m) for p in crowd]
    before = occluder(rng, settings.occluders, place, sight, bodies=everybody, taken=solids)
    if before is not None:
        props.append(before.model_copy(update={"name": f"{name}_Before"}))
    return TakeThings(tuple(props), held, tuple(crowd), before is not None)


def _seat_and_table(
    rng: Rng,
    casting: Casting,
    person: Performer,
    others: list[Body],
    *,
    place: Place,
    solids: Sequence[Solid],
    eye: Array,
    name: str,
) -> list[Prop]:
    settings = casting.settings.props
    sitter = _sitter(person)
    if sitter is None or rng.random() >= settings.seats:
        return []
    seat = put_seat(rng, sitter, others, place, name=f"{name}_Seat")
    if seat is None:
        return []
    found = [seat]
    wanted = _activity(person) in _AT_A_DESK or rng.random() < settings.tables
    now = seated(person.keypoints(person.placed.frame), person.member.stature_m)
    if wanted and now is not None:
        table = put_table(rng, now, others, place, eye_ground_m=eye, name=f"{name}_Table")
        if table and not any(solid_of(table[0]).meets(solid) for solid in solids):
            found += table
    return found


def _sitter(person: Performer) -> Seated | None:
    """The person at the lowest seated moment about the drawn one."""
    frame, motion, stature = person.placed.frame, person.motion, person.member.stature_m
    frames = [frame]
    if not motion.is_still:
        time = float(motion.times_s[frame])
        frames += [person.frame_at(time + step) for step in np.linspace(-_SITTING_DOWN_S, _SITTING_DOWN_S, 7)]
    found = [one for f in dict.fromkeys(frames) if (one := seated(person.keypoints(f), stature)) is not None]
    return min(found, key=lambda one: float(one.hips_ground_m[1]), default=None)


def _activity(person: Performer) -> str:
    return person.motion.activities[person.placed.frame]


def _solid(prop: Prop) -> Solid | None:
    """A standing thing; a mat is none that anybody could run into."""
    return None if prop.kind == "mat" else solid_of(prop)
