"""`/unrealcv`, `/action/game`, `/scene` and `/level` commands."""

from ...version import __version__
from ..protocol.actor_calls import CALLS, Call
from .router import Router
from .session import Session

UNREALCV_VERSION = "1.1.0"
"""Version of the protocol that we answer to."""


def add_game_commands(router: Router) -> None:
    """Register them."""
    command = router.command

    @command("vget /unrealcv/status", "Address, engine version, renderer, client and folder of written files.")
    def status(session: Session) -> str:
        return (
            f"Is Listening\nClient Connected\n{session.address}\n"
            f"Configuration\nEngine: SpinegenEngine {__version__}\nRenderer: {session.renderer.name}\n"
            f"Quality: {session.renderer.quality.name}\nFolder: {session.folder}"
        )

    @command("vget /unrealcv/commands", "Templates of all commands, a line each.")
    def commands(_: Session) -> str:
        return "\n".join(sorted({*router.templates, "vbatch [uint]", *map(_call_template, CALLS)}))

    @command("vget /unrealcv/help", "All commands with their meaning.")
    def help_text(_: Session) -> str:
        return router.help_text

    @command("vget /unrealcv/version", "Version of the UnrealCV protocol.")
    def version(_: Session) -> str:
        return UNREALCV_VERSION

    @command("vget /unrealcv/echo [str]", "The word itself.")
    def echo(_: Session, word: str) -> str:
        return word

    @command("vget /scene/name", "Name of the scene.")
    def scene_name(_: Session) -> str:
        return "SpinegenStage"

    @command("vget /level/name", "Name of the level.")
    def level_name(_: Session) -> str:
        return "SpinegenStage"

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

    for template in (
        "vset /action/game/level [str]", "vset /action/keyboard [str] [float]", "vset /action/eyes_distance [float]",
        "vset /action/input/enable", "vset /action/input/disable", "vset /viewmode [str]", "vget /viewmode",
        "vget /screenshot [str]", "vget /levels", "vget /persistent_level/id",
        "vget /persistent_level/level_script_actor/id",
    ):  # fmt: skip
        router.add(template, "", None)


def _call_template(call: Call) -> str:
    kinds = {"float": "[float]", "int": "[uint]", "text": "[str]"}
    return " ".join(["vbp [str]", call.name, *(kinds[parameter.kind] for parameter in call.parameters)])
