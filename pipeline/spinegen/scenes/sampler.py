"""Draws setups: people, place and light of some takes, and each take's moments and camera, from one generator; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.protocol.vocabulary import Prop
from ..geometry.camera import Camera
from ..geometry.types import Array
from ..records.camera import CameraRecord
from ..records.place import Light, Place
from ..records.plan_shot import Shot
from ..records.sidecar import Split
from ..skeleton import INDEX
from .background import Spot, company, spots
from .camera_settings import ViewSettings
from .distributions import weighted_index
from .light import sample_light, sample_sensor
from .performers import Casting, Performer, frames_of, moved_on, sample_performers
from .placement import footprint_radius_m, heading_deg
from .places import sample_place
from .props import PropLayout, Sight, furnish, lay_mats
from .settings import SceneSettings
from .take_things import TakeThings, take_things
from .views import Rejected, Subject, View, box_px, inside_picture, inside_share, rig_view, sample_view, swayed

Rng = np.random.Generator


class GaveUp(Exception):
    """No draw could be used within the allowed tries; holds the counted reasons."""

    def __init__(self, reasons: Counter[str]) -> None:
        super().__init__(", ".join(f"{reason} ({count})" for reason, count in reasons.most_common()))
        self.reasons = reasons


@dataclass(frozen=True)
class _Take:
    """Who does what in front of which camera, before things are put around them."""

    people: list[Performer]
    view: View
    view_name: str
    cameras: Sequence[Camera]
    frames: list[list[int]]
    """Frame of every person in every shot."""
    everyone: Array
    """Keypoints `(P, 37, 3)` at the take's first shot."""
    seen: list[Array]
    """Keypoints `(37, 3)` of the main person in every shot."""

    @property
    def sight(self) -> Sight:
        camera, main = self.view.camera, self.everyone[0]
        return Sight(camera.position_ground_m, main, inside_picture(camera, main))

    @property
    def circles(self) -> list[tuple[float, float, float]]:
        """Ground that each person takes."""
        hips = [(k, float(k[INDEX["hip"], 0]), float(k[INDEX["hip"], 2])) for k in self.everyone]
        return [(x, z, footprint_radius_m(k, x, z)) for k, x, z in hips]


@dataclass(frozen=True)
class _Setting:
    """What all shots of a setup share."""

    split: Split
    split_rule: str
    place: Place
    light: Light
    props: tuple[Prop, ...]
    background: list[Spot]
    tries: int
    rejected: dict[str, int]


def sample_setup(rng: Rng, casting: Casting, split: Split, *, takes: range, count: int) -> list[list[Shot]]:
    """`takes` (their numbers) of `count` consecutive shots each: the same people on the same spots of one place, at other moments
    and from other cameras.

    Raises:
        GaveUp: no usable draw within `settings.tries`.
    """
    reasons: Counter[str] = Counter()
    for attempt in range(1, casting.settings.tries + 1):
        try:
            drawn = _draw(rng, casting, split, takes=len(takes), count=count, reasons=reasons)
        except Rejected as rejection:
            reasons[str(rejection)] += 1
            continue
        setting = _setting(rng, casting, split, drawn=drawn, tries=attempt, rejected=dict(reasons))
        return [
            _shots(rng, casting, setting, one, number=number, first_shot=number * count)
            for number, one in zip(takes, drawn.takes, strict=True)
        ]
    raise GaveUp(reasons)


@dataclass(frozen=True)
class _Drawn:
    """A place, and all takes in it."""

    place: Place
    takes: list[_Take]


def _draw(rng: Rng, casting: Casting, split: Split, *, takes: int, count: int, reasons: Counter[str]) -> _Drawn:
    settings = casting.settings
    index = weighted_index(rng, [view.weight for view in settings.cameras])
    place = sample_place(rng, settings.places, settings.light)
    first = _take(
        rng, casting, split, place, index=index, people=sample_performers(rng, casting, split, place), count=count
    )
    drawn = [first]
    while len(drawn) < takes:
        drawn.append(_another_take(rng, casting, split, place, people=first.people, count=count, reasons=reasons))
    return _Drawn(place, drawn)


def _setting(
    rng: Rng, casting: Casting, split: Split, *, drawn: _Drawn, tries: int, rejected: dict[str, int]
) -> _Setting:
    """Mats, furniture, where people of the background stand, and light."""
    settings, place = casting.settings, drawn.place
    circles, sights = [circle for take in drawn.takes for circle in take.circles], [take.sight for take in drawn.takes]
    layout = PropLayout()
    lay_mats(rng, settings.props, [_lying(k) for k in drawn.takes[0].everyone], layout)
    furnish(rng, settings.props, place, circles, layout=layout, sights=sights)
    eyes, everyone = [take.sight.eye for take in drawn.takes], [take.everyone for take in drawn.takes]
    crowd = company(casting, split, drawn.takes[0].people[0].member)
    settled = spots(rng, casting, place, crowd, eyes=eyes, people=everyone)
    light = sample_light(rng, settings.light, place)
    return _Setting(split, casting.split.rule, place, light, tuple(layout.props), settled, tries, rejected)


def _another_take(
    rng: Rng,
    casting: Casting,
    split: Split,
    place: Place,
    *,
    people: list[Performer],
    count: int,
    reasons: Counter[str],
) -> _Take:
    """The same people at other moments, before another camera.

    Raises:
        Rejected: no usable draw within `settings.tries`.
    """
    for _ in range(casting.settings.tries):
        try:
            moved = moved_on(rng, casting, split, place, people=people)
            return _take(
                rng,
                casting,
                split,
                place,
                index=weighted_index(rng, [view.weight for view in casting.settings.cameras]),
                people=moved,
                count=count,
            )
        except Rejected as rejection:
            reasons[str(rejection)] += 1
    raise Rejected("no other take of a setup")


def _take(
    rng: Rng, casting: Casting, split: Split, place: Place, *, index: int, people: list[Performer], count: int
) -> _Take:
    settings, view_settings = casting.settings, casting.settings.cameras[index]
    everyone = np.stack([person.keypoints(person.placed.frame) for person in people])
    view = _view(rng, casting, index, Subject(everyone[0], everyone, heading_deg(everyone[0])))
    cameras = _cameras(rng, view, view_settings, settings.take.step_s, count=count)
    eye = view.camera.position_ground_m
    if not place.contains(float(eye[0]), float(eye[2]), float(eye[1])):
        raise Rejected("camera in a wall")
    frames = frames_of(casting, split, people, settings.take.step_s, count=count)
    seen = [people[0].keypoints(row[0]) for row in frames]
    for camera, keypoints in zip(cameras, seen, strict=True):
        _check_seen(camera, keypoints, view, view_settings, scene=settings)
    return _Take(people, view, view_settings.name, cameras, frames, everyone, seen)


def _shots(rng: Rng, casting: Casting, setting: _Setting, take: _Take, *, number: int, first_shot: int) -> list[Shot]:
    own = take_things(
        rng, casting, setting.split, setting.place, people=take.people, sight=take.sight, standing=setting.props,
        settled=setting.background, name=f"Prop_{number}",
    )  # fmt: skip
    step_s = casting.settings.take.step_s
    return [
        _shot(
            rng, casting, setting, take, own=own, number=number, shot=first_shot + offset, offset=offset, step_s=step_s
        )
        for offset in range(len(take.frames))
    ]


def _shot(
    rng: Rng,
    casting: Casting,
    setting: _Setting,
    take: _Take,
    *,
    own: TakeThings,
    number: int,
    shot: int,
    offset: int,
    step_s: float,
) -> Shot:
    labelled = tuple(
        person.at(frame).model_copy(update={"held": held})
        for person, frame, held in zip(take.people, take.frames[offset], own.held, strict=True)
    )
    crowd = tuple(p.at(p.frame_at(p.placed.time_s + offset * step_s)) for p in own.background)
    main, view, camera, frames = take.people[0], take.view, take.cameras[offset], take.frames[offset]
    return Shot(
        shot=shot,
        take=number,
        split=setting.split,
        clip=main.motion.name,
        activity=main.motion.activities[frames[0]],
        frame=frames[0],
        time_s=float(main.motion.times_s[frames[0]]),
        people=(*labelled, *crowd),
        camera=CameraRecord.of(camera),
        light=setting.light,
        place=setting.place,
        props=(*setting.props, *own.props),
        sensor=sample_sensor(rng, casting.settings.sensor),
        width=camera.width,
        height=camera.height,
        seed=int(rng.integers(2**32)),
        view=take.view_name,
        azimuth_deg=round(view.azimuth_deg, 3),
        elevation_deg=round(view.elevation_deg, 3),
        distance_m=round(view.distance_m, 4),
        focal_mm=round(view.focal_mm, 3),
        roll_deg=round(view.roll_deg, 3),
        truncated=view.truncated,
        occluder=own.occluder,
        people_count=len(take.people),
        person=main.member.id,
        sex=main.member.sex,
        age=main.member.age,
        stature_m=main.member.stature_m,
        wardrobe=main.member.wardrobe,
        place_kind=setting.place.kind,
        indoor=setting.place.indoor,
        sun_elevation_deg=setting.light.sun[0],
        box_px=round(max(box_px(camera, take.seen[offset])), 1),
        split_rule=setting.split_rule,
        tries=setting.tries,
        rejected=setting.rejected,
    )


def _view(rng: Rng, casting: Casting, index: int, subject: Subject) -> View:
    settings = casting.settings.cameras[index]
    if settings.kind == "rig":
        cameras = casting.rigs[index]
        return rig_view(cameras[int(rng.integers(len(cameras)))], subject)
    return sample_view(rng, settings, subject, width=casting.settings.image.width, height=casting.settings.image.height)


def _cameras(rng: Rng, view: View, settings: ViewSettings, step_s: float, *, count: int) -> Sequence[Camera]:
    if settings.kind != "handheld":
        return [view.camera] * count
    return swayed(view.camera, rng, settings, np.arange(count, dtype=np.float64) * step_s)


def _check_seen(camera: Camera, keypoints: Array, view: View, settings: ViewSettings, *, scene: SceneSettings) -> None:
    wanted = settings.min_inside if view.truncated else 1.0
    if inside_share(camera, keypoints) < wanted:
        raise Rejected("person outside the picture")
    if max(box_px(camera, keypoints)) < scene.min_person_px:
        raise Rejected("person too small")


def _lying(keypoints: Array) -> tuple[float, float, float]:
    """Middle and long direction of a body's footprint."""
    flat = keypoints[:, [0, 2]]
    middle = 0.5 * (flat.min(0) + flat.max(0))
    _, _, axes = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    return float(middle[0]), float(middle[1]), float(np.degrees(np.arctan2(axes[0, 1], axes[0, 0])))
