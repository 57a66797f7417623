"""What is still to be drawn: walks a plan part by part and hands out batches; never holds more than one part."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..records.plan_shot import level_in, people_in
from ..scenes.plan import Plan
from .paths import finished_shots

BATCH = 12
"""Shots handed to a worker at once, a setup that has begun being finished."""


@dataclass(frozen=True)
class Batch:
    """Work of one call of a worker."""

    part: int
    shots: tuple[int, ...] = ()
    """Rows to draw, in this order; none means that the part itself is to be planned, for later batches."""


class Remaining:
    """The shots of one shard that have no finished frame.

    A shard is an unbroken run of takes, so that it needs no other parts of the plan than its own.
    """

    def __init__(self, plan: Plan, frames: Path, shard: tuple[int, int] = (1, 1)) -> None:
        index, count = shard
        takes = plan.header.takes
        self.plan, self.frames = plan, frames
        self.takes = range(takes * (index - 1) // count, takes * index // count)

    def parts(self) -> Iterator[tuple[int, range]]:
        """Parts that the shard reaches into, with its takes of each."""
        if not self.takes:
            return
        size = self.plan.header.part_takes
        for part in range(self.takes.start // size, (self.takes.stop - 1) // size + 1):
            whole = self.plan.header.takes_of(part)
            yield part, range(max(whole.start, self.takes.start), min(whole.stop, self.takes.stop))

    def finished(self) -> Iterator[int]:
        """Shots of the shard that have a frame."""
        for _, takes in self.parts():
            yield from sorted(finished_shots(self.frames, self.plan.header.shots_of(takes)))

    def batches(self, ahead: int = 0) -> Iterator[Batch]:
        """What to draw, grouped by level, by who is in a picture and by setup, so that levels change, people are dressed and places are built rarely; this order
        changes no frame.

        Args:
            ahead: parts that workers are asked to plan before they are needed. A part that is missing when it is needed is drawn
                by the caller.
        """
        waiting = [(part, takes) for part, takes in self.parts() if not self._complete(takes)]
        asked: set[int] = set()
        for place, (part, takes) in enumerate(waiting):
            self.plan.ensure(part)
            asked.discard(part)
            for later, _ in waiting[place + 1 : place + 1 + ahead]:
                if later not in asked and not self.plan.is_drawn(later):
                    asked.add(later)
                    yield Batch(later)
            yield from _batches(part, self._rows(part, takes), self.plan.header.scene.setup.takes)

    def count(self) -> tuple[int, int]:
        """Shots of the shard, and those of them that have a frame; a part that nobody has drawn counts as without gaps."""
        planned = done = 0
        for part, takes in self.parts():
            shots = self.plan.header.shots_of(takes)
            done += len(finished_shots(self.frames, shots))
            planned += len(self._numbers(part, takes)) if self.plan.is_drawn(part) else len(shots)
        return planned, done

    def _complete(self, takes: range) -> bool:
        shots = self.plan.header.shots_of(takes)
        return len(finished_shots(self.frames, shots)) == len(shots)

    def _numbers(self, part: int, takes: range) -> list[int]:
        shots = self.plan.header.shots_of(takes)
        return [shot for shot in self.plan.table(part, ["shot"])["shot"].to_pylist() if shot in shots]

    def _rows(self, part: int, takes: range) -> list[tuple[str, str, list[str], int, int]]:
        """Level, main person, everybody, take and shot of what is to be drawn, in the order of drawing: those whom the same people of the
        background stand behind come together."""
        shots = self.plan.header.shots_of(takes)
        done = finished_shots(self.frames, shots)
        table = self.plan.table(part, ["place", "person", "people", "take", "shot"]).to_pylist()
        rows = [
            (level_in(row["place"]), people_in(row["people"]), row["person"], row["take"], row["shot"])
            for row in table
            if row["shot"] in shots and row["shot"] not in done
        ]
        behind = {shot: [one.person for one in people if not one.labelled] for _, people, _, _, shot in rows}
        everybody = {shot: [one.person for one in people] for _, people, _, _, shot in rows}
        rows.sort(key=lambda row: (row[0], behind[row[4]], row[2], everybody[row[4]], row[3], row[4]))
        return [(level, person, everybody[shot], take, shot) for level, _, person, take, shot in rows]


def _batches(part: int, rows: list[tuple[str, str, list[str], int, int]], setup_takes: int) -> Iterator[Batch]:
    """Runs of shots of the same level and main person, about `BATCH` long: a setup is not cut unless it is longer itself."""
    batch: list[int] = []
    before: tuple[str, str, int] = ("", "", -1)
    for level, person, _, take, shot in rows:
        here = (level, person, take // setup_takes)
        full = len(batch) >= BATCH and (here != before or len(batch) >= 2 * BATCH)
        if batch and (full or here[:2] != before[:2]):
            yield Batch(part, tuple(batch))
            batch = []
        batch.append(shot)
        before = here
    if batch:
        yield Batch(part, tuple(batch))
