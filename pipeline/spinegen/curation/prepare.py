"""`spinegen label prepare`: a round of pictures, chosen and pre-labelled."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import SpinegenError, UsageError
from ..files import atomic_path, sha256
from ..media.sources import PICTURES, VIDEOS, FoundFile, find_sources
from ..pose.networks import cards, network_file
from ..predict.estimator import SpineEstimator
from ..progress import Reporter, StageSummary
from ..records.label_files import LabelRound, LabelSet
from .choosing import Chosen, choose_random, choose_ranked, choose_spread, without_duplicates
from .folder import LabelFolder, now
from .keeping import keep
from .looks import Look, Onlooker, read_pixels
from .settings import PrepareSettings
from .sheet import Row, sheet_cell, sheet_rows, write_sheet

NAMED = 5
"""Faults that the table names."""


@dataclass
class _Seen:
    """What came of looking at all files."""

    looks: list[Look] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def prepare(root: Path, settings: PrepareSettings, reporter: Reporter, more: bool = False) -> StageSummary:
    """Look at pictures and films, choose, and write a round; the same call goes on where it was broken off.

    Args:
        root: the labelled folder; made where it is new.
        more: make another round although pictures of the last one are not done yet.

    Raises:
        UsageError: a source is missing, holds no picture with a person, or the last round is not done.
        TrainingError: the network or the detector cannot be used.
        WorkspaceError: another command works on the folder.
    """
    folder = LabelFolder(root)
    for source in settings.sources:
        if not source.exists():
            raise UsageError(f"{source}: does not exist")
        if source.resolve() == root.resolve() or source.resolve() in (
            folder.pictures.resolve(),
            folder.labels.resolve(),
        ):
            raise UsageError(f"{source}: is the labelled folder itself; name the folder of your pictures")
    with folder.held():
        made = folder.found_set()
        model = network_file(settings.model)
        estimator = SpineEstimator(
            model,
            detector=settings.detector,
            threshold=settings.threshold,
            closer=False,
            threads=settings.threads,
        )
        digest = sha256(model)
        if not more and made.rounds and not _finished(folder, made, settings, digest):
            return _already(folder, made)
        started = time.perf_counter()
        onlooker = Onlooker(estimator, model, folder.looks, every_s=settings.every_s, threads=settings.threads)
        seen = _look_at_all(settings.sources, root, onlooker, reporter)
        before = _looks_of_earlier_rounds(folder, made, onlooker, reporter)
        kept, duplicates = without_duplicates(seen.looks, before)
        if not kept:
            raise UsageError(_why_nothing(settings.sources, seen, duplicates))
        if settings.choose == "random":
            chosen = choose_random(kept, settings.count, settings.seed, before)
        elif settings.choose == "spread":
            chosen = choose_spread(kept, settings.count, before)
        else:
            chosen = choose_ranked(kept, settings.count, before)
        number = len(made.rounds) + 1
        names = _keep_all(folder, chosen, sheet_rows(kept), number, seen=seen, reporter=reporter)
        this = LabelRound(
            number=number,
            at=now(),
            network=settings.model if settings.model in cards() else model.name,
            network_sha256=digest,
            network_file=_copy_of(folder, model, digest) if settings.model not in cards() else None,
            convention=_convention(estimator),
            settings=settings.record(),
            looked_at=len(seen.looks) + len(seen.nobody),
            nobody=len(seen.nobody),
            duplicates=len(duplicates),
            failed=tuple(seen.failed),
            pictures=tuple(names),
        )
        made.model_copy(update={"rounds": (*made.rounds, this)}).write(folder.set_file)
    return _summary(folder, this, chosen, seen, seconds=time.perf_counter() - started)


def _finished(folder: LabelFolder, made: LabelSet, settings: PrepareSettings, digest: str) -> bool:
    """Whether the last round is done, so that another may follow.

    Raises:
        UsageError: it is not, and something else is asked for than made it.
    """
    last = made.rounds[-1]
    open_ = [labels for labels in folder.all_labels() if labels.round == last.number and not labels.done]
    if not open_:
        return True
    asked = {name: value for name, value in settings.record().items() if name not in settings.transient}
    before = {name: value for name, value in last.settings.items() if name not in settings.transient}
    if asked == before and digest == last.network_sha256:
        return False
    raise UsageError(
        f"{folder.root}: {len(open_)} of {len(last.pictures)} pictures of round {last.number} are not done, first {open_[0].picture}: "
        f"finish them with: spinegen label edit {folder.root}, or add --more for another round beside them"
    )


def _look_at_all(sources: Sequence[Path], root: Path, onlooker: Onlooker, reporter: Reporter) -> _Seen:
    pictures: dict[Path, FoundFile] = {}
    films: dict[Path, FoundFile] = {}
    seen = _Seen()
    for source in sources:
        found = find_sources(source, results=root)
        pictures |= {file.path.resolve(): file for file in found.pictures}
        films |= {file.path.resolve(): file for file in found.videos}
        seen.failed += [f"{file.name}: {file.why}" for file in found.skipped if file.wanted]
    files = [(file, False) for file in pictures.values()] + [(file, True) for file in films.values()]
    if not files:
        allowed = ", ".join(sorted(PICTURES | VIDEOS))
        named = ", ".join(map(str, sources))
        first = f"; {seen.failed[0]}" if seen.failed else ""
        raise UsageError(f"{named}: holds no picture or video; known endings: {allowed}{first}")
    with reporter.task("look", len(files), "files") as task:
        for file, is_film in files:
            found = onlooker(file, is_film, task)
            if found.fault:
                reporter.warn(found.fault)
                seen.failed.append(found.fault)
            seen.looks += [look for look in found.looks if len(look.features)]
            seen.nobody += [look.name for look in found.looks if not len(look.features)]
            task.advance()
    return seen


def _looks_of_earlier_rounds(folder: LabelFolder, made: LabelSet, onlooker: Onlooker, reporter: Reporter) -> list[Look]:
    """Of the present network: features of another one cannot be compared."""
    names = [name for earlier in made.rounds for name in earlier.pictures]
    looks: list[Look] = []
    with reporter.task("look at earlier rounds", len(names), "pictures") as task:
        for name in names:
            found = onlooker(FoundFile(folder.pictures / name, name), False, task)
            looks += [look for look in found.looks if len(look.features)]
            task.advance()
    return looks


def _keep_all(
    folder: LabelFolder, chosen: list[Chosen], rows: Sequence[Row], number: int, *, seen: _Seen, reporter: Reporter
) -> list[str]:
    """Names in the order of choice. Each file is read once, for the round and for the sheet."""
    names: dict[int, str] = {}
    cells: dict[int, NDArray[np.uint8]] = {}
    by_look = {id(one.look): one for one in chosen}
    looks = {id(look): look for look in (*(one.look for one in chosen), *(look for row in rows for look in row.looks))}
    with reporter.task("keep", len(chosen), "pictures") as task:
        for path in dict.fromkeys(look.file.path for look in looks.values()):
            own = {look.frame: look for look in looks.values() if look.file.path == path}
            try:
                for frame, image in read_pixels(next(iter(own.values())).file, set(own)):
                    look = own[frame]
                    cells[id(look)] = sheet_cell(look, image)
                    if id(look) in by_look:
                        names[id(look)] = keep(folder, by_look[id(look)], image, number)
                        task.advance()
            except SpinegenError as error:
                reporter.warn(str(error))
                seen.failed.append(str(error))
    write_sheet(folder.root / f"sheet-{number}.jpg", rows, cells)
    return list(dict.fromkeys(names[id(one.look)] for one in chosen if id(one.look) in names))


def _convention(estimator: SpineEstimator) -> dict[str, str]:
    return estimator.predictor.file.convention.said()


def _copy_of(folder: LabelFolder, model: Path, digest: str) -> str:
    name = f"{digest[:12]}.onnx"
    if not (folder.networks / name).exists():
        with atomic_path(folder.networks / name) as temporary:
            shutil.copyfile(model, temporary)
    return name


def _why_nothing(sources: Sequence[Path], seen: _Seen, duplicates: list[Look]) -> str:
    named = ", ".join(map(str, sources))
    if duplicates:
        return f"{named}: every picture with a person in it ({len(duplicates)}) was chosen in an earlier round or is a near duplicate of one"
    if seen.nobody:
        return f"{named}: nobody was found in {len(seen.nobody)} pictures, first {seen.nobody[0]}; --threshold lowers what counts"
    return f"{named}: no picture can be read; {seen.failed[0]}"


def _already(folder: LabelFolder, made: LabelSet) -> StageSummary:
    last = made.rounds[-1]
    rows = (
        (f"round {last.number}", f"already prepared, {len(last.pictures)} pictures"),
        ("next", f"spinegen label edit {folder.root}"),
    )
    return StageSummary("Pictures to label", rows, folder.root / f"sheet-{last.number}.jpg")


def _summary(
    folder: LabelFolder, this: LabelRound, chosen: list[Chosen], seen: _Seen, *, seconds: float
) -> StageSummary:
    people = sum(len(one.look.features) for one in chosen)
    unsure = [one.look.unsure for one in chosen]
    rows = [
        ("looked at", f"{this.looked_at} pictures and frames, {this.looked_at / max(seconds, 1e-9):.1f} a second"),
        ("nobody in", str(this.nobody)),
        ("near duplicates", str(this.duplicates)),
        (f"round {this.number}", f"{len(this.pictures)} pictures, {people} people, by {this.network}"),
        ("unsure", f"{max(unsure):.2f} to {min(unsure):.2f} (share of OKS at stake)"),
        ("next", f"spinegen label edit {folder.root}"),
    ]
    if len(seen.failed) > NAMED:
        rows.append(("not read", f"{len(seen.failed)} files"))
    figures: dict[str, float | int | str] = {
        "pictures": len(this.pictures),
        "people": people,
        "failed": len(seen.failed),
    }
    return StageSummary(
        "Pictures to label", tuple(rows), folder.root / f"sheet-{this.number}.jpg", tuple(seen.failed), figures
    )
