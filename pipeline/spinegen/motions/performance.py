"""A flow played by a body: key poses planted one after the other, then every frame between them."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from ..biomech.model.contacts import CONTACTS, FLOOR_STATIONS
from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.floor_contact import Targets, plant
from ..errors import ConfigError
from ..geometry.types import Array
from .arms import WORDS, shoulder_angles
from .balance import balanced
from .flow import Flow, FlowClip, Pose
from .timeline import Timeline, between_keys, timeline

KNOT_HZ, FAST_KNOT_HZ = 25.0, 60.0
"""Frames are solved at this rate and joined by a cubic spline: poses hold no faster motion. The second is for clips of passed keys."""

_EASE_S, _FAST_EASE_S = 0.12, 0.04
"""What the floor adds to the written motion is eased over time with this standard deviation, then planted again."""
_STEP_M = 0.03
"""A contact whose two places lie further apart than this steps: it is lifted on its way."""


@dataclass(frozen=True)
class Performance:
    """Every frame of a clip on one body."""

    rate_hz: float
    times_s: Array
    q: Array
    """`(F, Q)`."""
    activities: tuple[str, ...]


def perform(flow: Flow, clip: str, model: SpineModel, rate_hz: float, *, rng: np.random.Generator) -> Performance:
    """Play a clip of a flow.

    Raises:
        ConfigError: a pose names a coordinate that the model lacks, or an angle out of its range.
    """
    spec, poses = flow.clips[clip], flow.key_poses(clip)
    try:
        keys = plant_keys(model, spec, poses)
    except ConfigError as error:
        raise ConfigError(f"{flow.source}: clip {clip}: {error}" if flow.source else str(error)) from error
    frames = timeline(spec, rate_hz)
    fast = any(key.through for key in spec.played)
    knot_hz, ease_s = (FAST_KNOT_HZ, _FAST_EASE_S) if fast else (KNOT_HZ, _EASE_S)
    knots = timeline(spec, knot_hz)
    written = between_keys(keys, spec, knots) + natural_motion(flow, model, knots.times_s, rng)
    low, high = model.limits
    written = np.clip(written, low, high)
    targets = frame_targets(model, spec, poses, keys, knots=knots)
    leaning = gaussian_filter1d(
        plant(model, written, targets, rounds=25) - written, ease_s * knot_hz, axis=0, mode="nearest"
    )
    q = plant(model, np.clip(written + leaning, low, high), targets, rounds=12)
    smooth = np.asarray(CubicSpline(knots.times_s, q)(frames.times_s))
    return Performance(rate_hz, frames.times_s, np.clip(smooth, low, high), tuple(frames.activities(poses)))


def written_q(model: SpineModel, pose: Pose, where: str = "pose", strict: bool = True) -> Array:
    """`(Q,)` of a pose's angles, pelvis at its default height.

    Args:
        strict: refuse angles out of range; else they end at the limit.

    Raises:
        ConfigError: as `perform`.
    """
    q = model.default_q.copy()
    index = model.coordinate_index
    low, high = (np.degrees(limit) for limit in model.limits)
    for name, value in _joint_angles(pose).items():
        columns = [index[n] for n in (name, f"{name}_r", f"{name}_l") if n in index]
        if not columns:
            raise ConfigError(
                f"{where}: the model has no coordinate {name!r}; it has {', '.join(model.coordinate_names)}, "
                f"and arms may be given by {', '.join(WORDS)}"
            )
        for column in columns:
            if strict and not low[column] <= value <= high[column]:
                raise ConfigError(
                    f"{where}: {name} is {value:g}; allowed are {low[column]:.0f} to {high[column]:.0f} degrees"
                )
            q[column] = np.radians(np.clip(value, low[column], high[column]))
    _lay_feet_flat(model, pose, q)
    return q


def _joint_angles(pose: Pose) -> dict[str, float]:
    """Angles by coordinate, directions of arms turned into those of the shoulder."""
    out = {
        name: value for name, value in pose.angles.items() if name.removesuffix("_r").removesuffix("_l") not in WORDS
    }
    for side in "rl":
        found = {word: pose.angles.get(f"{word}_{side}", pose.angles.get(word)) for word in WORDS}
        given = {f"{word.removeprefix('arm_')}_deg": value for word, value in found.items() if value is not None}
        if given:
            out |= {f"{name}_{side}": value for name, value in shoulder_angles(**{"raise_deg": 0.0, **given}).items()}
    return out


def _lay_feet_flat(model: SpineModel, pose: Pose, q: Array) -> None:
    """Bend ankles that nobody bent such that soles on the floor lie flat."""
    index, (low, high) = model.coordinate_index, model.limits
    for side in "rl":
        if f"foot_{side}" not in pose.contacts or {"ankle_angle", f"ankle_angle_{side}"} & pose.angles.keys():
            continue
        ankle = index[f"ankle_angle_{side}"]
        shank = q[index["pelvis_tilt"]] + q[index[f"hip_flexion_{side}"]] - q[index[f"knee_angle_{side}"]]
        q[ankle] = np.clip(-shank, low[ankle], high[ankle])


def plant_keys(model: SpineModel, spec: FlowClip, poses: tuple[Pose, ...]) -> Array:
    """`(K, Q)`: each key pose with its contacts on the floor, those it shares with the pose before in their place."""
    out: list[Array] = []
    for number, (key, pose) in enumerate(zip(spec.played, poses, strict=True)):
        q = written_q(model, pose, f"pose {key.pose}", strict=spec.size == 1.0)
        names, goals = _contact_stations(pose.contacts), _contact_heights(pose.contacts)
        if out:
            stays = set(_contact_stations(poses[number - 1].contacts)) - set(_contact_stations(key.moves))
            held = tuple(name for name in names if name in stays)
            before = dict(zip(held, _positions(model, out[-1][None], held)[0], strict=True))
            for i, name in enumerate(names):
                if name in before:
                    goals[i] = before[name]
            q = _carried(model, q, before, out[-1])
        else:
            before = {}
        if not before:
            _stand_lowest_at(model, q, pose.above_floor_m)
        targets = Targets(names, goals[None])
        if _is_balanced(pose, bool(key.through)):
            out.append(balanced(model, q, targets))
        else:
            out.append(plant(model, q[None], targets, rounds=40)[0])
    return _travelled(model, spec, poses, np.array(out))


def _is_balanced(pose: Pose, through: bool) -> bool:
    if pose.balanced is not None:
        return pose.balanced
    return not through and bool(pose.contacts) and all(c.startswith(("foot_", "ball_")) for c in pose.contacts)


def _stand_lowest_at(model: SpineModel, q: Array, height_m: float) -> None:
    """Move `q` up or down such that the lowest of the parts that may touch the floor is this high."""
    names = tuple(FLOOR_STATIONS)
    over = _positions(model, q[None], names)[0, :, 1] - np.array(list(FLOOR_STATIONS.values()))
    q[model.coordinate_index["pelvis_ty"]] += height_m - over.min()


def _travelled(model: SpineModel, spec: FlowClip, poses: tuple[Pose, ...], keys: Array) -> Array:
    """Keys after a pose in the air moved on by what the body flies: as fast as it left the ground."""
    place = [model.coordinate_index[f"pelvis_t{axis}"] for axis in "xz"]
    out, moved = keys.copy(), np.zeros(2)
    for number in range(1, len(keys)):
        if not poses[number].contacts or not poses[number - 1].contacts:
            moved = moved + np.array(poses[number].flown_m)
        out[number, place] += moved
    return out


def frame_targets(
    model: SpineModel, spec: FlowClip, poses: tuple[Pose, ...], keys: Array, *, knots: Timeline
) -> Targets:
    """Contacts of both poses follow the straight line between their two places, lifted where they step; holds keep all."""
    used = tuple(dict.fromkeys(name for pose in poses for name in _contact_stations(pose.contacts)))
    at_keys = _positions(model, keys, used)
    goals = np.full((len(knots.times_s), len(used), 3), np.nan)
    index = {name: i for i, name in enumerate(used)}
    played = spec.played
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
            if np.hypot(*(end - start)[[0, 2]]) > _STEP_M:
                path[:, 1] += played[number + 1].lift_m * np.sin(np.pi * share[:, 0]) ** 2
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
