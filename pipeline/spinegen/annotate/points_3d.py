"""Columns of `keypoints_3d_<split>-unreal.parquet`: one row a person in a frame, everything a lifting network is trained with."""

import json
from typing import Any

import numpy as np
import pyarrow as pa

from ..skeleton import COUNT, LINKS, NAMES, VERTEBRAE
from .coco import PEOPLE_PER_IMAGE
from .labels import ROOT, PersonAnnotation
from .settings import Site
from .sidecar import Frame

_V = len(VERTEBRAE)
_ARRAYS: dict[str, tuple[int, ...]] = {
    "keypoints_px": (COUNT, 2),
    "hidden_fraction": (COUNT,),
    "keypoints_camera_m": (COUNT, 3),
    "keypoints_ground_m": (COUNT, 3),
    "keypoints_root_relative_m": (COUNT, 3),
    "root_camera_m": (3,),
    "vertebrae_camera_m": (_V, 3),
    "vertebrae_ground_m": (_V, 3),
    "posterior_camera_m": (_V, 3),
    "vertebrae_quaternion_camera_wxyz": (_V, 4),
    "vertebrae_quaternion_ground_wxyz": (_V, 4),
    "intervertebral_deg": (_V - 1, 3),
    "K": (3, 3),
    "R": (3, 3),
    "t": (3,),
}
"""Array columns and the shape that their flat lists take (row-major)."""


def file_name(split: str) -> str:
    """Name of a split's table."""
    return f"keypoints_3d_{split}-unreal.parquet"


def schema(site: Site) -> pa.Schema:
    """Arrow schema; its metadata hold names, shapes and frames, so that the file explains itself."""
    scalars = [
        ("annotation_id", pa.int64()),
        ("image_id", pa.int64()),
        ("file_name", pa.string()),
        ("split", pa.string()),
        ("person", pa.string()),
        ("clip", pa.string()),
        ("activity", pa.string()),
        ("frame", pa.int64()),
        ("time_s", pa.float64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("area_px", pa.int64()),
        ("bbox", pa.list_(pa.int32(), 4)),
        ("visibility", pa.list_(pa.int8(), COUNT)),
    ]
    # Camera parameters stay in double precision: reprojection from this file alone then hits the stored pixel.
    arrays = [
        (name, pa.list_(pa.float64() if name in ("K", "R", "t") else pa.float32(), int(np.prod(shape))))
        for name, shape in _ARRAYS.items()
    ]
    metadata = {
        "keypoints": json.dumps(NAMES),
        "skeleton": json.dumps(LINKS),
        "vertebrae": json.dumps(VERTEBRAE),
        "intervertebral_levels": json.dumps(VERTEBRAE[1:]),
        "shapes": json.dumps(_ARRAYS),
        "vertebral_site": site,
        "camera_axes": "x right, y down, z forward, metres; x_camera = R x_ground + t; pixel = K x_camera / z",
        "ground_axes": "x forward, y up, z right, metres",
        "root": NAMES[ROOT],
        "root_relative": "camera axes, keypoint minus root",
        "quaternions": "wxyz, vertebra axes (x forward, y up, z right) to the named frame",
        "intervertebral_deg": "flexion, bending, rotation of each level relative to the vertebra below",
    }
    return pa.schema([*scalars, *arrays], metadata=metadata)


def row(frame: Frame, person: PersonAnnotation) -> dict[str, Any]:
    """One row as plain values."""
    label, camera = person.label, frame.camera
    arrays = {
        "keypoints_px": person.points_px,
        "hidden_fraction": person.hidden,
        "keypoints_camera_m": person.keypoints_camera_m,
        "keypoints_ground_m": person.keypoints_ground_m,
        "keypoints_root_relative_m": person.keypoints_camera_m - person.keypoints_camera_m[ROOT],
        "root_camera_m": person.keypoints_camera_m[ROOT],
        "vertebrae_camera_m": person.vertebrae_camera_m,
        "vertebrae_ground_m": label.centroids_ground_m,
        "posterior_camera_m": person.posterior_camera_m,
        "vertebrae_quaternion_camera_wxyz": person.quaternions_camera_wxyz,
        "vertebrae_quaternion_ground_wxyz": label.quaternions_ground_wxyz,
        "intervertebral_deg": label.intervertebral_deg,
        "K": camera.intrinsics,
        "R": camera.rotation_camera_ground,
        "t": camera.translation_camera_m,
    }
    return {
        "annotation_id": frame.shot * PEOPLE_PER_IMAGE + label.instance,
        "image_id": frame.shot,
        "file_name": frame.image.name,
        "split": frame.split,
        "person": label.person,
        "clip": label.clip,
        "activity": frame.activity,
        "frame": frame.frame,
        "time_s": label.time_s,
        "width": frame.width,
        "height": frame.height,
        "area_px": person.outline.area,
        "bbox": list(person.outline.box),
        "visibility": person.visibility,
        **{name: np.asarray(values).reshape(-1) for name, values in arrays.items()},
    }


def table(rows: list[dict[str, Any]], site: Site) -> pa.Table:
    """Rows as an Arrow table of `schema`."""
    layout = schema(site)
    columns = []
    for field in layout:
        values = [item[field.name] for item in rows]
        if pa.types.is_fixed_size_list(field.type):
            kind = field.type
            flat = np.concatenate([np.asarray(v) for v in values]) if values else np.zeros(0)
            columns.append(
                pa.FixedSizeListArray.from_arrays(
                    pa.array(flat.astype(kind.value_type.to_pandas_dtype())), kind.list_size
                )
            )
        else:
            columns.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(columns, schema=layout)
