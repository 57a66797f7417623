"""Labels read back: who is who, what changed, and what cannot or should not be taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ... import skeleton
from ...records.label_files import Box, Keypoint, Keypoints, LabelledPerson, PictureLabels
from ..checks import outside, xyv
from ..similarity import similarity
from .common import CORNER, HIDDEN, SEEN, ReadPerson, ReadPicture

ROUNDED_PX = 0.006
"""Tools write hundredths: a point within this distance of ours is ours, unmoved."""
ALIKE = 0.1
"""Least OKS by which somebody without a number is taken for one of ours."""
EXCHANGED = 0.25
"""Two points have changed sides where this share of the way is left when they are exchanged,"""
EXCHANGED_SHARE = 0.04
"""and both ways together are longer than this share of the box."""
FEWEST_HIDDEN = 3
"""Hidden points from which on their all being seen, unmoved, means that the file lost them."""
BOX_MARGIN = 0.1
FEWEST_SHIFTED = 10
"""Points from which on their lying half a pixel to the right and down, most of all, means that the file counts from the picture's corner."""


@dataclass
class Taken:
    """One picture read back."""

    before: PictureLabels
    people: tuple[LabelledPerson, ...]
    faults: list[str] = field(default_factory=list)
    """What cannot be taken."""
    doubts: list[str] = field(default_factory=list)
    """What may be a mistake; taken on request alone."""

    @property
    def changed(self) -> bool:
        return self.people != self.before.people


def compare(read: Sequence[ReadPicture], known: dict[str, PictureLabels]) -> list[Taken]:
    """What a file says beside what we have, picture by picture; a file without a change comes out as it went in."""
    taken = [_picture(one, known[one.name]) for one in read]
    _lost_visibility(taken)
    _other_origin(taken)
    twice = {one.name for one in read if sum(other.name == one.name for other in read) > 1}
    for one in taken:
        if one.before.picture in twice:
            one.faults.append(f"{one.before.picture}: found twice in the file, allowed: once")
    return taken


def _picture(read: ReadPicture, before: PictureLabels) -> Taken:
    matched = _matched(read.people, before.kept)
    theirs = {ours: person for person, ours in matched if ours is not None}
    people: list[LabelledPerson] = []
    taken = Taken(before, ())
    for ours in before.people:
        if ours.removed:
            people.append(ours)
        elif ours.person in theirs:
            people.append(_merged(ours, theirs[ours.person], before, taken))
        else:
            people.append(ours.model_copy(update={"removed": True}))
    number = max((one.person for one in before.people), default=0)
    for person, ours in matched:
        if ours is None:
            number += 1
            people.append(_new(number, person, before, taken))
    if before.kept and not read.people:
        names = "everybody" if len(before.kept) > 1 else "the only person"
        taken.doubts.append(f"{before.picture}: {names} is missing in the file")
    taken.people = tuple(people)
    return taken


def _matched(people: tuple[ReadPerson, ...], ours: tuple[LabelledPerson, ...]) -> list[tuple[ReadPerson, int | None]]:
    """Whom each read person is: by number, else by the most alike who is left."""
    left = {one.person: one for one in ours}
    found: dict[int, int] = {}
    for i, person in enumerate(people):
        if person.number in left:
            found[i] = left.pop(person.number).person
    pairs = sorted(
        (
            (-_alike(person, one), i, one.person)
            for i, person in enumerate(people)
            if i not in found
            for one in left.values()
        )
    )
    for likeness, i, number in pairs:
        if i not in found and number in left and -likeness >= ALIKE:
            found[i] = left.pop(number).person
    return [(person, found.get(i)) for i, person in enumerate(people)]


def _alike(person: ReadPerson, ours: LabelledPerson) -> float:
    a, b = xyv(person.keypoints), xyv(ours.keypoints)
    return similarity(a[:, :2], b[:, :2], np.array(ours.box_xywh_px), (a[:, 2] > 0) & (b[:, 2] > 0))


def _merged(ours: LabelledPerson, person: ReadPerson, labels: PictureLabels, taken: Taken) -> LabelledPerson:
    points = tuple(_point(a, b) for a, b in zip(ours.keypoints, person.keypoints, strict=True))
    taken.faults += [f"{person.where}: {text}" for text in outside(points, labels.width, labels.height)]
    pairs = _exchanged(ours, points)
    if pairs:
        taken.doubts.append(f"{person.where}: left and right are exchanged: {', '.join(pairs)}")
    box = ours.box_xywh_px
    if (
        person.box_xywh_px is not None
        and max(abs(a - b) for a, b in zip(box, person.box_xywh_px, strict=True)) > 2 * ROUNDED_PX
    ):
        box = person.box_xywh_px
    return ours.model_copy(update={"keypoints": points, "box_xywh_px": box})


def _point(ours: Keypoint, theirs: Keypoint) -> Keypoint:
    """Ours where nothing was changed: what is not labelled has no place in other files."""
    if theirs[2] == 0:
        return (ours[0], ours[1], 0)
    near = max(abs(ours[0] - theirs[0]), abs(ours[1] - theirs[1])) <= ROUNDED_PX
    return (ours[0], ours[1], theirs[2]) if near else theirs


def _new(number: int, person: ReadPerson, labels: PictureLabels, taken: Taken) -> LabelledPerson:
    taken.faults += [f"{person.where}: {text}" for text in outside(person.keypoints, labels.width, labels.height)]
    box = person.box_xywh_px or _box_of(person.keypoints)
    if box is None:
        taken.faults.append(f"{person.where}: is a new person without a labelled point or a box")
        box = (0.0, 0.0, 1.0, 1.0)
    return LabelledPerson(person=number, box_xywh_px=box, keypoints=person.keypoints, added=True)


def _box_of(points: Keypoints) -> Box | None:
    known = xyv(points)
    known = known[known[:, 2] > 0, :2]
    if len(known) < 2 or not (np.ptp(known, axis=0) > 0).all():
        return None
    low, size = known.min(axis=0), np.ptp(known, axis=0)
    x, y, width, height = [*(low - BOX_MARGIN * size), *((1 + 2 * BOX_MARGIN) * size)]
    return (float(x), float(y), float(width), float(height))


def _exchanged(ours: LabelledPerson, points: Keypoints) -> list[str]:
    """Pairs of points that lie where their partners did."""
    before, after = xyv(ours.keypoints), xyv(points)
    found = []
    for left, right in enumerate(skeleton.FLIP):
        if left >= right or not (before[[left, right], 2] > 0).all() or not (after[[left, right], 2] > 0).all():
            continue
        straight = np.linalg.norm(after[[left, right], :2] - before[[left, right], :2], axis=1).sum()
        crossed = np.linalg.norm(after[[left, right], :2] - before[[right, left], :2], axis=1).sum()
        if straight > 2 * EXCHANGED_SHARE * max(ours.box_xywh_px[2:]) and crossed < EXCHANGED * straight:
            found.append(f"{skeleton.NAMES[left]} and {skeleton.NAMES[right]}")
    return found


def _lost_visibility(taken: list[Taken]) -> None:
    """A file in which every point that was hidden is seen, or gone, and unmoved, has lost what it was told."""
    hidden: list[tuple[Taken, int, str, int]] = []
    for one in taken:
        after = {person.person: person for person in one.people}
        for ours in one.before.kept:
            theirs = after[ours.person]
            if theirs.removed:
                continue
            for name, a, b in zip(skeleton.NAMES, ours.keypoints, theirs.keypoints, strict=True):
                if a[2] == HIDDEN:
                    hidden.append((one, ours.person, name, b[2] if a[:2] == b[:2] else HIDDEN))
    for state, words in ((SEEN, "seen"), (0, "not labelled")):
        if len(hidden) >= FEWEST_HIDDEN and all(v == state for _, _, _, v in hidden):
            for one, person, name, _ in hidden:
                one.doubts.append(
                    f"{one.before.picture}: person {person}: {name} was hidden and is {words}, as all {len(hidden)} hidden points of the file are: "
                    "visibility was lost"
                )


def _other_origin(taken: list[Taken]) -> None:
    """A file in which most points moved by half a pixel, right and down, has its pixels' origin elsewhere."""
    shifted = labelled = 0
    for one in taken:
        after = {person.person: person for person in one.people}
        for ours in one.before.kept:
            moves = xyv(after[ours.person].keypoints)[:, :2] - xyv(ours.keypoints)[:, :2]
            labelled += int((xyv(after[ours.person].keypoints)[:, 2] > 0).sum())
            shifted += int((np.abs(moves - CORNER) <= ROUNDED_PX).all(axis=1).sum())
    if shifted >= FEWEST_SHIFTED and shifted > labelled / 2:
        for one in taken:
            one.faults.append(
                f"{one.before.picture}: {shifted} of {labelled} points of the file lie half a pixel to the right and down, "
                "as CVAT counts them: read it with --format cvat-coco"
            )
