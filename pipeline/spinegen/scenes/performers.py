"""Who plays in a setup: people on spots of their own, at moments that a split may show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry.camera import Camera
from ..records.place import Place
from ..records.plan_shot import PlacedPerson
from ..records.sidecar import Split
from ..skeleton import INDEX
from .motions import Moments, Motion, MotionSplit
from .placement import bodies_meet, footprint_radius_m, next_place, placed_keypoints
from .population import Member
from .settings import SceneSettings
from .views import Rejected

Array = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Casting:
    """What takes are drawn from."""

    settings: SceneSettings
    motions: tuple[Motion, ...]
    split: MotionSplit
    members: Mapping[str, tuple[Member, ...]]
    """Members of each split."""
    rigs: Mapping[int, tuple[Camera, ...]]
    """Cameras of each view that is a rig, by the view's index."""
    performer_stature_m: tuple[float, ...]
    seed: int = 0

    def moments(self, split: Split) -> Moments:
        """Frames that a split may show."""
        return self.split.train if split == "train" else self.split.val


@dataclass(frozen=True)
class Performer:
    """Somebody on their spot, at a moment of a clip."""

    member: Member
    clip: int
    motion: Motion
    placed: PlacedPerson
    scale: float

    def keypoints(self, frame: int) -> Array:
        """`(37, 3)`, ground metres, at a frame of their clip."""
        return placed_keypoints(self.placed, self.motion, frame, self.scale)

    def frame_at(self, time_s: float) -> int:
        """The frame nearest to a time; the earlier of two."""
        times = self.motion.times_s
        after = min(max(int(np.searchsorted(times, time_s)), 1), len(times) - 1)
        return after - int(time_s - times[after - 1] <= times[after] - time_s)

    def at(self, frame: int) -> PlacedPerson:
        """They on the same spot, at another frame."""
        return self.placed.model_copy(update={"frame": frame, "time_s": float(self.motion.times_s[frame])})


def sample_performers(rng: Rng, casting: Casting, split: Split, place: Place) -> list[Performer]:
    """People of a split, each at a moment and on a spot of their own.

    Raises:
        Rejected: they would meet each other or a wall.
    """
    settings = casting.settings
    members = casting.members[split]
    number = min(int(settings.people.count.sample(rng)), len(members))
    people: list[Performer] = []
    taken: list[tuple[float, float, float]] = []
    bodies: list[Array] = []
    for index in rng.permutation(len(members))[:number]:
        member = members[int(index)]
        clip, frame = casting.moments(split).sample(rng, settings.clips.balance)
        motion, scale = casting.motions[clip], member.stature_m / casting.performer_stature_m[clip]
        local = motion.keypoints_ground_m[frame] * scale
        radius = footprint_radius_m(local, float(local[INDEX["hip"], 0]), float(local[INDEX["hip"], 2]))
        yaw = float(rng.uniform(-180.0, 180.0))
        if people:
            x, z = next_place(rng, taken, radius, settings.people.spacing_m)
        else:
            x, z = (float(value) for value in rng.normal(0.0, 0.3, 2))
        placed = PlacedPerson(
            person=member.id,
            clip=motion.name,
            frame=frame,
            time_s=float(motion.times_s[frame]),
            x_m=round(x, 4),
            z_m=round(z, 4),
            yaw_deg=round(yaw, 3),
            anchor_frame=frame,
        )
        person = Performer(member, clip, motion, placed, scale)
        keypoints = person.keypoints(frame)
        _check_room(keypoints, bodies, place)
        people.append(person)
        taken.append((x, z, radius))
        bodies.append(keypoints)
    return people


def moved_on(rng: Rng, casting: Casting, split: Split, place: Place, *, people: list[Performer]) -> list[Performer]:
    """People on their spots, facing as they did, at other moments.

    Raises:
        Rejected: they would meet each other or a wall.
    """
    moved: list[Performer] = []
    bodies: list[Array] = []
    for person in people:
        clip, frame = casting.moments(split).sample(rng, casting.settings.clips.balance)
        motion, scale = casting.motions[clip], person.member.stature_m / casting.performer_stature_m[clip]
        old = person.placed
        placed = old.model_copy(
            update={
                "clip": motion.name,
                "frame": frame,
                "time_s": float(motion.times_s[frame]),
                "anchor_frame": frame,
            }
        )
        other = Performer(person.member, clip, motion, placed, scale)
        _check_room(other.keypoints(frame), bodies, place)
        bodies.append(other.keypoints(frame))
        moved.append(other)
    return moved


def _check_room(keypoints: Array, bodies: list[Array], place: Place) -> None:
    if any(bodies_meet(keypoints, other) for other in bodies):
        raise Rejected("people too close")
    if not place.contains_all(keypoints):
        raise Rejected("person in a wall")


def frames_of(casting: Casting, split: Split, people: list[Performer], step_s: float, *, count: int) -> list[list[int]]:
    """Frame of every person in every shot of the take.

    Raises:
        Rejected: somebody's motion leaves its split.
    """
    rows = []
    for offset in range(count):
        row = [p.placed.frame if offset == 0 else p.frame_at(p.placed.time_s + offset * step_s) for p in people]
        for person, frame in zip(people, row, strict=True):
            ends = person.motion.times_s[-1] < person.placed.time_s + (offset - 0.5) * step_s
            if offset and (ends or not casting.moments(split).holds(person.clip, frame)):
                raise Rejected("clip ends within the take")
        rows.append(row)
    return rows
