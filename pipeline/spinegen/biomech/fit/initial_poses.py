"""First poses: the pelvis from its markers, the limbs from whichever of several postures explains their markers best."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ..ik.batch import Stop, solve_batch
from ..model.spine_model import SpineModel
from .pelvis import pelvis_angles, place_pelvis
from .problem import Problem

Frames = NDArray[np.int_]
"""Indices of frames."""

# Postures of one arm and one leg in degrees; both sides take them together, each side keeps the one that fits it best.
ARMS: tuple[dict[str, float], ...] = (
    {"elbow_flexion": 20.0},
    {"shoulder_elevation": 60.0, "shoulder_swing": -40.0, "elbow_flexion": 20.0},
    {"shoulder_elevation": 40.0, "shoulder_swing": 60.0, "elbow_flexion": 30.0},
    {"shoulder_elevation": 40.0, "shoulder_swing": 90.0, "elbow_flexion": 100.0},
    {"shoulder_elevation": 110.0, "elbow_flexion": 20.0},
    {"shoulder_elevation": 80.0, "shoulder_swing": 50.0, "shoulder_rotation": 40.0, "elbow_flexion": 20.0},
    {"shoulder_elevation": -20.0, "shoulder_swing": -30.0, "elbow_flexion": 40.0},
    {"shoulder_swing": 40.0, "shoulder_rotation": 60.0, "elbow_flexion": 110.0},
)
LEGS: tuple[dict[str, float], ...] = (
    {"knee_angle": 10.0},
    {"hip_flexion": 80.0, "knee_angle": 20.0},
    {"hip_flexion": 90.0, "knee_angle": 110.0},
    {"hip_flexion": 40.0, "knee_angle": 60.0},
    {"hip_flexion": 30.0, "hip_adduction": -35.0, "hip_rotation": -30.0, "knee_angle": 15.0},
    {"hip_flexion": -20.0, "knee_angle": 60.0},
    {"hip_flexion": 60.0, "hip_adduction": -30.0, "hip_rotation": -30.0, "knee_angle": 90.0},
    {"hip_flexion": 110.0, "knee_angle": 130.0},
)
SPINES: tuple[float, ...] = (0.0, 0.0, 25.0, 0.0, -10.0, 0.0, 0.0, 35.0)
"""Lumbar flexion that goes with each of them, degrees."""

ARM_BODIES = ("clavicle", "scapula", "humerus", "ulna", "radius", "hand")
LEG_BODIES = ("femur", "tibia", "talus", "calcn", "toes")


def first_poses(model: SpineModel, problem: Problem, stations: tuple[str, ...], rounds: int = 8) -> Array:
    """Poses `(F, Q)` of frames that may lie far apart and in any posture (upright, prone, upside down).

    Args:
        problem: of the same model and stations; frames need not follow each other.
        rounds: Levenberg-Marquardt rounds a posture.
    """
    angles = pelvis_angles(model)
    base = place_pelvis(model, angles, stations, problem.observed_m)
    frames = len(base)
    tried = np.stack([_posture(model, base, number) for number in range(len(ARMS))])
    count = len(tried)
    repeated = problem.frames(np.tile(np.arange(frames), count))
    q = solve_batch(repeated.objective(widen=6.0), tried.reshape(count * frames, -1), Stop(rounds, 3e-3))
    pull = repeated.squares(q) / problem.sigma_m**2
    pull = (pull / (1.0 + pull * (problem.sigma_m / 0.2) ** 2)).reshape(count, frames, -1)
    q = q.reshape(count, frames, -1)
    prior = np.stack([problem.prior_cost(one) for one in q])
    best = np.argmin(pull.sum(-1) + prior, axis=0)
    chosen = q[best, np.arange(frames)]
    for bodies, regions in ((ARM_BODIES, ("arm", "shoulder")), (LEG_BODIES, ("leg",))):
        for side in ("r", "l"):
            columns = [i for i, c in enumerate(model.coordinates) if c.region in {f"{r}_{side}" for r in regions}]
            members = [
                m for m, name in enumerate(stations) if model.stations[name].body in {f"{b}_{side}" for b in bodies}
            ]
            if columns and members:
                limb = np.argmin(pull[:, :, members].sum(-1), axis=0)
                chosen[:, columns] = q[limb, np.arange(frames)][:, columns]
    both = np.concatenate([chosen, q[best, np.arange(frames)]])
    twice = problem.frames(np.tile(np.arange(frames), 2))
    both = solve_batch(twice.objective(widen=3.0), both, Stop(25))
    both = solve_batch(twice.objective(), both, Stop(8))
    cost = twice.objective(widen=3.0).cost(both)
    better = cost[:frames] <= cost[frames:]
    return angles.unwrap(np.where(better[:, None], both[:frames], both[frames:]))


def _posture(model: SpineModel, base: Array, number: int) -> Array:
    q = base.copy()
    index = model.coordinate_index
    for posture in (ARMS[number], LEGS[number]):
        for name, degrees in posture.items():
            for side in ("r", "l"):
                if f"{name}_{side}" in index:
                    q[:, index[f"{name}_{side}"]] = np.radians(degrees)
    for rhythm in model.rhythms:
        if rhythm.region == "lumbar" and rhythm.motion == "flexion":
            for name, share in [(rhythm.coordinate, 1.0), *zip(rhythm.levels, rhythm.shares, strict=True)]:
                if name in index:
                    q[:, index[name]] = np.radians(SPINES[number]) * share
    low, high = model.limits
    return np.clip(q, low, high)


def between(problem: Problem, frames: Frames, q: Array, unwrap_with: SpineModel, *, step: int) -> tuple[Frames, Array]:
    """Poses of more and more frames, each started half-way between neighbours that are solved already.

    Args:
        problem: of all frames of the clip.
        frames: `(K,)` ascending indices of frames whose poses `q (K, Q)` are known.
        step: go on until neighbours are at most this many frames apart.

    Returns:
        Frame indices and poses.
    """
    angles = pelvis_angles(unwrap_with)
    while len(frames) > 1 and np.diff(frames).max() > step:
        wide = np.flatnonzero(np.diff(frames) > step)
        middle = (frames[wide] + frames[wide + 1]) // 2
        part = problem.frames(middle)
        share = ((middle - frames[wide]) / (frames[wide + 1] - frames[wide]))[:, None]
        ahead, behind = q[wide + 1], q[wide]
        guess = solve_batch(part.objective(), (1.0 - share) * behind + share * ahead, Stop(12, 3e-3))
        costs = part.objective(widen=2.0).cost(guess)
        poor = np.flatnonzero(costs > 2.0 * np.median(costs) + 1e-9)
        if len(poor):
            weak = part.frames(poor)
            for other in (behind[poor], ahead[poor]):
                again = solve_batch(weak.objective(widen=2.0), other, Stop(15, 3e-3))
                again = solve_batch(weak.objective(), again, Stop(6))
                cost = weak.objective(widen=2.0).cost(again)
                improved = cost < 0.98 * costs[poor]
                guess[poor[improved]] = again[improved]
                costs[poor[improved]] = cost[improved]
        order = np.argsort(np.concatenate([frames, middle]), kind="stable")
        q = np.concatenate([q, guess])[order]
        frames = np.concatenate([frames, middle])[order]
        q = angles.unwrap(q)
    return frames, problem.limits.clip(q)
