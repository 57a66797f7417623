"""Light in a room: windows and lamps as area lights, light thrown back by walls, and the map of what is seen around."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry.types import Array
from ...streams import Stream, generator
from ..content.colour import LUMINANCE, hex_linear
from ..content.rooms import AreaLight, RoomModel, wall_frame, wall_span
from ..content.textures import surface_texture
from .environment import Environment, SoftLight
from .radiance_map import DIRECTIONS, HEIGHT, WIDTH, irradiance_sh, sample_map

MAX_LIGHTS = 4
WINDOW_SHARE = 0.25
"""Of the light outside that comes in: panes, curtains and reveals take the rest."""
KEY_SHARE = 1.5
"""Of the key light's lux as the lighting tells it: it stands for the nearest lamp, which outshines the mean of the room."""
OUTSIDE_ALBEDO = np.array([0.12, 0.13, 0.08])
"""Of the ground that is seen through windows."""
SEEN_SHARE = 0.15
"""Of a room's light: what shines less throws no shadow that anybody sees."""
MOST_BOUNCED = 0.62
"""Of the light that meets a lived-in room's surfaces: furniture, doors and openings swallow what white walls would throw back."""
OVERHEAD_TANGENT = 0.32
"""Half the angle under which a person sees the lamps of a whole ceiling, or the ceiling itself."""
EYE_M = 1.2
"""Height above the middle of the floor from which the room's light is gathered."""


@dataclass(frozen=True)
class _Walls:
    """Where each ray of the map, from the middle of a room, meets its walls, floor or ceiling; `(N, 3)` in the room's own axes."""

    hit_m: Array
    normal: Array
    """Into the room."""
    axis: NDArray[np.intp]
    """`(N,)`: 0 a wall across x, 1 floor or ceiling, 2 a wall across z."""
    sign: Array
    """`(N,)`: 1 where the ray goes up its axis."""

    @property
    def ceiling(self) -> NDArray[np.bool_]:
        return (self.axis == 1) & (self.sign > 0)

    @property
    def floor(self) -> NDArray[np.bool_]:
        return (self.axis == 1) & (self.sign < 0)


@dataclass(frozen=True)
class _Paint:
    """RGB albedo of what a room is lined with."""

    wall: Array
    accent: Array
    ceiling: Array
    floor: Array


def room_environment(model: RoomModel, outside: Environment, floor_albedo: Array) -> Environment:
    """Light inside the room; `outside` is what shines through its windows and where its sun (the key light) stands."""
    lights = _area_lights(model, outside)
    outside = replace(outside, sun_klux=outside.sun_klux * KEY_SHARE)
    paint = _paint(model, floor_albedo)
    bounced_klux = _bounced_klux(model, lights, outside, paint)
    met = _walls(model)
    world_normal = met.normal @ model.rotation.T
    world_hit = met.hit_m @ model.rotation.T + model.centre_m
    direct = sum((_irradiance(light, world_hit, world_normal) for light in lights), np.zeros(met.hit_m.shape))
    key = np.maximum(world_normal @ outside.sun_direction, 0.0)[:, None] * outside.sun_klux
    walls = _albedo(met, paint) / np.pi * (direct + bounced_klux + 0.8 * key)
    seen, walls = _with_windows_and_lamps(model, met, walls, outside, bounced_klux=bounced_klux)
    up = outside.irradiance(np.array([0.0, 1.0, 0.0]))
    return Environment(
        seen.reshape(HEIGHT, WIDTH, 3).astype(np.float32),
        irradiance_sh(walls),
        outside.sun_direction,
        outside.sun_klux,
        outside.table,
        outside.cloud_kcd,
        outside.haze_kcd,
        lights=lights,
        outside_sh=outside.sh,
        below_kcd=OUTSIDE_ALBEDO / np.pi * (up + outside.sun_klux / KEY_SHARE),
        fade_m=None,
        room=model,
        outside_gain=_outside_gain(model, outside, direct.mean(0) + bounced_klux),
        **_shadows(lights, outside),
    )


def _paint(model: RoomModel, floor_albedo: Array) -> _Paint:
    room = model.room
    wall = np.asarray(surface_texture(room.wall).mean_linear)
    accent = np.asarray(surface_texture(room.accent).mean_linear) if room.accent else wall
    return _Paint(wall, accent, hex_linear(room.ceiling), floor_albedo)


def _bounced_klux(model: RoomModel, lights: tuple[AreaLight, ...], outside: Environment, paint: _Paint) -> Array:
    """RGB that falls on every surface after the first bounce, the same everywhere, as in an integrating sphere."""
    size = model.size_m
    floor, x, z = size[0] * size[2], size[1] * size[2], size[0] * size[1]
    total = 2 * (floor + x + z)
    mean = (floor * (paint.floor + paint.ceiling) + x * (paint.wall + paint.accent) + 2 * z * paint.wall) / total
    flux = sum((np.pi * light.area_m2 * light.radiance_kcd for light in lights), np.zeros(3))
    flux = flux + outside.sun_klux * max(outside.sun_direction[1], 0.1) * floor * 0.5
    bounce = np.clip(mean, 0.02, MOST_BOUNCED)
    return flux * bounce / (total * (1 - bounce))


def _walls(model: RoomModel) -> _Walls:
    size = model.size_m
    eye = np.array([0.0, min(EYE_M, size[1] * 0.6), 0.0])
    rays = DIRECTIONS @ model.rotation
    reach = np.where(rays > 0, size * [0.5, 1, 0.5] - eye, -size * [0.5, 0, 0.5] - eye) / np.where(
        np.abs(rays) < 1e-9, 1e-9, rays
    )
    each, axis = np.arange(len(rays)), np.argmin(reach, axis=1)
    sign = np.sign(rays[each, axis])
    normal = np.zeros_like(rays)
    normal[each, axis] = -sign
    return _Walls(eye + rays * reach[each, axis, None], normal, axis, sign)


def _albedo(met: _Walls, paint: _Paint) -> Array:
    """`(N, 3)` of what each ray meets."""
    albedo = np.where(((met.axis == 0) & (met.sign > 0))[:, None], paint.accent, paint.wall)
    albedo[met.ceiling] = paint.ceiling
    albedo[met.floor] = paint.floor
    return albedo


def _with_windows_and_lamps(
    model: RoomModel, met: _Walls, walls: Array, outside: Environment, *, bounced_klux: Array
) -> tuple[Array, Array]:
    """Radiance `(N, 3)` that is seen, windows and lamps included, and what of it is no area light of its own."""
    hit, seen, walls = met.hit_m, walls.copy(), walls.copy()
    for side, left, right, sill, head in model.window_rectangles:
        local = hit @ wall_frame(side)
        inside = np.abs(local[:, 2] - wall_span(side, model.size_m)[0]) < 1e-6
        inside &= (local[:, 0] > left) & (local[:, 0] < right) & (local[:, 1] > sill) & (local[:, 1] < head)
        shine = sample_map(outside.radiance, DIRECTIONS[inside]) * WINDOW_SHARE
        seen[inside] = np.minimum(shine, 10.0 * bounced_klux.mean() / np.pi + walls.mean(0))
        walls[inside] = 0.0
    for cx, cz, sx, sz in model.lamp_rectangles:
        inside = met.ceiling & (np.abs(hit[:, 0] - cx) < max(sx, 0.15) / 2)
        inside &= np.abs(hit[:, 2] - cz) < max(sz, 0.15) / 2
        seen[inside] = model.lamp_radiance_kcd * min(1.0, sx * sz / 0.0225)
        walls[inside] = 0.0
    return seen, walls


def _outside_gain(model: RoomModel, outside: Environment, inside_klux: Array) -> float:
    """What is left of the light outside: cameras, panes and eyes bring a view of ten times the room's light down to one or two."""
    white = float(LUMINANCE @ inside_klux) / np.pi
    beyond = float(LUMINANCE @ outside.radiance[HEIGHT // 2 - 6 : HEIGHT // 2].mean((0, 1)))
    times = beyond / max(white, 1e-6)
    keep = float(generator(model.room.seed, Stream.WINDOWS).uniform(0.12, 0.42))
    return 1.0 if times <= 1.0 else times ** (keep - 1.0)


def _shadows(lights: tuple[AreaLight, ...], outside: Environment) -> dict[str, Any]:
    """Which lights throw soft shadows: the key light; the lamps above, as one; the brightest window."""
    person = np.array([0.0, 0.8, 0.0])
    key = SoftLight(outside.sun_direction, outside.sun_tangent) if outside.sun_klux.any() else None
    above = [number for number, light in enumerate(lights) if light.facing[1] < -0.5]
    windows = [number for number in range(len(lights)) if number not in above]
    overhead = window = None
    if above:
        middle = np.mean([lights[number].centre_m for number in above], axis=0)
        away = middle - person
        overhead = SoftLight(away / np.linalg.norm(away), OVERHEAD_TANGENT)
    of_lights: list[int | None] = [1 if number in above else None for number in range(len(lights))]
    if windows:
        lit = [float((_irradiance(light, person[None], -light.facing[None]) @ LUMINANCE)[0]) for light in lights]
        brightest = max(windows, key=lambda number: lit[number])
        if lit[brightest] > SEEN_SHARE * (sum(lit) + float(LUMINANCE @ outside.sun_klux)):
            away = lights[brightest].centre_m - person
            distance = float(np.linalg.norm(away))
            window = SoftLight(away / distance, min(np.sqrt(lights[brightest].area_m2) / 2 / distance, 0.5))
            of_lights[brightest] = 2
    if overhead is None:
        overhead = SoftLight(np.array([0.0, 1.0, 0.0]), OVERHEAD_TANGENT)
    return {"soft_lights": (key, overhead, window), "shadows_of_lights": tuple(of_lights)}


def _area_lights(model: RoomModel, outside: Environment) -> tuple[AreaLight, ...]:
    """One light a wall with windows, the rest for groups of lamps."""
    lights, size = [], model.size_m
    by_side: dict[str, list[tuple[float, float, float, float]]] = {}
    for side, *opening in model.window_rectangles:
        by_side.setdefault(side, []).append((opening[0], opening[1], opening[2], opening[3]))
    for side, openings in list(by_side.items())[:2]:
        axes = wall_frame(side)
        area = sum((right - left) * (head - sill) for left, right, sill, head in openings)
        left, right = openings[0][0], openings[-1][1]
        middle = np.array([(left + right) / 2, (openings[0][2] + openings[0][3]) / 2, wall_span(side, size)[0]])
        outward = model.rotation @ axes[:, 2]
        seen = np.maximum(DIRECTIONS @ outward, 0.0)
        radiance = (outside.radiance.reshape(-1, 3) * seen[:, None]).sum(0) / seen.sum() * WINDOW_SHARE
        lights.append(AreaLight(model.rotation @ (axes @ middle) + model.centre_m, -outward, area, radiance))
    if model.lamp_rectangles:
        room_left = MAX_LIGHTS - len(lights)
        groups = np.array_split(np.asarray(model.lamp_rectangles), min(room_left, 2, len(model.lamp_rectangles)))
        for group in groups:
            centre = np.array([group[:, 0].mean(), size[1] - 0.02, group[:, 1].mean()])
            area = float((group[:, 2] * group[:, 3]).sum())
            place = model.rotation @ centre + model.centre_m
            lights.append(AreaLight(place, np.array([0.0, -1.0, 0.0]), area, model.lamp_radiance_kcd))
    return tuple(lights)


def _irradiance(light: AreaLight, points: Array, normals: Array) -> Array:
    """RGB klux `(N, 3)`; the same rule as the shader's."""
    away = light.centre_m - points
    square = (away**2).sum(1)
    direction = away / np.sqrt(square)[:, None]
    out = np.clip(-(direction @ light.facing) * 0.85 + 0.15, 0.0, 1.0)
    facing = np.maximum((direction * normals).sum(1) * 0.8 + 0.2, 0.0)
    return (out * facing * light.area_m2 / (square + light.area_m2 / 2 + 1.0))[:, None] * light.radiance_kcd
