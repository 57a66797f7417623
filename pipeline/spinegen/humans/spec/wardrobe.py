"""Wardrobes: which garments go together, how often, in which fabrics and fit."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from ...config import Settings, load_yaml
from ...resources import find_config
from .person_spec import Pattern
from .population import Population

TOPS = ("t_shirt", "long_sleeve", "tank_top", "sports_bra", "hoodie", "shirt", "none")
BOTTOMS = ("leggings", "shorts", "jeans", "trousers", "sweatpants", "skirt", "none")
WHOLE = ("dress", "one_piece")
FEET = ("bare", "shoes", "socks")
HEADWEAR = ("none", "cap")
Palette = Literal["bright", "muted", "dark", "pastel", "formal", "earth"]
Weights = dict[str, float]


class Outfit(Settings):
    """Garments that go together; each slot maps what may fill it to how often it does."""

    weight: float = Field(default=1.0, gt=0)
    sex: Literal["any", "female", "male"] = "any"
    top: Weights = Field(default_factory=lambda: {"none": 1.0})
    bottom: Weights = Field(default_factory=lambda: {"none": 1.0})
    whole: Weights = Field(default_factory=dict)
    """A dress or one-piece worn instead of top and bottom."""
    feet: Weights = Field(default_factory=lambda: {"bare": 1.0})
    head: Weights = Field(default_factory=lambda: {"none": 1.0})
    patterns: dict[Pattern, float] = Field(default_factory=lambda: {"plain": 1.0})
    palette: Palette = "muted"
    fit: tuple[float, float] = (0.0, 1.0)
    """Range of the fit, 0 tight .. 1 loose, within what a garment allows."""
    prints: float = Field(default=0.15, ge=0, le=1)
    """Chance of a print on a plain top."""

    @field_validator("top", "bottom", "whole", "feet", "head")
    @classmethod
    def _known(cls, value: Weights, info: object) -> Weights:
        slot = getattr(info, "field_name", "")
        allowed = {"top": TOPS, "bottom": BOTTOMS, "whole": WHOLE, "feet": FEET, "head": HEADWEAR}[slot]
        for name, weight in value.items():
            if name not in allowed:
                raise ValueError(f"unknown garment {name!r}; allowed in {slot} are: {', '.join(allowed)}")
            if weight < 0:
                raise ValueError(f"weight of {name} must not be negative, found {weight}")
        if value and not sum(value.values()) > 0:
            raise ValueError(f"the weights of {slot} sum to 0")
        return value

    @model_validator(mode="after")
    def _covered(self) -> "Outfit":
        if not 0 <= self.fit[0] <= self.fit[1] <= 1:
            raise ValueError(f"fit must be a range within 0..1, found {list(self.fit)}")
        if not self.whole and set(self.bottom) == {"none"}:
            raise ValueError("an outfit needs a bottom or a whole garment")
        return self


class Wardrobe(Settings):
    """Outfits of one setting, and whom they are worn by."""

    summary: str = ""
    population: Population = Population()
    outfits: tuple[Outfit, ...] = Field(min_length=1)


def load_wardrobe(name_or_path: str) -> Wardrobe:
    """A shipped wardrobe by name or a YAML file.

    Raises:
        ConfigError: not found, or not valid; the text names the field and what is allowed.
    """
    return load_yaml(find_config(name_or_path, "configs/wardrobes", "wardrobe"), Wardrobe)
