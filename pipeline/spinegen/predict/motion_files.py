"""A film's people in 3D as files: points as parquet, the camera and the floor as JSON, a TRC a person, angles as a table."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from .. import skeleton
from ..clips.trc_write import trc_text
from ..files import atomic_path, write_text
from ..geometry.types import Array
from ..labels.spine_angles import ANGLES
from ..lifting.bones import steady_bones
from ..lifting.points import centroids_of, keypoints_of
from ..records.lifted import LiftedFilm, LiftedPerson
from .motion import FilmMotion, PersonMotion

LEVELS = tuple(v for v in skeleton.VERTEBRAE if v not in {k.vertebra for k in skeleton.KEYPOINTS})
"""Vertebrae that are no keypoints."""
LABELS = (*skeleton.NAMES, *(f"centroid_{level}" for level in LEVELS))
"""Of a TRC: the 37 keypoints, then the other vertebrae."""
MARKER_SET = "spinetrack37+vertebral_centroids"
"""Which knows these labels."""


def beside(stem: Path, ending: str) -> Path:
    """`<stem><ending>` in the same folder."""
    return stem.with_name(f"{stem.name}{ending}")


def write_points(motion: FilmMotion, stem: Path) -> None:
    """`<stem>.3d.parquet`, `<stem>.3d.json`, and `<stem>.person_N.trc` of everybody.

    A row of the parquet is a frame and a person: `frame, time_s, id`, the centroid of S1 in camera metres (`root_camera_x_m`, ...: x right,
    y down, z forward), then every keypoint and vertebra less it, in the same axes (`nose_x_m`, ..., `S1_x_m`, ..., `C1_z_m`).
    """
    tables = [_table(person) for person in motion.people]
    if tables:
        with atomic_path(beside(stem, ".3d.parquet")) as temporary:
            pd.concat(tables, ignore_index=True).sort_values(["frame", "id"]).to_parquet(temporary, index=False)
    ground = motion.ground
    LiftedFilm(
        width=motion.lens.width,
        height=motion.lens.height,
        fov_deg=motion.space.fov_deg,
        focal_px=round(motion.lens.focal_px, 3),
        height_m=motion.space.height_m,
        up_camera=np.round(ground.up_camera, 5),
        rotation_ground_camera=np.round(ground.rotation_ground_camera, 6),
        camera_height_m=round(ground.camera_height_m, 4),
        people=tuple(
            LiftedPerson(id=person.number, frames=len(person.track.times_s), lifted=int(person.track.known.sum()))
            for person in motion.people
        ),
    ).write(beside(stem, ".3d.json"))
    for person in motion.people:
        if person.track.known.any():
            write_trc(motion, person, trc_path(stem, person.number))


def trc_path(stem: Path, number: int) -> Path:
    """Where a person's TRC lies."""
    return beside(stem, f".person_{number}.trc")


def write_trc(motion: FilmMotion, person: PersonMotion, path: Path) -> None:
    """The person's keypoints and vertebrae in ground metres, as `spinegen fit-mocap` reads them."""
    track = person.track
    levels = [skeleton.VERTEBRAE.index(level) for level in LEVELS]
    # a fit refuses limbs that change their length
    steady = steady_bones(track.points_camera_m)
    points = np.concatenate([keypoints_of(steady), centroids_of(steady)[:, levels]], axis=1)
    write_text(path, trc_text(path.name, LABELS, track.times_s, motion.ground.to_ground(points)))


def write_angles(motion: FilmMotion, path: Path) -> None:
    """A row a frame and person: `frame, time_s, id`, the angles in degrees (empty in gaps), `filled` (1 where a vertebra was unseen)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["frame", "time_s", "id", *(f"{name}_deg" for name in ANGLES), "filled"])
    rows = []
    for person in motion.people:
        for row, frame in enumerate(person.person.frames):
            values = ["" if np.isnan(value) else f"{value:.2f}" for value in person.angles_deg[row]]
            time_s = f"{person.track.times_s[row]:.4f}"
            rows.append((frame, person.number, [frame, time_s, person.number, *values, int(person.filled[row])]))
    writer.writerows(cells for _, _, cells in sorted(rows, key=lambda one: one[:2]))
    write_text(path, stream.getvalue())


def _table(person: PersonMotion) -> pd.DataFrame:
    track = person.track
    root = track.root_camera_m
    names = (*skeleton.NAMES, *skeleton.VERTEBRAE)
    points = np.concatenate([track.keypoints_camera_m, track.centroids_camera_m], axis=1) - root[:, None]
    values: Array = np.concatenate([root, points.reshape(len(root), -1)], axis=1)
    columns = [f"{name}_{axis}_m" for name in ("root_camera", *names) for axis in "xyz"]
    table = pd.DataFrame(values.astype(np.float32), columns=pd.Index(columns))
    table.insert(0, "id", person.number)
    table.insert(0, "time_s", track.times_s)
    table.insert(0, "frame", person.person.frames)
    return table
