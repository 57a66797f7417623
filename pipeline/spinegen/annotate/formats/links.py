"""Pictures are linked into an export, never re-encoded; copied where the file system cannot link."""

import os
import shutil
from pathlib import Path

from ...errors import DatasetError


def link(source: Path, target: Path) -> None:
    """Hard link, or else copy; a file that is there is one whose piece is being made again.

    Raises:
        DatasetError: the source is missing.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except FileNotFoundError as error:
        if not source.exists():
            raise DatasetError(f"{source}: picture is missing; draw it again with: spinegen render --repair") from error
        raise
    except OSError:
        # Another file system, too many links, or one that knows none; a full disk fails here too and is told by the stage.
        shutil.copyfile(source, target)


def read_whole(source: Path) -> bytes:
    """The bytes of a frame's file.

    Raises:
        DatasetError: it is missing.
    """
    try:
        return source.read_bytes()
    except FileNotFoundError as error:
        raise DatasetError(f"{source}: is missing; draw it again with: spinegen render --repair") from error
