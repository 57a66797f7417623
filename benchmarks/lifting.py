"""How right lifted points and angles are, on people, clips and activities that the lifting network never saw.

    python benchmarks/lifting.py --fits DIR ... [--frames WORKSPACE] [--network full] [--file FILE.onnx] [--people 16] [--seed 1]

Three parts:

- true 2D: fits in DIR (folders that hold fits; shipped motions count where they are held out), played by other people than the training's,
  each window of 25 frames seen by a camera of its own; keypoints are the true ones, focal length wrong by 6 % as in training (and exact);
- detected 2D: takes of frames in WORKSPACE/frames (`spinegen render` with `take.shots` over 1), read by the shipped network at true boxes,
  each take lifted as `spinegen predict` does it;
- angles on those takes: mean and median absolute difference to the truth, by the same formula, in degrees, and of the change since the take's mean.

P-MPJPE in millimetres, of people of 1.70 m in the first part, of their own stature in the second.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from spinegen.biomech.fits.files import read_fit
from spinegen.geometry.types import Array, Floats
from spinegen.labels.spine_angles import ANGLES, spine_angles_deg
from spinegen.lifting.errors_3d import p_mpjpe_mm
from spinegen.lifting.ground import find_ground
from spinegen.lifting.held_out import is_held_out
from spinegen.lifting.lens import Lens
from spinegen.lifting.lifter import LiftedTrack, lift_track
from spinegen.lifting.networks import shipped_lifter
from spinegen.lifting.onnx_file import LiftingFile
from spinegen.lifting.pairs import pairs_of
from spinegen.lifting.points import ROOT, centroids_of, joined, keypoints_of
from spinegen.lifting.sequences import make_sequences
from spinegen.media.pictures import read_rgb
from spinegen.motions.shipped import shipped_clips
from spinegen.pose.networks import shipped_model
from spinegen.pose.predictor import PosePredictor
from spinegen.predict.track_smoothing import smooth_track
from spinegen.progress import make_reporter
from spinegen.records.sidecar import read_sidecar

PEOPLE_SEED = 1_000_000
"""Far from the training's: other people."""
WINDOW = 25
Seen: TypeAlias = tuple[Array, Array]
"""Keypoints `(T, 37, 2)` and scores `(T, 37)`."""


@dataclass(frozen=True)
class Take:
    """Frames of one person seen by a camera that stands still."""

    clip: str
    pictures: list[Path]
    times_s: Array
    points_camera_m: Array
    """`(T, 53, 3)`."""
    intrinsics: Array
    up_camera: Array
    size: tuple[int, int]
    stature_m: float

    @property
    def keypoints_px(self) -> Array:
        """`(T, 37, 2)` true ones."""
        points = keypoints_of(self.points_camera_m)
        return points[..., :2] / points[..., 2:] * self.intrinsics[[0, 1], [0, 1]] + self.intrinsics[:2, 2]

    @property
    def lens(self) -> Lens:
        """As a user would name it."""
        focal = float(self.intrinsics[0, 0])
        return Lens(*self.size, float(np.degrees(2 * np.arctan(max(self.size) / (2 * focal)))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, nargs="*", default=[])
    parser.add_argument("--frames", type=Path)
    parser.add_argument("--network", default="full")
    parser.add_argument("--detections", type=Path, help="keep what the network saw in this .npz")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--windows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    file = LiftingFile(arguments.file or shipped_lifter(), threads=1)
    found: dict[str, object] = {}
    for folder in arguments.fits:
        found[f"true 2D, {folder.name}"] = true_2d(file, folder, arguments)
    if arguments.frames:
        takes = list(takes_of(arguments.frames))
        found["takes"] = {"takes": len(takes), "frames": sum(len(take.times_s) for take in takes)}
        found["drawn, true 2D"] = drawn(file, takes, None)
        found["drawn, detected 2D"] = drawn(file, takes, detected(takes, arguments.network, arguments.detections))
    print(json.dumps(found, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


def true_2d(file: LiftingFile, folder: Path, arguments: argparse.Namespace) -> dict[str, object]:
    """P-MPJPE over windows of every fit of a folder that the training did not see, whole windows and single frames."""
    shipped = {clip.name for clip in shipped_clips()}
    names = sorted(path.parent.name for path in folder.glob("*/report.json"))
    chosen = [name for name in names if is_held_out(name) or (name not in shipped and not name.startswith("sampled"))]
    sequences = make_sequences(
        (read_fit(folder / name) for name in chosen),
        people=arguments.people,
        plays=2,
        known=lambda _: [],
        poses=0,
        seed=PEOPLE_SEED,
        reporter=make_reporter(),
    )
    rng = np.random.default_rng(arguments.seed)
    return {
        "clips": len(chosen),
        "windows": _windows(file, rng, sequences.windows(rng, arguments.windows, WINDOW)),
        "single frames": _windows(file, rng, sequences.windows(rng, 8 * arguments.windows, 1)),
    }


def _windows(file: LiftingFile, rng: np.random.Generator, windows: Floats) -> dict[str, float]:
    pairs = pairs_of(rng, windows, clean=True)
    lifted = np.stack([file.run(features)[0] for features in pairs.features])
    return _rounded(p_mpjpe_mm(lifted, pairs.points_m))


def takes_of(workspace: Path) -> Iterator[Take]:
    """Runs of frames of one take, of the main person."""
    groups: dict[int, list[Path]] = {}
    for path in sorted((workspace / "frames").rglob("*.json")):
        sidecar = read_sidecar(path)
        take = int(str(sidecar.plan["take"]))
        groups.setdefault(take, []).append(path)
    for paths in groups.values():
        sidecars = [read_sidecar(path) for path in paths]
        camera = sidecars[0].camera
        points = [joined(s.people[0].keypoints_ground_m, s.people[0].vertebrae.centroids_ground_m) for s in sidecars]
        yield Take(
            sidecars[0].clip,
            [path.with_name(s.image) for path, s in zip(paths, sidecars, strict=True)],
            np.array([s.time_s for s in sidecars]) - sidecars[0].time_s,
            np.stack([p @ s.camera.R.T + s.camera.t for p, s in zip(points, sidecars, strict=True)]),
            camera.K,
            camera.R[:, 1],
            (camera.width, camera.height),
            float(str(sidecars[0].plan["stature_m"])),
        )


def drawn(file: LiftingFile, takes: list[Take], seen: list[Seen] | None) -> dict[str, object]:
    """P-MPJPE and angles over takes, from true keypoints or from what a network saw."""
    lifted = [_lifted(file, take, seen[i] if seen is not None else None) for i, take in enumerate(takes)]
    found = np.concatenate([track.points_camera_m[track.known] for track in lifted])
    true = np.concatenate([take.points_camera_m[track.known] for take, track in zip(takes, lifted, strict=True)])
    angles, changes, up_deg = [], [], []
    for take, track in zip(takes, lifted, strict=True):
        ground = find_ground([track])
        up_deg.append(float(np.degrees(np.arccos(np.clip(ground.up_camera @ take.up_camera, -1, 1)))))
        mine = spine_angles_deg(track.keypoints_camera_m, track.centroids_camera_m, ground.up_camera)
        truth = _true_angles(take)
        off = (mine - truth + 180.0) % 360.0 - 180.0
        angles.append(off)
        changes.append(off - np.nanmean(off, axis=0))
    off, change = np.concatenate(angles), np.concatenate(changes)
    root = np.concatenate(
        [(track.root_camera_m - take.points_camera_m[:, ROOT]) for take, track in zip(takes, lifted, strict=True)]
    )
    return {
        **_rounded(p_mpjpe_mm(found, true)),
        "frames lifted": round(float(np.mean(np.concatenate([track.known for track in lifted]))), 4),
        "root, metres off in depth (median)": round(float(np.nanmedian(np.abs(root[:, 2]))), 3),
        "up, degrees off (mean, worst)": [round(float(np.mean(up_deg)), 2), round(float(np.max(up_deg)), 2)],
        "angles, degrees": {
            name: {
                "mean absolute": round(float(np.nanmean(np.abs(off[:, i]))), 2),
                "median absolute": round(float(np.nanmedian(np.abs(off[:, i]))), 2),
                "bias": round(float(np.nanmean(off[:, i])), 2),
                "of the change in a take": round(float(np.nanmean(np.abs(change[:, i]))), 2),
            }
            for i, name in enumerate(ANGLES)
        },
    }


def _true_angles(take: Take) -> Array:
    return spine_angles_deg(keypoints_of(take.points_camera_m), centroids_of(take.points_camera_m), take.up_camera)


def _lifted(file: LiftingFile, take: Take, seen: Seen | None) -> LiftedTrack:
    true = take.keypoints_px
    if seen is None:
        return lift_track(file, take.lens, take.times_s, true, scores=np.ones(true.shape[:2]), height_m=take.stature_m)
    extent = float(np.median((true.max(1) - true.min(1)).max(1)))
    smooth = smooth_track(take.times_s, seen[0], seen[1], extent)
    return lift_track(file, take.lens, take.times_s, smooth.keypoints_px, scores=seen[1], height_m=take.stature_m)


def detected(takes: list[Take], network: str, kept: Path | None) -> list[Seen]:
    """Keypoints and scores of each take by a shipped network at true boxes; from a file where they are kept."""
    if kept is not None and kept.exists():
        with np.load(kept) as stored:
            return [(stored[f"points{i}"], stored[f"scores{i}"]) for i in range(len(takes))]
    predictor = PosePredictor(shipped_model(network), flip_test=True, threads=1, closer=False)
    found: list[Seen] = []
    for take in takes:
        rows = []
        for picture, keypoints in zip(take.pictures, take.keypoints_px, strict=True):
            low, high = keypoints.min(0), keypoints.max(0)
            margin = 0.05 * float((high - low).max())
            box = np.array([[*(low - margin), *(high - low + 2 * margin)]])
            rows.append(predictor.predict(read_rgb(picture, None, "stored"), box))
        found.append((np.stack([row.keypoints_px[0] for row in rows]), np.stack([row.scores[0] for row in rows])))
    if kept is not None:
        points = {f"points{i}": seen[0] for i, seen in enumerate(found)}
        scores = {f"scores{i}": seen[1] for i, seen in enumerate(found)}
        np.savez(kept, allow_pickle=False, **points, **scores)
    return found


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in figures.items()}


if __name__ == "__main__":
    main()
