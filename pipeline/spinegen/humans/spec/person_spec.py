"""Everything that makes one drawn person, as plain, frozen, JSON-able numbers and words."""

from typing import Annotated, Literal

from pydantic import Field

from ...config import Settings
from .spine_shape import SpineShape

Rgb = tuple[float, float, float]
"""sRGB, 0..1."""

Closed = Annotated[float, Field(ge=0, le=1)]
Sex = Literal["female", "male"]
GarmentKind = Literal[
    "t_shirt", "long_sleeve", "tank_top", "sports_bra", "hoodie", "shirt", "leggings", "shorts", "jeans", "trousers",
    "sweatpants", "skirt", "dress", "one_piece", "shoes", "socks", "cap",
]  # fmt: skip
Pattern = Literal[
    "plain", "melange", "stripes", "pinstripes", "plaid", "dots", "camouflage", "denim", "floral", "gradient"
]
HairStyle = Literal["bald", "buzz", "short", "medium", "long", "bun", "ponytail", "curly", "afro"]
BeardStyle = Literal["none", "stubble", "short", "full"]


class Fabric(Settings):
    """How a piece of cloth looks."""

    pattern: Pattern = "plain"
    colours: tuple[Rgb, Rgb, Rgb]
    """Ground colour, second colour, accent."""
    scale_m: float = Field(default=0.03, gt=0, le=0.5)
    """Repeat of the pattern."""
    print: Literal["none", "block", "ring", "lines", "letters"] = "none"
    """A print on the chest or along the leg."""
    seed: int = 0


class Garment(Settings):
    """One piece of clothing."""

    kind: GarmentKind
    fabric: Fabric
    looseness_m: float = Field(default=0.0, ge=0, le=0.08)
    """Distance of the cloth's loosest parts from the skin, beyond a tight fit."""
    wrinkle_m: float = Field(default=0.0015, ge=0, le=0.01)
    """Height of the folds."""
    sleeve: float = Field(default=0.0, ge=0, le=1)
    """Length of the sleeves, 0 none, 1 to the wrist."""
    leg: float = Field(default=1.0, ge=0, le=1)
    """Length of the legs or of a skirt, 0 none, 1 to the ankle."""
    hem: float = Field(default=0.0, ge=-1, le=1)
    """Lower edge of a top: 0 at the hips, 1 mid-thigh, -1 under the bust."""
    tucked_rise: float | None = Field(default=None, ge=0, le=1)
    """Rise of the skirt or trousers that a top is tucked into; None when it hangs over them."""
    rise: float = Field(default=0.5, ge=0, le=1)
    """Upper edge of a bottom: 0 on the hips, 1 over the navel."""
    neckline: float = Field(default=0.2, ge=0, le=1)
    """Depth of the neckline, 0 at the neck, 1 deep."""
    seed: int = 0


class Hair(Settings):
    """Hair on the head."""

    style: HairStyle = "short"
    colour: Rgb = (0.12, 0.08, 0.06)
    length_m: float = Field(default=0.05, ge=0, le=0.6)
    volume_m: float = Field(default=0.015, ge=0, le=0.12)
    hairline: float = Field(default=0.0, ge=-1, le=1)
    """Forehead: -1 low .. 1 receding."""
    grey: float = Field(default=0.0, ge=0, le=1)
    seed: int = 0


class Face(Settings):
    """Shape of the face, its expression and what is painted on it."""

    shape: dict[str, float] = Field(default_factory=dict)
    """Local blend-shape pair -> -1..1."""
    expression: dict[str, float] = Field(default_factory=dict)
    """Facial action -> 0..1."""
    iris: Rgb = (0.25, 0.15, 0.08)
    brow: Rgb = (0.12, 0.08, 0.06)
    brow_strength: float = Field(default=0.8, ge=0, le=1)
    beard: BeardStyle = "none"
    beard_colour: Rgb = (0.12, 0.08, 0.06)


class Skin(Settings):
    """Complexion."""

    melanin: float = Field(default=0.3, ge=0, le=1)
    """0 very fair .. 1 very dark."""
    redness: float = Field(default=0.5, ge=0, le=1)
    freckles: float = Field(default=0.0, ge=0, le=1)
    blemish: float = Field(default=0.3, ge=0, le=1)
    roughness: float = Field(default=0.5, ge=0.3, le=0.8)
    seed: int = 0


class PersonSpec(Settings):
    """One drawn person, complete: the same spec makes the same person in any process."""

    version: Literal[1] = 1
    sex: Sex
    age_years: float = Field(ge=12, le=90)
    stature_m: float = Field(ge=1.3, le=2.15)
    bmi: float = Field(ge=15, le=45)
    muscle: float = Field(default=0.5, ge=0, le=1)
    masculinity: float = Field(ge=0, le=1)
    """Shape between the female (0) and the male (1) body; near its sex."""
    proportions: float = Field(default=0.6, ge=0, le=1)
    ancestry: tuple[float, float, float]
    """Shares of the African, Asian and Caucasian shapes, sum 1."""
    cup: float = Field(default=0.5, ge=0, le=1)
    firmness: float = Field(default=0.5, ge=0, le=1)
    build: dict[str, float] = Field(default_factory=dict)
    """Local blend-shape pair of trunk and limbs -> -1..1."""
    spine: SpineShape = SpineShape()
    """How it stands; the drawn skeleton has it in every pose, and so has the skin."""
    hand_curl: float = Field(default=0.8, ge=0, le=1.5)
    """Bend of the fingers, 0 straight .. 1 relaxed."""
    hands_closed: tuple[Closed, Closed] = (0.0, 0.0)
    """How far left and right hand are closed, 0 as `hand_curl` says .. 1 a fist, or round the handle of what it holds."""
    face: Face = Face()
    skin: Skin = Skin()
    hair: Hair = Hair()
    garments: tuple[Garment, ...] = ()
