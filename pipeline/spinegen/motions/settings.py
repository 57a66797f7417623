"""What the stage of drawn postures can be told."""

from typing import ClassVar

from pydantic import Field

from ..config import Settings


class PoseSettings(Settings):
    """How many, and which."""

    remade: ClassVar[bool] = True

    count: int = Field(default=20_000, ge=2, le=1_000_000)
    seed: int = Field(default=0, ge=0, lt=2**32)
    model: str = Field(default="unisex", pattern="^(unisex|male|female)$")
    """Built-in model on which they are posed."""
