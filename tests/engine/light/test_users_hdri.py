"""Users' HDRI files are read by their path, whatever of the usual formats they have; damaged ones are named."""

import contextlib
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinegen.engine.light.backdrops import load_picture
from spinegen.engine.light.exr import read_exr
from spinegen.errors import EngineError

LOSSLESS = ("NO", "RLE", "ZIPS", "ZIP", "PIZ")


def scene(height: int = 37, width: int = 50) -> np.ndarray:
    """Smooth colours far beyond 1, such that packing pays."""
    across, down = np.meshgrid(np.linspace(0, 4, width), np.linspace(0, 2, height))
    return np.round(np.stack([across * 100, down * 8, across * 0 + 0.25], -1)).astype(np.float32)


def write_exr(path: Path, channels: dict[str, np.ndarray], compression: str = "ZIP", kind: int | None = None) -> None:
    header = {
        "compression": getattr(OpenEXR, f"{compression}_COMPRESSION"),
        "type": OpenEXR.scanlineimage if kind is None else kind,
    }
    if kind == OpenEXR.tiledimage:
        header["tiles"] = OpenEXR.TileDescription()
    OpenEXR.File(header, {name: np.ascontiguousarray(values) for name, values in channels.items()}).write(str(path))


@pytest.mark.parametrize("compression", LOSSLESS)
@pytest.mark.parametrize("kind", ["<f2", "<f4"])
def test_an_exr_is_read_as_it_was_written(tmp_path: Path, compression: str, kind: str) -> None:
    write_exr(tmp_path / "sky.exr", {"RGB": scene().astype(kind)}, compression)
    np.testing.assert_array_equal(load_picture(tmp_path / "sky.exr"), scene().astype(kind))


def test_lossy_exr_tiles_and_alpha_are_read(tmp_path: Path) -> None:
    write_exr(tmp_path / "sky.exr", {"RGB": scene()}, "DWAA")
    np.testing.assert_allclose(load_picture(tmp_path / "sky.exr"), scene(), rtol=0.02, atol=1.0)
    write_exr(tmp_path / "tiles.exr", {"RGB": scene()}, "ZIP", OpenEXR.tiledimage)
    np.testing.assert_array_equal(load_picture(tmp_path / "tiles.exr"), scene())
    write_exr(tmp_path / "alpha.exr", {"RGBA": np.dstack([scene(), np.ones((37, 50), np.float32)])})
    np.testing.assert_array_equal(load_picture(tmp_path / "alpha.exr"), scene())


def test_a_grey_exr_is_grey_and_one_without_colours_is_refused(tmp_path: Path) -> None:
    write_exr(tmp_path / "grey.exr", {"Y": scene()[..., 0]})
    np.testing.assert_array_equal(load_picture(tmp_path / "grey.exr")[..., 2], scene()[..., 0])
    write_exr(tmp_path / "depth.exr", {"Z": scene()[..., 0]})
    with pytest.raises(EngineError, match=r"depth\.exr: has the channels Z; needed are R, G, B or Y"):
        load_picture(tmp_path / "depth.exr")


def test_a_radiance_hdr_is_read_as_it_was_written(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "sky.hdr"), scene()[..., ::-1])
    np.testing.assert_allclose(load_picture(tmp_path / "sky.hdr"), scene(), atol=400 / 128)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255), st.integers(0, 3000))
def test_a_damaged_exr_is_an_error_or_a_picture(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, cut: int
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "sky.exr"
    write_exr(path, {"RGB": scene(9, 12)})
    data = bytearray(path.read_bytes())
    data[place % len(data)] = value
    path.write_bytes(bytes(data[: len(data) - cut % len(data)] if cut % 3 == 0 else data))
    with contextlib.suppress(EngineError):
        picture = read_exr(path)
        assert picture.ndim == 3
        assert picture.shape[2] == 3
