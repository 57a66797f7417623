"""Every person's crop decoded once into one memory-mapped array."""

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import DatasetError
from ...files import atomic_path, reserve, write_json
from ...media.pictures import PictureError
from ...progress import Reporter, warn_of
from ...records.coco import Rle
from ...records.rle import mask_of
from .. import geometry
from .coco_set import CocoSet

VERSION = 1
MARGIN = 1.3
"""Side of a cached crop as a multiple of the network's crop: room to rotate, shrink and shift."""
BROKEN_SHARE_ALLOWED = 0.01


@dataclass(frozen=True)
class CropCache:
    """Crops and labels of one set, in the cached crops' pixels."""

    people: CocoSet
    pixels: NDArray[np.uint8]
    """(N, H, W, 4): RGB and the person's mask (0 or 255; all 255 where the file has no mask). Memory-mapped."""
    keypoints_crop_px: NDArray[np.float64]
    """(N, 37, 2)."""
    boxes_crop_px: NDArray[np.float64]
    """(N, 4) x, y, width, height."""
    has_mask: NDArray[np.bool_]
    broken: tuple[str, ...]
    """Pictures left out, and why."""
    file: Path
    """Where the crops lie."""


def open_cache(people: CocoSet, input_hw: tuple[int, int], folder: Path, reporter: Reporter) -> CropCache:
    """Make, or find, a set's crops under `folder`.

    Raises:
        DatasetError: more than 1 % of its pictures are broken.
    """
    if people.left_out:
        reporter.say(f"{people.source.name}: not used: {', '.join(people.left_out)}")
    shape = (round(input_hw[0] * MARGIN), round(input_hw[1] * MARGIN))
    key = _fingerprint(people, shape)
    data_file, index_file = folder / f"crops-{key}.npy", folder / f"crops-{key}.json"
    if not (data_file.exists() and index_file.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        _build(people, shape, data_file=data_file, index_file=index_file, reporter=reporter)
    index = json.loads(index_file.read_text(encoding="utf-8"))
    broken = index["broken"]
    kept = np.array([i for i in range(len(people)) if str(i) not in broken], dtype=np.int64)
    faults = list(dict.fromkeys(broken.values()))
    pictures = len(people.rows_of_pictures())
    if len(faults) > BROKEN_SHARE_ALLOWED * pictures or not len(kept):
        raise DatasetError(
            f"{people.source}: {len(faults)} of {pictures} pictures are missing or broken, more than "
            f"{BROKEN_SHARE_ALLOWED:.0%}; the first: {faults[0]}"
        )
    warn_of(reporter, [f"picture left out: {text}" for text in faults], "pictures are left out")
    pixels = np.load(data_file, mmap_mode="r")
    if len(broken):
        people = people.subset(kept)
        pixels = pixels[kept]
    matrices = _matrices(people, shape)
    boxes = people.boxes_xywh_px
    corners = geometry.apply_affine(matrices, np.stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1))
    return CropCache(
        people=people,
        pixels=pixels,
        keypoints_crop_px=geometry.apply_affine(matrices, people.keypoints_px),
        boxes_crop_px=np.concatenate([corners[:, 0], corners[:, 1] - corners[:, 0]], axis=1),
        has_mask=np.array([mask is not None for mask in people.masks]),
        broken=tuple(broken.values()),
        file=data_file,
    )


def drop_other_crops(caches: list[CropCache]) -> None:
    """Delete crops beside these that belong to data or sizes of earlier trainings."""
    used = {cache.file.stem for cache in caches}
    for folder in {cache.file.parent for cache in caches}:
        for path in folder.glob("crops-*"):
            if path.stem not in used:
                path.unlink(missing_ok=True)


def first_people(cache: CropCache, count: int) -> CropCache:
    """At most `count` people of a cache, spread evenly over it."""
    rows = np.unique(np.linspace(0, len(cache.people) - 1, min(count, len(cache.people))).astype(np.int64))
    return CropCache(
        people=cache.people.subset(rows),
        pixels=cache.pixels[rows],
        keypoints_crop_px=cache.keypoints_crop_px[rows],
        boxes_crop_px=cache.boxes_crop_px[rows],
        has_mask=cache.has_mask[rows],
        broken=cache.broken,
        file=cache.file,
    )


def _matrices(people: CocoSet, shape: tuple[int, int]) -> NDArray[np.float64]:
    centers, sizes = geometry.crop_regions(people.boxes_xywh_px, shape, geometry.BOX_PADDING * MARGIN)
    return geometry.transforms_input_image(centers, sizes, shape)


def _fingerprint(people: CocoSet, shape: tuple[int, int]) -> str:
    digest = hashlib.sha256(f"{VERSION} {MARGIN} {shape} {people.exif}".encode())
    digest.update(people.source.read_bytes())
    for path in dict.fromkeys(people.image_paths):
        try:
            stat = path.stat()
            digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
        except OSError:
            digest.update(f"{path.name} missing".encode())
    return digest.hexdigest()[:16]


def _build(people: CocoSet, shape: tuple[int, int], *, data_file: Path, index_file: Path, reporter: Reporter) -> None:
    """Decode with threads (OpenCV releases the interpreter lock), a picture once for all its people."""
    matrices = _matrices(people, shape)
    broken: dict[int, str] = {}
    with atomic_path(data_file) as temporary:
        pixels = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(len(people), *shape, 4))
        reserve(temporary, "crops")

        def work(rows: list[int]) -> tuple[list[int], str | None]:
            try:
                picture = people.picture(rows[0])
            except PictureError as error:
                return rows, str(error)
            for row in rows:
                pixels[row] = _crop(picture, people.masks[row], matrices[row], shape)
            return rows, None

        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        with ThreadPoolExecutor(workers) as pool, reporter.task("cut crops", len(people), "people") as task:
            results: Iterable[tuple[list[int], str | None]] = pool.map(work, people.rows_of_pictures())
            for rows, problem in results:
                if problem is not None:
                    broken.update(dict.fromkeys(rows, problem))
                task.advance(len(rows))
        pixels.flush()
    write_json(index_file, {"broken": {str(row): text for row, text in broken.items()}})


def _crop(
    picture: NDArray[np.uint8], outline: Rle | None, matrix: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.uint8]:
    size = (shape[1], shape[0])
    crop = np.full((*shape, 4), 255, dtype=np.uint8)
    crop[..., :3] = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR)
    if outline is not None and outline.size == picture.shape[:2]:
        mask = np.ascontiguousarray(mask_of(outline.runs(), outline.size)) * np.uint8(255)
        crop[..., 3] = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)
    return crop
