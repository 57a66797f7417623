"""What `fit-mocap` is asked to do."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, JsonValue, field_validator

from ...config import Settings
from ...shards import checked_shard


class FitSettings(Settings):
    """What to fit, and how."""

    transient: ClassVar[frozenset[str]] = frozenset(
        {"clips", "static", "subject", "up_axis", "unit", "height_m", "mass_kg", "jobs", "shard", "dask"}
    )

    clips: tuple[Path, ...] = ()
    """Motion-capture files, or folders of them; commands take the shipped yoga flow where none is named."""
    model: str = "builtin"
    """`builtin` (= `unisex`), `male`, `female`, or an .osim file."""
    model_mapping: Path | None = None
    """YAML that maps the names of an .osim of your own to ours."""
    marker_set: str = "auto"
    """`auto`, a shipped name, or a YAML file."""
    static: Path | None = None
    """Still capture of the same performer."""
    subject: str | None = None
    """Which subject of a file with several."""
    up_axis: Literal["x", "y", "z", "-x", "-y", "-z"] | None = None
    unit: Literal["mm", "cm", "m", "inch"] | None = None
    spine: Literal["regional", "free"] = "regional"
    solver: Literal["spinegen", "opensim"] = "spinegen"
    height_m: float | None = Field(default=None, gt=0.4, lt=2.6)
    """Stature of the performer, metres."""
    mass_kg: float | None = Field(default=None, gt=2.0, lt=400.0)
    """Body mass of the performer, kilograms."""
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
