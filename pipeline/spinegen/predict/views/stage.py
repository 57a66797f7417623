"""`spinegen triangulate`: people filmed by several calibrated cameras, as points in space."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ...clips.orientation import parse_axis
from ...clips.raw import METRES_PER_UNIT, unit_name
from ...errors import SpinegenError, UsageError
from ...files import remove_leftovers, sha256
from ...media.video_read import VideoError, open_video
from ...progress import Reporter, StageSummary
from ...version import __version__
from ..detector import SHIPPED
from ..estimator import SpineEstimator
from ..film import Film, follow_film
from .calibration import read_calibration
from .files import write_person
from .gravity import upward_world
from .kept_films import keep_film, kept_film
from .matching import MatchedPerson, disagreement, match_people
from .pairing import NO_COMMON_TIME, as_filmed, cameras_of, parse_starts, require_common_time, require_one_stretch
from .redraw import draw_view
from .report import doubtful_views, idle_views, summary, write_report
from .rig import Rig
from .sightings import common_times_s, sightings
from .triangulation import Trajectories, triangulate_person
from .trunk.build import UNTOLD, Subject
from .trunk.statistics import TrunkStatistics, statistics_of
from .world import find_world

SHORTEST_S = 0.2
"""Who is seen by two views at once for less is nobody."""


@dataclass(frozen=True)
class TriangulationSettings:
    """What a user may say."""

    model: Path
    detector: Path | None = None
    starts: str | None = None
    """Seconds at which each video begins, `0,0.4`; None: together."""
    unit: str | None = None
    """Of the calibration's translations; None: the file's, else judged from the people."""
    up_axis: str | None = None
    draw: bool = False
    """Also write each film with the points in space over it."""
    as_seen: bool = False
    """Leave trunks where the views saw them."""
    subject: Subject = UNTOLD
    """What is known of the one who is filmed."""


def triangulate_videos(
    calibration: Path, videos: Sequence[Path], target: Path, *, settings: TriangulationSettings, reporter: Reporter
) -> tuple[StageSummary, list[Path]]:
    """Follow people in every video, match them between the views, and write their keypoints in ground metres.

    Returns:
        The summary and the TRC file of each person, `person_1.trc` and so on, which `spinegen fit-mocap` reads.

    Raises:
        CalibrationError: the calibration cannot be read, or nobody is where it says.
        UsageError: one video, videos without a camera, of another size or another length, or an output that is an input.
        VideoError: a video is missing or damaged.
    """
    rig = _filmed(calibration, videos, target, settings=settings, reporter=reporter)
    people = _matched(rig)
    found = [triangulate_person(rig.cameras, person, len(rig.times_s), rig.times_s) for person in people]
    rate = rig.films[0].rate_hz
    world = find_world(
        calibration,
        rig.calibration,
        [person.positions_world for person in found],
        rate,
        unit=settings.unit,
        up_axis=settings.up_axis,
        upward_world=partial(upward_world, rig.cameras, people, rig.times_s),
    )
    statistics = None if settings.as_seen else statistics_of(settings.model)
    subject, told_of_whom = _subject_of(settings.subject, len(found))
    if statistics is not None:
        found = [_put_right(person, statistics, world.metres_per_unit, subject) for person in found]
    written = []
    for number, person in enumerate(found, 1):
        points = world.ground_m(person.positions_world)
        written.append(write_person(target, f"person_{number}", rig.times_s, points, found=person))
    warnings = [*doubtful_views(rig, found), *idle_views(rig, people)]
    for text in (*world.notes, *told_of_whom, *warnings):
        reporter.warn(text)
    trunks = _trunks_in_words(settings, statistics, subject)
    write_report(target, rig, people, found=found, world=world, trunks=trunks)
    if settings.draw:
        for view, video in enumerate(rig.videos):
            film, start = rig.films[view], rig.starts_s[view]
            aim = target / "views" / f"{video.stem}.mp4"
            draw_view(
                video, aim, rig.cameras[view], film, start_s=start, times_s=rig.times_s, people=found, reporter=reporter
            )
    faults = tuple(fault for film in rig.films for fault in film.faults)
    return summary(target, rig, found, faults, trunks=trunks), written


def _subject_of(subject: Subject, people: int) -> tuple[Subject, tuple[str, ...]]:
    """Whom to take everybody for, and what to say where that is nobody."""
    if people < 2 or not subject.told:
        return subject, ()
    return UNTOLD, (f"{people} people were found: {subject.options} not used, since it is one person's",)


def _put_right(
    person: Trajectories, statistics: TrunkStatistics, metres_per_unit: float, subject: Subject
) -> Trajectories:
    views = person.used.sum(axis=0)
    positions = statistics.corrected(person.positions_world, views, metres_per_unit=metres_per_unit, subject=subject)
    return replace(person, positions_world=positions)


def _trunks_in_words(settings: TriangulationSettings, statistics: TrunkStatistics | None, subject: Subject) -> str:
    if settings.as_seen:
        return "as seen"
    if statistics is None:
        return f"as seen: how {settings.model.name} errs was not measured"
    told = f" ({', '.join(subject.told)} told)" if subject.told else ""
    return f"the most probable, given how the network errs and the build{told}"


def _filmed(
    calibration: Path, videos: Sequence[Path], target: Path, *, settings: TriangulationSettings, reporter: Reporter
) -> Rig:
    _require_known(settings)
    rig = read_calibration(calibration)
    starts = parse_starts(settings.starts, videos)
    cameras = cameras_of(videos, calibration, rig)
    _require_apart(calibration, videos, target)
    lengths, turned = [], []
    for video, camera in zip(videos, cameras, strict=True):
        size, quarters, length = _size_and_length(video)
        turned.append(as_filmed(video, camera, size, quarters=quarters, calibration_path=calibration))
        lengths.append(length)
    cameras = tuple(turned)
    if all(length is not None for length in lengths):
        known = [length or 0.0 for length in lengths]
        if starts is None:
            require_one_stretch(videos, known)
        else:
            require_common_time(starts, known)
    _prepare(target)
    estimator = SpineEstimator(settings.model, detector=settings.detector, flip_test=True, closer=True)
    films = tuple(_film(video, target, estimator, settings, reporter=reporter) for video in videos)
    if starts is None:
        require_one_stretch(videos, [film.times_s[-1] for film in films])
    starts_s = starts or (0.0,) * len(films)
    times = common_times_s(films, starts_s)
    if len(times) < 2:
        raise UsageError(NO_COMMON_TIME)
    return Rig(calibration, rig, tuple(videos), cameras, films, starts_s, times)


def _require_known(settings: TriangulationSettings) -> None:
    """Refuse what no calibration could make right before anybody is followed."""
    if settings.unit is not None and unit_name(settings.unit) is None:
        raise UsageError(f"--unit {settings.unit}: is not known; allowed are {', '.join(METRES_PER_UNIT)}")
    if settings.up_axis is not None:
        parse_axis(settings.up_axis)
    if settings.as_seen and settings.subject.told:
        raise UsageError(f"--as-seen leaves trunks as they are: leave out {settings.subject.options}")


def _require_apart(calibration: Path, videos: Sequence[Path], target: Path) -> None:
    for given in (calibration, *videos):
        if given.exists() and given.resolve().is_relative_to((target / "views").resolve()):
            raise UsageError(f"{given}: lies where results are written; name another output folder than {target}")


def _prepare(target: Path) -> None:
    try:
        (target / "views").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpinegenError(f"{target}: output folder cannot be written: {error.strerror or error}") from error
    for folder in (target, target / "views"):
        remove_leftovers(folder)


def _size_and_length(video: Path) -> tuple[tuple[int, int], int, float | None]:
    """Width and height as shown, quarter turns to the left that lead there, and seconds."""
    with open_video(video) as opened:
        first = next(iter(opened.frames()), None)
        if first is None:
            raise VideoError(f"{video}: holds no frame")
        length = None if opened.total is None else opened.total / opened.rate_hz
        return (first.image_rgb.shape[1], first.image_rgb.shape[0]), first.quarters, length


def _film(
    video: Path, target: Path, estimator: SpineEstimator, settings: TriangulationSettings, *, reporter: Reporter
) -> Film:
    identity = film_identity(video, settings)
    place = target / "views" / f"{video.stem}.npz"
    known = kept_film(place, identity)
    if known is not None:
        reporter.say(f"{video.name}: seen before, not followed again")
        return known
    film = follow_film(video, estimator, reporter)
    keep_film(place, film, identity)
    return film


def film_identity(video: Path, settings: TriangulationSettings) -> str:
    """What a film's people depend on: the video, both networks, how they look, and the version."""
    files = (video, settings.model, settings.detector or SHIPPED)
    return hashlib.sha256(
        " ".join([__version__, "closer, head", *(sha256(path) for path in files)]).encode()
    ).hexdigest()


def _matched(rig: Rig) -> list[MatchedPerson]:
    clocks = zip(rig.cameras, rig.films, rig.starts_s, strict=True)
    seen = [
        sightings(view, camera, film, start_s=start, times_s=rig.times_s)
        for view, (camera, film, start) in enumerate(clocks)
    ]
    for video, tracks in zip(rig.videos, seen, strict=True):
        if not tracks:
            raise UsageError(f"{video}: nobody was found in it; leave it out, or name a better --detector")
    tracks = [track for view in seen for track in view]
    people = match_people(rig.cameras, tracks)
    least = SHORTEST_S * rig.films[0].rate_hz
    people = [person for person in people if _together(person) >= least]
    if not people:
        costs = [disagreement(rig.cameras, a, b) for a in tracks for b in tracks if a.view < b.view]
        nearest = min((cost for cost in costs if np.isfinite(cost)), default=None)
        found = (
            "they are never seen at one time"
            if nearest is None
            else f"the best two miss by {nearest:.0%} of a person's height"
        )
        raise UsageError(
            f"{rig.path}: no two views see the same person where the calibration says ({found}): is it the calibration of these videos, "
            "in this order, and do they begin at one time?"
        )
    return people


def _together(person: MatchedPerson) -> int:
    """Frames in which at least two views see somebody."""
    views = {view: np.zeros(len(person.tracks[0].seen), bool) for view in person.views}
    for track in person.tracks:
        views[track.view] |= track.seen
    return int((np.sum(list(views.values()), axis=0) >= 2).sum())
