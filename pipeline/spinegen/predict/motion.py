"""A film's people in 3D: each lifted, all in one ground frame, their angles over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.types import Array, Flags
from ..labels.spine import SPINE_IDS
from ..labels.spine_angles import spine_angles_deg
from ..lifting.ground import Ground, find_ground
from ..lifting.lens import Lens
from ..lifting.lifter import LiftedTrack, lift_track
from ..lifting.networks import shipped_lifter
from ..lifting.onnx_file import LiftingFile
from .film import Film
from .film_person import FilmPerson
from .space import Space


@dataclass(frozen=True)
class PersonMotion:
    """One person over the frames in which they were followed."""

    person: FilmPerson
    track: LiftedTrack
    angles_deg: Array
    """`(T, 7)`, see `labels.spine_angles.ANGLES`; NaN in gaps."""

    @property
    def number(self) -> int:
        """Who."""
        return self.person.number

    @property
    def filled(self) -> Flags:
        """`(T,)`: a vertebra of the frame was unseen and is told by the frames around, or by the rest of the body."""
        seen = np.isfinite(self.person.keypoints_px[..., 0]) & ~self.person.filled
        return np.asarray((~seen[:, SPINE_IDS]).any(axis=1))


@dataclass(frozen=True)
class FilmMotion:
    """Everybody of a film in 3D."""

    lens: Lens
    space: Space
    ground: Ground
    people: tuple[PersonMotion, ...]


def lift_film(film: Film, space: Space, network: LiftingFile | None = None) -> FilmMotion:
    """Lift everybody.

    Raises:
        TrainingError: the shipped network is missing or damaged.
    """
    lens = Lens(*film.size_wh_px, space.fov_deg)
    network = network or LiftingFile(shipped_lifter())
    times = np.asarray(film.times_s)
    tracks = [
        lift_track(network, lens, times[p.frames], p.keypoints_px, scores=_sureness(p), height_m=space.height_m)
        for p in film.people
    ]
    ground = find_ground(tracks)
    people = [PersonMotion(p, track, _angles(track, ground)) for p, track in zip(film.people, tracks, strict=True)]
    return FilmMotion(lens, space, ground, tuple(people))


def _sureness(person: FilmPerson) -> Array:
    """Scores; a keypoint that the frames around tell counts as one that the network is not sure of."""
    return np.where(person.filled, np.maximum(person.scores, 0.3), person.scores)


def _angles(track: LiftedTrack, ground: Ground) -> Array:
    return spine_angles_deg(track.keypoints_camera_m, track.centroids_camera_m, ground.up_camera)


def nobody(motion: Sequence[PersonMotion]) -> bool:
    """Whether no frame of anybody could be lifted."""
    return not any(person.track.known.any() for person in motion)
