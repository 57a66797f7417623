"""The export stage: one pass over the sidecars, written as a stream, swapped into place when it is whole."""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from ..errors import DatasetError, WorkspaceError
from ..pool import pooled_in_order
from ..progress import Reporter, StageSummary
from ..records.base import as_plain
from ..records.export_record import EXPORT_FILE, ExportRecord, ExportSource, SplitCount, found_export
from ..threads import one_thread
from ..version import __version__
from ..workspace import Workspace
from .chunk import Chunk, Job, make_chunk
from .filter_expression import parse_filter
from .outputs import Output, make_output
from .settings import ExportSettings
from .sidecar import SPLITS, read_frame, sidecar_paths
from .tally import Tally

ALONE = 400
"""Sets of fewer frames are exported in this process: starting others would take longer."""
SHOWN_DAMAGES = 5
SEAL, SEALED_BYTES = b'"seal":', 128
"""What the end of a sidecar that the renderer wrote holds, and how long that end is at most."""


@one_thread()
def export_coco(workspace: Workspace, settings: ExportSettings, reporter: Reporter) -> StageSummary:
    """Write the rendered frames as a data set; `coco/`, or `yolo-pose/` or `webdataset/` beside it.

    Raises:
        DatasetError: there are no frames, none can be read, or none is left after the filters.
        UsageError: the `where` expression names an unknown column or compares what cannot be compared.
        WorkspaceError: the disk is full or may not be written; the export that was there stays.
    """
    start = time.monotonic()
    target = workspace.coco if settings.format == "coco" else workspace.root / settings.format
    total, listing = _survey(workspace.frames)
    if total == 0:
        raise DatasetError(
            f"{workspace.frames}: no rendered frames; draw some with: spinegen render --scenes yoga.yaml"
        )
    settled = as_plain(settings.identity())
    before = found_export(target)
    if before is not None and before.made_with(__version__, settled, total):
        if before.listing != listing and before.content == _content(workspace.frames):
            before = before.model_copy(update={"listing": listing})
            before.write(target / EXPORT_FILE)
        if before.listing == listing:
            return _summary(before, target, "done before, nothing changed")
    if settings.where:
        first = read_frame(next(sidecar_paths(workspace.frames)))
        parse_filter(settings.where).require(first.columns, "the plan")

    for left_over in workspace.root.glob(f".{target.name}-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    building = workspace.root / f".{target.name}-{os.getpid()}"
    building.mkdir(parents=True)
    try:
        job = Job(
            building,
            settings.format,
            settings.site,
            settings.body_points,
            settings.with_masks,
            settings.with_depth,
            settings.min_visible,
            settings.max_occlusion,
            settings.where,
        )
        output = make_output(job)
        result = _fill(workspace.frames, job, output, total, processes=settings.processes, reporter=reporter)
        content = _content(workspace.frames)
        record = result.record(
            ExportSource(spinegen=__version__, settings=settled, frames=total, listing=listing, content=content)
        )
        output.finish(result.tallies, settings, record)
        record = record.model_copy(update={"seconds": round(time.monotonic() - start, 2)})
        record.write(building / EXPORT_FILE)
        _swap(building, target)
    except OSError as error:
        raise WorkspaceError(f"{error.filename or building}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return _summary(record, target, f"{record.seconds:.1f} s")


class _Result:
    """What all chunks together came to."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.damaged: list[str] = []
        self.not_wanted = self.empty = self.people_left_out = self.without_depth = 0

    def take(self, chunk: Chunk) -> None:
        for split, part in chunk.splits.items():
            self.tallies.setdefault(split, Tally()).add(part.tally)
        self.damaged += chunk.damaged
        self.not_wanted += chunk.not_wanted
        self.empty += chunk.empty
        self.people_left_out += chunk.people_left_out
        self.without_depth += chunk.without_depth

    def record(self, source: ExportSource) -> ExportRecord:
        splits = {
            split: SplitCount(images=tally.images, annotations=tally.annotations)
            for split, tally in sorted(self.tallies.items())
        }
        return ExportRecord(
            **dict(source),
            splits=splits,
            not_wanted=self.not_wanted,
            empty=self.empty,
            people_left_out=self.people_left_out,
            without_depth=self.without_depth,
            damaged=tuple(self.damaged),
        )


def _fill(frames: Path, job: Job, output: Output, total: int, *, processes: int, reporter: Reporter) -> _Result:
    result = _Result()
    paths = sidecar_paths(frames)
    chunks = iter(lambda: list(islice(paths, output.frames_per_chunk)), [])
    with reporter.task("export", total, "frames") as task:
        for chunk in _made(job, chunks, 1 if total < ALONE else processes):
            result.take(chunk)
            output.write(chunk)
            task.advance(chunk.frames)
    if not result.tallies and result.damaged:
        raise DatasetError(f"{frames}: no frame can be used; the first fault: {result.damaged[0]}")
    for sentence in result.damaged[:SHOWN_DAMAGES]:
        reporter.warn(f"left out: {sentence}")
    if len(result.damaged) > SHOWN_DAMAGES:
        reporter.warn(f"left out: {len(result.damaged) - SHOWN_DAMAGES} more damaged frames, listed in {EXPORT_FILE}")
    if result.without_depth:
        reporter.warn(f"{result.without_depth} frames have no depth map; draw them with: spinegen render --depth")
    if not result.tallies:
        raise DatasetError(
            f"{frames}: nothing left after the filters: {result.not_wanted} of {total} frames fail --where, "
            f"{result.empty} hold nobody who passes --min-visible and --max-occlusion"
        )
    for split in SPLITS:
        if split not in result.tallies:
            reporter.warn(f"split {split} is empty")
    return result


def _made(job: Job, chunks: Iterable[list[Path]], processes: int) -> Iterator[Chunk]:
    """Chunks in their order."""
    work = ((job, paths, number) for number, paths in enumerate(chunks))
    return map(_make, work) if processes == 1 else pooled_in_order(_make, work, processes)


def _make(work: tuple[Job, list[Path], int]) -> Chunk:
    return make_chunk(*work)


def _survey(frames: Path) -> tuple[int, str]:
    """How many sidecars there are, and a digest of their names, sizes and times: where it is the same, nothing changed."""
    count, digest = 0, blake2b(digest_size=12)
    for path in sidecar_paths(frames):
        stat = path.stat()
        count += 1
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return count, digest.hexdigest()


def _content(frames: Path) -> str:
    """A digest of what the sidecars hold, which a copy has too: each vouches for its frame's files and ends in a checksum of itself."""
    digest = blake2b(digest_size=12)
    for path in sidecar_paths(frames):
        with path.open("rb") as handle:
            size = handle.seek(0, 2)
            handle.seek(max(size - SEALED_BYTES, 0))
            end = handle.read()
            if SEAL not in end:
                handle.seek(0)
                end = handle.read()
        digest.update(f"{path.name} {size} ".encode() + end)
    return digest.hexdigest()


def _swap(building: Path, target: Path) -> None:
    """Put the new export where the old one was."""
    old = target.with_name(f".{target.name}-old-{os.getpid()}")
    if target.exists():
        target.rename(old)
    building.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _summary(record: ExportRecord, target: Path, took: str) -> StageSummary:
    rows = [(split, f"{size.images} pictures, {size.annotations} people") for split, size in record.splits.items()]
    left_out = [
        f"{count} {text}"
        for count, text in (
            (record.not_wanted, "frames by --where"),
            (record.empty, "frames with nobody left"),
            (record.people_left_out, "people unseen or filtered"),
        )
        if count
    ]
    figures: dict[str, float | int | str] = {}
    for split, size in record.splits.items():
        figures |= {f"{split}_images": size.images, f"{split}_annotations": size.annotations}
    return StageSummary(
        title="Data set",
        rows=(*rows, ("left out", "; ".join(left_out) or "nothing"), ("time", took)),
        look_at=target / "README.md",
        failures=record.damaged,
        figures=figures,
    )
