"""From a sidecar and a mask to what every export writes about one person: 2D keypoints, box, outline, 3D in the camera."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle

from ..errors import DatasetError
from ..geometry.rigid import matrix_quaternion
from ..geometry.types import Array
from ..labels.conventions import coco_points
from ..labels.spine import SPINE_IDS, SPINE_LEVELS
from ..skeleton import KEYPOINTS
from .settings import BodyPoints, Site
from .sidecar import Frame, PersonLabel

_PNG_END = b"IEND\xaeB`\x82"
ROOT = next(k.id for k in KEYPOINTS if k.name == "hip")
"""Root-relative coordinates start here (S1)."""


@dataclass(frozen=True)
class Outline:
    """The pixels of one instance: COCO's compressed run lengths, and what they span."""

    size_hw: tuple[int, int]
    counts: str
    box: tuple[int, int, int, int]
    """First column, first row, columns, rows."""
    area: int


@dataclass(frozen=True)
class PersonAnnotation:
    """One person as exported; pixels have the centre of the top-left pixel at (0, 0), 3D is in metres."""

    label: PersonLabel
    points_px: Array
    """`(37, 2)`; NaN behind the camera."""
    visibility: NDArray[np.int64]
    """`(37,)` of the chosen site."""
    hidden: Array
    """`(37,)` of the chosen site."""
    keypoints_ground_m: Array
    """`(37, 3)` of the chosen site."""
    keypoints_camera_m: Array
    """`(37, 3)` of the chosen site."""
    vertebrae_camera_m: Array
    """`(25, 3)` centroids."""
    posterior_camera_m: Array
    """`(25, 3)`"""
    quaternions_camera_wxyz: Array
    """`(25, 4)`"""
    outline: Outline
    """Of the visible part."""

    @property
    def seen(self) -> int:
        """Keypoints with v = 2."""
        return int((self.visibility == 2).sum())

    @property
    def occlusion(self) -> float:
        """Mean hidden share of the keypoints inside the image; 1 when there is none."""
        inside = self.visibility > 0
        return float(self.hidden[inside].mean()) if inside.any() else 1.0

    def keypoints_xyv(self) -> Array:
        """`(37, 3)` x, y, v; all zero where v = 0, as COCO wants it."""
        inside = self.visibility > 0
        return np.where(inside[:, None], np.column_stack([self.points_px, self.visibility]), 0.0)


def site_keypoints(label: PersonLabel, site: Site) -> tuple[Array, NDArray[np.int64], Array]:
    """Ground points `(37, 3)`, flags `(37,)` and hidden shares `(37,)` with the spine at the chosen site."""
    points, flags, hidden = label.keypoints_ground_m, label.visibility, label.hidden_fraction
    if site == "posterior":
        points, flags, hidden = points.copy(), flags.copy(), hidden.copy()
        points[SPINE_IDS] = label.posterior_ground_m[SPINE_LEVELS]
        flags[SPINE_IDS] = label.visibility_posterior[SPINE_LEVELS]
        hidden[SPINE_IDS] = label.hidden_fraction_posterior[SPINE_LEVELS]
    return points, flags, hidden


def outline(mask: NDArray[np.uint8], instance: int) -> Outline | None:
    """Where an instance of a mask `(H, W)` is seen, or `None` where not a pixel of it is."""
    encoded = rle.encode((np.asfortranarray(mask) == instance).view(np.uint8))
    area = int(rle.area(encoded))
    if area == 0:
        return None
    x, y, w, h = (int(value) for value in rle.toBbox(encoded))
    counts = encoded["counts"]
    text = counts if isinstance(counts, str) else counts.decode("ascii")
    height, width = (int(value) for value in encoded["size"])
    return Outline((height, width), text, (x, y, w, h), area)


def annotate_person(
    frame: Frame, label: PersonLabel, mask: NDArray[np.uint8], site: Site, *, body_points: BodyPoints = "anatomical"
) -> PersonAnnotation | None:
    """Everything exported about one person, or `None` when not a pixel of the person is seen.

    Args:
        mask: `(H, W)` instance ids of the frame.
        body_points: `coco` moves the body's joints to where people click them.
    """
    seen = outline(mask, label.instance)
    if seen is None:
        return None
    camera = frame.camera
    ground, flags, hidden = site_keypoints(label, site)
    if body_points == "coco":
        ground = coco_points(ground)
    pixels, depths = camera.project(ground)
    if body_points == "coco":
        flags = np.where(_inside(pixels, depths, frame), flags, 0)
    return PersonAnnotation(
        label=label,
        points_px=pixels,
        visibility=flags,
        hidden=hidden,
        keypoints_ground_m=ground,
        keypoints_camera_m=camera.to_camera(ground),
        vertebrae_camera_m=camera.to_camera(label.centroids_ground_m),
        posterior_camera_m=camera.to_camera(label.posterior_ground_m),
        quaternions_camera_wxyz=_turned(camera.rotation_camera_ground, label.quaternions_ground_wxyz),
        outline=seen,
    )


def _inside(pixels: Array, depths_m: Array, frame: Frame) -> NDArray[np.bool_]:
    """Whether moved points still lie in the picture."""
    limit = np.array([frame.width, frame.height]) - 0.5
    return ((pixels >= -0.5) & (pixels < limit)).all(axis=1) & (depths_m > 0)


def _turned(rotation_camera_ground: Array, quaternions_ground_wxyz: Array) -> Array:
    """Orientations `(N, 4)` in the camera frame: the camera's quaternion times each (Hamilton product), w >= 0."""
    w, x, y, z = matrix_quaternion(rotation_camera_ground)
    left = np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]])
    turned = quaternions_ground_wxyz @ left.T
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return np.where(turned[:, :1] < 0, -turned, turned)


def read_mask(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    """Instance mask `(H, W)` of a frame.

    Raises:
        DatasetError: missing, damaged, not 8-bit single-channel, or of another size.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: mask cannot be read: {error.strerror or error}") from error
    # OpenCV fills up what a cut-off file lacks, so look for the last chunk first.
    whole = data.endswith(_PNG_END)
    decoded = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED) if whole else None
    if decoded is None:
        raise DatasetError(f"{path}: mask is damaged; draw it again with: spinegen render --repair")
    mask = np.asarray(decoded)
    if mask.ndim != 2 or mask.dtype != np.uint8 or mask.shape != (height, width):
        raise DatasetError(
            f"{path}: mask must be 8-bit, one channel, {width}x{height}; found {mask.dtype}, shape {mask.shape}"
        )
    return mask.astype(np.uint8, copy=False)


def read_depth(path: Path) -> NDArray[np.float32]:
    """Planar depth `(H, W)` in metres: the only array of the `.npz`.

    Raises:
        DatasetError: missing or damaged.
    """
    try:
        with np.load(path) as archive:
            return archive[archive.files[0]].astype(np.float32)
    except (OSError, ValueError, IndexError, zipfile.BadZipFile, KeyError) as error:
        raise DatasetError(f"{path}: depth map cannot be read: {error}") from error
