"""One chunk of an export: some sidecars turned into text, tables, links and counts; runs in any process."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import DatasetError
from . import points_3d
from .filter_expression import parse_filter
from .formats import coco_files, yolo_pose
from .formats.webdataset import ShardWriter
from .labels import PersonAnnotation, annotate_person, read_mask
from .settings import BodyPoints, Format, Site
from .sidecar import Frame, read_frame
from .tally import Tally


@dataclass(frozen=True)
class Job:
    """What every chunk of one export has in common."""

    root: Path
    """Folder that is being filled."""
    format: Format
    site: Site
    body_points: BodyPoints
    with_masks: bool
    with_depth: bool
    min_visible: int
    max_occlusion: float
    where: str | None


@dataclass
class SplitChunk:
    """What one split gains from a chunk."""

    images: list[bytes] = field(default_factory=list)
    annotations: list[bytes] = field(default_factory=list)
    table: bytes = b""
    """Arrow IPC stream of `points_3d.table`."""
    tally: Tally = field(default_factory=Tally)


@dataclass
class Chunk:
    """The result of `make_chunk`."""

    frames: int = 0
    """Sidecars that it was made from."""
    splits: dict[str, SplitChunk] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    """One sentence for each frame that could not be read."""
    not_wanted: int = 0
    """Frames for which the `where` expression does not hold."""
    empty: int = 0
    """Frames in which nobody is left after the filters."""
    people_left_out: int = 0
    """People not seen at all or removed by the filters."""
    without_depth: int = 0


def make_chunk(job: Job, sidecars: list[Path], number: int) -> Chunk:
    """Read, annotate and place the frames of some sidecars; damaged ones are reported, not raised."""
    chunk = Chunk(frames=len(sidecars))
    where = parse_filter(job.where) if job.where else None
    rows: dict[str, list[dict[str, object]]] = {}
    shards = None
    if job.format == "webdataset":
        shards = ShardWriter(job.root, number)
    for path in sidecars:
        try:
            frame = read_frame(path)
            if where is not None and not where.holds(frame.columns):
                chunk.not_wanted += 1
                continue
            mask = read_mask(frame.mask, frame.width, frame.height)
            people = wanted_people(frame, mask, job, chunk)
            if not people:
                chunk.empty += 1
                continue
            if job.with_depth and frame.depth is None:
                chunk.without_depth += 1
            part = chunk.splits.setdefault(frame.split, SplitChunk())
            _place(frame, people, mask, job, part=part, rows=rows.setdefault(frame.split, []), shards=shards)
        except DatasetError as error:
            chunk.damaged.append(str(error))
            continue
        part.tally.count(frame, people)
    if shards is not None:
        shards.close()
    if job.format == "coco":
        for split, found in rows.items():
            chunk.splits[split].table = _ipc(found, job.site)
    return chunk


def wanted_people(frame: Frame, mask: NDArray[np.uint8], job: Job, chunk: Chunk) -> list[PersonAnnotation]:
    """The people of a frame that pass the filters."""
    found = [annotate_person(frame, label, mask, job.site, body_points=job.body_points) for label in frame.people]
    people = [
        person
        for person in found
        if person is not None and person.seen >= job.min_visible and person.occlusion <= job.max_occlusion
    ]
    chunk.people_left_out += len(found) - len(people)
    return people


def _place(
    frame: Frame,
    people: list[PersonAnnotation],
    mask: NDArray[np.uint8],
    job: Job,
    *,
    part: SplitChunk,
    rows: list[dict[str, object]],
    shards: object,
) -> None:
    if job.format == "coco":
        image, annotations = coco_files.encode(frame, people, mask)
        coco_files.place_files(frame, job.root, job.with_masks, job.with_depth)
        part.images.append(image)
        part.annotations.append(annotations)
        rows += [points_3d.row(frame, person) for person in people]
    elif job.format == "yolo-pose":
        yolo_pose.write_frame(frame, people, job.root)
    else:
        assert isinstance(shards, ShardWriter)
        shards.write(frame, people, job.with_masks, job.with_depth)


def _ipc(rows: list[dict[str, object]], site: Site) -> bytes:
    sink = pa.BufferOutputStream()
    found = points_3d.table(rows, site)
    with pa.ipc.new_stream(sink, found.schema) as stream:
        stream.write_table(found)
    return sink.getvalue().to_pybytes()
