"""Light that belongs to its place: sun and sky outdoors, a key lamp or a window indoors."""

import numpy as np

from ..records.place import Light, Place
from ..records.plan_shot import Sensor
from .settings import LightSettings, SensorSettings

SUN_DIAMETER_DEG = 0.53


def sample_light(rng: np.random.Generator, settings: LightSettings, place: Place) -> Light:
    """Arguments of the stage's `SetSun`, `SetSky`, `SetExposure` and `SetWhiteBalance`, as plain data."""
    elevation = settings.sun_elevation_deg.sample(rng)
    lux, kelvin = settings.sun_lux.sample(rng), settings.sun_kelvin.sample(rng)
    clouds, turbidity = settings.clouds.sample(rng), settings.turbidity.sample(rng)
    azimuth = float(rng.uniform(-180.0, 180.0))
    exposure = settings.exposure_ev.sample(rng)
    angle = SUN_DIAMETER_DEG
    lamp_lux, lamp_kelvin = settings.lamp_lux.sample(rng), settings.lamp_kelvin.sample(rng)
    softness, lamp_elevation = float(rng.uniform(6.0, 30.0)), float(rng.uniform(25.0, 75.0))
    if place.indoor:
        elevation, lux, kelvin, angle = lamp_elevation, lamp_lux, lamp_kelvin, softness
    else:
        lux *= 1.0 - 0.97 * clouds**3
    return Light(
        sun=(round(elevation, 4), round(azimuth, 4), round(lux, 4), round(kelvin, 4), round(angle, 4)),
        sky=(round(turbidity, 3), round(clouds, 3), 1.0, int(rng.integers(2**31))),
        exposure_ev=round(exposure, 3),
        white_balance_k=0.0,
    )


def sample_sensor(rng: np.random.Generator, settings: SensorSettings) -> Sensor:
    """What `render.sensor` does to the picture; white balance is mostly too warm or too cold, seldom green or pink."""
    error = settings.white_balance_error
    warmth = error.sample(rng) * float(rng.choice([-1.0, 1.0]))
    tint = 0.3 * error.sample(rng) * float(rng.choice([-1.0, 1.0]))
    return Sensor(
        noise=round(settings.noise.sample(rng), 5),
        defocus_px=round(settings.defocus_px.sample(rng), 3),
        red_gain=round(1.0 + warmth + tint, 4),
        blue_gain=round(1.0 - warmth + tint, 4),
        exposure_s=round(float(rng.uniform(0.008, 0.03)), 4) if rng.random() < settings.motion_blur else 0.0,
        jpeg_quality=float(int(settings.jpeg_quality.sample(rng))),
    )
