"""One clip, from marker positions to joint angles of a model of the performer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...clips.clip import Clip
from ...clips.matching import MarkerMatch
from ...errors import FitError
from ...geometry.types import Array
from ...threads import one_thread
from ..ik.batch import Stop, solve_batch
from ..ik.stations import StationKinematics
from ..model.spine_model import SpineModel
from .hard_frames import settle
from .initial_poses import first_poses
from .inverse import key_frames, mend, solve_motion
from .marker_faults import Fault, repair
from .markers import CLUSTER_REACH_M, JOINT_REACH_M, FittedMarkers, with_markers
from .opensim_tool import solve_with_opensim
from .options import FitOptions
from .problem import Problem
from .scale_parameters import Shape
from .scaling import Calibration, calibrate
from .segments import PARAMETERS, scales_of
from .setup import make_problem

CALIBRATION_FRAMES = 40


@dataclass(frozen=True)
class Fit:
    """What came out."""

    model: SpineModel
    """Scaled to the performer, markers in place."""
    q: Array
    """`(F, Q)`, rad and m."""
    markers: FittedMarkers
    observed_m: Array
    """`(F, M, 3)` as they were used: repaired, NaN where left out."""
    expected_m: Array
    """`(F, M, 3)` where the model has them."""
    raw_m: Array
    """`(F, M, 3)` as they came."""
    faults: tuple[Fault, ...]
    factors: dict[str, float]
    """Scale factor of each parameter."""
    offsets_body_m: Array
    """`(M, 3)` by which markers were moved on their bodies."""
    notes: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time of `scale` and `motion`."""


@one_thread()
def fit_clip(
    clip: Clip,
    match: MarkerMatch,
    model: SpineModel,
    options: FitOptions | None = None,
    *,
    static: Clip | None = None,
    advance: Callable[[int], None] | None = None,
) -> Fit:
    """Scale the model to the performer, place the markers, and solve the motion.

    Args:
        match: which label is which station.
        model: unscaled; with regional coordinates.
        static: a still capture of the same person with the same marker set.
        advance: called with the number of frames that have become final.

    Raises:
        FitError: the markers that are really seen do not suffice, or nothing moves as a person does.
    """
    options = options or FitOptions()
    markers, notes = usable_markers(clip, match, model)
    raw = np.stack([clip.positions_ground_m[:, clip.index(label)] for label in markers.labels], axis=1)
    start = time.perf_counter()
    notes = [*notes]
    if options.spine == "free":
        model = model.released()
    model = with_markers(model, markers)
    calibration, keys = _performer(model, markers, raw, clip, options=options, static=static)
    # Without a weighing, the body mass index of the model.
    likely_kg = model.mass_kg * (calibration.model.stature_m / model.stature_m) ** 2
    model_of = calibration.model.scaled({}, mass_kg=options.mass_kg or likely_kg)
    scaled_at = time.perf_counter()
    problem = make_problem(model_of, markers, raw, clip.rate_hz, smooth=options.smooth)
    faults: tuple[Fault, ...] = ()
    if options.solver == "opensim":
        q = solve_with_opensim(model_of, markers, raw, clip.times_s, first_q=keys[1][0])
        notes.append("solved by OpenSim's InverseKinematicsTool: frame by frame, wrong markers not repaired")
    else:
        q = solve_motion(model_of, problem, keys, options.smooth, advance=advance)
        problem, q, mended = mend(markers.labels, problem, q, options.smooth)
        problem, q, hard = settle(markers.labels, problem, q, options.smooth)
        faults = tuple(sorted((*mended, *hard), key=lambda fault: (fault.first, fault.labels)))
    done = time.perf_counter()
    return Fit(
        model_of,
        q,
        markers,
        problem.observed_m,
        problem.kinematics.positions(q),
        raw,
        faults,
        {p.name: float(f) for p, f in zip(PARAMETERS, calibration.shape.factors, strict=True)},
        calibration.shape.offsets_body_m,
        tuple(notes),
        {"scale": scaled_at - start, "motion": done - scaled_at},
    )


def usable_markers(clip: Clip, match: MarkerMatch, model: SpineModel) -> tuple[FittedMarkers, tuple[str, ...]]:
    """The labels that can take part, and one sentence for each that cannot.

    Raises:
        FitError: too few markers are really there; the text says for which part of the body.
    """
    labels, notes = [], []
    for label, row in match.rows.items():
        positions = clip.positions_ground_m[:, clip.index(label)]
        seen = positions[np.isfinite(positions).all(-1)]
        if row.station not in model.stations:
            notes.append(f"marker {label} is left out: the model has no station {row.station!r}")
        elif len(seen) == 0:
            notes.append(f"marker {label} is never seen: left out")
        else:
            labels.append(label)
    rows = [match.rows[label] for label in labels]
    _require(clip, labels, [_tells_about(model, row.station) for row in rows])
    return (
        FittedMarkers(
            tuple(labels),
            tuple(f"marker/{label}" for label in labels),
            tuple(row.station for row in rows),
            np.array([row.weight for row in rows], dtype=float),
            np.array([row.role == "cluster" for row in rows]),
            JOINT_REACH_M if clip.kind == "joints" else CLUSTER_REACH_M,
        ),
        tuple(notes),
    )


def _tells_about(model: SpineModel, station: str) -> str:
    """The body whose place a station shows: the centre of a hip or shoulder is as much the trunk's as the limb's."""
    where = model.stations[station]
    centre = not np.any(where.location_body_m)
    if centre and where.body.startswith("femur"):
        return "pelvis"
    if where.body.startswith(("clavicle", "scapula")) or (centre and where.body.startswith("humerus")):
        return "thorax"
    return where.body


def _require(clip: Clip, labels: list[str], bodies: list[str]) -> None:
    positions = (
        np.stack([clip.positions_ground_m[:, clip.index(label)] for label in labels], axis=1) if labels else None
    )
    if positions is None or len(labels) < 6:
        raise FitError(f"{clip.source}: only {len(labels)} usable markers ({', '.join(labels)}); at least 6 are needed")
    trunk = [
        label
        for label, body in zip(labels, bodies, strict=True)
        if body == "pelvis" or body[0] in "LTC" or body == "thorax"
    ]
    if len(trunk) < 3:
        raise FitError(
            f"{clip.source}: only {len(trunk)} usable markers on pelvis and trunk ({', '.join(trunk) or 'none'}); "
            "at least 3 are needed to place the spine"
        )
    extent = np.nanmax(positions, axis=(0, 1)) - np.nanmin(positions, axis=(0, 1))
    spread = np.nanmax(np.nanmax(positions, axis=1) - np.nanmin(positions, axis=1))
    if not np.all(np.isfinite(extent)) or spread < 0.3 or spread > 3.5:
        raise FitError(
            f"{clip.source}: the markers of one frame spread over {spread:.3g} m; a person spans 0.3 to 3.5 m: "
            "check the unit (--unit mm, cm, m or inch)"
        )


def overall_size(model: SpineModel, markers: FittedMarkers, observed_m: Array) -> float:
    """How much larger than the model the performer is: median ratio of distances between markers of one body."""
    points = model.station_positions(model.forward(model.default_q[None]), markers.stations)[0]
    bodies = [model.stations[name].body for name in markers.stations]
    ratios = []
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            near = bodies[a] == bodies[b]
            chained = model.parents.get(bodies[a]) == bodies[b] or model.parents.get(bodies[b]) == bodies[a]
            ours = float(np.linalg.norm(points[a] - points[b]))
            if ours < 0.08 or not (near or (chained and ours > 0.2)):
                continue
            distances = np.linalg.norm(observed_m[:, a] - observed_m[:, b], axis=-1)
            if np.isfinite(distances).any():
                ratios.append(float(np.nanmedian(distances)) / ours)
    return float(np.clip(np.median(ratios), 0.4, 1.5)) if ratios else 1.0


def _performer(
    model: SpineModel,
    markers: FittedMarkers,
    raw: Array,
    clip: Clip,
    *,
    options: FitOptions,
    static: Clip | None,
) -> tuple[Calibration, tuple[NDArray[np.int_], Array]]:
    """The performer's model, and poses of key frames."""
    size = overall_size(model, markers, raw) if options.scale else 1.0
    sized = model.scaled(scales_of(np.full(len(PARAMETERS), size))) if options.scale else model
    problem = make_problem(sized, markers, raw, clip.rate_hz, smooth=False)
    frames = key_frames(problem)
    poses = first_poses(sized, problem.frames(frames), markers.stations)
    if not options.scale:
        unscaled = Shape(1.0, np.ones(len(PARAMETERS)), np.zeros((len(markers.stations), 3)))
        return Calibration(model, unscaled, poses), (frames, poses)
    chosen = _telling(problem.frames(frames), poses, CALIBRATION_FRAMES)
    observed, q = raw[frames[chosen]], poses[chosen]
    if static is not None:
        still = static_frames(static, markers)
        still_problem = make_problem(sized, markers, still, static.rate_hz, smooth=False)
        observed = np.concatenate([still, observed])
        q = np.concatenate([first_poses(sized, still_problem, markers.stations), q])

    def problem_of(scaled: SpineModel, observations: Array) -> Problem:
        return make_problem(scaled, markers, observations, clip.rate_hz, smooth=False)

    calibration = calibrate(model, markers, observed, q, problem_of=problem_of, height_m=options.height_m, size=size)
    expected = StationKinematics(calibration.model, markers.stations).positions(calibration.q)
    mended, faults = repair(markers.labels, observed, expected)
    if faults:
        calibration = calibrate(
            model, markers, mended, calibration.q, problem_of=problem_of, height_m=options.height_m, size=size
        )
    problem = make_problem(calibration.model, markers, raw, clip.rate_hz, smooth=False)
    keys = problem.frames(frames)
    poses = solve_batch(keys.objective(widen=2.0), poses, Stop(20))
    poses = solve_batch(keys.objective(), poses, Stop(10))
    return calibration, (frames, poses)


def static_frames(static: Clip, markers: FittedMarkers, count: int = 5) -> Array:
    """A few best-seen frames `(count, M, 3)` of a static clip in the markers' order; NaN for labels that it lacks."""
    out = np.full((static.frame_count, len(markers.labels), 3), np.nan)
    for column, label in enumerate(markers.labels):
        if label in static.labels:
            out[:, column] = static.positions_ground_m[:, static.index(label)]
    seen = np.isfinite(out[..., 0]).sum(1)
    order = np.argsort(-seen, kind="stable")[: max(count * 10, 50)]
    picked = np.sort(order)[np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)]
    return out[picked]


def _telling(problem: Problem, poses: Array, most: int) -> NDArray[np.int_]:
    """Frames that are explained well and differ from each other: farthest points among the better three quarters."""
    markers = problem.markers()
    cost = markers.cost(markers.value(poses)) / np.maximum(problem.seen(), 1.0)
    good = np.flatnonzero(cost <= np.quantile(cost, 0.75) + 1e-9)
    if len(good) <= most:
        return good
    local = poses[:, [i for i in range(poses.shape[1]) if np.isfinite(problem.limits.lower[i])]]
    picked = [int(good[np.argmin(cost[good])])]
    distance = np.linalg.norm(local[good] - local[picked[0]], axis=1)
    while len(picked) < most:
        following = int(good[np.argmax(distance)])
        picked.append(following)
        distance = np.minimum(distance, np.linalg.norm(local[good] - local[following], axis=1))
    return np.sort(np.array(picked))
