"""Things: mats beneath people, furniture along walls, things near people, occluders before the camera."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..engine.protocol.vocabulary import Prop
from ..geometry.types import Array
from ..records.place import Place
from .colours import BRIGHTS, CABINETS, CLOTHS, CONES, IRONS, OFFICE_SEATS, STREET_THINGS, WOODS, one_of
from .settings import OccluderSettings, PropSettings

Rng = np.random.Generator

SIZES_CM: dict[str, tuple[float, float, float]] = {
    "mat": (183, 61, 0.6), "block": (23, 15, 10), "bolster": (65, 24, 24), "ball": (65, 65, 65), "dumbbell": (32, 14, 14),
    "barbell": (210, 45, 45), "rack": (120, 140, 220), "bench": (120, 35, 45), "step": (95, 38, 18), "box": (50, 50, 50),
    "chair": (45, 48, 88), "office_chair": (62, 62, 105), "stool": (36, 36, 48), "table": (140, 80, 74),
    "desk": (150, 75, 74), "sofa": (200, 90, 80), "couch": (190, 65, 75), "shelf": (90, 32, 180),
    "cabinet": (90, 45, 110), "plant": (50, 50, 120), "tree": (300, 300, 500), "bush": (120, 120, 110),
    "panel": (120, 8, 175), "pole": (9, 9, 280), "cone": (32, 32, 48), "bollard": (22, 22, 95),
    "street_lamp": (60, 40, 450), "bin": (42, 42, 80), "monitor": (55, 18, 45), "wall": (200, 20, 220),
    "sphere": (40, 40, 40), "cylinder": (40, 40, 60),
}  # fmt: skip
"""Usual extents along the thing's own X, Y and Z."""

FURNITURE: dict[str, tuple[str, ...]] = {
    "home": ("sofa", "shelf", "cabinet", "plant", "chair", "table"),
    "yoga_room": ("plant", "bolster", "cabinet", "shelf", "ball", "bench"),
    "gym": ("rack", "bench", "barbell", "ball", "box", "dumbbell", "step"),
    "office": ("desk", "office_chair", "cabinet", "shelf", "plant", "bin"),
    "clinic": ("couch", "stool", "cabinet", "panel", "desk", "chair"),
    "street": ("street_lamp", "bollard", "bin", "bench", "tree"),
    "park": ("tree", "bush", "bench", "street_lamp", "bin"),
    "lawn": ("tree", "bush"),
    "court": ("bench", "cone", "bin"),
}
_WOODEN = ("table", "desk", "shelf", "cabinet", "bench", "stool", "chair", "box")
_COLOURS: dict[str, tuple[str, ...]] = {
    "sofa": CLOTHS, "couch": CLOTHS, "bolster": (*CLOTHS, *BRIGHTS[:6]), "panel": CLOTHS, "office_chair": OFFICE_SEATS,
    "dumbbell": IRONS, "barbell": IRONS, "rack": IRONS, "pole": (*IRONS, *STREET_THINGS), "shelf": CABINETS,
    "cabinet": CABINETS, "desk": CABINETS, "table": CABINETS, "chair": (*OFFICE_SEATS, *CABINETS), "stool": CABINETS,
    "bench": (*IRONS, *STREET_THINGS), "bin": STREET_THINGS, "bollard": STREET_THINGS, "street_lamp": STREET_THINGS,
    "monitor": IRONS, "cone": CONES, "box": (*CABINETS, "#a08560", "#b09468"),
}  # fmt: skip
"""What colours things come in; the rest come in bright ones."""


@dataclass
class PropLayout:
    """Things put so far, each with the circle of ground that it takes."""

    props: list[Prop] = field(default_factory=list)
    circles: list[tuple[float, float, float]] = field(default_factory=list)

    def add(self, prop: Prop) -> None:
        """Put one thing."""
        self.props.append(prop)
        size = prop.size_cm or SIZES_CM[prop.kind]
        x, z = prop.location_cm[0] / 100, prop.location_cm[1] / 100
        self.circles.append((x, z, 0.5 * float(np.hypot(size[0], size[1])) / 100))

    def free(self, x_m: float, z_m: float, radius_m: float) -> bool:
        """Whether a circle touches no thing."""
        return all(np.hypot(x_m - x, z_m - z) > radius_m + r for x, z, r in self.circles)


@dataclass(frozen=True)
class Sight:
    """The line from the camera to the main person."""

    eye: Array
    """`(3,)`, ground metres."""
    keypoints: Array
    """`(37, 3)`."""

    def hidden_share(self, prop: Prop, radius_m: float) -> float:
        """Share of keypoints whose line to the camera meets the thing's upright cylinder."""
        size = prop.size_cm or SIZES_CM[prop.kind]
        centre = np.array([prop.location_cm[0], prop.location_cm[1]]) / 100
        ray = self.keypoints - self.eye
        flat = ray[:, [0, 2]]
        to_centre = centre - self.eye[[0, 2]]
        s = np.clip(flat @ to_centre / np.maximum((flat**2).sum(1), 1e-9), 0.0, 1.0)
        miss = np.linalg.norm(flat * s[:, None] - to_centre, axis=1)
        height = self.eye[1] + ray[:, 1] * s
        return float(((miss < 0.75 * radius_m) & (height < size[2] / 100) & (s < 0.999)).mean())

    def mostly_clear_of(self, prop: Prop, radius_m: float) -> bool:
        """Whether the thing neither holds the camera nor hides half of the person."""
        x, z = prop.location_cm[0] / 100, prop.location_cm[1] / 100
        apart = np.hypot(x - self.eye[0], z - self.eye[2]) > radius_m + 0.4
        return bool(apart) and self.hidden_share(prop, radius_m) < 0.5

    def clear_of(self, prop: Prop, radius_m: float) -> bool:
        """Whether the thing neither holds the camera nor hides more than a little."""
        x, z = prop.location_cm[0] / 100, prop.location_cm[1] / 100
        apart = np.hypot(x - self.eye[0], z - self.eye[2]) > radius_m + 0.3
        return bool(apart) and self.hidden_share(prop, radius_m) < 0.15


def _thing(rng: Rng, index: int, kind: str, x_m: float, z_m: float, yaw_deg: float, spread: float = 0.12) -> Prop:
    scale = float(rng.uniform(1 - spread, 1 + spread))
    size = tuple(round(extent * scale, 2) for extent in SIZES_CM[kind])
    wooden = kind in _WOODEN and rng.random() < 0.7
    colours = WOODS if wooden else _COLOURS.get(kind, BRIGHTS)
    colour = None if kind in ("tree", "bush", "plant") else one_of(rng, colours)
    seed = int(rng.integers(2**31))
    return Prop.model_validate(
        {
            "name": f"Prop_{index}",
            "kind": kind,
            "location_cm": (round(x_m * 100, 2), round(z_m * 100, 2), 0.0),
            "yaw_deg": round(yaw_deg, 2),
            "size_cm": size,
            "colour": colour,
            "surface": {"kind": "veneer", "colour": colour, "seed": seed % 3} if wooden else None,
            "seed": seed,
        }
    )


def lay_mats(rng: Rng, settings: PropSettings, people: list[tuple[float, float, float]], layout: PropLayout) -> None:
    """Mats beneath people, given middle x, z and the direction (yaw) of each; they take no ground from others."""
    for x, z, yaw in people:
        if rng.random() < settings.mat:
            turn = yaw + float(rng.normal(0.0, 4.0))
            layout.props.append(_thing(rng, len(layout.props), "mat", x, z, turn, spread=0.06))


def furnish(
    rng: Rng,
    settings: PropSettings,
    place: Place,
    people: list[tuple[float, float, float]],
    layout: PropLayout,
    sights: Sequence[Sight],
) -> None:
    """Furniture of the place away from people (circles x, z, radius), and things near them; nothing hides the main person from any camera."""
    kinds = FURNITURE.get(place.kind, ())
    if kinds and not place.level and rng.random() < settings.furniture:
        for _ in range(int(rng.integers(2, 7))):
            kind = kinds[int(rng.integers(len(kinds)))]
            _try(rng, layout, place, people, sights, kind, _by_wall(rng, place, kind) if place.room else _far(rng))
    if settings.near is not None:
        for _ in range(round(settings.near_count.sample(rng))):
            kind = settings.near.sample(rng)
            x, z, radius = people[int(rng.integers(len(people)))]
            bearing, distance = rng.uniform(0, 2 * np.pi), radius + 0.35 + rng.exponential(0.5)
            spot = (x + distance * np.cos(bearing), z + distance * np.sin(bearing), float(rng.uniform(-180, 180)))
            _try(rng, layout, place, people, sights, kind, spot)


def occlude(
    rng: Rng,
    settings: OccluderSettings,
    place: Place,
    people: list[tuple[float, float, float]],
    layout: PropLayout,
    sights: Sequence[Sight],
) -> bool:
    """Perhaps a thing between the first camera and the main person that hides some of them, never most, from any camera; whether one was put."""
    if rng.random() >= settings.chance:
        return False
    sight, others = sights[0], sights[1:]
    eye, keypoints_ground_m = sight.eye, sight.keypoints
    for _ in range(12):
        kind = settings.kinds.sample(rng)
        target = keypoints_ground_m[int(rng.integers(len(keypoints_ground_m)))]
        along = float(rng.uniform(0.4, 0.9))
        x, z = (eye + along * (target - eye))[[0, 2]] + rng.normal(0.0, 0.08, 2)
        prop = _thing(rng, 50, kind, float(x), float(z), float(rng.uniform(-180, 180)))
        trial = PropLayout()
        trial.add(prop)
        radius = trial.circles[0][2]
        if np.hypot(x - eye[0], z - eye[2]) < radius + 0.4 or not place.contains(float(x), float(z)):
            continue
        if any(np.hypot(x - px, z - pz) < radius + pr for px, pz, pr in people) or not layout.free(
            float(x), float(z), radius
        ):
            continue
        hidden = sight.hidden_share(prop, radius)
        if 0.02 < hidden < 0.5 and all(other.mostly_clear_of(prop, radius) for other in others):
            layout.add(prop)
            return True
    return False


def _by_wall(rng: Rng, place: Place, kind: str) -> tuple[float, float, float]:
    """A place with its back to a wall."""
    assert place.room is not None
    room = place.room
    half = np.array(room.size_cm[:2]) / 200
    depth = 0.5 * SIZES_CM[kind][1] / 100 + 0.04
    side = int(rng.integers(4))
    axis, sign = side // 2, 1 if side % 2 else -1
    spot = np.zeros(2)
    spot[axis] = sign * (half[axis] - depth)
    spot[1 - axis] = rng.uniform(-0.85, 0.85) * half[1 - axis]
    turn = np.radians(room.yaw_deg)
    x = room.centre_cm[0] / 100 + spot[0] * np.cos(turn) - spot[1] * np.sin(turn)
    z = room.centre_cm[1] / 100 + spot[0] * np.sin(turn) + spot[1] * np.cos(turn)
    facing = {(0, 1): 90.0, (0, -1): -90.0, (1, 1): 180.0, (1, -1): 0.0}[axis, sign]
    return float(x), float(z), room.yaw_deg + facing


def _far(rng: Rng) -> tuple[float, float, float]:
    bearing, distance = rng.uniform(0, 2 * np.pi), rng.uniform(3.0, 14.0)
    return float(distance * np.cos(bearing)), float(distance * np.sin(bearing)), float(rng.uniform(-180, 180))


def _try(
    rng: Rng,
    layout: PropLayout,
    place: Place,
    people: list[tuple[float, float, float]],
    sights: Sequence[Sight],
    kind: str,
    spot: tuple[float, float, float],
) -> None:
    """Put a thing where it touches nothing."""
    x, z, yaw = spot
    prop = _thing(rng, len(layout.props), kind, x, z, yaw)
    radius = 0.5 * float(np.hypot(*SIZES_CM[kind][:2])) / 100
    far_enough = all(np.hypot(x - px, z - pz) > radius + pr for px, pz, pr in people)
    inside = far_enough and layout.free(x, z, radius) and place.contains(x, z, margin_m=0.0)
    if inside and all(sight.clear_of(prop, radius) for sight in sights):
        layout.add(prop)
