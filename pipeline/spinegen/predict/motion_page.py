"""A page of the film beside everybody's angles over time, which opens offline."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from ..geometry.types import Array
from ..labels.spine_angles import ANGLES
from ..reporting.charts import curve
from ..reporting.page import write_page
from .motion import FilmMotion, PersonMotion

MEANINGS = {
    "lumbar_lordosis": ("Lumbar lordosis", "chain at L5 against chain at L1; more is a hollower back"),
    "thoracic_kyphosis": ("Thoracic kyphosis", "chain at T12 against chain at T1; more is a rounder back"),
    "forward_bend": ("Forward bend", "line S1 to C7 against the vertical; positive to the front"),
    "side_bend": ("Side bend", "line S1 to C7 against the middle plane of the pelvis; positive to the right"),
    "rotation": ("Rotation", "shoulders against hips; positive to the left"),
    "neck_flexion": ("Neck flexion", "line C7 to C1 against the chain at T1; positive to the front"),
    "pelvic_tilt": (
        "Pelvic tilt",
        "line from the hips to S1 against the vertical; positive where S1 lies behind the hips",
    ),
}


def write_motion_page(motion: FilmMotion, name: str, film: Path, path: Path) -> None:
    """Write the page.

    Args:
        name: of the film, as a title.
        film: the video that is shown, in the same folder as the page.
    """
    people = [_person(person) for person in motion.people if person.track.known.any()]
    times = [person.track.times_s[-1] for person in motion.people]
    write_page(
        path,
        "motion",
        name=name,
        film=quote(film.name),
        people=people,
        seconds=float(max(times, default=0.0)),
        fov_deg=motion.space.fov_deg,
        height_m=motion.space.height_m,
    )


def _person(person: PersonMotion) -> dict[str, Any]:
    rows = []
    for column, angle in enumerate(ANGLES):
        values = person.angles_deg[:, column]
        title, meaning = MEANINGS[angle]
        rows.append({"title": title, "meaning": meaning, **_range(values), "chart": _chart(person, values)})
    return {"number": person.number, "rows": rows}


def _chart(person: PersonMotion, values: Array) -> str:
    return curve(person.track.times_s, values, person.filled & np.isfinite(values))


def _range(values: Array) -> dict[str, float | None]:
    known = values[np.isfinite(values)]
    if not len(known):
        return {"median": None, "least": None, "most": None}
    return {"median": float(np.median(known)), "least": float(known.min()), "most": float(known.max())}
