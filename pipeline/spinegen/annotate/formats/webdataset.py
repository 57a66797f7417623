"""WebDataset layout: tar shards that hold each frame's files side by side under one key."""

import io
import json
import tarfile
from pathlib import Path

from ..coco import CATEGORY, annotation_entry, image_entry
from ..labels import PersonAnnotation
from ..sidecar import Frame
from .links import read_whole

FRAMES_PER_SHARD = 500


class ShardWriter:
    """The shards of one chunk of the set, one a split; numbered for good by `number_shards`."""

    def __init__(self, root: Path, chunk: int) -> None:
        self.root, self.chunk = root, chunk
        self._tars: dict[str, tarfile.TarFile] = {}

    def write(self, frame: Frame, people: list[PersonAnnotation], with_masks: bool, with_depth: bool) -> None:
        """Add `<key>.jpg`, `<key>.json`, and `<key>.mask.png` and `<key>.depth.npz` on request."""
        tar = self._tar(frame.split)
        key = frame.image.stem
        annotations = b",".join(annotation_entry(frame, person) for person in people)
        _add(tar, f"{key}{frame.image.suffix}", read_whole(frame.image))
        _add(tar, f"{key}.json", b'{"image":' + image_entry(frame) + b',"annotations":[' + annotations + b"]}")
        if with_masks:
            _add(tar, f"{key}.mask.png", read_whole(frame.mask))
        if with_depth and frame.depth is not None:
            _add(tar, f"{key}.depth.npz", read_whole(frame.depth))

    def close(self) -> None:
        """Finish the shards."""
        for tar in self._tars.values():
            tar.close()

    def _tar(self, split: str) -> tarfile.TarFile:
        if split not in self._tars:
            self._tars[split] = tarfile.open(self.root / f"{split}.chunk-{self.chunk:06d}.tar", "w")  # noqa: SIM115
        return self._tars[split]


def number_shards(root: Path, splits: tuple[str, ...]) -> dict[str, int]:
    """Give the shards of every split running numbers, `train-000000.tar` on; how many there are."""
    counts = {}
    for split in splits:
        chunks = sorted(root.glob(f"{split}.chunk-*.tar"))
        for number, chunk in enumerate(chunks):
            chunk.rename(root / f"{split}-{number:06d}.tar")
        counts[split] = len(chunks)
    return counts


def write_description(root: Path, shards: dict[str, int], frames: dict[str, int]) -> None:
    """`dataset.json`: the category, and shards and frames of each split."""
    splits = {
        split: {"shards": f"{split}-{{000000..{count - 1:06d}}}.tar", "frames": frames[split]}
        for split, count in shards.items()
    }
    (root / "dataset.json").write_text(
        json.dumps({"splits": splits, "categories": [CATEGORY]}, indent=1) + "\n", encoding="utf-8"
    )


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))
