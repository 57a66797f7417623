"""People of the background: somewhere behind the main person as a camera sees it, each at a moment of their own, without labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array
from ..records.place import Place
from ..records.plan_shot import PlacedPerson
from ..records.sidecar import Split
from ..skeleton import INDEX
from ..streams import Stream, generator
from .performers import Casting, Performer
from .placement import footprint_radius_m
from .population import Member
from .solids import Solid, body_of

Rng = np.random.Generator

_TRIES = 12
_FREE_M = 0.4
"""Between a background person's ground and anybody else's."""
_FROM_CAMERA_M = 1.0


@dataclass(frozen=True)
class Spot:
    """Where somebody of the background stays throughout a setup."""

    member: Member
    x_m: float
    z_m: float
    yaw_deg: float


def company(casting: Casting, split: Split, main: Member) -> list[Member]:
    """Who stands behind a main person, whenever that is drawn: so few people that an engine keeps them, and always the same ones."""
    settings, members = casting.settings.people.background, casting.members[split]
    rng = generator(casting.seed, Stream.BACKGROUND, int(main.id.removeprefix("p")))
    if rng.random() >= settings.chance or len(members) < 2:
        return []
    number = int(settings.count.sample(rng))
    few = [members[index * len(members) // settings.people] for index in range(min(settings.people, len(members)))]
    first = int(rng.integers(len(few)))
    chosen = [few[(first + step) % len(few)] for step in range(min(number, len(few)))]
    return [member for member in chosen if member.id != main.id]


def spots(
    rng: Rng,
    casting: Casting,
    place: Place,
    members: Sequence[Member],
    *,
    eyes: Sequence[Array],
    people: Sequence[Array],
) -> list[Spot]:
    """A place for each, behind the main person of some take; those for whom none is found are left out.

    Args:
        eyes: `(3,)` of every take's camera.
        people: keypoints `(P, 37, 3)` of everybody in every take, the main person first.
    """
    circles = [circle for everyone in people for circle in _circles(everyone)]
    found: list[Spot] = []
    for member in members:
        for _ in range(_TRIES):
            take = int(rng.integers(len(eyes)))
            main = people[take][0, INDEX["hip"]]
            way = (main - eyes[take])[[0, 2]]
            reach, turn = float(np.hypot(*way)), float(rng.normal(0.0, 0.3))
            far = reach + casting.settings.people.background.distance_m.sample(rng)
            bearing = np.arctan2(way[1], way[0]) + turn
            x, z = eyes[take][[0, 2]] + far * np.array([np.cos(bearing), np.sin(bearing)])
            clear = all(np.hypot(x - cx, z - cz) > r + 0.6 + _FREE_M for cx, cz, r in circles)
            apart = all(np.hypot(x - eye[0], z - eye[2]) > _FROM_CAMERA_M for eye in eyes)
            if clear and apart and place.contains(float(x), float(z), margin_m=0.7):
                found.append(
                    Spot(member, round(float(x), 4), round(float(z), 4), round(float(rng.uniform(-180, 180)), 3))
                )
                circles.append((float(x), float(z), 0.6))
                break
    return found


def behind(
    rng: Rng,
    casting: Casting,
    split: Split,
    place: Place,
    *,
    settled: Sequence[Spot],
    solids: Sequence[Solid],
    eye_ground_m: Array,
    bodies: Sequence[Array],
) -> list[Performer]:
    """Those of the background at moments of their own, clear of walls, things, the camera and the keypoints `(37, 3)` of the others."""  # fmt: skip
    found: list[Performer] = []
    for spot in settled:
        for _ in range(_TRIES):
            clip, frame = casting.moments(split).sample(rng, casting.settings.clips.balance)
            motion, scale = casting.motions[clip], spot.member.stature_m / casting.performer_stature_m[clip]
            placed = PlacedPerson(
                person=spot.member.id, clip=motion.name, frame=frame, time_s=float(motion.times_s[frame]),
                x_m=spot.x_m, z_m=spot.z_m, yaw_deg=spot.yaw_deg, anchor_frame=frame, labelled=False,
            )  # fmt: skip
            person = Performer(spot.member, clip, motion, placed, scale)
            keypoints = person.keypoints(frame)
            body = body_of(keypoints, spot.member.stature_m)
            near = min(
                (float(np.linalg.norm(keypoints[:, None] - other[None], axis=-1).min()) for other in bodies),
                default=9.0,
            )
            if (
                place.contains_all(keypoints)
                and near > _FREE_M
                and np.linalg.norm(keypoints - eye_ground_m, axis=1).min() > _FROM_CAMERA_M
                and all(solid.depth_m(body) == 0.0 for solid in solids)
            ):
                found.append(person)
                break
    return found


def _circles(everyone: Array) -> list[tuple[float, float, float]]:
    out = []
    for keypoints in everyone:
        x, z = float(keypoints[INDEX["hip"], 0]), float(keypoints[INDEX["hip"], 2])
        out.append((x, z, footprint_radius_m(keypoints, x, z)))
    return out
