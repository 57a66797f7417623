"""One command line in, one reply out: the table of commands, and `vbp` calls on our actors."""

from pydantic import ValidationError

from ...errors import EngineError
from .commands_camera import add_camera_commands
from .commands_game import add_game_commands
from .commands_object import add_object_commands
from .commands_player import add_player_commands, run_console
from .router import NOT_IMPLEMENTED, Reply, Router, one_line
from .session import Session
from .vbp import call_actor


def _build_router() -> Router:
    router = Router()
    add_game_commands(router)
    add_camera_commands(router)
    add_player_commands(router)
    add_object_commands(router)
    return router


_ROUTER = _build_router()


def execute(session: Session, command: str) -> Reply:
    """The reply to one command line; an error is a reply too."""
    words = command.strip().split(" ", 3)
    try:
        if words[0] == "vbatch":
            return "ok" if len(words) == 2 and words[1].isdecimal() else "error Argument Invalid"
        if words[0] == "vbp":
            if len(words) < 3:
                return "error Argument Invalid"
            return call_actor(session, words[1], words[2], words[3] if len(words) > 3 else "")
        if words[0] == "vexec":
            if len(words) < 3:
                return "error Argument Invalid"
            reply = call_actor(session, words[1], words[2], words[3] if len(words) > 3 else "")
            return reply if reply.startswith("error") else "ok"
        if words[0] == "vrun":
            return run_console(session, command.split()[1:])
        if words[0] in ("vreflect", "vcmd"):
            return NOT_IMPLEMENTED
        return _ROUTER.reply(session, command)
    except EngineError as error:
        return f"error {one_line(str(error))}"
    except ValidationError as error:
        return f"error Argument Invalid: {one_line(str(error))[:400]}"
