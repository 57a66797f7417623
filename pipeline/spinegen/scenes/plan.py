"""The plan: what every shot shows, drawn part by part when somebody first asks; a row is a pure function of settings, motions and seed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import ConfigError, DatasetError
from ..humans.spec.person_spec import PersonSpec
from ..progress import Task
from ..records.people import write_people
from ..records.plan_shot import Shot
from ..streams import Stream, generator
from .motions import Motion, select, split_motions
from .performers import Casting
from .plan_file import PART_SHOTS, PartFacts, PlanHeader, part_facts, read_header, read_part, write_part
from .population import sample_population, split_members
from .sampler import GaveUp, sample_setup
from .settings import SceneSettings
from .views import rig_cameras

_EARLY = 0.6
GIVE_UP_SHARE = 0.5
"""A plan whose first part loses more of its takes than this is refused."""
MotionSource = Callable[[Sequence[str]], Sequence[Motion]]
"""Fitted motions by name."""


@dataclass(frozen=True)
class PlanFacts:
    """What is known of a plan."""

    asked: int
    """Shots asked for."""
    to_come: int
    """Shots asked for in parts that are not drawn yet."""
    shots: int
    """Shots drawn; given-up ones are left out."""
    train: int
    val: int
    rule: str
    given_up: int
    """Takes without a usable draw."""
    rejected: dict[str, int]
    """Reasons of unused draws."""


def casting(settings: SceneSettings, motions: Sequence[Motion], seed: int) -> tuple[Casting, dict[str, PersonSpec]]:
    """People, motions and rigs of a set, before any shot is drawn.

    Raises:
        ConfigError: an unknown clip, activity or wardrobe, or an empty split.
        DatasetError: nothing was fitted.
    """
    chosen = select(motions, settings.clips)
    rng = generator(seed, Stream.CLIP_SPLIT)
    split = split_motions(chosen, settings.clips, settings.validation_share, rng)
    specs, members = sample_population(settings, seed)
    rigs = {
        index: rig_cameras(
            generator(seed, Stream.CAMERA_RIG.at(index)),
            view,
            settings.image.width,
            settings.image.height,
        )
        for index, view in enumerate(settings.cameras)
        if view.kind == "rig"
    }
    cast = Casting(
        settings,
        chosen,
        split,
        split_members(members, settings.validation_share),
        rigs,
        tuple(motion.performer_stature_m for motion in chosen),
        seed,
    )
    return cast, specs


def draw_takes(
    cast: Casting, seed: int, takes: range, facts: PartFacts, *, task: Task | None = None
) -> Iterator[list[Shot]]:
    """Shots of each take, none where no draw could be used; counts into `facts`."""
    count, size = cast.settings.take.shots, cast.settings.setup.takes
    for setup in range(takes.start // size, -(-takes.stop // size)):
        first = setup * size
        wanted = range(max(first, takes.start), min(first + size, takes.stop))
        split = "val" if _validated(cast.settings, setup + 1) > _validated(cast.settings, setup) else "train"
        rng = generator(seed, first * count)
        try:
            # Drawn whole even where the plan ends within it, so that a longer plan begins with this one.
            drawn = sample_setup(rng, cast, split, takes=range(first, first + size), count=count)
        except GaveUp as given_up:
            facts.rejected.update(given_up.reasons)
            for _ in wanted:
                facts.given_up += 1
                if task is not None:
                    task.advance(0)
                yield []
            continue
        facts.rejected.update(drawn[0][0].rejected)
        for take in wanted:
            shots = drawn[take - first][: cast.settings.shots - take * count]
            facts.shots += len(shots)
            facts.train += len(shots) * (split == "train")
            facts.val += len(shots) * (split == "val")
            if task is not None:
                task.advance(len(shots))
            yield shots


def _validated(settings: SceneSettings, setups: int) -> int:
    """How many of the first setups are for validation. Where a setup is more than a take, they come early in each round, so that small plans have some."""
    early = _EARLY if settings.setup.takes > 1 else 0.0
    return int(setups * settings.validation_share + early) if settings.validation_share else 0


class Plan:
    """A plan on disk. Rows that nobody has drawn yet are drawn, and kept, when they are first asked for; processes that do so at
    the same time write the same bytes."""

    def __init__(self, folder: Path, header: PlanHeader, motions: MotionSource) -> None:
        self.folder, self.header = folder, header
        self._motions = motions
        self._last: tuple[int, pa.Table] | None = None

    def is_drawn(self, part: int) -> bool:
        """Whether a part's file is there."""
        return self._path(part).exists()

    def ensure(self, part: int) -> None:
        """Draw a part unless its file is there.

        Raises:
            DatasetError: the fits changed since the plan was made.
        """
        if not self.is_drawn(part):
            self._draw(part)

    def table(self, part: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows of a part, drawn now if they are missing or damaged.

        Raises:
            DatasetError: the fits changed since the plan was made, or the file cannot be kept.
        """
        path, identity = self._path(part), self.header.identity
        found = read_part(path, identity, columns)
        if found is None:
            self._draw(part)
            found = read_part(path, identity, columns)
        if found is None:
            raise DatasetError(f"{path}: cannot be read right after it was written; is the disk in order?")
        return found

    def shots(self, part: int, numbers: Sequence[int]) -> list[Shot]:
        """Some rows of a part, in the order of `numbers`; the part is kept in memory until another one is opened."""
        if self._last is None or self._last[0] != part:
            self._last = (part, self.table(part))
        table = self._last[1]
        wanted = pc.index_in(  # pyright: ignore[reportAttributeAccessIssue]
            pa.array(numbers, pa.int64()), value_set=table["shot"]
        )
        if wanted.null_count:
            raise DatasetError(f"{self._path(part)}: does not hold all of shots {min(numbers)} .. {max(numbers)}")
        return [Shot.from_row(row) for row in table.take(wanted).to_pylist()]

    def facts(self) -> PlanFacts:
        """Counts of the drawn parts, from their footers."""
        total, to_come = PartFacts(), 0
        for part in range(self.header.parts):
            found = part_facts(self._path(part), self.header.identity)
            if found is None:
                to_come += len(self.header.shots_of(self.header.takes_of(part)))
            else:
                total.add(found)
        return PlanFacts(
            self.header.shots, to_come, total.shots, total.train, total.val, self.header.rule, total.given_up, dict(total.rejected)
        )  # fmt: skip

    def extended(self, shots: int) -> "Plan":
        """The plan with more shots; what it held stays as it is."""
        longer = replace(self.header, scene=self.header.scene.model_copy(update={"shots": shots}))
        longer.write(self.folder)
        _remove_strangers(self.folder, longer)
        return Plan(self.folder, longer, self._motions)

    def _path(self, part: int) -> Path:
        return self.folder / self.header.file_of(part)

    def _draw(self, part: int) -> None:
        facts = PartFacts()
        takes = draw_takes(self._cast, self.header.seed, self.header.takes_of(part), facts)
        write_part(self._path(part), self.header.identity, [shot for take in takes for shot in take], facts)

    @cached_property
    def _cast(self) -> Casting:
        names = list(self.header.clips)
        motions = {motion.name: motion for motion in self._motions(names)}
        changed = [name for name in names if motions[name].digest() != self.header.clips[name]]
        if changed:
            raise DatasetError(
                f"{self.folder}: was planned with another fit of {', '.join(changed)}; put that fit back, or use another --out folder"
            )
        return casting(self.header.scene, [motions[name] for name in names], self.header.seed)[0]


def make_plan(
    settings: SceneSettings, motions: Sequence[Motion], seed: int, plan: Path, *, people: Path, task: Task
) -> Plan:
    """Draw the first part, and write `people.json`, that part and the header, in this order.

    Raises:
        ConfigError: the scenes file cannot be met; the text gives the reasons that were counted.
        DatasetError: nothing was fitted.
    """
    cast, specs = casting(settings, motions, seed)
    clips = {motion.name: motion.digest() for motion in cast.motions}
    size = settings.setup.takes
    part = max(1, PART_SHOTS // settings.take.shots // size) * size
    header = PlanHeader(settings, seed, cast.split.rule, clips, part)
    share = settings.validation_share
    if share > 0 and _validated(settings, -(-header.takes // size)) == 0:
        raise ConfigError(
            f"the validation split would be empty: {settings.shots} shots in takes of {settings.take.shots}, "
            f"{size} of them a setup, with validation_share {share:g}; ask for more shots or a larger share"
        )
    takes, facts = header.takes_of(0), PartFacts()
    shots: list[Shot] = []
    for number, take in enumerate(draw_takes(cast, seed, takes, facts, task=task), 1):
        shots += take
        if facts.given_up > GIVE_UP_SHARE * len(takes):
            raise _cannot_be_met(settings, facts, number)
    if not facts.train or (_validated(settings, -(-len(takes) // size)) > 0 and not facts.val):
        raise _cannot_be_met(settings, facts, len(takes))
    write_people(people, specs)
    _remove_strangers(plan, header)
    write_part(plan / header.file_of(0), header.identity, shots, facts)
    header.write(plan)
    by_name = {motion.name: motion for motion in cast.motions}
    return Plan(plan, header, lambda names: [by_name[name] for name in names])


def _cannot_be_met(settings: SceneSettings, facts: PartFacts, takes: int) -> ConfigError:
    reasons = ", ".join(f"{reason} ({count})" for reason, count in facts.rejected.most_common(4))
    return ConfigError(
        f"the scenes file cannot be met: {facts.given_up} of the first {takes} takes found no usable draw within "
        f"{settings.tries} tries; most frequent reasons: {reasons or 'none'}"
    )


def open_plan(folder: Path, motions: MotionSource) -> Plan:
    """A plan that was made before; nothing but its header is read.

    Raises:
        DatasetError: the header is missing or damaged.
    """
    return Plan(folder, read_header(folder), motions)


def read_shots(folder: Path) -> list[Shot]:
    """All rows drawn so far, in memory at once.

    Raises:
        DatasetError: the plan is missing or damaged.
    """
    header = read_header(folder)
    shots: list[Shot] = []
    for part in range(header.parts):
        path = folder / header.file_of(part)
        if path.exists():
            table = read_part(path, header.identity)
            if table is None:
                raise DatasetError(f"{path}: cannot be read; delete it and run spinegen render again")
            shots += [Shot.from_row(row) for row in table.to_pylist()]
    return shots


def _remove_strangers(folder: Path, header: PlanHeader) -> None:
    """Take away parts that the plan does not name: a folder of parts must open as one table without repeated rows."""
    known = {header.file_of(part) for part in range(header.parts)}
    for path in folder.glob("shots-*.parquet"):
        if path.name not in known:
            with suppress(FileNotFoundError):
                path.unlink()
