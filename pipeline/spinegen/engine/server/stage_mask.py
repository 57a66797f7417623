"""`SetMaskActors` and `CaptureMask`: masks without colours."""

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ..gpu.renderer import Frame
from ..protocol.stage_mask import MOST_ACTORS, encode_mask
from ..world.world import MAX_PIXELS, CameraActor
from .session import Session


def set_mask_actors(session: Session, names: str) -> str:
    """Keep whom to tell apart.

    Raises:
        EngineError: an actor that is not there, or too many.
    """
    actors = tuple(names.split())
    if len(actors) > MOST_ACTORS:
        raise EngineError(f"SetMaskActors: no more than {MOST_ACTORS} actors, found {len(actors)}")
    session.world.tell_apart(actors)
    return "ok"


def capture_mask(session: Session, arguments: tuple[float | int | str, ...]) -> str:
    """The mask of a view; one that a camera has already is not drawn again.

    Raises:
        EngineError: a view that no camera could have.
    """
    x, y, z, pitch, yaw, roll, fov = map(float, arguments[:7])
    width, height = map(int, arguments[7:])
    if not (2 <= width <= 8192 and 2 <= height <= 8192 and width * height <= MAX_PIXELS and 1.0 <= fov <= 170.0):
        raise EngineError(
            f"CaptureMask needs a size of 2..8192 a side and a fov of 1..170, found {width} {height} {fov:g}"
        )
    wanted = CameraActor("", (x, y, z), (pitch, yaw, roll), fov, width, height)
    return encode_mask(_numbers(session, _frame(session, wanted)))


def _frame(session: Session, wanted: CameraActor) -> Frame:
    for number, camera in enumerate(session.world.cameras):
        if {**vars(camera), "name": "", "ortho_width_cm": wanted.ortho_width_cm} == vars(wanted):
            return session.frame(number)
    return session.renderer.frame(session.world, wanted.camera())


def _numbers(session: Session, frame: Frame) -> NDArray[np.uint8]:
    place = {name: number for number, name in enumerate(session.world.mask_actors, 1)}
    table = np.zeros(2**16, np.uint8)
    for mask_id, name in enumerate(session.world.actors, 1):
        table[mask_id] = place.get(name, 0)
    for part in session.world.level.values():
        if part.mask_id:
            table[part.mask_id] = place.get(part.name, 0)
    return table[frame.level_ids]
