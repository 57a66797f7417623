"""Where the pictures of an annotation file lie, in the layouts that people publish."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

TRIED = 20
"""Names that are looked for."""


def split_name(annotations: Path) -> str:
    """`x` of `person_keypoints_x.json`; the whole stem of others."""
    match = re.fullmatch(r"person_keypoints_(.+)", annotations.stem)
    return match.group(1) if match else annotations.stem


def pictures_folder(annotations: Path, names: Iterable[str]) -> Path | None:
    """The folder below which pictures of these names lie; else the one that should hold them; None where there is neither.

    Args:
        names: as the file has them, relative to the folder that is looked for.
    """
    here, root, split = annotations.parent, annotations.parent.parent, split_name(annotations)
    usual = [root / "images" / split, root / split, here / "images" / split, here / "images"]
    some = list(islice(names, TRIED))
    for folder in (*usual, here / split, root / "images", here, root):
        if any((folder / name).is_file() for name in some):
            return folder
    return next((folder for folder in usual if folder.is_dir()), None)
