"""What a place can be made of: validated, JSON-able descriptions of ground, room, backdrop and props.

Centimetres and degrees in Unreal's axes (X forward, Y right, Z up, yaw clockwise from above); colours are `#rrggbb` sRGB;
every random detail comes from the `seed` of its own description.
"""

from typing import Annotated, Literal

from pydantic import Field

from ...config import Settings

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Size = Annotated[float, Field(gt=0, le=100_000)]
Place = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]

SurfaceKind = Literal[
    "plain", "plaster", "concrete", "asphalt", "grass", "sand", "gravel", "paving", "tiles", "brick", "planks",
    "parquet", "carpet", "rubber", "fabric", "panels", "veneer",
]  # fmt: skip
"""Generated textures: `plain` and `plaster` are paint; `planks` and `parquet` are wood; `rubber` is gym flooring with flecks;
`fabric` is woven cloth; `panels` are large joined boards;
`veneer` is wood without joints, for furniture."""


class Surface(Settings):
    """A generated material."""

    kind: SurfaceKind = "plain"
    colour: Colour | None = None
    """Mean colour; `None` takes the kind's own."""
    colour_2: Colour | None = None
    """Joints, veins, flecks; `None` follows `colour`."""
    scale: float = Field(default=1.0, ge=0.1, le=10.0)
    """1 is life size."""
    roughness: float | None = Field(default=None, ge=0.05, le=1.0)
    """Perceptual roughness; `None` takes the kind's own."""
    seed: Seed = 0


class Ground(Settings):
    """The horizontal plane z = 0."""

    kind: Literal["surface", "shadow", "none"] = "surface"
    """`shadow` only darkens a photo or HDRI backdrop where something stands on it; `none` draws nothing."""
    surface: Surface = Surface(kind="grass")
    surface_2: Surface | None = None
    """A second surface beyond the edge of `strip_cm` (a pavement or path through a lawn, a court in a hall)."""
    strip_cm: tuple[Size, Size] | None = None
    """Length (along X) and width (along Y) of the area in `surface`; everything else is `surface_2`."""
    lines: Literal["none", "road", "court"] = "none"
    """Paint on the area in `surface`: a road's edges and broken middle, or a court's outline."""
    yaw_deg: Place = 0.0


class Windows(Settings):
    """A row of equal windows in one wall."""

    side: Literal["+x", "-x", "+y", "-y"]
    count: int = Field(default=2, ge=1, le=8)
    width_cm: Size = 140.0
    height_cm: Size = 150.0
    sill_cm: float = Field(default=90.0, ge=0, le=400)


class Room(Settings):
    """A box with floor (the ground), four walls, ceiling, skirting, windows and lamps; drawn from inside."""

    centre_cm: tuple[Place, Place] = (0.0, 0.0)
    size_cm: tuple[Size, Size, Size] = (700.0, 900.0, 280.0)
    """Along X, along Y, height."""
    yaw_deg: Place = 0.0
    wall: Surface = Surface(kind="plaster", colour="#d9d4c8")
    accent: Surface | None = None
    """Another surface for the +x wall."""
    ceiling: Colour = "#efefec"
    windows: tuple[Windows, ...] = (Windows(side="+y"),)
    lamps: Literal["none", "panels", "tubes", "spots"] = "panels"
    lamp_lux: float = Field(default=500.0, ge=0, le=5000)
    lamp_kelvin: float = Field(default=4000.0, ge=2000, le=10000)
    seed: Seed = 0


class Backdrop(Settings):
    """What is seen behind everything, and lights everything from all sides."""

    kind: Literal["sky", "meadow", "park", "forest", "city", "street", "studio", "hdri", "photo"] = "sky"
    """`sky` is bare to the horizon; `meadow` has distant hills, `park` trees, `forest` a close tree line, `city` a skyline,
    `street` house fronts along both sides of the X axis; `studio` is a seamless paper sweep lit by soft boxes; `hdri` an
    equirectangular .hdr, .exr or .npy; `photo` an ordinary picture that fills the frame and whose colours light the stage."""
    path: str | None = None
    """File of `hdri` and `photo`."""
    yaw_deg: Place = 0.0
    intensity: float = Field(default=1.0, gt=0, le=100)
    """Factor on the backdrop's light (`hdri`, `photo`, `studio`)."""
    colour: Colour = "#c9cdd2"
    """The paper of a `studio`."""
    seed: Seed = 0


PropKind = Literal[
    "mat", "block", "bolster", "ball", "dumbbell", "barbell", "rack", "bench", "step", "box", "chair", "office_chair",
    "stool", "table", "desk", "sofa", "couch", "shelf", "cabinet", "plant", "tree", "bush", "panel", "pole", "cone",
    "bollard", "street_lamp", "bin", "monitor", "wall", "sphere", "cylinder", "counter", "railing", "car", "piano",
    "racket", "club", "broom", "bar", "phone", "cup", "bottle", "bag",
]  # fmt: skip
"""`couch` is an examination couch; `bolster` a yoga cushion; `panel` a folding screen; `wall` a free-standing wall;
`box`, `sphere` and `cylinder` are exact primitives; `counter` and `car` are closed to the floor; `piano` is an upright one.
`racket` to `bag` are things for a hand: their origin is where they are held, their X axis runs along the fist towards the thumb
(a `bag` hangs down from there)."""


class Prop(Settings):
    """One thing on the stage; an object of its own with its own mask colour."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
    kind: PropKind
    location_cm: tuple[Place, Place, Place] = (0.0, 0.0, 0.0)
    """Middle of its underside; of `sphere`, its centre."""
    yaw_deg: Place = 0.0
    size_cm: tuple[Size, Size, Size] | None = None
    """Extent along its own X, Y, Z; `None` takes the kind's usual size."""
    surface: Surface | None = None
    """`None` takes the kind's usual materials in the colour below."""
    colour: Colour | None = None
    colour_2: Colour | None = None
    seed: Seed = 0
