"""What one engine holds while it runs: world, renderer, output folder, and the frames drawn last."""

import tempfile
from pathlib import Path

import numpy as np

from ..gpu.renderer import Frame, Renderer
from ..world.heap import HeapWatch
from ..world.world import World


class Session:
    """State that the commands read and change; holds the frame that was drawn last, so that lit, mask and depth of one state are one drawing."""

    def __init__(self, renderer: Renderer, folder: Path | None = None, address: str = "") -> None:
        self.world = World()
        self.renderer = renderer
        self.address = address
        self._folder = folder
        self._frames: dict[int, tuple[int, Frame]] = {}
        self._heap = HeapWatch()
        self._named = 0

    @property
    def port(self) -> int:
        """TCP port that is listened on; 0 where there is only a socket file."""
        ports = [one.rpartition(":")[2] for one in self.address.split() if "/" not in one]
        return int(ports[0]) if ports else 0

    @property
    def folder(self) -> Path:
        """Where `name.png` requests are written; made on first use."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="spinegen-engine-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def next_name(self, suffix: str) -> str:
        """A file name for a picture that its client gave none, counting from 00000001 as UnrealCV does."""
        self._named += 1
        return f"{self._named:08d}.{suffix}"

    def frame(self, camera_id: int) -> Frame:
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
        return self.world.mask_colours()[self.frame(camera_id).level_ids]
