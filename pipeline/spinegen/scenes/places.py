"""Places: ground, room and backdrop that belong together."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..engine.protocol.actor_calls import BARE_LEVEL
from ..engine.protocol.vocabulary import Backdrop, Ground, Room, Surface, Windows
from ..errors import ConfigError
from ..records.place import Place
from ..resources import PANORAMAS, SHIPPED, shipped
from ..streams import Stream, generator
from .colours import LAWNS, PAINTS, PAPERS, RUBBERS, STONES, WOODS, one_of
from .settings import LightSettings, PlaceSettings

Rng = np.random.Generator
_PICTURES = {"hdri": (".hdr", ".exr", ".npy"), "photo": (".jpg", ".jpeg", ".png")}
_CROWDED = ("interior_1k", "lab")
"""Shipped panoramas taken between a bed or benches, on which whoever stood in the middle would stand."""
_WITHOUT_FLOOR = ("sky",)
"""Shipped panoramas of nothing but sky, which get a ground."""
_UNDER_SKY = (("sand", None), ("grass", None), ("concrete", None))


def sample_place(rng: Rng, places: PlaceSettings, light: LightSettings) -> Place:
    """One place.

    Raises:
        ConfigError: `hdri` or `photo` without pictures in the folder.
    """
    kind = places.kinds.sample(rng)
    level = places.levels[kind].sample(rng) if kind in places.levels else BARE_LEVEL
    if level != BARE_LEVEL:
        return Place(kind=kind, ground=Ground(kind="none"), backdrop=Backdrop(), level=level)
    if kind in _PICTURES:
        return _pictured(rng, kind, places)
    return _MAKERS[kind](rng, light)


def _seed(rng: Rng) -> int:
    return int(rng.integers(2**31))


def _surface(
    rng: Rng, kind: str, colours: tuple[str, ...] | None = None, scale: tuple[float, float] = (0.8, 1.25)
) -> Surface:
    colour = one_of(rng, colours) if colours else None
    size, seed = round(float(rng.uniform(*scale)), 3), _seed(rng)
    if kind == "grass":
        colour = one_of(np.random.default_rng(seed), LAWNS, 5.0)
    return Surface.model_validate({"kind": kind, "colour": colour, "scale": size, "seed": seed})


def _any(rng: Rng, *kinds: tuple[str, tuple[str, ...] | None]) -> Surface:
    kind, colours = kinds[int(rng.integers(len(kinds)))]
    return _surface(rng, kind, colours)


def _yaw(rng: Rng) -> float:
    return round(float(rng.uniform(-180, 180)), 2)


def _studio(rng: Rng, _: LightSettings) -> Place:
    paper = one_of(rng, PAPERS)
    ground = Ground(surface=Surface(kind="plain", colour=paper, roughness=0.9))
    return Place(
        kind="studio", ground=ground, backdrop=Backdrop(kind="studio", colour=paper, yaw_deg=_yaw(rng), seed=_seed(rng))
    )


def _lawn(rng: Rng, _: LightSettings) -> Place:
    ground = _any(rng, ("grass", None), ("grass", None), ("sand", None))
    behind = ("meadow", "park", "forest")[int(rng.integers(3))] if ground.kind == "grass" else "sky"
    return Place(
        kind="lawn",
        ground=Ground(surface=ground),
        backdrop=Backdrop.model_validate({"kind": behind, "yaw_deg": _yaw(rng), "seed": _seed(rng)}),
    )


def _park(rng: Rng, _: LightSettings) -> Place:
    path = _any(rng, ("gravel", None), ("paving", STONES), ("asphalt", None))
    strip = (60_000.0, round(float(rng.uniform(180, 420)), 1))
    ground = Ground(surface=path, surface_2=_surface(rng, "grass"), strip_cm=strip, yaw_deg=_yaw(rng))
    behind = ("park", "forest", "city")[int(rng.integers(3))]
    return Place(
        kind="park",
        ground=ground,
        backdrop=Backdrop.model_validate({"kind": behind, "yaw_deg": _yaw(rng), "seed": _seed(rng)}),
    )


def _street(rng: Rng, _: LightSettings) -> Place:
    """A carriageway between pavements, a paved walk through paving of another colour, or a square."""
    pavement = _any(rng, ("asphalt", None), ("paving", STONES), ("concrete", None))
    behind, yaw = ("street", "street", "city")[int(rng.integers(3))], _yaw(rng)
    seed = _seed(rng)
    detail = generator(seed, Stream.PAVEMENT)
    beside = _any(detail, ("paving", STONES), ("paving", STONES), ("concrete", None))
    road = pavement.kind == "asphalt"
    wide = float(detail.uniform(550, 900) if road else detail.uniform(350, 1100))
    ground = Ground(
        surface=pavement,
        surface_2=beside,
        strip_cm=(60_000.0, round(wide, 1)),
        lines="road" if road else "none",
        yaw_deg=yaw,
    )
    return Place(
        kind="street", ground=ground, backdrop=Backdrop.model_validate({"kind": behind, "yaw_deg": yaw, "seed": seed})
    )


def _court(rng: Rng, _: LightSettings) -> Place:
    court = _any(rng, ("rubber", RUBBERS), ("concrete", None), ("asphalt", None))
    size = (round(float(rng.uniform(1500, 2800)), 1), round(float(rng.uniform(800, 1500)), 1))
    ground = Ground(
        surface=court,
        surface_2=_any(rng, ("grass", None), ("concrete", None)),
        strip_cm=size,
        lines="court",
        yaw_deg=_yaw(rng),
    )
    return Place(
        kind="court",
        ground=ground,
        backdrop=Backdrop.model_validate(
            {"kind": ("park", "city")[int(rng.integers(2))], "yaw_deg": _yaw(rng), "seed": _seed(rng)}
        ),
    )


def _room(
    rng: Rng,
    light: LightSettings,
    kind: str,
    size_m: tuple[tuple[float, float], tuple[float, float]],
    *,
    height_m: tuple[float, float],
    floor: Surface,
    wall: Surface,
    lamps: tuple[str, ...],
    accent: Surface | None = None,
) -> Place:
    long, wide = (round(float(rng.uniform(*range_)) * 100, 1) for range_ in size_m)
    height = round(float(rng.uniform(*height_m)) * 100, 1)
    sides = [s for s in ("+x", "-x", "+y", "-y") if rng.random() < 0.4] or ["+y"]
    window_height = min(150.0 + 40.0 * float(rng.random()), height - 110.0)
    windows = tuple(
        Windows.model_validate(
            {
                "side": s,
                "count": max(1, int((long if s[1] == "y" else wide) // 260)),
                "height_cm": round(window_height, 1),
            }
        )
        for s in sides[:2]
    )
    centre = (round(float(rng.uniform(-0.2, 0.2)) * long, 1), round(float(rng.uniform(-0.2, 0.2)) * wide, 1))
    room = Room.model_validate(
        {
            "centre_cm": centre,
            "size_cm": (long, wide, height),
            "yaw_deg": _yaw(rng),
            "wall": wall,
            "accent": accent,
            "windows": windows,
            "lamps": lamps[int(rng.integers(len(lamps)))],
            "lamp_lux": round(light.lamp_lux.sample(rng), 1),
            "lamp_kelvin": round(light.lamp_kelvin.sample(rng), 1),
            "seed": _seed(rng),
        }
    )
    outside = Backdrop.model_validate({"kind": ("city", "park", "meadow")[int(rng.integers(3))], "seed": _seed(rng)})
    return Place(kind=kind, ground=Ground(surface=floor, yaw_deg=room.yaw_deg), backdrop=outside, room=room)


def _accent(rng: Rng) -> Surface | None:
    return _any(rng, ("plaster", PAINTS), ("brick", None), ("panels", WOODS)) if rng.random() < 0.5 else None


def _home(rng: Rng, light: LightSettings) -> Place:
    floor = _any(rng, ("parquet", WOODS), ("planks", WOODS), ("carpet", PAINTS), ("tiles", STONES))
    return _room(
        rng,
        light,
        "home",
        ((4.5, 8), (4.5, 8)),
        height_m=(2.4, 3.0),
        floor=floor,
        wall=_surface(rng, "plaster", PAINTS),
        lamps=("none", "spots"),
        accent=_accent(rng),
    )


def _yoga_room(rng: Rng, light: LightSettings) -> Place:
    floor = _any(rng, ("parquet", WOODS), ("planks", WOODS))
    return _room(
        rng,
        light,
        "yoga_room",
        ((6, 12), (6, 10)),
        height_m=(2.6, 3.6),
        floor=floor,
        wall=_surface(rng, "plaster", PAINTS),
        lamps=("none", "spots", "panels"),
        accent=_accent(rng),
    )


def _gym(rng: Rng, light: LightSettings) -> Place:
    floor = _any(rng, ("rubber", RUBBERS), ("parquet", WOODS))
    wall = _any(rng, ("concrete", None), ("plaster", PAINTS), ("brick", None), ("panels", WOODS))
    return _room(
        rng,
        light,
        "gym",
        ((8, 18), (8, 14)),
        height_m=(3.0, 6.0),
        floor=floor,
        wall=wall,
        lamps=("tubes", "panels"),
        accent=_accent(rng),
    )


def _office(rng: Rng, light: LightSettings) -> Place:
    floor = _any(rng, ("carpet", PAINTS), ("tiles", STONES), ("planks", WOODS))
    return _room(
        rng,
        light,
        "office",
        ((5.5, 12), (5.5, 10)),
        height_m=(2.6, 3.2),
        floor=floor,
        wall=_surface(rng, "plaster", PAINTS),
        lamps=("panels", "tubes"),
        accent=_accent(rng),
    )


def _clinic(rng: Rng, light: LightSettings) -> Place:
    floor = _any(rng, ("tiles", STONES), ("plain", STONES))
    return _room(
        rng,
        light,
        "clinic",
        ((5, 8), (5, 8)),
        height_m=(2.6, 3.2),
        floor=floor,
        wall=_surface(rng, "plaster", ("#eceeec", "#e3ebe8", "#dfe6ec", "#efece4")),
        lamps=("panels", "tubes"),
    )


def _pictured(rng: Rng, kind: str, places: PlaceSettings) -> Place:
    files = pictures(places.folder, _PICTURES[kind], kind == "hdri" and places.panoramas)
    path = files[int(rng.integers(len(files)))]
    without_floor = path.removeprefix(SHIPPED) in _WITHOUT_FLOOR
    return Place(
        kind=kind,
        ground=Ground(surface=_any(rng, *_UNDER_SKY)) if without_floor else Ground(kind="shadow"),
        backdrop=Backdrop.model_validate({"kind": kind, "path": path, "yaw_deg": _yaw(rng)}),
    )


@lru_cache(maxsize=8)
def pictures(folder: Path | None, suffixes: tuple[str, ...], with_shipped: bool = False) -> tuple[str, ...]:
    """Absolute paths of the user's pictures, and with them names of the shipped panoramas (see `resources.shipped_path`).

    Raises:
        ConfigError: a folder is given and is not there or holds none, or there is neither a folder nor what is shipped.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"places.folder: {folder}: no such folder")
    usable = (name for name in sorted(shipped(PANORAMAS, ".exr")) if name not in _CROWDED)
    shipped_too = tuple(f"{SHIPPED}{name}" for name in usable) if with_shipped else ()
    if shipped_too and folder is None:
        return shipped_too
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes) if folder else []
    if not found:
        raise ConfigError(f"places.folder: {folder} holds no picture; looked for {', '.join(suffixes)}")
    return (*(str(p.resolve()) for p in found), *shipped_too)


_MAKERS: dict[str, Callable[[Rng, LightSettings], Place]] = {
    "studio": _studio,
    "lawn": _lawn,
    "park": _park,
    "street": _street,
    "court": _court,
    "home": _home,
    "yoga_room": _yoga_room,
    "gym": _gym,
    "office": _office,
    "clinic": _clinic,
}
