"""One pass over the frames: counts for the charts, an even choice of pictures, and the worst cases."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from ...errors import DatasetError
from ...progress import Reporter
from ..labels import PersonAnnotation, annotate_person, read_mask
from ..sidecar import Frame, read_frame, sidecar_paths
from ..tally import Tally
from .images import read_image

MOST_FRAMES = 3000
"""A larger set is looked at in even steps; the page says so."""
SHEET = 48
WORST = 6


@dataclass(frozen=True)
class Shown:
    """A frame to be shown with its people."""

    frame: Frame
    people: tuple[PersonAnnotation, ...]
    value: str = ""
    """What the measure came to, in words, where the frame was picked by one."""


@dataclass(frozen=True)
class Measure:
    """A way in which a frame can be hard."""

    title: str
    explain: str
    score: Callable[[Frame, list[PersonAnnotation], float], float]
    """Larger is worse; the last argument is the picture's mean brightness, 0..1."""
    words: Callable[[float], str]


@dataclass
class Gathered:
    """What the pass found."""

    total: int = 0
    looked_at: int = 0
    damaged: int = 0
    tally: Tally = field(default_factory=Tally)
    splits: dict[str, Tally] = field(default_factory=dict)
    sheet: list[Shown] = field(default_factory=list)
    worst: list[tuple[Measure, list[Shown]]] = field(default_factory=list)


def _spine_bend(person: PersonAnnotation) -> float:
    """Sum of flexion over the levels S1..C7, degrees."""
    return float(np.abs(np.nansum(person.label.intervertebral_deg[:18, 0])))


def _spine_twist(person: PersonAnnotation) -> float:
    angles = np.nansum(person.label.intervertebral_deg[:18, 1:], axis=0)
    return float(np.abs(angles).sum())


MEASURES = (
    Measure(
        "Most hidden",
        "mean hidden share of the keypoints inside the picture",
        lambda frame, people, light: max(p.occlusion for p in people),
        lambda value: f"{100 * value:.0f} % hidden",
    ),
    Measure(
        "Most cut off",
        "keypoints outside the picture",
        lambda frame, people, light: max(int((p.visibility == 0).sum()) for p in people),
        lambda value: f"{value:.0f} of 37 outside",
    ),
    Measure(
        "Smallest",
        "height of the box",
        lambda frame, people, light: -min(p.outline.box[3] for p in people),
        lambda value: f"{-value:.0f} px high",
    ),
    Measure(
        "Most bent",
        "sum of flexion or extension from S1 to C7",
        lambda frame, people, light: max(map(_spine_bend, people)),
        lambda value: f"{value:.0f}° bent",
    ),
    Measure(
        "Most twisted",
        "sum of lateral bending and rotation from S1 to C7",
        lambda frame, people, light: max(map(_spine_twist, people)),
        lambda value: f"{value:.0f}° bent sideways and twisted",
    ),
    Measure(
        "Darkest",
        "mean brightness of the picture",
        lambda frame, people, light: -light,
        lambda value: f"brightness {-100 * value:.0f} %",
    ),
    Measure(
        "Brightest",
        "mean brightness of the picture",
        lambda frame, people, light: light,
        lambda value: f"brightness {100 * value:.0f} %",
    ),
)


def gather(frames: Path, reporter: Reporter) -> Gathered:
    """Look at the frames; damaged ones are counted and left out."""
    found = Gathered(total=sum(1 for _ in sidecar_paths(frames)))
    if not found.total:
        return found
    step = max(1, -(-found.total // MOST_FRAMES))
    wanted = len(range(0, found.total, step))
    picks = set(np.unique(np.linspace(0, wanted - 1, min(SHEET, wanted)).astype(int)).tolist())
    heaps: list[list[tuple[float, int, Shown]]] = [[] for _ in MEASURES]
    with reporter.task("look at frames", wanted, "frames") as task:
        for number, path in enumerate(sidecar_paths(frames)):
            if number % step:
                continue
            task.advance()
            try:
                frame, people, light = _look(path)
            except DatasetError as error:
                found.damaged += 1
                if found.damaged <= 3:
                    reporter.warn(f"left out: {error}")
                continue
            found.looked_at += 1
            found.tally.count(frame, people)
            found.splits.setdefault(frame.split, Tally()).count(frame, people)
            shown = Shown(frame, tuple(people))
            if number // step in picks:
                found.sheet.append(shown)
            if people:
                for measure, heap in zip(MEASURES, heaps, strict=True):
                    score = measure.score(frame, people, light)
                    if score != 0:
                        _keep(heap, score, number, shown)
    for measure, heap in zip(MEASURES, heaps, strict=True):
        ranked = [
            Shown(shown.frame, shown.people, measure.words(score))
            for score, _, shown in sorted(heap, reverse=True, key=lambda item: item[:2])
        ]
        found.worst.append((measure, ranked))
    return found


def _keep(heap: list[tuple[float, int, Shown]], score: float, number: int, shown: Shown) -> None:
    entry = (score, -number, shown)
    if len(heap) < WORST:
        heapq.heappush(heap, entry)
    elif entry[:2] > heap[0][:2]:
        heapq.heapreplace(heap, entry)


def _look(path: Path) -> tuple[Frame, list[PersonAnnotation], float]:
    frame = read_frame(path)
    mask = read_mask(frame.mask, frame.width, frame.height)
    picture = read_image(frame.image, cv2.IMREAD_REDUCED_GRAYSCALE_8)
    found = (annotate_person(frame, label, mask, "centroid") for label in frame.people)
    return frame, [person for person in found if person is not None], float(picture.mean()) / 255.0
