"""The YAML of `spinegen run`: one section a stage."""

from pydantic import Field

from .annotate.settings import ExportSettings
from .biomech.fits.settings import FitSettings
from .config import Settings
from .motions.poses import PoseSettings
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
