"""What the stage actor's calls set: light, sky, ground, room, backdrop and the camera's response."""

from dataclasses import dataclass, field

from ...errors import EngineError
from ..protocol.actor_calls import BARE_LEVEL
from ..protocol.vocabulary import Backdrop, Ground, Room


def _within(call: str, name: str, value: float, *, low: float, high: float) -> None:
    if not low <= value <= high:
        raise EngineError(f"{call}: {name} must lie within {low:g}..{high:g}, found {value:g}")


@dataclass(frozen=True)
class Sun:
    """The light that casts shadows."""

    elevation_deg: float = 45.0
    azimuth_deg: float = 30.0
    """Yaw of the direction towards the light."""
    lux: float = 80_000.0
    kelvin: float = 5400.0
    angle_deg: float = 0.53

    def __post_init__(self) -> None:
        _within("SetSun", "Elevation", self.elevation_deg, low=-10, high=90)
        _within("SetSun", "Azimuth", self.azimuth_deg, low=-3600, high=3600)
        _within("SetSun", "Lux", self.lux, low=0, high=200_000)
        _within("SetSun", "Kelvin", self.kelvin, low=1500, high=20_000)
        _within("SetSun", "Angle", self.angle_deg, low=0, high=60)


@dataclass(frozen=True)
class Sky:
    """The sky that the sun makes."""

    turbidity: float = 3.0
    clouds: float = 0.2
    intensity: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        _within("SetSky", "Turbidity", self.turbidity, low=1.8, high=10)
        _within("SetSky", "Clouds", self.clouds, low=0, high=1)
        _within("SetSky", "Intensity", self.intensity, low=0, high=100)
        _within("SetSky", "Seed", self.seed, low=0, high=2**32 - 1)


@dataclass(frozen=True)
class Lighting:
    """What lights the world and what it is seen against: everything that the stage actor sets but props."""

    sun: Sun = Sun()
    sky: Sky = Sky()
    exposure_ev: float = 0.0
    white_kelvin: float = 0.0
    """0 is automatic."""
    ground: Ground = field(default_factory=Ground)
    room: Room | None = None
    backdrop: Backdrop = field(default_factory=Backdrop)

    def __post_init__(self) -> None:
        _within("SetExposure", "Ev", self.exposure_ev, low=-10, high=10)
        if self.white_kelvin != 0:
            _within("SetWhiteBalance", "Kelvin", self.white_kelvin, low=1500, high=20_000)


def check_level(name: str) -> None:
    """This engine builds its places from descriptions and has no level but the bare one.

    Raises:
        EngineError: any other name.
    """
    if name.strip() not in ("", BARE_LEVEL):
        raise EngineError(f"SetLevel: Level must be one of: {BARE_LEVEL}; found {name.strip()[:60]!r}")
