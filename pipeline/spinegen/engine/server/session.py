"""World, renderer and output folder behind one command line; what the server calls."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from ...errors import EngineError
from ..protocol.actor_calls import CALLS, Call
from ..world.heap import HeapWatch
from ..world.world import World
from .commands_camera import add_camera_commands
from .commands_game import add_game_commands
from .commands_object import add_object_commands
from .router import NOT_IMPLEMENTED, Reply, Router, one_line
from .vbp import call_actor

if TYPE_CHECKING:
    from ..gpu.renderer import Frame, Renderer


def build_router() -> Router:
    """All commands."""
    router = Router()
    add_game_commands(router)
    add_camera_commands(router)
    add_object_commands(router)
    return router


def _template(call: Call) -> str:
    kinds = {"float": "[float]", "int": "[uint]", "text": "[str]"}
    return " ".join(["vbp [str]", call.name, *(kinds[parameter.kind] for parameter in call.parameters)])


class Session:
    """Answers commands; holds the frame that was drawn last, so that lit, mask and depth of one state are one drawing."""

    def __init__(self, renderer: "Renderer", folder: Path | None = None, address: str = "") -> None:
        self.world = World()
        self.renderer = renderer
        self.address = address
        self._folder = folder
        self._router = build_router()
        self._frames: dict[int, tuple[int, Frame]] = {}
        self._heap = HeapWatch()

    @property
    def folder(self) -> Path:
        """Where `name.png` requests are written; made on first use."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="spinegen-engine-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    @property
    def command_templates(self) -> list[str]:
        """Templates of what is done here, as `vget /unrealcv/commands` lists them."""
        own = ["vbatch [uint]", *(_template(call) for call in CALLS)]
        return sorted({route.template for route in self._router.routes if route.handler is not None} | set(own))

    @property
    def command_help(self) -> str:
        """Template and meaning, a line each."""
        lines = [f"{route.template}\n{route.help}" for route in self._router.routes if route.handler is not None]
        return "\n".join(lines)

    def execute(self, command: str) -> Reply:
        """The reply to one command line; an error is a reply too."""
        words = command.strip().split(" ", 3)
        try:
            if words[0] == "vbatch":
                return "ok" if len(words) == 2 and words[1].isdecimal() else "error Argument Invalid"
            if words[0] == "vbp":
                if len(words) < 3:
                    return "error Argument Invalid"
                return call_actor(self.world, words[1], words[2], words[3] if len(words) > 3 else "")
            if words[0] in ("vrun", "vexec", "vreflect", "vcmd"):
                return NOT_IMPLEMENTED
            return self._router.reply(self, command)
        except EngineError as error:
            return f"error {one_line(str(error))}"
        except ValidationError as error:
            return f"error Argument Invalid: {one_line(str(error))[:400]}"

    def frame(self, camera_id: int) -> "Frame":
        """What camera `camera_id` sees now."""
        cached = self._frames.get(camera_id)
        if cached is None or cached[0] != self.world.revision:
            self._heap.look()
            frame = self.renderer.frame(self.world, self.world.cameras[camera_id].camera())
            self._frames = {key: value for key, value in self._frames.items() if value[0] == self.world.revision}
            self._frames[camera_id] = (self.world.revision, frame)
        return self._frames[camera_id][1]

    def mask_picture(self, camera_id: int) -> np.ndarray:
        """Object mask in colours, `(H, W, 3)` uint8."""
        return self.world.mask_colours()[self.frame(camera_id).ids]
