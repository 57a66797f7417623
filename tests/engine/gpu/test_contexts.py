"""Several GL contexts in one process: none draws, or frees, what another one made."""

import gc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spinegen.engine.gpu.gl import renderer_name
from spinegen.engine.gpu.renderer import Renderer
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session


def picture(session: Session, yaw_deg: float) -> bytes:
    assert execute(session, f"vset /camera/0/rotation -10 {yaw_deg:g} 0") == "ok"
    drawn = execute(session, "vget /camera/0/lit npy")
    assert isinstance(drawn, bytes)
    return drawn


def ask(_: Path) -> None:
    renderer_name()


def draw_and_forget(folder: Path) -> None:
    session = Session(Renderer("draft"), folder)
    picture(session, 40)
    del session
    gc.collect()


@pytest.mark.parametrize("other", [ask, draw_and_forget])
def test_a_renderer_goes_on_after_another_context(
    session: Session, tmp_path: Path, other: Callable[[Path], None]
) -> None:
    assert isinstance(execute(session, "vset /objects/spawn_cube cube"), str)
    assert execute(session, "vset /object/cube/location 300 0 100") == "ok"
    before = [picture(session, yaw) for yaw in (0, 20)]
    assert before[0] != before[1]
    other(tmp_path / "other")
    after = [picture(session, yaw) for yaw in (0, 20)]
    assert after == before
    pixels = np.frombuffer(after[0], np.uint8)
    assert 0 < np.count_nonzero(pixels == pixels[-1]) < len(pixels)
