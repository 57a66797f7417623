"""What a whole run is asked to do: the YAML of `spinegen run`, one section a stage, and the plan that comes of it."""

from dataclasses import dataclass

from pydantic import Field

from .annotate.settings import ExportSettings
from .biomech.fits.settings import FitSettings
from .config import Settings
from .motions.settings import PoseSettings
from .pose.settings import TrainSettings
from .render.settings import RenderSettings


class RunConfig(Settings):
    """Settings of all stages; what is left out keeps its default."""

    fit: FitSettings = Field(default_factory=FitSettings)
    poses: PoseSettings | None = None
    """Postures to draw besides the clips."""
    render: RenderSettings = Field(default_factory=RenderSettings)
    export: ExportSettings = Field(default_factory=ExportSettings)
    train: TrainSettings = Field(default_factory=TrainSettings)


@dataclass(frozen=True)
class RunPlan:
    """What has to be done, stage by stage; of a config, or of the record of an earlier run."""

    fits: tuple[FitSettings, ...]
    """One for every set of settings that clips were fitted with."""
    render: RenderSettings | None
    export: ExportSettings | None
    train: TrainSettings | None
    plan_sha256: str | None = None
    """What the plan should come to."""
    differences: tuple[str, ...] = ()
    """How software and machine differ from then, a sentence each."""
    poses: PoseSettings | None = None
    """Postures to draw besides the clips."""
