"""A flow played by a body: key poses planted one after the other, then every frame between them."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from ..biomech.model.contacts import CONTACTS
from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.floor_contact import Targets, plant
from ..errors import ConfigError
from ..geometry.types import Array
from .flow import Flow, FlowClip, Pose
from .timeline import Timeline, timeline

KNOT_HZ = 25.0
"""Frames are solved at this rate and joined by a cubic spline: poses hold no faster motion."""

_EASE_KNOTS = 3.0
"""What the floor adds to the written motion is eased over time with this standard deviation, then planted again."""


@dataclass(frozen=True)
class Performance:
    """Every frame of a clip on one body."""

    rate_hz: float
    times_s: Array
    q: Array
    """`(F, Q)`."""
    activities: tuple[str, ...]


def perform(flow: Flow, clip: str, model: SpineModel, rate_hz: float, rng: np.random.Generator) -> Performance:
    """Play a clip of a flow.

    Raises:
        ConfigError: a pose names a coordinate that the model lacks, or an angle out of its range.
    """
    spec, poses = flow.clips[clip], flow.key_poses(clip)
    keys = plant_keys(model, spec, poses)
    frames = timeline(spec, rate_hz)
    knots = timeline(spec, KNOT_HZ)
    written = _blend(keys, knots) + natural_motion(flow, model, knots.times_s, rng)
    low, high = model.limits
    written = np.clip(written, low, high)
    targets = frame_targets(model, spec, poses, keys, knots)
    leaning = gaussian_filter1d(
        plant(model, written, targets, rounds=25) - written, _EASE_KNOTS, axis=0, mode="nearest"
    )
    q = plant(model, np.clip(written + leaning, low, high), targets, rounds=12)
    smooth = np.asarray(CubicSpline(knots.times_s, q)(frames.times_s))
    return Performance(rate_hz, frames.times_s, np.clip(smooth, low, high), tuple(frames.activities(poses)))


def written_q(model: SpineModel, pose: Pose, where: str = "pose") -> Array:
    """`(Q,)` of a pose's angles, pelvis at its default height.

    Raises:
        ConfigError: as `perform`.
    """
    q = model.default_q.copy()
    index = model.coordinate_index
    low, high = (np.degrees(limit) for limit in model.limits)
    for name, value in pose.angles.items():
        columns = [index[n] for n in (name, f"{name}_r", f"{name}_l") if n in index]
        if not columns:
            raise ConfigError(
                f"{where}: the model has no coordinate {name!r}; it has {', '.join(model.coordinate_names)}"
            )
        for column in columns:
            if not low[column] <= value <= high[column]:
                raise ConfigError(
                    f"{where}: {name} is {value:g}; allowed are {low[column]:.0f} to {high[column]:.0f} degrees"
                )
            q[column] = np.radians(value)
    return q


def plant_keys(model: SpineModel, spec: FlowClip, poses: tuple[Pose, ...]) -> Array:
    """`(K, Q)`: each key pose with its contacts on the floor, those it shares with the pose before in their place."""
    out: list[Array] = []
    for number, (key, pose) in enumerate(zip(spec.keys, poses, strict=True)):
        q = written_q(model, pose, f"pose {key.pose}")
        names, goals = _contact_stations(pose.contacts), _contact_heights(pose.contacts)
        if out:
            stays = set(_contact_stations(poses[number - 1].contacts)) - set(_contact_stations(key.moves))
            held = tuple(name for name in names if name in stays)
            before = dict(zip(held, _positions(model, out[-1][None], held)[0], strict=True))
            for i, name in enumerate(names):
                if name in before:
                    goals[i] = before[name]
            q = _carried(model, q, before, out[-1])
        out.append(plant(model, q[None], Targets(names, goals[None]), rounds=40)[0])
    return np.array(out)


def frame_targets(model: SpineModel, spec: FlowClip, poses: tuple[Pose, ...], keys: Array, knots: Timeline) -> Targets:
    """Contacts of both poses follow the straight line between their two places, lifted where they step; holds keep all."""
    used = tuple(dict.fromkeys(name for pose in poses for name in _contact_stations(pose.contacts)))
    at_keys = _positions(model, keys, used)
    goals = np.full((len(knots.times_s), len(used), 3), np.nan)
    index = {name: i for i, name in enumerate(used)}
    for number, pose in enumerate(poses):
        held = (knots.before == number) & (knots.blend == 0.0)
        for name in _contact_stations(pose.contacts):
            goals[held, index[name]] = at_keys[number, index[name]]
        if number + 1 == len(poses):
            continue
        moving = (knots.before == number) & (knots.blend > 0.0)
        share = knots.blend[moving, None]
        for name in set(_contact_stations(pose.contacts)) & set(_contact_stations(poses[number + 1].contacts)):
            start, end = at_keys[number, index[name]], at_keys[number + 1, index[name]]
            path = start + share * (end - start)
            if np.hypot(*(end - start)[[0, 2]]) > 0.03:
                path[:, 1] += spec.keys[number + 1].lift_m * np.sin(np.pi * share[:, 0]) ** 2
            goals[moving, index[name]] = path
    return Targets(used, goals)


def natural_motion(flow: Flow, model: SpineModel, times_s: Array, rng: np.random.Generator) -> Array:
    """Breath and slow sway of the joints, `(F, Q)` in rad: a sum of a few slow waves with random phases."""
    count = len(model.coordinates)
    out = np.zeros((len(times_s), count))
    for hertz, share in ((0.13, 0.7), (0.31, 0.55), (0.53, 0.45)):
        phase = rng.uniform(0.0, 2.0 * np.pi, count)
        size = np.radians(flow.sway_deg) * share * np.sqrt(2.0) * rng.uniform(0.5, 1.0, count)
        out += size * np.sin(2.0 * np.pi * hertz * times_s[:, None] + phase)
    turning = np.array([c.kind == "rotation" for c in model.coordinates])
    out[:, ~turning] = 0.0
    breath = np.radians(flow.breath_deg) * np.sin(2.0 * np.pi * flow.breath_per_minute / 60.0 * times_s)
    index = model.coordinate_index
    out[:, index["thoracic_flexion"]] -= breath
    out[:, index["lower_cervical_flexion"]] += 0.5 * breath
    return out


def _blend(keys: Array, knots: Timeline) -> Array:
    after = np.minimum(knots.before + 1, len(keys) - 1)
    share = knots.blend[:, None]
    return (1.0 - share) * keys[knots.before] + share * keys[after]


def _carried(model: SpineModel, q: Array, before: dict[str, Array], previous: Array) -> Array:
    """The written pose moved over the floor to where the shared contacts are, so that the solver starts near."""
    place = [model.coordinate_index[f"pelvis_t{axis}"] for axis in "xz"]
    q = q.copy()
    if before:
        now = _positions(model, q[None], tuple(before))[0]
        q[place] += (np.array(list(before.values())) - now).mean(0)[[0, 2]]
    else:
        q[place] = previous[place]
    return q


def _contact_stations(contacts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(station for contact in contacts for station in CONTACTS[contact].stations))


def _contact_heights(contacts: tuple[str, ...]) -> Array:
    heights = {s: h for c in contacts for s, h in zip(CONTACTS[c].stations, CONTACTS[c].heights_m, strict=True)}
    return np.array([[np.nan, heights[name], np.nan] for name in _contact_stations(contacts)]).reshape(-1, 3)


def _positions(model: SpineModel, q: Array, names: tuple[str, ...]) -> Array:
    return model.station_positions(model.forward(q), names)
