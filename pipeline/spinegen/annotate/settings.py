"""What can be asked of an export."""

import os
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from ..config import Settings
from ..errors import UsageError
from .filter_expression import parse_filter

Site = Literal["centroid", "posterior"]
BodyPoints = Literal["anatomical", "coco"]
Format = Literal["coco", "yolo-pose", "webdataset"]


class ExportSettings(Settings):
    """Settings of `export_coco`. An export may be made anew with any other settings; the last one stands."""

    site: Site = "centroid"
    """Where vertebral keypoints lie: vertebral-body centroids, or posterior points near the spinous tips."""
    body_points: BodyPoints = "anatomical"
    """Where keypoints 0 to 16 lie: joint centres of the model, or where people click them for COCO (`labels/conventions.py`)."""
    format: Format = "coco"
    with_masks: bool = False
    """Also export instance masks."""
    with_depth: bool = False
    """Also export depth maps, where the renderer kept them."""
    min_visible: int = Field(default=1, ge=0, le=37)
    """Leave out people with fewer keypoints of v = 2."""
    max_occlusion: float = Field(default=1.0, ge=0, le=1)
    """Leave out people whose keypoints inside the image are hidden by more than this share on average."""
    where: str | None = None
    """Keep frames for which this expression over the plan's columns holds, see `filter_expression.py`."""
    jobs: int | None = Field(default=None, ge=1)
    """Processes; default: the number of processors, at most 8."""

    transient: ClassVar[frozenset[str]] = frozenset({"jobs"})
    remade: ClassVar[bool] = True

    @field_validator("where")
    @classmethod
    def _parses(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                parse_filter(text)
            except UsageError as error:
                raise ValueError(str(error)) from error
        return text

    @property
    def processes(self) -> int:
        return self.jobs or min(os.cpu_count() or 1, 8)
