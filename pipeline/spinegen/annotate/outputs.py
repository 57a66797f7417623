"""Where chunks go: one small class a layout, each ending in a dataset card."""

from pathlib import Path
from typing import Protocol

import pyarrow as pa

from ..records.export_record import ExportRecord
from .card import write_card
from .chunk import Chunk, Job
from .formats import coco_files, webdataset, yolo_pose
from .settings import ExportSettings
from .sidecar import SPLITS
from .tally import Tally

FRAMES_PER_CHUNK = 250


class Output(Protocol):
    """Takes chunks in order and puts the last touch to the folder."""

    frames_per_chunk: int

    def write(self, chunk: Chunk) -> None:
        """Take one chunk."""
        ...

    def finish(self, tallies: dict[str, Tally], settings: ExportSettings, record: ExportRecord) -> None:
        """Write what needs the whole set."""
        ...


def make_output(job: Job) -> Output:
    """The output of a job's format."""
    if job.format == "coco":
        return CocoOutput(job)
    if job.format == "yolo-pose":
        return YoloOutput(job)
    return WebDatasetOutput(job)


class CocoOutput:
    """`annotations/`, `images/`, and `masks/` and `depth/` on request."""

    frames_per_chunk = FRAMES_PER_CHUNK

    def __init__(self, job: Job) -> None:
        self.root = job.root
        coco_files.make_folders(job.root, SPLITS, job.with_masks, job.with_depth)
        self._writers = {split: coco_files.SplitWriter(job.root, split, job.site, job.body_points) for split in SPLITS}

    def write(self, chunk: Chunk) -> None:
        for split, part in chunk.splits.items():
            table = pa.ipc.open_stream(part.table).read_all()
            self._writers[split].write(b"".join(part.images), b"".join(part.annotations), table)

    def finish(self, tallies: dict[str, Tally], settings: ExportSettings, record: ExportRecord) -> None:
        for writer in self._writers.values():
            writer.finish()
        write_card(self.root / "README.md", tallies, settings, record)


class YoloOutput:
    """`images/`, `labels/`, `data.yaml`."""

    frames_per_chunk = FRAMES_PER_CHUNK

    def __init__(self, job: Job) -> None:
        self.root = job.root
        yolo_pose.make_folders(job.root, SPLITS)

    def write(self, chunk: Chunk) -> None:
        """Nothing to do: a chunk has written its own label files."""

    def finish(self, tallies: dict[str, Tally], settings: ExportSettings, record: ExportRecord) -> None:
        yolo_pose.write_description(self.root, tuple(split for split in SPLITS if split in tallies))
        write_card(self.root / "README.md", tallies, settings, record)


class WebDatasetOutput:
    """`train-000000.tar` and so on."""

    frames_per_chunk = webdataset.FRAMES_PER_SHARD

    def __init__(self, job: Job) -> None:
        self.root: Path = job.root

    def write(self, chunk: Chunk) -> None:
        """Nothing to do: a chunk has written its own shards."""

    def finish(self, tallies: dict[str, Tally], settings: ExportSettings, record: ExportRecord) -> None:
        shards = webdataset.number_shards(self.root, tuple(tallies))
        webdataset.write_description(self.root, shards, {split: tally.images for split, tally in tallies.items()})
        write_card(self.root / "README.md", tallies, settings, record)
