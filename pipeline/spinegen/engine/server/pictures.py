"""Pictures of a camera as bytes, or as a file in the engine's folder."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...files import write_bytes
from ..light.exr import encode_exr
from ..protocol.images import encode_bmp, encode_npy, encode_png
from .session import Session

DEPTH_STEP_CM = 10.0
"""Of the grey in which the view mode `depth` shows depth: white is 25.5 m and more."""

PICTURES: dict[str, Callable[[Session, int], NDArray]] = {
    "lit": lambda session, number: session.frame(number).lit(),
    "normal": lambda session, number: session.frame(number).normal(),
    "object_mask": lambda session, number: session.mask_picture(number),
    "seg": lambda session, number: session.mask_picture(number),
    "depth": lambda session, number: session.frame(number).depth_cm(),
}
"""Kind to what a camera sees."""

_ENCODERS: dict[str, Callable[[NDArray], bytes]] = {
    "png": encode_png,
    "bmp": encode_bmp,
    "npy": encode_npy,
    "exr": encode_exr,
}


def answer(session: Session, kind: str, number: int, target: str | None) -> str | bytes:
    """A picture of a camera: its bytes where `target` is a bare format, else the path of the file that was written.

    Raises:
        EngineError: no such camera, a format that the kind does not have, or a name that is not one.
    """
    _check_camera(session, number)
    allowed = ("npy", "exr") if kind == "depth" else ("png", "bmp", "npy")
    return _written(session, PICTURES[kind], number, target, allowed=allowed)


def answer_view(session: Session, number: int, target: str | None) -> str | bytes:
    """As `answer`, in the player's view mode; depth is shown in greys."""
    _check_camera(session, number)
    picture = depth_greys if session.world.viewmode == "depth" else PICTURES[session.world.viewmode]
    return _written(session, picture, number, target, allowed=("png", "bmp", "npy"))


def depth_greys(session: Session, number: int) -> NDArray[np.uint8]:
    """Planar depth `(H, W, 3)` to look at."""
    grey = np.minimum(session.frame(number).depth_cm() / DEPTH_STEP_CM, 255.0).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _written(
    session: Session,
    picture: Callable[[Session, int], NDArray],
    number: int,
    target: str | None,
    *,
    allowed: tuple[str, ...],
) -> str | bytes:
    name = session.next_name(allowed[0]) if target is None else target
    suffix = name if name in _ENCODERS else PurePosixPath(name).suffix.removeprefix(".")
    if suffix not in allowed:
        raise EngineError(f"Invalid filename type, filename {name[:80]}")
    if name == suffix:
        return _ENCODERS[suffix](picture(session, number))
    path = _path(session, name)
    write_bytes(path, _ENCODERS[suffix](picture(session, number)))
    return str(path)


def _path(session: Session, name: str) -> Path:
    folder = session.folder.resolve()
    path = (folder / name).resolve()
    if PurePosixPath(name).name != name or path.parent != folder:
        raise EngineError(f"Argument Invalid: files are written into {folder} only, found {name[:80]}")
    return path


def _check_camera(session: Session, number: int) -> None:
    if number >= len(session.world.cameras):
        raise EngineError("Invalid sensor id")
