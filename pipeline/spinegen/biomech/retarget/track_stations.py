"""The motion of somebody else's model as coordinates of ours, found by following its points."""

import numpy as np

from ...geometry import rigid
from ...geometry.types import Array
from ...humans.body.landmarks import Landmarks
from ...skeleton import VERTEBRAE
from ..ik.batch import Stop, solve_batch
from ..ik.limits import Limits
from ..ik.residual import Objective
from ..ik.stations import StationKinematics, StationTargets
from ..ik.terms import Pull
from ..model.spine_model import SpineModel
from .avatar_model import avatar_model

_ROUNDS = 25
_SIGMA_M = 0.01
"""A point may lie so far from the one that it follows, ..."""
_SPREAD_RAD = 10.0
"""... while every angle is drawn to zero by this little, which settles what the points leave open."""
_CLOSE_M = 0.012
"""Mean distance of the followed points at which a frame counts as found."""
_RAISED_RAD = (0.6, 1.4)
"""Arms raised sideways in other starts, because from hanging arms some reaches are not found."""
_FOLLOWED_LANDMARKS = ("RASI", "RPSI", "RKNL", "RKNM", "RANL", "RANM", "RMT1", "RMT5", "RELL", "RELM", "RWRR", "RWRU", "RMC2", "RMC5", "CLAV", "STRN", "RFHD", "RBHD")  # fmt: skip
_TRUNK = ("centroid/S1", "joint/femur_r", "joint/femur_l", "landmark/RASI", "landmark/LASI")


def followed(q: Array, source: SpineModel) -> tuple[Array, SpineModel]:
    """Coordinates `(F, Q)` of a model of ours that moves as `source` does at `q`, and that model.

    Its joints lie where those of the source do when both stand upright; each frame is then a least-squares fit of joints,
    vertebrae and landmarks inside the limits.
    """
    upright = np.array([0.0 if c.kind == "rotation" else c.default for c in source.coordinates])
    names = [name for name in source.stations if name.startswith(("joint/", "centroid/", "posterior/"))]
    points = source.station_positions(source.forward(upright[None]), names)[0]
    given = {name: at for name, at in zip(names, points, strict=True) if name != "joint/thorax"}
    drawn = avatar_model(Landmarks(given, source.stature_m))
    ours = drawn.model
    shared = [f"joint/{b}" for b in ours.bodies if not b.startswith(("pelvis", "thorax"))] + [
        f"centroid/{v}" for v in VERTEBRAE
    ]
    shared += [f"landmark/{n}" for n in _FOLLOWED_LANDMARKS] + [
        f"landmark/L{n[1:]}" for n in _FOLLOWED_LANDMARKS if n[0] == "R"
    ]
    targets = source.station_positions(source.forward(q), shared)
    ours = _with_their_landmarks(ours, drawn.rest_q, source, upright)
    return _follow(ours, shared, targets), ours


def _with_their_landmarks(ours: SpineModel, rest_q: Array, source: SpineModel, upright: Array) -> SpineModel:
    """Landmarks of ours put where theirs are, where the joints of both lie on each other."""
    names = [n for n in ours.stations if n.startswith("landmark/") and n in source.stations]
    theirs = source.station_positions(source.forward(upright[None]), ["joint/femur_r", *names])[0]
    poses = ours.forward(rest_q[None])
    shift = ours.station_positions(poses, ["joint/femur_r"])[0, 0] - theirs[0]
    moved = {}
    for name, at in zip(names, theirs[1:] + shift, strict=True):
        body = ours.body_index[ours.stations[name].body]
        moved[name] = poses.rotation_ground_body[0, body].T @ (at - poses.position_ground_m[0, body])
    return ours.scaled({}, moved)


def _follow(model: SpineModel, names: list[str], targets: Array) -> Array:
    """One start for all frames; those that it does not bring close try others, then what their neighbours found."""
    start = _start(model, targets[:, [names.index(name) for name in _TRUNK]])
    whole = _objective(model, names, targets)
    best = solve_batch(whole, start, Stop(_ROUNDS))
    cost = whole.cost(best)
    raised = [model.coordinate_index[f"shoulder_elevation_{side}"] for side in "rl"]
    close = (_CLOSE_M / _SIGMA_M) ** 2 * len(names)
    count = len(start)
    others = [(np.arange(count), angle) for angle in _RAISED_RAD]
    others += [(np.clip(np.arange(count) + step, 0, count - 1), None) for step in (-1, 1)]
    for whose, angle in others:
        hard = np.flatnonzero(cost > close)
        if len(hard) == 0:
            break
        tried = best[whose[hard]] if angle is None else start[hard]
        if angle is not None:
            tried[:, raised] = angle
        part = whole.frames(hard)
        found = solve_batch(part, tried, Stop(_ROUNDS))
        new = part.cost(found)
        better = new < cost[hard]
        best[hard[better]], cost[hard[better]] = found[better], new[better]
    return best


def _objective(model: SpineModel, names: list[str], targets: Array) -> Objective:
    points = StationTargets(StationKinematics(model, tuple(names)), targets, np.full(len(names), _SIGMA_M))
    turns = np.array([c.kind == "rotation" and c.region != "pelvis" for c in model.coordinates])
    prior = Pull(np.zeros((1, len(turns))), np.where(turns, _SPREAD_RAD, np.inf))
    return Objective((points, prior), Limits(*model.limits))


def _start(model: SpineModel, trunk: Array) -> Array:
    """The default posture with the pelvis laid on the trunk's points."""
    q = np.tile(model.default_q, (len(trunk), 1))
    own = model.station_positions(model.forward(model.default_q[None]), _TRUNK)[0]
    at = [model.coordinate_index[n] for n in ("pelvis_rotation", "pelvis_list", "pelvis_tilt")]
    for frame, points in enumerate(trunk):
        r = rigid.kabsch(own, points)[:3, :3]
        # R = Ry(rotation) Rx(list) Rz(tilt)
        q[frame, at] = (
            np.arctan2(r[0, 2], r[2, 2]),
            -np.arcsin(np.clip(r[1, 2], -1.0, 1.0)),
            np.arctan2(r[1, 0], r[1, 1]),
        )
    shift = [model.coordinate_index[n] for n in ("pelvis_tx", "pelvis_ty", "pelvis_tz")]
    q[:, shift] += trunk.mean(1) - model.station_positions(model.forward(q), _TRUNK).mean(1)
    return q
