"""COCO layout: annotation files written as a stream, a 3D table beside each, pictures linked."""

import shutil
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .. import coco, points_3d
from ..labels import PersonAnnotation, outline
from ..settings import BodyPoints, Site
from ..sidecar import Frame
from .links import link

COPY_BYTES = 1 << 20


def place_files(frame: Frame, root: Path, with_masks: bool, with_depth: bool) -> None:
    """Link the picture, and mask and depth on request, into the export."""
    folder = coco.folder_name(frame.split)
    link(frame.image, root / "images" / folder / frame.image.name)
    if with_masks:
        link(frame.mask, root / "masks" / folder / f"{frame.image.stem}.png")
    if with_depth and frame.depth is not None:
        link(frame.depth, root / "depth" / folder / f"{frame.image.stem}.npz")


def make_folders(root: Path, splits: tuple[str, ...], with_masks: bool, with_depth: bool) -> None:
    """Every folder that frames are placed into."""
    kinds = ["images", *(["masks"] if with_masks else []), *(["depth"] if with_depth else [])]
    for kind in kinds:
        for split in splits:
            (root / kind / coco.folder_name(split)).mkdir(parents=True, exist_ok=True)
    (root / "annotations").mkdir(parents=True, exist_ok=True)


def encode(frame: Frame, people: list[PersonAnnotation], mask: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    """One picture's `images` element and its `annotations` elements, those of the background last, each line ending in a comma.

    Args:
        mask: `(H, W)` instance ids of the frame.
    """
    behind = [(one, seen) for one in frame.bystanders if (seen := outline(mask, one.instance)) is not None]
    entries = [coco.annotation_entry(frame, person) for person in people]
    entries += [coco.bystander_entry(frame, one, seen) for one, seen in behind]
    return coco.image_entry(frame) + b",\n", b"".join(entry + b",\n" for entry in entries)


class SplitWriter:
    """One split's annotation file and 3D table, written chunk by chunk; memory does not grow with the set."""

    def __init__(self, root: Path, split: str, site: Site, body_points: BodyPoints) -> None:
        self.split: str = split
        self.site: Site = site
        self.body_points: BodyPoints = body_points
        folder = root / "annotations"
        self.target = folder / coco.file_name(split)
        self._images = (folder / f".{split}.images").open("w+b")
        self._annotations = (folder / f".{split}.annotations").open("w+b")
        self._table = pq.ParquetWriter(folder / points_3d.file_name(split), points_3d.schema(site), compression="zstd")

    def write(self, images: bytes, annotations: bytes, table: pa.Table) -> None:
        """Append a chunk."""
        self._images.write(images)
        self._annotations.write(annotations)
        self._table.write_table(table)

    def finish(self) -> None:
        """Put the parts together and remove them."""
        self._table.close()
        with self.target.open("wb") as out:
            out.write(coco.header(self.split, self.site, self.body_points).removesuffix(b"}"))
            for key, part in (("images", self._images), ("annotations", self._annotations)):
                out.write(f',\n"{key}":[\n'.encode())
                _copy_without_last_comma(part, out)
                out.write(b"\n]")
            out.write(b"}\n")
        self.close()

    def close(self) -> None:
        """Remove the parts; safe to call twice."""
        self._table.close()
        for part in (self._images, self._annotations):
            if not part.closed:
                part.close()
                Path(part.name).unlink(missing_ok=True)


def _copy_without_last_comma(part: BinaryIO, out: BinaryIO) -> None:
    size = part.seek(0, 2)
    part.truncate(max(size - 2, 0))
    part.seek(0)
    shutil.copyfileobj(part, out, COPY_BYTES)
