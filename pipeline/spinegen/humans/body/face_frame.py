"""Where the features of one face lie."""

from dataclasses import dataclass

import numpy as np

from ...geometry.types import Floats
from . import bones
from .body_data import BodyData
from .texel_map import masked_vertices


@dataclass(frozen=True)
class FaceFrame:
    """Points of a face, ground axes, metres."""

    eyes_m: Floats
    """`(2, 3)`: fronts of the left and right eyeball."""
    mouth_m: Floats
    """Front and middle of the lips."""
    top_m: Floats
    """Top of the head."""
    back_x_m: float
    """Rearmost x of the skull above the eyes."""
    size: float
    """Height of the head over that of an adult with an interpupillary distance of 62 mm: scales distances on the face."""

    @property
    def eye_y_m(self) -> float:
        """Height of the pupils."""
        return float(self.eyes_m[:, 1].mean())

    @property
    def eye_x_m(self) -> float:
        """Forward place of the pupils."""
        return float(self.eyes_m[:, 0].max())


def face_frame(data: BodyData, vertices_m: Floats, weights: Floats) -> FaceFrame:
    """Find them on a body."""
    eyes = []
    for side in "lr":
        ball = vertices_m[data.vertices_of(f"helper-{side}-eye")]
        eyes.append(ball[ball[:, 0].argmax()])
    eyes_m = np.array(eyes, np.float64)
    body = data.vertices_of("body")
    skull = vertices_m[body[weights[body, bones.INDEX["skull"]] > 0.9]].astype(np.float64)
    upper = skull[skull[:, 1] > eyes_m[:, 1].mean()]
    lips = vertices_m[masked_vertices("lips")].astype(np.float64)
    mouth = np.array([lips[:, 0].max(), lips[:, 1].mean(), 0.0])
    size = float(np.linalg.norm(eyes_m[0] - eyes_m[1])) / 0.062
    return FaceFrame(eyes_m, mouth, skull[skull[:, 1].argmax()], float(upper[:, 0].min()), size)
