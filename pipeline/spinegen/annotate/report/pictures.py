"""Pictures of a page: small JPEGs as data URIs, and the keypoints over them as SVG that can be switched off."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise

import cv2
import numpy as np

from ...labels.viewpoint import side, view_angle_deg
from ...reporting.figures import data_uri
from ...skeleton import LINKS, NAMES, SPINE_CHAIN
from .gather import Shown
from .images import read_image

WIDTH_PX = 400
QUALITY = 74
_SPINE_LINKS = frozenset(frozenset(pair) for pair in pairwise(SPINE_CHAIN))


@dataclass(frozen=True)
class Picture:
    """One figure of the page."""

    uri: str
    overlay: str
    """SVG markup, already escaped."""
    width: int
    height: int
    caption: str
    value: str
    search: str
    """Words that the filter looks through, lower case."""
    facets: dict[str, str]
    """Values of the filter's choices."""


def picture(shown: Shown) -> Picture:
    """Make a figure of a frame.

    Raises:
        DatasetError: the picture cannot be read.
    """
    frame = shown.frame
    views = sorted(
        {
            side(view_angle_deg(frame.camera, p.label.centroids_ground_m, p.label.quaternions_ground_wxyz))
            for p in shown.people
        }
    )
    plan = frame.plan
    words = [f"shot {frame.shot}", frame.split, frame.clip, frame.activity, *views]
    words += [p.label.person for p in shown.people]
    words += [str(value) for value in plan.values() if isinstance(value, str)]
    details = [frame.activity, frame.clip, frame.split, *views]
    return Picture(
        uri=_data_uri(shown),
        overlay=overlay(shown),
        width=frame.width,
        height=frame.height,
        caption=f"shot {frame.shot} · " + " · ".join(word for word in dict.fromkeys(details) if word),
        value=shown.value,
        search=" ".join(words).lower(),
        facets={
            "split": frame.split,
            "activity": frame.activity,
            "view": " ".join(v.replace(" side", "") for v in views),
        },
    )


def _data_uri(shown: Shown) -> str:
    image = read_image(shown.frame.image, cv2.IMREAD_COLOR)
    if image.shape[1] > WIDTH_PX:
        height = round(image.shape[0] * WIDTH_PX / image.shape[1])
        image = cv2.resize(image, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return data_uri(data, "image/jpeg")


def overlay(shown: Shown) -> str:
    """SVG in the picture's own pixels; hidden keypoints are hollow, the spine stands out."""
    frame = shown.frame
    unit = max(frame.width, frame.height) / 640
    parts = []
    for person in shown.people:
        at = np.round(person.points_px, 1)
        for a, b in LINKS:
            if person.visibility[a] and person.visibility[b]:
                kind = "sp" if frozenset((a, b)) in _SPINE_LINKS else "li"
                hidden = " h" if min(person.visibility[a], person.visibility[b]) == 1 else ""
                parts.append(
                    f'<line class="{kind}{hidden}" x1="{at[a, 0]:g}" y1="{at[a, 1]:g}" x2="{at[b, 0]:g}" y2="{at[b, 1]:g}"/>'
                )
        # Small people get small dots, so that the spine stays readable.
        radius = float(np.clip(person.outline.box[3] / 85, 2.0 * unit, 7.0 * unit))
        for i, v in enumerate(person.visibility):
            if v:
                kind = (
                    "sp"
                    if i in SPINE_CHAIN
                    else ("lf" if NAMES[i].startswith("left") else "rt" if NAMES[i].startswith("right") else "md")
                )
                hidden = " h" if v == 1 else ""
                title = f"{NAMES[i]}, {'seen' if v == 2 else 'hidden'}"
                parts.append(
                    f'<circle class="{kind}{hidden}" cx="{at[i, 0]:g}" cy="{at[i, 1]:g}" r="{radius:.1f}"><title>{escape(title)}</title></circle>'
                )
    # Pixel centres are whole numbers: the picture's edge lies half a pixel before the first.
    box = f"-0.5 -0.5 {frame.width} {frame.height}"
    return f'<svg class="ov" viewBox="{box}" aria-hidden="true">{"".join(parts)}</svg>'
