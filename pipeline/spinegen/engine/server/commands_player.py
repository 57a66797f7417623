"""The player, who is camera 0: view mode, screenshots, stereo pair, and what keys would do."""

import re

from ...errors import EngineError
from ..world.world import MAX_PIXELS, VIEWMODES
from .commands_camera import numbers
from .pictures import answer_view
from .router import INVALID, NOT_IMPLEMENTED, Router
from .session import Session

_RESOLUTION = re.compile(r"(\d{1,5})x(\d{1,5})[a-z]*", re.IGNORECASE)
_MAX_EYES_CM = 10_000.0


def add_player_commands(router: Router) -> None:
    """Register them."""
    command = router.command

    @command("vget /viewmode", f"What the player's camera shows: {', '.join(VIEWMODES)}.")
    def viewmode(session: Session) -> str:
        return session.world.viewmode

    @command("vset /viewmode [str]", "The same; tells in screenshots, which name no mode.")
    def set_viewmode(session: Session, mode: str) -> str:
        if mode not in VIEWMODES:
            raise EngineError(f"Argument Invalid: viewmode must be one of {', '.join(VIEWMODES)}, found {mode[:40]!r}")
        session.world.viewmode = mode
        return "ok"

    for words in ("", " [str]"):
        help_text = "What the player's camera shows in its view mode: png, bmp or npy, or a file name; depth in greys."
        router.add(f"vget /screenshot{words}", help_text, _player_screenshot)
        router.add(
            f"vget /camera/[uint]/screenshot{words}", help_text.replace("player's", "numbered"), _camera_screenshot
        )

    @command("vget /actor/location", "Of the player: that of camera 0.")
    def location(session: Session) -> str:
        return numbers(*session.world.cameras[0].location_cm)

    @command("vget /actor/rotation", "Of the player: that of camera 0.")
    def rotation(session: Session) -> str:
        return numbers(*session.world.cameras[0].rotator_deg)

    @command(
        "vset /action/eyes_distance [float]", "Holds camera 1 so many cm to the right of camera 0; makes it if need be."
    )
    def eyes_distance(session: Session, distance_cm: float) -> str:
        if not 0.0 <= distance_cm <= _MAX_EYES_CM:
            raise EngineError(
                f"Argument Invalid: eyes_distance must lie within 0..{_MAX_EYES_CM:g} cm, found {distance_cm:g}"
            )
        session.world.stand_eyes_apart(distance_cm)
        return "ok"

    @command("vset /action/input/disable", "No key reaches the engine in any case.")
    def disable_input(_: Session) -> str:
        return "ok"


def _player_screenshot(session: Session, target: str | None = None) -> str | bytes:
    return answer_view(session, 0, target)


def _camera_screenshot(session: Session, number: int, target: str | None = None) -> str | bytes:
    return answer_view(session, number, target)


def run_console(session: Session, words: list[str]) -> str:
    """`vrun`: of Unreal's console only `setres WIDTHxHEIGHT` is there; it sizes camera 0."""
    if not words:
        return INVALID
    if words[0].lower() != "setres":
        return NOT_IMPLEMENTED
    match = _RESOLUTION.fullmatch(words[1]) if len(words) == 2 else None
    if match is None:
        return INVALID
    width, height = int(match.group(1)), int(match.group(2))
    if not (2 <= width <= 8192 and 2 <= height <= 8192 and width * height <= MAX_PIXELS):
        raise EngineError(f"Argument Invalid: size must be 2..8192 a side, found {width} x {height}")
    camera = session.world.cameras[0]
    camera.width, camera.height, camera.principal_point_px = width, height, None
    session.world.changed()
    return "ok"
