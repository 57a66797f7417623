"""`/unrealcv`, `/action/game`, `/scene` and `/level` commands."""

from ...errors import EngineError
from ...version import __version__
from ..protocol.actor_calls import CALLS, Call
from .router import Router
from .session import Session

LEVEL = "SpinegenStage"
UNREALCV_VERSION = "1.1.0"
"""Version of the protocol that we answer to."""
DRAWING = 5
"""Raised with every change that pictures of the same world show, so that a set that was drawn by two of them says so."""
_WITHOUT_URI = ("vbatch [uint]", "vrun [str] [str]", *(f"vexec [str] [str]{' [str]' * more}" for more in range(5)))


def add_game_commands(router: Router) -> None:
    """Register them."""
    _add_about(router)
    _add_level(router)
    _add_undone(router)


def _add_about(router: Router) -> None:
    """What the engine is and what it understands."""
    command = router.command

    @command(
        "vget /unrealcv/status",
        "Address, port (0: a socket file only), size and fov of camera 0, engine, renderer and folder of written files.",
    )
    def status(session: Session) -> str:
        camera = session.world.cameras[0]
        return (
            f"Is Listening\nClient Connected\n{session.address}\n"
            f"Configuration\nPort: {session.port}\nWidth: {camera.width}\nHeight: {camera.height}\n"
            f"FOV: {camera.fov_deg:f}\nEngine: SpinegenEngine {__version__}+drawing.{DRAWING}\nRenderer: {session.renderer.name}\n"
            f"Quality: {session.renderer.quality.name}\nFolder: {session.folder}"
        )

    @command("vget /unrealcv/commands", "Templates of all commands, a line each.")
    def commands(_: Session) -> str:
        return "\n".join(sorted({*router.templates, *_WITHOUT_URI, *map(_call_template, CALLS)}))

    @command("vget /unrealcv/help", "All commands with their meaning.")
    def help_text(_: Session) -> str:
        return router.help_text

    @command("vget /unrealcv/version", "Version of the UnrealCV protocol.")
    def version(_: Session) -> str:
        return UNREALCV_VERSION

    @command("vget /unrealcv/echo [str]", "The word itself.")
    def echo(_: Session, word: str) -> str:
        return word


def _add_level(router: Router) -> None:
    """The level and its clock."""
    command = router.command

    @command("vget /scene/name", "Name of the scene.")
    def scene_name(_: Session) -> str:
        return LEVEL

    @command("vget /level/name", "Name of the level.")
    def level_name(_: Session) -> str:
        return LEVEL

    @command("vset /action/game/level [str]", f"Opens {LEVEL}, the only one, anew: spawned objects and cameras go.")
    def open_level(session: Session, name: str) -> str:
        if name != LEVEL:
            raise EngineError(f"Argument Invalid: level must be {LEVEL}, found {name[:40]!r}")
        session.world.open_level()
        return "ok"

    @command("vset /action/game/pause", "Pause; nothing moves by itself in any case.")
    def pause(session: Session) -> str:
        session.world.paused = True
        return "ok"

    @command("vset /action/game/resume", "Resume.")
    def resume(session: Session) -> str:
        session.world.paused = False
        return "ok"

    @command("vget /action/game/is_paused", "true or false.")
    def is_paused(session: Session) -> str:
        return "true" if session.world.paused else "false"


def _add_undone(router: Router) -> None:
    """What UnrealCV offers and this engine does not."""
    for template in (
        "vset /action/keyboard [str] [float]", "vset /action/input/enable", "vget /levels", "vget /persistent_level/id",
        "vget /persistent_level/level_script_actor/id",
    ):  # fmt: skip
        router.add(template, "", None)


def _call_template(call: Call) -> str:
    kinds = {"float": "[float]", "int": "[uint]", "text": "[str]"}
    return " ".join(["vbp [str]", call.name, *(kinds[parameter.kind] for parameter in call.parameters)])
