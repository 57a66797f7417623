"""Settings of the render stage."""

from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, JsonValue, field_validator

from ..config import Settings, load_yaml
from ..files import sha256
from ..provenance import folder_digest
from ..resources import find_config
from ..scenes.settings import SceneSettings
from ..shards import checked_shard, shard_of
from .endpoint import parse_endpoint
from .skeleton_map import load_skeleton_map

EMBEDDED = "embedded"


class RenderSettings(Settings):
    """What `spinegen render` may be told."""

    transient: ClassVar[frozenset[str]] = frozenset(
        {
            "engine",
            "engine_command",
            "jobs",
            "shard",
            "dask",
            "plan_only",
            "repair",
            "extend",
            "restart_after",
            "warm_up",
            "shots",
        }
    )

    scenes: str = "yoga"
    """A scenes file, or the name of a shipped one."""
    engine: str = EMBEDDED
    """`embedded`, HOST:PORT, or the path of a unix socket."""
    engine_command: str | None = None
    """Command that (re)starts an external engine."""
    skeleton: str = "anny"
    """Whose bones the engine's people have: a file, or the name of a shipped map (anny, ue5_manny, metahuman)."""
    jobs: int | None = Field(default=None, ge=1, le=256)
    """Workers side by side, an engine each; by default one a core up to 16, as far as memory goes, and 1 with an external engine."""
    shard: str | None = None
    """`I/N`: only the I-th of N shards of the work, 1-based."""
    dask: str | None = None
    """Address of a Dask scheduler whose workers draw."""
    seed: int | None = Field(default=None, ge=0, lt=2**32)
    """Instead of the scenes file's."""
    shots: int | None = Field(default=None, ge=1, le=50_000_000)
    """Instead of the scenes file's."""
    depth: bool = False
    """Also keep depth maps."""
    plan_only: bool = False
    repair: bool = False
    """Look at finished frames too, and draw damaged ones again."""
    extend: bool = False
    """Add shots to a plan that is there."""
    restart_after: int = Field(default=2000, ge=1)
    """Frames after which an engine is replaced by a fresh one."""
    warm_up: int = Field(default=8, ge=0, le=200)
    """Most pictures of an external engine that are thrown away after a change, until one equals the one before."""

    @field_validator("shard")
    @classmethod
    def _shard_form(cls, value: str | None) -> str | None:
        return checked_shard(value)

    @field_validator("engine")
    @classmethod
    def _engine_form(cls, value: str) -> str:
        if value != EMBEDDED:
            try:
                parse_endpoint(value)
            except Exception as error:
                raise ValueError(str(error)) from error
        return value

    @property
    def shard_numbers(self) -> tuple[int, int]:
        """(I, N) of the shard, 1-based; (1, 1) is everything."""
        return shard_of(self.shard)

    def scene(self) -> SceneSettings:
        """The scenes file with the overrides of the command line.

        Raises:
            ConfigError: the file is missing or not usable.
        """
        scene = self._as_written()
        folder = scene.places.folder
        if folder is None or folder.is_absolute():
            return scene
        beside = find_config(self.scenes, "configs/scenes", "scenes file").parent.resolve()
        return scene.model_copy(update={"places": scene.places.model_copy(update={"folder": beside / folder})})

    def _as_written(self) -> SceneSettings:
        """The scenes file with the overrides; a folder of pictures as it stands there."""
        scene = load_yaml(find_config(self.scenes, "configs/scenes", "scenes file"), SceneSettings)
        overrides = (("seed", self.seed), ("shots", self.shots))
        return scene.model_copy(update={name: value for name, value in overrides if value is not None})

    def identity(self) -> dict[str, JsonValue]:
        """What decides the frames: the content of the scenes file, not its name; shots may be added later."""
        scene: dict[str, Any] = self._as_written().model_dump(mode="json")
        scene.pop("shots")
        if not scene["places"]["levels"]:
            # Left out so that sets which were drawn before there were levels still go on.
            del scene["places"]["levels"]
        found: dict[str, JsonValue] = {"scenes": scene, "depth": self.depth}
        folder = self.scene().places.folder
        if folder is not None:
            found["pictures"] = folder_digest(folder)
        named: list[str] = [name for name in scene["people"]["wardrobe"] if Path(name).is_file()]
        wardrobes: dict[str, JsonValue] = {name: sha256(Path(name)) for name in named}
        if wardrobes:
            found["wardrobes"] = wardrobes
        # The shipped body is left out so that sets which were drawn before there was a choice still go on.
        if self.skeleton != "anny":
            found["skeleton"] = load_skeleton_map(self.skeleton).identity()
        return found
