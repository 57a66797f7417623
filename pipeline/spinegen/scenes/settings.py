"""The scenes file: what is drawn, how often, and from where. Every field has a default, so a file holds only what it is about."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..config import Settings
from ..engine.protocol.prop_kinds import HELD_ONLY
from ..engine.protocol.vocabulary import PropKind
from ..humans.spec.spine_shape import SpinePopulation
from .camera_settings import ViewSettings
from .distributions import Number, Weights, constant, one_of, uniform, within

PLACES = (
    "studio", "lawn", "park", "street", "court", "home", "yoga_room", "gym", "office", "clinic", "hdri", "photo",
)  # fmt: skip
"""Kinds of place; `hdri` are the shipped panoramas and those of the user's folder, `photo` pictures of that folder."""

HAND_HELD = ("dumbbell", "phone", "cup", "bottle", "bag", "racket", "club", "broom", "bar", "ball", "box", "barbell")
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1)]


class ImageSettings(Settings):
    """Size of the pictures, pixels."""

    width: int = Field(default=640, ge=64, le=4096)
    height: int = Field(default=480, ge=64, le=4096)


class BackgroundSettings(Settings):
    """People behind the others: in masks, without labels, and `iscrowd` in COCO files."""

    chance: Share = 0.0
    """Share of main persons behind whom there are others."""
    people: int = Field(default=8, ge=1, le=1000)
    """Different people of the background in each split: few, as each is built beside the others."""
    count: Annotated[Weights, one_of(lambda: ("1", "2", "3"), "number of people")] = Weights(weights={"1": 2, "2": 1})
    distance_m: Annotated[Number, within(0.8, 30, "m")] = uniform(1.2, 6)
    """How far behind the main person, seen from a camera."""


class PeopleSettings(Settings):
    """Who is drawn."""

    population: int = Field(default=48, ge=1, le=100_000)
    """Different people in the whole set; each belongs to training or to validation."""
    count: Annotated[Weights, one_of(lambda: ("1", "2", "3", "4"), "number of people")] = Weights(weights={"1": 1.0})
    """People in a frame, 1 to 4, with weights."""
    wardrobe: Weights = Weights(weights={"yoga": 1.0})
    """Named wardrobes (`humans` ships yoga, sport, street, office)."""
    spine: SpinePopulation = SpinePopulation()
    """Shapes of their spines: the healthy spread, and shares of scoliosis, hyperkyphosis and flat back."""
    background: BackgroundSettings = BackgroundSettings()
    spacing_m: Annotated[Number, within(0.3, 10, "m")] = uniform(0.8, 2.5)
    """Free ground between two people."""


class ClipSettings(Settings):
    """Which fitted motion is played."""

    names: Literal["all"] | tuple[Name, ...] = "all"
    activities: Literal["all"] | tuple[Name, ...] = "all"
    """Keep only frames of these activities, where a clip has them marked."""
    balance: Literal["activity", "time"] = "activity"
    """`activity`: every activity is equally likely, then every moment of it; `time`: every moment is equally likely."""
    weights: dict[Name, Annotated[float, Field(gt=0, le=1e6)]] = Field(default_factory=dict)
    """How often clips are drawn, by pattern of their names (`sampled_*`, `yoga_*`, `*`): a clip counts for the first one that it
    fits, those that fit none are left out, and `balance` holds within a pattern. Empty: all clips together."""


class TakeSettings(Settings):
    """Consecutive frames of one moment: the same people, place, light and camera (which moves when it is hand-held)."""

    shots: int = Field(default=1, ge=1, le=1000)
    step_s: float = Field(default=0.1, gt=0, le=10)
    """Time between two frames of a take."""


class SetupSettings(Settings):
    """What is dear to build stays for several takes: the same people on the same spots, one place, its things and its light."""

    takes: int = Field(default=8, ge=1, le=1000)
    """Takes of a setup, each at other moments and from another camera; 8 as the best published sets have. 1 draws every shot anew."""


class LightSettings(Settings):
    """Sun, sky and lamps. Exposure is automatic; `exposure_ev` is how far a photographer is off."""

    sun_elevation_deg: Annotated[Number, within(-10, 90, "degrees")] = uniform(8, 70)
    sun_lux: Annotated[Number, within(0, 130_000, "lux")] = Number(log_uniform=(20_000, 100_000))
    sun_kelvin: Annotated[Number, within(1500, 20_000, "K")] = uniform(4800, 6200)
    clouds: Annotated[Number, within(0, 1)] = uniform(0, 1)
    turbidity: Annotated[Number, within(1.8, 10)] = uniform(2, 6)
    lamp_lux: Annotated[Number, within(0, 5000, "lux")] = Number(log_uniform=(150, 1200))
    lamp_kelvin: Annotated[Number, within(2000, 10_000, "K")] = uniform(2800, 6200)
    """Colour of lamps and studio lights."""
    exposure_ev: Annotated[Number, within(-3, 3, "EV")] = Number(normal=(0.0, 0.35))


class PlaceSettings(Settings):
    """Where."""

    kinds: Annotated[Weights, one_of(lambda: PLACES, "place")] = Weights(weights={"studio": 1, "lawn": 1, "home": 1})
    folder: Path | None = None
    """The user's pictures: .hdr, .exr or .npy for `hdri`, .jpg or .png for `photo`."""
    panoramas: bool = True
    """Whether the shipped panoramas are among `hdri`."""
    levels: dict[str, Weights] = Field(default_factory=dict)
    """Kind of place -> levels of an external engine that stand for it; `Stage` among them is the generated place."""

    @model_validator(mode="after")
    def _places_known(self) -> "PlaceSettings":
        unknown = sorted(set(self.levels) - set(PLACES))
        if unknown:
            raise ValueError(f"levels: unknown places {', '.join(unknown)}; known are: {', '.join(PLACES)}")
        return self

    @model_validator(mode="after")
    def _files_given(self) -> "PlaceSettings":
        without_folder = ("photo",) if self.panoramas else ("hdri", "photo")
        wanting = [kind for kind in without_folder if kind in self.kinds.names]
        if wanting and self.folder is None:
            raise ValueError(f"kinds {' and '.join(wanting)} need `folder`, a folder of pictures")
        return self


class HeldSettings(Settings):
    """Things in people's hands."""

    chance: Share = 0.0
    """Share of moments at which somebody whose hand is closed holds something. What an activity is done with (a racket, a barbell, a
    broom, a box) is what is held then."""
    closed: Share = 0.0
    """Share of people whose right, left, or both hands are closed: round what they hold, else a fist."""
    kinds: Annotated[Weights, one_of(lambda: HAND_HELD, "thing for a hand")] = Weights(
        weights={"dumbbell": 2, "phone": 2, "cup": 1, "bottle": 1, "bag": 2, "racket": 1, "bar": 1, "ball": 1}
    )


class PropSettings(Settings):
    """Things that stand about."""

    mat: Share = 0.0
    """Share of people with an exercise mat beneath them."""
    near: Weights | None = None
    """Kinds of things near the people."""
    near_count: Annotated[Number, within(0, 12)] = constant(0)
    furniture: Share = 1.0
    """Share of rooms with the furniture that belongs to them."""
    seats: Share = 1.0
    """Share of seated people with something beneath them to sit on."""
    tables: Share = 0.25
    """Share of seated people with a table, desk, counter or piano before them; always at desk work."""
    held: HeldSettings = HeldSettings()

    @model_validator(mode="after")
    def _known(self) -> "PropSettings":
        _check_props(self.near)
        return self


class OccluderSettings(Settings):
    """Things between the camera and the person."""

    chance: Share = 0.0
    """Share of takes with one."""
    kinds: Weights = Weights(weights={"pole": 1, "plant": 2, "chair": 2, "box": 1, "ball": 1})
    size: Annotated[Number, within(0.3, 3)] = uniform(0.88, 1.12)
    """Factor on the usual size of a thing."""
    hides: Annotated[Number, within(0.01, 0.9)] = uniform(0.02, 0.5)
    """Share of the main person's keypoints behind it; what is drawn is met within 0.15."""

    @model_validator(mode="after")
    def _known(self) -> "OccluderSettings":
        _check_props(self.kinds)
        return self


def _check_props(weights: Weights | None) -> None:
    standing = sorted(set(PropKind.__args__) - set(HELD_ONLY))  # type: ignore[attr-defined]
    unknown = [name for name in (weights.weights if weights else ()) if name not in standing]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no thing that stands about; those are: {', '.join(standing)}")


class SensorSettings(Settings):
    """What the camera does to the light."""

    noise: Annotated[Number, within(0, 0.2)] = Number(log_uniform=(0.002, 0.012))
    """Standard deviation at mid grey, as a share of white."""
    defocus_px: Annotated[Number, within(0, 10, "px")] = constant(0)
    """Radius of a slight blur."""
    white_balance_error: Annotated[Number, within(0, 0.3)] = constant(0)
    """How far red and blue gains are off."""
    motion_blur: Share = 0.0
    """Share of frames exposed long enough to blur what moves."""
    jpeg_quality: Annotated[Number, within(30, 100)] = uniform(82, 95)


class SceneSettings(Settings):
    """The whole scenes file."""

    description: str = ""
    shots: int = Field(default=480, ge=1, le=50_000_000)
    seed: int = Field(default=0, ge=0, lt=2**32)
    validation_share: float = Field(default=0.2, ge=0, lt=1)
    """Share of the shots kept for validation; no person and no clip of theirs is seen in training."""
    image: ImageSettings = ImageSettings()
    people: PeopleSettings = PeopleSettings()
    clips: ClipSettings = ClipSettings()
    setup: SetupSettings = SetupSettings()
    take: TakeSettings = TakeSettings()
    cameras: tuple[ViewSettings, ...] = (ViewSettings(),)
    light: LightSettings = LightSettings()
    places: PlaceSettings = PlaceSettings()
    props: PropSettings = PropSettings()
    occluders: OccluderSettings = OccluderSettings()
    sensor: SensorSettings = SensorSettings()
    min_person_px: Annotated[float, Field(ge=8, le=4096)] = 64
    """Least length of the longer side of the main person's box."""
    tries: int = Field(default=60, ge=1, le=10_000)
    """Draws of one shot before it is given up."""

    @model_validator(mode="after")
    def _some_camera(self) -> "SceneSettings":
        if not self.cameras:
            raise ValueError("cameras: at least one way of looking is needed")
        return self
