"""What lights a place: radiance from all sides, the sun, lamps, and what the light meter makes of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..content.colour import LUMINANCE, kelvin_rgb
from ..content.rooms import AreaLight, RoomModel
from .backdrops import Pictured
from .lighting import Lighting, Sun
from .radiance_map import DIRECTIONS, HEIGHT, SOLID_ANGLE, WIDTH, irradiance_sh, sh_basis
from .sky import sky_radiance, sky_table


@dataclass(frozen=True)
class SoftLight:
    """A shining body far enough away to throw its shadow one way."""

    towards: NDArray[np.float64]
    """Unit, towards the light."""
    tangent: float
    """Of half its apparent angle."""


@dataclass(frozen=True)
class Environment:
    """What lights a place."""

    radiance: NDArray[np.float32]
    """`(HEIGHT, WIDTH, 3)`, kcd/m2, without the sun."""
    sh: NDArray[np.float64]
    """`(9, 3)`."""
    sun_direction: NDArray[np.float64]
    """Unit, towards the light."""
    sun_klux: NDArray[np.float64]
    """RGB on a plane that faces it."""
    table: NDArray[np.float32]
    """Clear sky."""
    cloud_kcd: NDArray[np.float64]
    """RGB of sunlit cloud."""
    haze_kcd: NDArray[np.float64]
    """RGB that distance fades to."""
    lights: tuple[AreaLight, ...] = ()
    """Lights of a room, not part of `sh`."""
    outside_sh: NDArray[np.float64] | None = None
    """What lights things outside the windows; `None` outdoors."""
    soft_lights: tuple[SoftLight | None, ...] = ()
    """Whose soft shadows are drawn: the key light, light from above, the brightest window; none outdoors, where the sun is sharp."""
    shadows_of_lights: tuple[int | None, ...] = ()
    """For each of `lights`, which of `soft_lights` stands for it."""
    room: RoomModel | None = None
    """Walls whose corners are darker."""
    sun_tangent: float = 0.0046
    """Of half the sun's (or key light's) apparent angle."""
    outside_gain: float = 1.0
    """What windows, curtains and the eye leave of the light outside, as the picture shows it."""
    below_kcd: NDArray[np.float64] | None = None
    """RGB of what lies under the horizon beyond the ground's edge; `None`: `haze_kcd`."""
    fade_m: float | None = 900.0
    """Distance at which haze has taken 63 % of a thing's contrast, at turbidity 3; None is no haze."""
    is_paper: bool = False
    """A studio's paper instead of haze: the ground fades into its colour away from the middle."""

    def irradiance(self, normal: NDArray[np.float64]) -> NDArray[np.float64]:
        """RGB klux on a plane, without the sun."""
        return np.maximum(sh_basis(normal[None])[0] @ self.sh, 1e-6)

    def metered(self, towards_camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """RGB klux that an incident-light meter with a dome reads when it points at the camera."""
        normal = towards_camera + np.array([0.0, 0.35, 0.0])
        normal /= np.linalg.norm(normal)
        dome = (1.0 + normal @ self.sun_direction) / 2.0
        lamps = np.zeros(3)
        for light in self.lights:
            away = light.centre_m - [0.0, 1.2, 0.0]
            square = float(away @ away)
            out = max(float(-(away @ light.facing)) / np.sqrt(square), 0.0)
            towards = (1.0 + float(normal @ away) / np.sqrt(square)) / 2
            lamps += light.radiance_kcd * out * towards * light.area_m2 / (square + light.area_m2 / 2 + 1.0)
        return self.irradiance(normal) + self.sun_klux * dome**1.5 + lamps

    def exposed(self, towards_camera: NDArray[np.float64], forward: NDArray[np.float64]) -> NDArray[np.float64]:
        """RGB klux for which a camera that looks along `forward` sets its exposure: the light on the person, and more of it where the
        view is much brighter than they are."""
        metered = self.metered(towards_camera)
        view = np.where(DIRECTIONS @ forward > 0.85, SOLID_ANGLE, 0.0)
        seen = float(LUMINANCE @ (self.radiance.reshape(-1, 3) * view[:, None]).sum(0) / view.sum()) * self.outside_gain
        light = float(LUMINANCE @ metered)
        return metered * max(1.0, BRIGHT_VIEW * np.pi * seen / 0.18 / max(light, 1e-9)) ** 0.45


BRIGHT_VIEW = 0.3
"""Of the light that a grey card would need to be as bright as the view: above it cameras begin to close the shutter."""


def sun_vector(elevation_deg: float, azimuth_deg: float) -> NDArray[np.float64]:
    """Unit vector towards the sun, ground axes."""
    e, a = np.radians([elevation_deg, azimuth_deg])
    return np.array([np.cos(e) * np.cos(a), np.sin(e), np.cos(e) * np.sin(a)])


def sun_tangent(sun: Sun) -> float:
    """Of half its apparent angle."""
    return float(np.tan(np.radians(max(sun.angle_deg, 0.05)) / 2))


def outdoor_environment(lighting: Lighting, ground_albedo: NDArray[np.float64]) -> Environment:
    """Sky above, sunlit ground below."""
    direction = sun_vector(lighting.sun.elevation_deg, lighting.sun.azimuth_deg)
    sun_klux = lighting.sun.lux / 1000.0 * kelvin_rgb(lighting.sun.kelvin)
    sky = lighting.sky
    table = sky_table(round(lighting.sun.elevation_deg * 2) / 2, round(sky.turbidity * 4) / 4) * np.float32(
        sky.intensity
    )
    clear = sky_radiance(table, float(np.radians(lighting.sun.azimuth_deg)), DIRECTIONS)
    above = DIRECTIONS[:, 1] > 0
    height = np.maximum(np.sin(np.radians(lighting.sun.elevation_deg)), 0.03)
    sky_mean = (clear[above] * (SOLID_ANGLE[above] * DIRECTIONS[above, 1])[:, None]).sum(0) / np.pi
    cloud_white = (128.0 * height * (0.62 - 0.34 * sky.clouds) * 0.55 / np.pi) * _sunset(height) * sky.intensity
    cloud = cloud_white + 0.6 * sky_mean
    cover = np.clip(1.25 * sky.clouds - 0.1, 0.0, 1.0)
    gradient = (1 + 2 * np.maximum(DIRECTIONS[:, 1:2], 0)) / 2.3
    radiance = clear * (1 - cover) + cloud * gradient * cover
    down = (radiance[above] * (SOLID_ANGLE[above] * DIRECTIONS[above, 1])[:, None]).sum(0)
    bounce = ground_albedo * (down + sun_klux * max(direction[1], 0.0)) / np.pi
    radiance = np.where(above[:, None], radiance, bounce)
    horizon = np.abs(DIRECTIONS[:, 1]) < 0.06
    haze = radiance[horizon & above].mean(0)
    return Environment(
        radiance.reshape(HEIGHT, WIDTH, 3).astype(np.float32),
        irradiance_sh(radiance),
        direction,
        sun_klux,
        table,
        cloud,
        haze,
        sun_tangent=sun_tangent(lighting.sun),
    )


def studio_environment(lighting: Lighting, paper: NDArray[np.float64]) -> Environment:
    """Paper all around, two soft boxes beside the key light."""
    direction = sun_vector(lighting.sun.elevation_deg, lighting.sun.azimuth_deg)
    key = lighting.sun.lux / 1000.0 * kelvin_rgb(lighting.sun.kelvin)
    strength = max(float(LUMINANCE @ key), 0.3) * lighting.backdrop.intensity
    tint = key / max(float(LUMINANCE @ key), 1e-6) if key.any() else np.ones(3)
    paper_kcd = paper * tint * strength * 0.55 / np.pi
    up = DIRECTIONS[:, 1:2]
    radiance = paper_kcd * np.where(up > 0.25, np.clip(1.0 - (up - 0.25) * 1.1, 0.3, 1.0), 1.0)
    for turn, share in ((70.0, 0.8), (-85.0, 0.5), (180.0, 0.35)):
        box = sun_vector(32.0, lighting.sun.azimuth_deg + turn)
        lobe = np.exp((DIRECTIONS @ box - 1.0) / 0.06)
        radiance = radiance + (lobe / (lobe * SOLID_ANGLE).sum() * strength * share)[:, None] * tint
    sh = irradiance_sh(radiance)
    floor_kcd = paper / np.pi * (sh_basis(np.array([[0.0, 1.0, 0.0]]))[0] @ sh + key * max(direction[1], 0.0))
    return Environment(
        radiance.reshape(HEIGHT, WIDTH, 3).astype(np.float32), sh, direction, key, sky_table(30.0, 3.0), paper_kcd,
        floor_kcd, fade_m=None, is_paper=True, sun_tangent=sun_tangent(lighting.sun),
        soft_lights=(
            SoftLight(direction, sun_tangent(lighting.sun)) if key.any() else None,
            SoftLight(np.array([0.0, 1.0, 0.0]), 0.5),
            None,
        ),
    )  # fmt: skip


def pictured_environment(lighting: Lighting, user: Pictured) -> Environment:
    """Surrounded by a user's picture; an HDRI that holds a sun brings its own, else the lighting's sun shines as well."""
    direction = sun_vector(lighting.sun.elevation_deg, lighting.sun.azimuth_deg)
    around = float(LUMINANCE @ np.maximum(irradiance_sh(user.radiance)[0] * 0.282095, 0.0))
    sun_klux = kelvin_rgb(lighting.sun.kelvin) * around * (0.9 if lighting.sun.lux > 0 else 0.0)
    if user.sun_direction is not None and user.sun_klux is not None:
        direction, sun_klux = user.sun_direction, user.sun_klux
    haze = user.radiance.mean(0)
    return Environment(
        user.radiance.reshape(HEIGHT, WIDTH, 3).astype(np.float32), irradiance_sh(user.radiance), direction, sun_klux,
        sky_table(30.0, 3.0), haze, haze, fade_m=None,
    )  # fmt: skip


def _sunset(height: float) -> NDArray[np.float64]:
    """Tint of sunlight that has come low through the air."""
    air = min(1.0 / height, 20.0)
    return np.exp(-0.045 * np.array([0.35, 0.75, 1.6]) * (air - 1.0))


def exposure_gain(metered_klux: NDArray[np.float64], ev: float, white_kelvin: float) -> NDArray[np.float64]:
    """RGB factor from kcd/m2 to picture values: a grey card of 18 % comes out at 0.18 before the tone curve."""
    light = LUMINANCE @ metered_klux
    seen = metered_klux / light if white_kelvin == 0 else kelvin_rgb(white_kelvin)
    adapted = np.clip(seen, 0.45, 2.0) ** (-0.85 if white_kelvin == 0 else -1.0)
    return adapted / (LUMINANCE @ (adapted * seen)) * (np.pi / light) * 2.0**ev
