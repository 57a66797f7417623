"""Plays the motion of one body on another: the same joint angles, steps as long as the legs, feet on the ground."""

import hashlib
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ModelError
from ...geometry.types import Array
from ..model.contacts import FLOOR_STATIONS
from ..model.spine_model import BodyPoses, SpineModel
from .floor_contact import Targets, plant
from .thigh_contact import hands_outside_thighs
from .track_stations import followed

_TOUCHING = (
    *(f"sole/{part}_{side}" for side in "rl" for part in ("heel", "ball", "toe")),
    *(
        f"{kind}/{name}_{side}"
        for side in "rl"
        for kind, name in (("joint", "tibia"), ("joint", "hand"), ("joint", "ulna"))
    ),
    *("joint/skull", "joint/pelvis", "posterior/S1", "posterior/T6"),
)
"""Points that rest on the floor in most postures, from standing and kneeling to lying."""
_RESTING_M = 0.02
"""What lies within this of its height in contact rests on the floor."""
_OFF_M = 0.005
"""Frames in which something rests this much higher or lower, or sinks this deep, have their joints adjusted."""
_FOLLOWED: WeakKeyDictionary[SpineModel, tuple[bytes, Array, SpineModel]] = WeakKeyDictionary()
_LEGS_M: WeakKeyDictionary[SpineModel, float] = WeakKeyDictionary()
_PELVIS = ("pelvis_tx", "pelvis_ty", "pelvis_tz")


def retarget(
    q: ArrayLike, source: SpineModel, target: SpineModel, offsets_rad: Mapping[str, float] | None = None
) -> Array:
    """Coordinates `(F, Q)` of `source` as coordinates `(F, Q')` of `target`.

    Angles are kept. The middle of the hips moves as the source's, scaled by leg length; then the lowest point of the body
    is brought to the height that it has on the source, scaled likewise, so that feet neither sink nor hover. Where hands,
    knees or feet rest on the floor in the source, the joints give way a little until they rest here too, because arms and
    trunk are of other proportions; nothing sinks into the floor, not even where the source does, and no hand into a thigh.
    A spine that was fitted level by level plays on a regional target with its regional sums. The motion of somebody
    else's model is first followed by a model of ours (see `track_stations`), because equal names may mean other motions there.

    Args:
        offsets_rad: by how much the target stands off in some of its coordinates (see `posture.shaped`).

    Raises:
        ModelError: the models have no coordinate in common, or lack hips and soles.
    """
    return retarget_all([(np.asarray(q, dtype=np.float64), source)], target, offsets_rad)[0]


def retarget_all(
    motions: Sequence[tuple[Array, SpineModel]], target: SpineModel, offsets_rad: Mapping[str, float] | None = None
) -> list[Array]:
    """As `retarget`, of frames `(F, Q)` of many motions, each with its source: the same bits, settled on the floor in one go.

    Raises:
        ModelError: as `retarget`.
    """
    motions = [
        _followed_once(values, source)
        if source.definition.conventions != target.definition.conventions
        else (values, source)
        for values, source in motions
    ]
    parts = [same_angles(values, source, target, offsets_rad or {}) for values, source in motions]
    for model in (target, *(source for _, source in motions)):
        leg_length_m(model)  # tells before anything is moved that a model has no legs
    ends = np.cumsum([len(part) for part in parts])[:-1]
    whole = np.concatenate(parts)
    whole[:, [target.coordinate_index[name] for name in _PELVIS]] = 0.0
    ours, heights, first = target.forward(whole), [], 0
    for (values, source), part in zip(motions, np.split(whole, ends), strict=True):
        theirs, span = source.forward(values), slice(first, first + len(part))
        first = span.stop
        own = BodyPoses(ours.rotation_ground_body[span], ours.position_ground_m[span])
        _carry((theirs, source), (own, target), part)
        heights.append(_floor_heights(theirs, source))
    return np.split(hands_outside_thighs(target, _settled(whole, target, np.concatenate(heights))), ends)


def _carry(from_: tuple[BodyPoses, SpineModel], to: tuple[BodyPoses, SpineModel], q: Array) -> None:
    """Put the pelvis in `q (F, Q)`, in place, so that hips and lowest point of the target lie as the source's, scaled.

    Args:
        from_: the source as it is posed.
        to: the target at `q`, its pelvis at the origin.
        q: coordinates of the target.
    """
    (theirs, source), (ours, target) = from_, to
    ratio = leg_length_m(target) / leg_length_m(source)
    pelvis = [target.coordinate_index[name] for name in _PELVIS]
    hips = ("joint/femur_r", "joint/femur_l")
    middle = ratio * source.station_positions(theirs, hips).mean(1)
    q[:, pelvis] = middle - target.station_positions(ours, hips).mean(1)
    touching = [name for name in _TOUCHING if name in source.stations and name in target.stations]
    lowest_theirs = source.station_positions(theirs, touching)[..., 1].min(1)
    lowest_ours = target.station_positions(ours, touching)[..., 1].min(1) + q[:, pelvis[1]]
    q[:, pelvis[1]] += ratio * lowest_theirs - lowest_ours


def _floor_heights(poses: BodyPoses, source: SpineModel) -> Array:
    """Heights `(F, stations of the floor)` of what may rest there; infinite on a source without all of these stations."""
    if any(name not in source.stations for name in FLOOR_STATIONS):
        return np.full((len(poses.position_ground_m), len(FLOOR_STATIONS)), np.inf)
    return source.station_positions(poses, tuple(FLOOR_STATIONS))[..., 1]


def _settled(q: Array, target: SpineModel, heights_m: Array) -> Array:
    """`q (F, Q)` of the target with what rests on the source's floor, by its heights `(F, stations)` there, on its own."""
    names = tuple(FLOOR_STATIONS)
    known = np.isfinite(heights_m[:, 0])
    if not known.any() or any(name not in target.stations for name in names):
        return q
    rest = np.array([FLOOR_STATIONS[name] for name in names])
    ours = target.station_positions(target.forward(q), names)[..., 1]
    resting = heights_m - rest < _RESTING_M
    wanted = np.maximum(heights_m, rest)
    off = np.where(resting, np.abs(ours - wanted), np.maximum(rest - ours, 0.0)).max(1) > _OFF_M
    off &= known
    if not off.any():
        return q
    goals = np.full((int(off.sum()), len(names), 3), np.nan)
    goals[..., 1] = np.where(resting, wanted, np.nan)[off]
    out = q.copy()
    out[off] = plant(target, q[off], Targets(names, goals), along="height")
    return out


def _followed_once(values: Array, source: SpineModel) -> tuple[Array, SpineModel]:
    """What `followed` gives; the latest motion of each model is kept, because many people play the same one."""
    digest = hashlib.sha256(values.tobytes()).digest()
    kept = _FOLLOWED.get(source)
    if kept is None or kept[0] != digest:
        kept = _FOLLOWED[source] = (digest, *followed(values, source))
    return kept[1], kept[2]


def leg_length_m(model: SpineModel) -> float:
    """Hip to sole in the default posture.

    Raises:
        ModelError: the model has no hips or soles.
    """
    if model not in _LEGS_M:
        _LEGS_M[model] = _leg_length_m(model)
    return _LEGS_M[model]


def _leg_length_m(model: SpineModel) -> float:
    soles = [name for name in model.stations if name.startswith("sole/")]
    if not soles or "joint/femur_r" not in model.stations:
        raise ModelError(
            f"{model.name}: the stations joint/femur_r and sole/... are needed to tell the length of the legs"
        )
    points = model.station_positions(model.forward(model.default_q[None]), ("joint/femur_r", "joint/femur_l", *soles))[
        0, :, 1
    ]
    return float(points[:2].mean() - points[2:].mean())


def same_angles(
    values: Array, source: SpineModel, target: SpineModel, offsets_rad: Mapping[str, float] | None = None
) -> Array:
    """Coordinates `(F, Q')` of the target with the angles of the source's `(F, Q)`, nothing brought to the floor.

    Raises:
        ModelError: the models have no coordinate in common.
    """
    full = dict(zip(source.expanded_names, np.moveaxis(source.expand(values), -1, 0), strict=True))
    sums = {
        r.coordinate: sum(full[level] for level in r.levels) for r in source.rhythms if all(n in full for n in r.levels)
    }
    known = [name for name in target.coordinate_names if name in full or name in sums]
    if not known:
        raise ModelError(f"{source.name} and {target.name} have no coordinate in common")
    out = np.broadcast_to(target.default_q, (len(values), len(target.coordinate_names))).copy()
    for name in known:
        out[:, target.coordinate_index[name]] = full[name] if name in full else sums[name]
    for name, offset in (offsets_rad or {}).items():
        out[:, target.coordinate_index[name]] += offset
    return out
