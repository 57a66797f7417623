"""A small rendered set with known geometry: bodies of spheres along a skeleton, drawn by a z-buffer, with exact labels."""

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.geometry.camera import Camera
from spinegen.geometry.rigid import axis_angle_matrix, matrix_quaternion
from spinegen.geometry.types import Array
from spinegen.labels.visibility import person_visibility
from spinegen.records.camera import CameraRecord
from spinegen.skeleton import KEYPOINTS, NAMES, VERTEBRAE
from spinegen.workspace import Workspace

WIDTH, HEIGHT, FOCAL = 160, 120, 150.0
UP, FORWARD = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
_SIDES = {"left": -1.0, "right": 1.0}


class Body:
    """Keypoints and vertebrae of one person, ground axes; bone lengths depend on the person only."""

    def __init__(self, stature_m: float, bend_rad: float, raise_rad: float, yaw_rad: float, *, place: Array) -> None:
        s = stature_m / 1.75
        spine = np.column_stack(
            [-0.06 + 0.02 * np.sin(np.linspace(0, 2 * np.pi, 25)), np.linspace(0.0, 0.58, 25), np.zeros(25)]
        )
        points: dict[str, Array] = {k.name: spine[VERTEBRAE.index(k.vertebra)] for k in KEYPOINTS if k.vertebra}
        points |= {"nose": np.array([0.07, 0.64, 0.0]), "head": np.array([-0.02, 0.78, 0.0])}
        for side, z in _SIDES.items():
            arm = axis_angle_matrix(FORWARD, -z * raise_rad) @ np.array([0.0, -1.0, 0.0])
            shoulder = np.array([-0.05, 0.46, 0.19 * z])
            points |= {
                f"{side}_eye": np.array([0.05, 0.67, 0.03 * z]),
                f"{side}_ear": np.array([-0.04, 0.65, 0.075 * z]),
                f"{side}_clavicle": np.array([0.03, 0.45, 0.03 * z]),
                f"{side}_latissimus": np.array([-0.05, 0.40, 0.12 * z]),
                f"{side}_shoulder": shoulder,
                f"{side}_elbow": shoulder + 0.28 * arm,
                f"{side}_wrist": shoulder + 0.53 * arm,
            }
        bend = axis_angle_matrix([0.0, 0.0, 1.0], -bend_rad)
        upper = {name: bend @ point for name, point in points.items()}
        spine = spine @ bend.T
        hip = np.array([0.0, 0.95, 0.0])
        legs: dict[str, Array] = {}
        for side, z in _SIDES.items():
            for name, at in {
                "hip": (-0.03, -0.06, 0.09), "knee": (0.0, -0.48, 0.1), "ankle": (-0.04, -0.87, 0.1),
                "heel": (-0.09, -0.93, 0.1), "big_toe": (0.15, -0.94, 0.09), "small_toe": (0.11, -0.94, 0.14),
            }.items():  # fmt: skip
                legs[f"{side}_{name}"] = np.array([at[0], at[1], at[2] * z])
        turn = axis_angle_matrix(UP, yaw_rad)
        everything = {**upper, **legs}
        self.keypoints = np.array([turn @ (s * (everything[name] + hip)) + place for name in NAMES])
        self.centroids = (s * (spine + hip)) @ turn.T + place
        rotation = turn @ bend
        self.posterior = self.centroids - 0.05 * s * rotation[:, 0]
        self.rotation = np.broadcast_to(rotation, (25, 3, 3))
        self.bend_deg = float(np.degrees(bend_rad))

    def spheres(self) -> tuple[Array, Array]:
        """Centres `(N, 3)` and radii `(N,)` that make up the body."""
        at = dict(zip(NAMES, self.keypoints, strict=True))
        centres, radii = [], []
        for name, radius in {"nose": 0.02, "head": 0.03, "neck_03": 0.1}.items():
            centres.append(at[name])
            radii.append(radius)
        limbs = [("left_hip", "right_hip", 0.11), ("left_shoulder", "right_shoulder", 0.07), ("neck", "neck_03", 0.06)]
        for side in _SIDES:
            limbs += [
                (f"{side}_shoulder", f"{side}_elbow", 0.045),
                (f"{side}_elbow", f"{side}_wrist", 0.035),
                (f"{side}_hip", f"{side}_knee", 0.07),
                (f"{side}_knee", f"{side}_ankle", 0.05),
                (f"{side}_ankle", f"{side}_big_toe", 0.03),
                (f"{side}_ankle", f"{side}_heel", 0.03),
                (f"{side}_big_toe", f"{side}_small_toe", 0.02),
                (f"{side}_eye", f"{side}_ear", 0.025),
            ]
        for a, b, radius in limbs:
            for t in np.linspace(0, 1, 12):
                centres.append((1 - t) * at[a] + t * at[b])
                radii.append(radius)
        return np.vstack([centres, self.centroids]), np.array([*radii, *[0.12] * 18, *[0.07] * 7])


def draw(camera: Camera, bodies: list[Body]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """Picture (BGR), instance mask and planar depth (inf where nothing is)."""
    depth = np.full((camera.height, camera.width), np.inf)
    mask = np.zeros((camera.height, camera.width), dtype=np.uint8)
    rows, columns = np.mgrid[: camera.height, : camera.width]
    for instance, body in enumerate(bodies, 1):
        for centre, radius in zip(*body.spheres(), strict=True):
            (x, y), z = camera.project(centre)
            if z < 0.3:
                continue
            reach = radius * camera.intrinsics[0, 0] / z
            top, left = max(int(np.floor(y - reach)), 0), max(int(np.floor(x - reach)), 0)
            part = np.s_[top : max(int(np.ceil(y + reach)) + 1, 0), left : max(int(np.ceil(x + reach)) + 1, 0)]
            inside = 1.0 - ((columns[part] - x) ** 2 + (rows[part] - y) ** 2) / reach**2
            surface = z - radius * np.sqrt(np.clip(inside, 0, None))
            nearer = (inside >= 0) & (surface < depth[part])
            depth[part][nearer], mask[part][nearer] = surface[nearer], instance
    shade = np.where(np.isfinite(depth), 255 - 40 * np.clip(depth, 0, 5), 40).astype(np.uint8)
    picture = np.dstack([shade, np.where(mask == 2, shade // 2, shade), np.where(mask == 1, shade // 2, shade)])
    return picture, mask, depth.astype(np.float32)


def person_entry(camera: Camera, body: Body, *, instance: int, name: str, mask: Any, depth: Any) -> dict[str, Any]:
    """A sidecar's `people` element."""
    seen, seen_posterior = person_visibility(
        camera, body.keypoints, body.posterior, mask, instance=instance, depth_map_m=depth
    )
    quaternions = matrix_quaternion(body.rotation)
    named = dict(enumerate(VERTEBRAE))
    return {
        "instance": instance,
        "person": name,
        "keypoints_ground_m": body.keypoints.tolist(),
        "posterior_ground_m": {v: body.posterior[i].tolist() for i, v in named.items()},
        "vertebrae": {
            v: {"centroid_ground_m": body.centroids[i].tolist(), "quaternion_wxyz": quaternions[i].tolist()}
            for i, v in named.items()
        },
        "intervertebral_deg": {v: [body.bend_deg / 24, 0.5, -0.5] for v in VERTEBRAE[1:]},
        "visibility": seen.flags.tolist(),
        "hidden_fraction": seen.hidden.tolist(),
        "visibility_posterior": {v: int(seen_posterior.flags[i]) for i, v in named.items()},
        "hidden_fraction_posterior": {v: float(seen_posterior.hidden[i]) for i, v in named.items()},
        "area_px": int((mask == instance).sum()),
    }


def draw_frame(
    frames: Path, shot: int, rng: np.random.Generator, val_every: int = 4, *, keep_depth: bool = True
) -> None:
    """Draw one frame, with one or two people, and write its files; every `val_every`-th is of the validation split."""
    split = "val" if shot % val_every == val_every - 1 else "train"
    azimuth, elevation = float(rng.uniform(-180, 180)), float(rng.uniform(0, 45))
    a, e = np.radians([azimuth, elevation])
    target = np.array([0.0, 0.9, 0.0])
    eye = target + 3.0 * np.array([np.cos(a) * np.cos(e), np.sin(e), np.sin(a) * np.cos(e)])
    camera = Camera.look_at(eye, target, roll_deg=0.0, focal_px=FOCAL, width=WIDTH, height=HEIGHT)
    who = [(shot // 2) % 3] if shot % 3 else [0, 1]
    bodies = [
        Body(1.6 + 0.1 * person, float(rng.uniform(0, 1.2)), float(rng.uniform(0, 2.5)), float(rng.uniform(-3, 3)),
             place=np.array([0.0, 0.0, 0.35 * (2 * i - 1) * (len(who) > 1)]))
        for i, person in enumerate(who)
    ]  # fmt: skip
    picture, mask, depth = draw(camera, bodies)
    names = [f"{split[0]}{person:04d}" for person in who]
    played = {"clip": f"clip_{split}", "time_s": shot / 3.0}
    people = [
        person_entry(camera, body, instance=i, name=name, mask=mask, depth=depth) | played
        for i, (body, name) in enumerate(zip(bodies, names, strict=True), 1)
    ]
    folder, stem = frames / f"{shot // 1000:05d}", f"{shot:08d}"
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"{stem}.jpg"), picture)
    cv2.imwrite(str(folder / f"{stem}.mask.png"), mask)
    if keep_depth:
        np.savez_compressed(folder / f"{stem}.depth.npz", depth=depth)
    activity = ("yoga", "walk")[shot % 2]
    sidecar = {
        "version": 1,
        "shot": shot,
        "split": split,
        "clip": f"clip_{split}",
        "activity": activity,
        "frame": 10 * shot,
        "time_s": shot / 3.0,
        "image": f"{stem}.jpg",
        "mask": f"{stem}.mask.png",
        "depth": f"{stem}.depth.npz" if keep_depth else None,
        "width": WIDTH,
        "height": HEIGHT,
        "camera": CameraRecord.of(camera).plain(),
        "people": people,
        "engine": {"name": "test", "version": "1", "renderer": "z-buffer"},
        "plan": {"azimuth_deg": azimuth, "elevation_deg": elevation, "distance_m": 3.0, "sex": ("female", "male")[shot % 2], "age": 20 + shot % 60, "place_kind": "studio"},
    }  # fmt: skip
    sidecar["sha256"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (sidecar["image"], sidecar["mask"])
    }
    (folder / f"{stem}.json").write_text(json.dumps(sidecar), encoding="utf-8")


def draw_workspace(root: Path, shots: int = 16, seed: int = 0, keep_depth: bool = True) -> Workspace:
    """A workspace with `shots` rendered frames."""
    workspace = Workspace(root)
    workspace.open()
    for shot in range(shots):
        draw_frame(
            workspace.frames, shot, np.random.default_rng(np.random.SeedSequence([seed, shot])), keep_depth=keep_depth
        )
    return workspace
