"""Do labels and skin agree: sampled people in sampled frames of fitted clips, skinned as the engine skins them, without pictures.

    python benchmarks/labels.py [--workspace DIR] [--clips FILE ...] [--frames 500] [--people 200] [--seed 0]

Fits the shipped yoga flow and the given clips into the workspace (those already there are kept), draws frames from them evenly
by clip, plays each on the next person and compares the bare body with the labels. Prints a table a part and exits with 1 when a bound is broken.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from spinegen.biomech.fits.files import FittedClip, read_fit
from spinegen.biomech.fits.settings import FitSettings
from spinegen.biomech.fits.stage import fit_mocap
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.biomech.retarget.retarget import leg_length_m
from spinegen.geometry import rigid
from spinegen.geometry.surface import surface_distance, winding_number
from spinegen.geometry.types import Array, Floats, Ints
from spinegen.humans.body import bones
from spinegen.humans.body.body_data import load_body_data
from spinegen.humans.body.hands import curl_hands
from spinegen.humans.body.landmarks import Landmarks
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.body.throat import mouth_lining
from spinegen.humans.person import shape_of
from spinegen.humans.rigging.joints import find_landmarks, find_spine
from spinegen.humans.rigging.opening_fingers import opening_fingers
from spinegen.humans.rigging.weights import bone_weights
from spinegen.humans.skin import blend, bone_rows
from spinegen.humans.spec.sample import sample_person
from spinegen.motions.shipped import make_shipped_clips
from spinegen.progress import make_reporter
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar, Pose
from spinegen.render.skeleton_map import RestPose, load_skeleton_map
from spinegen.skeleton import INDEX, VERTEBRAE
from spinegen.workspace import Workspace

SURFACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head", "left_big_toe", "right_big_toe",
           "left_small_toe", "right_small_toe", "left_heel", "right_heel")  # fmt: skip
ON_SKIN_MM = 15.0
INSIDE_SHARE = 0.98
"""Of the centroids of each vertebra in all frames; 1 while standing."""
FOOT_MM = 20.0
"""How far the lowest foot may lie over or under the floor while standing."""
FOLLOWS_MM = 10.0
"""How much the skin over a spinous process may come nearer to its label or leave it in a lumbar flexion of 60 degrees."""
STANDING_LEGS = 0.75
"""A person stands while their hips are at least this share of the leg length over the floor."""
RESTS_M = 0.01
SWEEP_DEG = np.linspace(0.0, 60.0, 7)
SWEEP_LEVELS = ("S1", "L5", "L4", "L3", "L2", "L1", "T12", "T10", "T8")
WARDROBES = ("yoga", "sport", "street", "office")
RIGID = (("hip", "knee"), ("knee", "ankle"))


class Body:
    """One person without clothes and hair: the mesh as the engine skins it, and the model that gives its labels."""

    def __init__(self, seed: int, number: int) -> None:
        spec = sample_person(np.random.default_rng([seed, number]), WARDROBES[number % len(WARDROBES)])
        data = load_body_data()
        self.rest_vertices_m = curl_hands(data, rest_vertices(shape_of(spec)), spec.hand_curl)
        spine = find_spine(self.rest_vertices_m, spec.stature_m, spec.bmi)
        self.landmarks: Landmarks = find_landmarks(self.rest_vertices_m, spec.stature_m, spine)
        self.faces = data.faces["body"]
        self.outside = self.faces[~np.isin(self.faces, mouth_lining(data)).any(1)]
        weights = bone_weights(data, self.rest_vertices_m, spine)
        self.weights = csr_matrix(weights, dtype=np.float64)
        self.fingers = opening_fingers(data, self.rest_vertices_m, np.arange(len(weights)), spec.hand_curl)
        self.rest_positions_m = np.stack([self.landmarks.points[f"joint/{bone}"] for bone in bones.BONES])
        at_rest = rigid.transform(np.broadcast_to(np.eye(3), (len(bones.BONES), 3, 3)), self.rest_positions_m)
        self.performer = Avatar(RestPose(bones.BONES, at_rest, self.landmarks), load_skeleton_map())
        names = [bones.INDEX[f"{part}_{side}"] for part in ("talus", "calcn", "toes") for side in "rl"]
        drawn = np.unique(self.faces)
        self.drawn = drawn
        self.feet = drawn[weights[drawn][:, names].sum(1) > 0.5]
        skin = np.concatenate([drawn, *(np.unique(data.faces[f"helper-{s}-eye"]) for s in "lr")])
        self.own = skin[[self._nearest(skin, self.landmarks.points[f"keypoint/{name}"]) for name in SURFACE]]
        back = drawn[np.abs(self.rest_vertices_m[drawn, 2]) < 0.02]
        self.over = back[[self._nearest(back, self.landmarks.points[f"posterior/{v}"]) for v in SWEEP_LEVELS]]

    def _nearest(self, among: Ints, point: Floats) -> int:
        return int(np.linalg.norm(self.rest_vertices_m[among] - point, axis=1).argmin())

    def skinned(self, transforms_ground_bone: Array) -> Floats:
        """Vertices `(V, 3)`, ground metres."""
        rows = bone_rows(transforms_ground_bone, self.rest_positions_m)
        return self.fingers.posed(rows, blend(self.weights, rows, self.rest_vertices_m))


@dataclass
class Seen:
    """What was measured; a row a frame."""

    on_skin_mm: list[Floats] = field(default_factory=list)
    """`(12,)`: keypoints of the surface to the point of the skin that they are."""
    off_skin_mm: list[Floats] = field(default_factory=list)
    """`(12,)`: to the nearest skin of all."""
    depth_mm: list[Floats] = field(default_factory=list)
    """`(25,)`: centroids under the nearest outer skin, negative outside."""
    room_mm: list[Floats] = field(default_factory=list)
    """`(25,)`: centroids under any surface of the mesh, the mouth's lining included, negative outside."""
    standing: list[bool] = field(default_factory=list)
    grounded: list[bool] = field(default_factory=list)
    """A foot of the performer is on the floor."""
    foot_mm: list[float] = field(default_factory=list)
    """The lowest skin of the feet over the floor."""
    lowest_mm: list[float] = field(default_factory=list)
    legs: list[tuple[int, Floats]] = field(default_factory=list)
    """Person; thigh and shank of both sides."""
    frame: list[str] = field(default_factory=list)


def look(body: Body, number: int, fit: FittedClip, frame: int, *, seen: Seen) -> None:
    """Measure one person in one frame."""
    pose = body.performer.pose(
        PlacedPerson(
            person="", clip=fit.name, frame=frame, time_s=0.0, x_m=0.0, z_m=0.0, yaw_deg=0.0, anchor_frame=frame
        ),
        fit,
    )
    vertices = body.skinned(pose.transforms_ground_bone)
    points = pose.keypoints_ground_m[[INDEX[name] for name in SURFACE]]
    seen.on_skin_mm.append(1e3 * np.linalg.norm(vertices[body.own] - points, axis=1))
    seen.off_skin_mm.append(1e3 * surface_distance(points, vertices, body.faces))
    depth, room = depths_mm(pose, vertices, body)
    seen.depth_mm.append(depth)
    seen.room_mm.append(room)
    model = body.performer.model
    hips = pose.keypoints_ground_m[[INDEX["left_hip"], INDEX["right_hip"]], 1].mean()
    seen.standing.append(bool(hips > STANDING_LEGS * leg_length_m(model)))
    seen.grounded.append(foot_rests(fit, frame))
    seen.foot_mm.append(1e3 * float(vertices[body.feet, 1].min()))
    seen.lowest_mm.append(1e3 * float(vertices[body.drawn, 1].min()))
    at = pose.keypoints_ground_m
    seen.legs.append(
        (number, np.array([np.linalg.norm(at[INDEX[f"{s}_{a}"]] - at[INDEX[f"{s}_{b}"]])
                           for a, b in RIGID for s in ("left", "right")]))
    )  # fmt: skip
    seen.frame.append(f"person {number} in {fit.name} frame {frame}")


def depths_mm(pose: Pose, vertices: Floats, body: Body) -> tuple[Array, Array]:
    """Centroids under the outer skin and under any surface `(25,)` each, negative outside the mesh."""
    centroids = pose.centroids_ground_m
    sign = np.where(winding_number(centroids, vertices, body.faces) > 0.5, 1e3, -1e3)
    return sign * surface_distance(centroids, vertices, body.outside), sign * surface_distance(
        centroids, vertices, body.faces
    )


def foot_rests(fit: FittedClip, frame: int) -> bool:
    """Whether the performer has a foot on the floor."""
    names = tuple(name for name in FLOOR_STATIONS if name.startswith("sole/"))
    points = fit.model.station_positions(fit.model.forward(fit.q[frame][None]), names)
    return bool(points[0, :, 1].min() < RESTS_M)


def sweep_mm(body: Body) -> Array:
    """`(levels,)`: largest change of the distance from the spinous process to the skin over it, standing, bending forward from 0 to 60 degrees."""
    model = body.performer.model
    q = np.broadcast_to(model.default_q, (len(SWEEP_DEG), len(model.default_q))).copy()
    q[:, model.coordinate_index["lumbar_flexion"]] = np.radians(SWEEP_DEG)
    poses = model.forward(q)
    labels = model.station_positions(poses, [f"posterior/{v}" for v in SWEEP_LEVELS])
    bodies = rigid.transform(poses.rotation_ground_body, poses.position_ground_m)
    bones_at = body.performer.bones_of(bodies)
    skin = np.stack([body.skinned(one)[body.over] for one in bones_at])
    away = np.linalg.norm(skin - labels, axis=-1)
    return 1e3 * np.abs(away - away[0]).max(0)


def fits_in(workspace: Workspace, clips: list[Path]) -> list[FittedClip]:
    """The shipped flow and `clips`, fitted."""
    reporter = make_reporter()
    shipped = tuple(make_shipped_clips(workspace.root / "clips"))
    fit_mocap(workspace, FitSettings(clips=(*shipped, *clips)), reporter)
    return [read_fit(workspace.fit(path.stem)) for path in (*shipped, *clips)]


def measure(fits: list[FittedClip], frames: int, people: int, seed: int) -> tuple[Seen, Array]:
    """Everything that was seen, and the sweep `(people, levels)`."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    jobs: list[list[tuple[FittedClip, int]]] = [[] for _ in range(people)]
    for number in range(frames):
        fit = fits[number % len(fits)]
        jobs[number % people].append((fit, int(rng.integers(len(fit.q)))))
    seen, sweeps = Seen(), []
    for number, job in enumerate(jobs):
        body = Body(seed, number)
        sweeps.append(sweep_mm(body))
        for fit, frame in job:
            look(body, number, fit, frame, seen=seen)
    return seen, np.stack(sweeps)


class Verdict:
    """Bounds that were broken."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def mark(self, good: bool, what: str) -> str:
        """`ok`, or `NO` and a note of it."""
        if not good:
            self.broken.append(what)
        return "ok" if good else "NO"


def report(seen: Seen, sweeps: Array) -> list[str]:
    """Print the tables; returns the bounds that are broken."""
    verdict = Verdict()
    own, off = np.stack(seen.on_skin_mm), np.stack(seen.off_skin_mm)
    print(
        f"\nsurface keypoints, mm to the point of the skin that they are, and to the nearest skin (at most {ON_SKIN_MM:g})"
    )
    print(f"{'':18s}{'own: median':>12s}{'p99':>8s}{'worst':>8s}{'skin: p99':>11s}{'worst':>8s}")
    for column, name in enumerate(SURFACE):
        a, b = own[:, column], off[:, column]
        print(
            f"{name:18s}{np.median(a):12.1f}{np.percentile(a, 99):8.1f}{a.max():8.1f}{np.percentile(b, 99):11.1f}{b.max():8.1f}"
            f"  {verdict.mark(bool(a.max() <= ON_SKIN_MM), f'{name} {a.max():.1f} mm from its skin')}"
        )
    depth, room, up = np.stack(seen.depth_mm), np.stack(seen.room_mm), np.array(seen.standing)
    print(
        f"\nvertebral centroids inside the body: {up.sum()} of {len(up)} frames standing (all of them), all frames (at least {INSIDE_SHARE:.0%})"
    )
    print(
        f"{'':18s}{'standing':>9s}{'all':>8s}{'under skin, mm: median':>24s}{'p1':>8s}{'worst':>8s}{'from the throat: worst':>26s}"
    )
    for column, name in enumerate(VERTEBRAE):
        d = depth[:, column]
        standing, share = float((d[up] > 0).mean()), float((d > 0).mean())
        good = standing == 1.0 and share >= INSIDE_SHARE
        print(
            f"{name:18s}{standing:9.1%}{share:8.1%}{np.median(d):24.1f}{np.percentile(d, 1):8.1f}{d.min():8.1f}{room[:, column].min():26.1f}"
            f"  {verdict.mark(good, f'{name} inside in {standing:.1%} standing and {share:.1%} of all frames')}"
        )
    whole = np.all(depth > 0, axis=1).astype(float)
    print(f"{'all of them':18s}{whole[up].mean():9.1%}{whole.mean():8.1%}  "
          f"{verdict.mark(bool(whole.mean() >= INSIDE_SHARE), f'all centroids inside in {whole.mean():.1%} of the frames')}")  # fmt: skip
    for row in np.argsort(room.min(1))[:5]:
        print(f"  {VERTEBRAE[int(room[row].argmin())]} {room[row].min():.1f} mm: {seen.frame[row]}")
    stands = up & np.array(seen.grounded)
    foot, lowest = np.array(seen.foot_mm)[stands], np.array(seen.lowest_mm)
    good = bool(np.abs(foot).max() <= FOOT_MM)
    print(
        f"\nlowest skin of the feet over the floor, {stands.sum()} frames standing with a foot down, mm (within {FOOT_MM:g})"
    )
    print(
        f"median {np.median(foot):.1f}, lowest {foot.min():.1f}, highest {foot.max():.1f}, {(np.abs(foot) > FOOT_MM).mean():.1%} beyond, "
        f"most at {seen.frame[int(np.flatnonzero(stands)[np.abs(foot).argmax()])]}  {verdict.mark(good, 'feet float or sink')}"
    )
    print(f"lowest skin of the whole body, all frames, mm: p1 {np.percentile(lowest, 1):.1f}, lowest {lowest.min():.1f}, "
          f"at {seen.frame[int(lowest.argmin())]}")  # fmt: skip
    print("\nlumbar flexion from 0 to 60 deg: change of the distance from a spinous process to the skin over it, mm "
          f"(median person at most {FOLLOWS_MM:g})")  # fmt: skip
    for column, name in enumerate(SWEEP_LEVELS):
        s = sweeps[:, column]
        mark = verdict.mark(
            bool(np.median(s) <= FOLLOWS_MM), f"the skin over {name} leaves it by {np.median(s):.1f} mm"
        )
        print(f"{name:18s} median {np.median(s):5.1f}  worst person {s.max():5.1f}  {mark}")
    people: dict[int, list[Floats]] = {}
    for number, lengths in seen.legs:
        people.setdefault(number, []).append(lengths)
    spread = np.stack([np.ptp(np.stack(rows), axis=0) / np.stack(rows).min(0) for rows in people.values()])
    for (a, b), columns in zip(RIGID, (slice(0, 2), slice(2, 4)), strict=True):
        print(f"{a} to {b}: changes by at most {spread[:, columns].max():.2%} in a person")
    return verdict.broken


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, help="where the fits are kept; a temporary folder by default")
    parser.add_argument("--clips", type=Path, nargs="*", default=[])
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fits = fits_in(Workspace(options.workspace or Path(folder)), options.clips)
        broken = report(*measure(fits, options.frames, options.people, options.seed))
    for bound in broken:
        print(f"broken: {bound}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
