"""Where there is no room, the error is the disk's and names the file; what was there stays, and nothing half-written is left."""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from spinegen.errors import SpinegenError
from spinegen.pose.data.cache import open_cache
from spinegen.pose.data.coco_set import read_coco
from spinegen.progress import SilentReporter
from support.drawn_set import draw_workspace
from support.pose_figures import write_set
from support.small_files import with_small_files

CODES = {
    "bytes": "from spinegen.files import write_bytes; write_bytes(target, bytes(1_000_000))",
    "table": """
import numpy as np, pandas as pd
from spinegen.biomech.fits.files import _write_table
_write_table(pd.DataFrame(np.random.default_rng(0).random((40_000, 4))), target)
""",
    "checkpoint": """
import torch
from spinegen.pose.training.checkpoint import save_checkpoint
save_checkpoint(target, {"network": torch.rand(200_000)})
""",
    "film": """
import numpy as np
from spinegen.media.video_write import written_video
noise = np.random.default_rng(0)
with written_video(target, 25.0) as film:
    for number in range(60):
        film.write(noise.integers(0, 255, (240, 320, 3)).astype(np.uint8), number / 25)
""",
    "memory": """
import numpy as np
from spinegen.files import atomic_path, reserve
with atomic_path(target) as temporary:
    np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(500_000,))
    reserve(temporary, "crops")
""",
}
AROUND = """
import sys
from pathlib import Path
target = Path(sys.argv[1])
try:
    exec(sys.argv[2])
except OSError as error:
    print(error.errno, error.filename)
"""
ENDINGS = {"film": ".mp4", "table": ".parquet"}


@pytest.mark.parametrize("what", CODES)
def test_a_writer_that_finds_no_room_names_its_file_and_leaves_what_was_there(tmp_path: Path, what: str) -> None:
    target = tmp_path / f"kept{ENDINGS.get(what, '.bin')}"
    target.write_bytes(b"before")
    result = with_small_files(AROUND, target, CODES[what])
    assert result.stdout.split() == [str(errno.EFBIG), str(target)], result.stderr
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_the_command_ends_in_one_sentence(tmp_path: Path) -> None:
    draw_workspace(tmp_path / "w", shots=8)
    code = "import sys; from spinegen.cli import main; main(sys.argv[1:])"
    result = with_small_files(code, "preview", tmp_path / "w", limit=60_000)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last == f"error: {tmp_path / 'w/preview.png'}: File too large; make room and run the same command again, what is done stays"  # fmt: skip
    assert not (tmp_path / "w/preview.png").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_crops_that_do_not_fit_on_the_disk_are_refused_before_one_is_cut(tmp_path: Path, small_disk: Path) -> None:
    annotations = write_set(tmp_path / "set", "val", 40, people=2, seed=0)
    images = tmp_path / "set/images/val-unreal"
    with pytest.raises(OSError, match=r"No space left on device for \d+ MB of crops") as raised:
        open_cache(read_coco(annotations, images), (128, 96), small_disk / "cache", SilentReporter())
    assert not isinstance(raised.value, SpinegenError)
    assert Path(raised.value.filename or "").suffix == ".npy"
    assert list((small_disk / "cache").iterdir()) == []
