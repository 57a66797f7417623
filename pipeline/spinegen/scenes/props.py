"""Things: mats beneath people, furniture along walls, things near people, occluders before the camera."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..engine.protocol.prop_kinds import SIZES_CM
from ..engine.protocol.vocabulary import Prop
from ..geometry.types import Array, Flags
from ..records.place import Place
from .furnishing import piece
from .settings import OccluderSettings, PropSettings
from .solids import Body, Solid, solid_of

Rng = np.random.Generator

FURNITURE: dict[str, tuple[str, ...]] = {
    "home": ("sofa", "shelf", "shelf", "cabinet", "plant", "chair", "table", "piano", "counter"),
    "yoga_room": ("plant", "plant", "bolster", "cabinet", "shelf", "shelf", "ball", "bench", "panel"),
    "gym": ("rack", "rack", "bench", "barbell", "ball", "box", "dumbbell", "step", "cabinet"),
    "office": ("desk", "office_chair", "cabinet", "shelf", "plant", "bin"),
    "clinic": ("couch", "stool", "cabinet", "panel", "desk", "chair"),
    "street": ("street_lamp", "bollard", "bin", "bench", "tree", "car", "car", "railing"),
    "park": ("tree", "tree", "bush", "bench", "street_lamp", "bin", "railing"),
    "lawn": ("tree", "bush"),
    "court": ("bench", "cone", "bin", "railing", "bush"),
}


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

    @property
    def next_name(self) -> str:
        """Of the next thing to put."""
        return f"Prop_{len(self.props)}"

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
    inside: Flags
    """`(37,)` bool: those in the picture."""

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

    def clear_of(self, prop: Prop, radius_m: float) -> bool:
        """Whether the thing neither holds the camera nor hides more than a little."""
        x, z = prop.location_cm[0] / 100, prop.location_cm[1] / 100
        apart = np.hypot(x - self.eye[0], z - self.eye[2]) > radius_m + 0.3
        return bool(apart) and self.hidden_share(prop, radius_m) < 0.15


def lay_mats(rng: Rng, settings: PropSettings, people: list[tuple[float, float, float]], layout: PropLayout) -> None:
    """Mats beneath people, given middle x, z and the direction (yaw) of each; they take no ground from others."""
    for x, z, yaw in people:
        if rng.random() < settings.mat:
            turn = yaw + float(rng.normal(0.0, 4.0))
            layout.props.append(piece(rng, "mat", layout.next_name, (x, z), yaw_deg=turn, size=(0.94, 1.06)))


def furnish(
    rng: Rng,
    settings: PropSettings,
    place: Place,
    people: list[tuple[float, float, float]],
    *,
    layout: PropLayout,
    sights: Sequence[Sight],
) -> None:
    """Furniture of the place away from people (circles x, z, radius), and things near them; nothing hides the main person from any camera."""
    kinds = FURNITURE.get(place.kind, ())
    if kinds and not place.level and rng.random() < settings.furniture:
        for _ in range(int(rng.integers(5, 12) if place.room else rng.integers(2, 8))):
            kind = kinds[int(rng.integers(len(kinds)))]
            _try(
                rng,
                layout,
                place,
                people,
                sights=sights,
                kind=kind,
                spot=_by_wall(rng, place, kind) if place.room else _far(rng),
            )
    if settings.near is not None:
        for _ in range(round(settings.near_count.sample(rng))):
            kind = settings.near.sample(rng)
            x, z, radius = people[int(rng.integers(len(people)))]
            bearing, distance = rng.uniform(0, 2 * np.pi), radius + 0.35 + rng.exponential(0.5)
            spot = (x + distance * np.cos(bearing), z + distance * np.sin(bearing), float(rng.uniform(-180, 180)))
            _try(rng, layout, place, people, sights=sights, kind=kind, spot=spot)


def occluder(
    rng: Rng, settings: OccluderSettings, place: Place, sight: Sight, *, bodies: Sequence[Body], taken: Sequence[Solid]
) -> Prop | None:
    """Perhaps a thing between the camera and the main person that hides about as much of them as is drawn; it meets nobody and nothing.

    Args:
        bodies: everybody of the take.
        taken: things that stand already.
    """
    if rng.random() >= settings.chance:
        return None
    eye, keypoints = sight.eye, sight.keypoints
    wanted, best = settings.hides.sample(rng), None
    for _ in range(16):
        kind = settings.kinds.sample(rng)
        target = keypoints[int(rng.integers(len(keypoints)))]
        at = eye + float(rng.uniform(0.2, 0.92)) * (target - eye) + rng.normal(0.0, 0.15, 3)
        facing = float(np.degrees(np.arctan2(-(target - eye)[0], (target - eye)[2]))) + float(rng.normal(0.0, 30.0))
        factor = settings.size.sample(rng)
        prop = piece(rng, kind, "Prop_Before", (float(at[0]), float(at[2])), yaw_deg=facing, size=(factor, factor))
        solid = solid_of(prop)
        seen = keypoints[sight.inside]
        hidden = float(solid.hides(eye, seen).mean()) if len(seen) else 1.0
        short = abs(hidden - wanted)
        if hidden < 0.02 or short > 0.15 or (best is not None and short >= best[0]):
            continue
        if solid.near(eye, 0.45) or not place.contains(float(at[0]), float(at[2])):
            continue
        if any(solid.depth_m(body) > 0.0 for body in bodies) or any(solid.meets(other) for other in taken):
            continue
        best = (short, prop)
        if short < 0.08:
            break
    return None if best is None else best[1]


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
    *,
    sights: Sequence[Sight],
    kind: str,
    spot: tuple[float, float, float],
) -> None:
    """Put a thing where it touches nothing."""
    x, z, yaw = spot
    prop = piece(rng, kind, layout.next_name, (x, z), yaw_deg=yaw)
    radius = 0.5 * float(np.hypot(*SIZES_CM[kind][:2])) / 100
    far_enough = all(np.hypot(x - px, z - pz) > radius + pr for px, pz, pr in people)
    inside = far_enough and layout.free(x, z, radius) and place.contains(x, z, margin_m=0.0)
    if inside and all(sight.clear_of(prop, radius) for sight in sights):
        layout.add(prop)
