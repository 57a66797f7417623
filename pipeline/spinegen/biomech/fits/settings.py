"""What `fit-mocap` is asked to do."""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, JsonValue, field_validator

from ...clips.matching import AUTO
from ...clips.options import ReadOptions
from ...config import Settings
from ...files import is_file_name
from ...shards import checked_shard


class ClipOptions(Settings):
    """What belongs to one clip; clips of one workspace may differ in all of it."""

    marker_set: str = AUTO
    """`auto`, a shipped name, a YAML file, or several of them joined by `+`."""
    static: Path | None = None
    """Still capture of the same performer."""
    subject: str | None = None
    """Which subject of a file with several."""
    up_axis: Literal["x", "y", "z", "-x", "-y", "-z"] | None = None
    unit: Literal["mm", "cm", "dm", "m", "inch", "ft"] | None = None
    rate_hz: float | None = Field(default=None, ge=1.0, le=10_000.0)
    """Frames a second, where the file does not tell or tells wrongly."""
    mirror: bool | None = None
    """True exchanges left and right, False leaves them as the file has them; None lets the body decide."""
    height_m: float | None = Field(default=None, gt=0.4, lt=2.6)
    """Stature of the performer, metres."""
    mass_kg: float | None = Field(default=None, gt=2.0, lt=400.0)
    """Body mass of the performer, kilograms."""

    def reading(self) -> ReadOptions:
        """As the readers take them."""
        return ReadOptions(self.marker_set, self.subject, self.up_axis, self.unit, self.rate_hz, self.mirror)


class ClipRow(ClipOptions):
    """A clip with options of its own; what is not said is as for all clips."""

    clip: Path
    """The file; in a list, relative to it, with `*` and `?` for several."""
    name: str | None = None
    """Name of the fit's folder; the file's stem where it is not said."""

    @field_validator("name")
    @classmethod
    def _folder_name(cls, value: str | None) -> str | None:
        if value is not None and (not is_file_name(value) or value.startswith(".")):
            raise ValueError("a name must be usable as that of a folder: no slashes, no dot at its beginning")
        return value

    def options(self) -> dict[str, Any]:
        """The options that the row says something about."""
        return {name: getattr(self, name) for name in self.model_fields_set if name in ClipOptions.model_fields}


class FitSettings(ClipOptions):
    """What to fit, and how; the options of a clip hold for all clips that do not say otherwise."""

    transient: ClassVar[frozenset[str]] = frozenset({"clips", "jobs", "shard", "dask", *ClipOptions.model_fields})

    clips: tuple[Path | ClipRow, ...] = ()
    """Motion-capture files, folders of them, lists of them (YAML or CSV); commands take the shipped yoga flow where none is named."""
    model: str = "builtin"
    """`builtin` (= `unisex`), `male`, `female`, or an .osim file."""
    model_mapping: Path | None = None
    """YAML that maps the names of an .osim of your own to ours."""
    spine: Literal["regional", "free"] = "regional"
    solver: Literal["spinegen", "opensim"] = "spinegen"
    max_rate_hz: float | None = Field(default=None, gt=1.0)
    """Clips of a higher rate are thinned to at most this before fitting; None keeps every frame."""
    jobs: int = Field(default=1, ge=1)
    """Processes."""
    shard: str | None = None
    """`I/N`: only the I-th of N shards of the clips, 1-based."""
    dask: str | None = None
    """Address of a Dask scheduler whose workers fit."""

    @field_validator("shard")
    @classmethod
    def _shard_form(cls, value: str | None) -> str | None:
        return checked_shard(value)

    def record(self) -> dict[str, JsonValue]:
        """Without the clips, which may be thousands: `run.json` lists them with their hashes."""
        return self.model_dump(mode="json", exclude={"clips"})

    def chosen(self) -> dict[str, JsonValue]:
        """All that decides what a fit comes to, as plain JSON data."""
        return self.model_dump(mode="json", exclude={"clips", "jobs", "shard", "dask"})
