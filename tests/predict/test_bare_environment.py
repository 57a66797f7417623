"""`spinegen predict` needs numpy, OpenCV, ONNX Runtime, PyAV, Pillow, pydantic, PyYAML and click; nothing else is imported on its way."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinegen.media.video_write import written_video
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph

ABSENT = (
    "OpenEXR",
    "anny",
    "dask",
    "ezc3d",
    "jinja2",
    "joblib",
    "matplotlib",
    "moderngl",
    "onnx",
    "onnxscript",
    "opensim",
    "pandas",
    "pyarrow",
    "pycocotools",
    "rich",
    "scipy",
    "threadpoolctl",
    "torch",
    "unrealcv",
)
WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from spinegen.cli import main
main()
"""


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A portrait, alone and in a short film."""
    person = read_photograph(next(p for p in PHOTOGRAPHS if p.package == "matplotlib"))
    assert person is not None
    small = cv2.resize(person, (256, 300), interpolation=cv2.INTER_AREA)
    folder = tmp_path / "footage"
    folder.mkdir()
    cv2.imwrite(str(folder / "portrait.png"), small[..., ::-1])
    with written_video(folder / "film.mp4", 25) as writer:
        for index in range(4):
            writer.write(np.asarray(small, np.uint8), index / 25)
    return folder


def test_pictures_and_films_are_read_without_what_only_other_commands_need(footage: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT.format(absent=set(ABSENT))]
    arguments = ["predict", "-i", str(footage), "-o", "out", "--model", "light", "--write", "csv"]
    result = subprocess.run(
        [*command, *arguments], cwd=tmp_path, capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "film.csv",
        "film.json",
        "film.mp4",
        "portrait.jpg",
        "portrait.json",
    ]
