"""How a 2D network errs on drawn people, all keypoints of a person together: what no covariance of single keypoints tells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .... import skeleton
from ....errors import DatasetError
from ....geometry.camera import Camera
from ....geometry.types import Array
from ....media.pictures import read_rgb
from ....pose.predictor import PosePredictor
from ....records.sidecar import read_sidecar
from .frame import spine_length, trunk_axes

FEWEST_PIXELS = 600
"""Of people of whom less shows nothing can be said."""
LEAST_SCORE = 0.35
"""Of the vertebrae on average."""
WORST_SPINE = 0.3
"""In spine lengths, the median over the vertebrae: who is missed by more was not seen, or taken for somebody else."""
_FLIP, _SPINE = np.array(skeleton.FLIP), np.array(skeleton.SPINE_CHAIN)


@dataclass(frozen=True)
class SeenErrors:
    """Of N looks at people."""

    errors: Array
    """`(N, 37, 2)`: to the right and downwards in a picture that is turned until the trunk stands, in lengths of the spine."""
    toward: Array
    """`(N, 3)`: unit vectors to the camera in the trunk's axes (forward, up, right)."""
    scores: Array
    """`(N, 37)`."""

    def __len__(self) -> int:
        return len(self.errors)

    def with_mirrored(self) -> "SeenErrors":
        """Besides what the network would have said of the mirrored people: it looks at both anyhow."""
        return SeenErrors(
            np.concatenate([self.errors, self.errors[:, _FLIP] * [-1.0, 1.0]]),
            np.concatenate([self.toward, self.toward * [1.0, 1.0, -1.0]]),
            np.concatenate([self.scores, self.scores[:, _FLIP]]),
        )


@dataclass(frozen=True)
class Look:
    """One person in one picture."""

    keypoints_px: Array
    """`(37, 2)`, as the network says."""
    scores: Array
    """`(37,)`."""
    true_ground_m: Array
    """`(37, 3)`."""
    camera: Camera


def looks(predictor: PosePredictor, sidecars: Iterable[Path]) -> Iterator[Look]:
    """Everybody who shows enough in drawn pictures, cut out by the box of their mask."""
    for path in sidecars:
        sidecar = read_sidecar(path)
        mask = cv2.imread(str(path.with_name(sidecar.mask)), cv2.IMREAD_UNCHANGED)
        if mask is None:
            raise DatasetError(f"{path.with_name(sidecar.mask)}: the mask is missing or damaged")
        image = read_rgb(path.with_name(sidecar.image))
        for person in sidecar.people:
            own = mask == person.instance
            if own.sum() < FEWEST_PIXELS:
                continue
            box = np.array([cv2.boundingRect(own.astype(np.uint8))], dtype=np.float64)
            said = predictor.predict(image, box)
            yield Look(said.keypoints_px[0], said.scores[0], person.keypoints_ground_m, sidecar.camera.geometry)


def seen_errors(found: Iterable[Look]) -> SeenErrors:
    """Of people who were seen at all.

    Raises:
        DatasetError: nobody was.
    """
    errors, toward, scores = [], [], []
    for look in found:
        error, direction = _error(look)
        if look.scores[_SPINE].mean() > LEAST_SCORE and np.median(np.linalg.norm(error[_SPINE], axis=-1)) < WORST_SPINE:
            errors.append(error)
            toward.append(direction)
            scores.append(look.scores)
    if not errors:
        raise DatasetError("nobody in the drawn pictures was seen by the network: nothing can be said of its errors")
    return SeenErrors(np.array(errors), np.array(toward), np.array(scores))


def _error(look: Look) -> tuple[Array, Array]:
    """Errors `(37, 2)` in the turned picture, and the direction to the camera `(3,)`."""
    camera, true = look.camera, look.true_ground_m
    pixels, depths_m = camera.project(true)
    _, axes = trunk_axes(true[None])
    metres_px = depths_m.mean() / camera.intrinsics[0, 0]
    error = (look.keypoints_px - pixels) * metres_px / spine_length(true[None])[0]
    up = camera.rotation_camera_ground[:2] @ axes[0, 1]
    toward = axes[0] @ (camera.position_ground_m - true[_SPINE].mean(axis=0))
    return error @ upright_turn(up).T, toward / np.linalg.norm(toward)


def upright_turn(up: Array) -> Array:
    """`(..., 2, 2)`: takes the picture's right and down to those of a picture in which `up` `(..., 2)` points upwards."""
    length = np.maximum(np.linalg.norm(up, axis=-1), 1e-9)
    cosine, sine = -up[..., 1] / length, up[..., 0] / length
    return np.stack([np.stack([cosine, sine], -1), np.stack([-sine, cosine], -1)], -2)
