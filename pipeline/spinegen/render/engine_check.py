"""Measures an engine through the protocol: known spheres and a person, drawn and compared with what must be seen."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..engine.protocol.vocabulary import Backdrop, Ground, Prop
from ..geometry import rigid
from ..geometry.axes import ground_to_unreal
from ..geometry.camera import Camera
from ..humans.spec.sample import sample_person
from ..records.place import Light, Place
from .client import Connection
from .mask_colours import FIRST_PROP
from .session import Session
from .skeleton_map import RestPose, SkeletonMap, check_bones

LIMITS = {
    "projection, landscape": 1.0,
    "projection, portrait": 1.0,
    "projection, rolled": 1.0,
    "depth": 1.0,
    "mask identity": 0.95,
    "person's place": 1.0,
    "pictures until a pose is seen": 2.0,
    "bones where they were sent": 0.1,
    "bones, turned": 0.5,
    "left against right at rest": 1.0,
}
"""px, px, px, %, overlap (at least), body widths, pictures, cm, degrees, cm."""
SPHERES = ((0.0, 0.5, 0.0, 0.30), (0.4, 1.7, -0.55, 0.22), (-0.8, 1.2, 0.75, 0.35), (0.9, 0.35, -0.6, 0.2))
"""Middle x, y, z and radius, ground metres; no one hides another from the cameras below."""
_LIGHT = Light(sun=(50.0, 30.0, 60000.0, 5500.0, 0.53), sky=(3.0, 0.2, 1.0, 0), exposure_ev=0.0, white_balance_k=0.0)
_TIMED = 10
_STEP_M = 0.5
_MOST_PICTURES = 10


@dataclass(frozen=True)
class Measurement:
    """One row of the table."""

    name: str
    value: float
    unit: str
    limit: str = ""
    """As a person reads it; empty where anything is allowed."""
    passed: bool = True


@dataclass(frozen=True)
class EngineCheck:
    """What was measured on one engine."""

    engine: str
    measurements: tuple[Measurement, ...]
    masks: str = ""
    """Where masks come from."""

    @property
    def failures(self) -> tuple[Measurement, ...]:
        """Rows beyond their limits."""
        return tuple(m for m in self.measurements if not m.passed)

    def table(self) -> str:
        """Rows and the verdict as text."""
        lines = [self.engine, f"masks: {self.masks}"]
        lines += [
            f"  {m.name:<30} {m.value:>9.3f} {m.unit:<10} {m.limit:<14} {'ok' if m.passed else 'FAILED'}".rstrip()
            for m in self.measurements
        ]
        failed = ", ".join(m.name for m in self.failures)
        return "\n".join(
            [*lines, f"verdict: {f'do not use it: {failed}' if failed else 'labels will fit its pictures'}"]
        )


def check_engine(connection: Connection, mapping: SkeletonMap) -> EngineCheck:
    """Draw and measure; the engine's stage is cleared before.

    Raises:
        EngineError: the engine lacks a call or answers with an error.
    """
    session = Session(connection, mapping)
    cameras = {
        "landscape": Camera.look_at(
            (4.2, 1.2, 0.3), (0.0, 1.0, 0.0), roll_deg=0.0, focal_px=420.0, width=480, height=320
        ),
        "portrait": Camera.look_at(
            (5.0, 1.5, -0.4), (0.0, 1.0, 0.0), roll_deg=0.0, focal_px=420.0, width=320, height=480
        ),
        "rolled": Camera.look_at(
            (4.4, 1.6, 0.2), (0.0, 1.0, 0.0), roll_deg=25.0, focal_px=400.0, width=481, height=361
        ),
    }
    place = Place(kind="check", ground=Ground(), backdrop=Backdrop(kind="sky"))
    session.set_stage(place, _LIGHT, [_prop(i, x, y, z, radius=r) for i, (x, y, z, r) in enumerate(SPHERES)])
    session.show_only([])
    rows: list[Measurement] = []
    depth_errors, overlaps = [], []
    for name, camera in cameras.items():
        session.set_camera(camera)
        seen = session.capture(camera, 0)
        shifts = []
        for index, sphere in enumerate(SPHERES):
            must, distance = sphere_seen(camera, np.asarray(sphere[:3]), sphere[3])
            mask = seen.mask == FIRST_PROP + index
            overlaps.append(float((mask & must).sum() / max((mask | must).sum(), 1)))
            shifts.append(float(np.linalg.norm(_middle(mask) - _middle(must))))
            both = mask & must
            if both.any():
                depth_errors.append(float(np.median(np.abs(seen.depth_m[both] / distance[both] - 1.0))))
        rows.append(_at_most(f"projection, {name}", max(shifts), "px"))
    rows.append(_at_most("depth", 100.0 * max(depth_errors, default=np.inf), "%"))
    least = LIMITS["mask identity"]
    rows.append(Measurement("mask identity", min(overlaps), "overlap", f"at least {least:g}", min(overlaps) >= least))
    spec = sample_person(np.random.default_rng(0), "yoga")
    rest = session.dress("check", spec)
    session.set_stage(place, _LIGHT, [])
    session.show_only(["check"])
    rows += check_skeleton(session, rest, mapping)
    rows += _person(session, cameras["landscape"], rest)
    rows += _settling(session, cameras["landscape"], rest)
    rows += _rates(session, cameras["landscape"], rest)
    identity = session.identity
    masks = "the stage's own capture" if session.own_masks else "UnrealCV's object_mask"
    return EngineCheck(f"{identity['name']} {identity['version']}, {identity['renderer']}", tuple(rows), masks)


def sphere_seen(camera: Camera, centre_ground_m: NDArray[np.float64], radius_m: float) -> tuple[NDArray, NDArray]:
    """Where a sphere is seen `(H, W)` bool, and the planar depth of its surface `(H, W)`, m (NaN elsewhere)."""
    columns, rows = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    pixels = np.stack([columns, rows, np.ones_like(rows)], axis=-1).astype(np.float64)
    rays = pixels @ np.linalg.inv(camera.intrinsics).T
    centre = camera.to_camera(centre_ground_m)
    a, b = (rays * rays).sum(-1), rays @ centre
    inside = b * b - a * (centre @ centre - radius_m**2)
    hit = inside > 0
    return hit, np.where(hit, (b - np.sqrt(np.where(hit, inside, 0.0))) / a, np.nan)


def _prop(index: int, x: float, y: float, z: float, *, radius: float) -> Prop:
    place = ground_to_unreal((x, y, z))
    size = 200.0 * radius
    return Prop(
        name=f"Prop_check_{index}",
        kind="sphere",
        location_cm=(float(place[0]), float(place[1]), float(place[2])),
        size_cm=(size, size, size),
    )


def _middle(mask: NDArray) -> NDArray[np.float64]:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()]) if len(rows) else np.array([np.inf, np.inf])


def _at_most(name: str, value: float, unit: str) -> Measurement:
    return Measurement(name, value, unit, f"at most {LIMITS[name]:g}", bool(value <= LIMITS[name]))


def _person(session: Session, camera: Camera, rest: RestPose) -> list[Measurement]:
    """Whether bones put somewhere are seen there, at once; and how long that takes."""
    session.set_camera(camera)
    _stand(session, rest, -_STEP_M, "left")
    session.capture(camera, 1)
    pictures, times = [], []
    bones = np.zeros((0, 3))
    for step in range(4):
        side = _STEP_M if step % 2 == 0 else -_STEP_M
        start = time.perf_counter()
        bones = _stand(session, rest, side, f"step{step}")
        number, off = 0, np.inf
        while off > LIMITS["person's place"] and number < _MOST_PICTURES:
            number += 1
            off = _off(camera, session.mask(camera, 1) == 1, bones)
        times.append(time.perf_counter() - start)
        pictures.append(number)
    seen = session.capture(camera, 1)
    return [
        _at_most("person's place", _off(camera, seen.mask == 1, bones), "widths"),
        _at_most("pictures until a pose is seen", max(pictures), "pictures"),
        Measurement("pose to mask", 1000.0 * float(np.median(times)), "ms"),
    ]


class Posable(Protocol):
    """What `check_skeleton` needs of a `Session`."""

    def bones(self, person: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """Names and world transforms `(B, 4, 4)`."""
        ...

    def set_pose(
        self, person: str, tag: str, bones: Sequence[str], transforms_ground_bone: NDArray[np.float64]
    ) -> None:
        """Put bones at world transforms."""
        ...


def check_skeleton(session: Posable, rest: RestPose, mapping: SkeletonMap) -> list[Measurement]:
    """Whether the bones of the map are there, the same on both sides, look where it says, and go where they are sent.

    Raises:
        EngineError: bones are missing; the text lists them and what there is.
    """
    now, _ = session.bones("check")
    check_bones([*now, *(name for name in mapping.named_bones if name in rest.landmarks.points)], mapping)
    moved = [i for i, bone in enumerate(rest.bones) if bone in mapping.body_of or mapping.same_names]
    sent = rest.transforms_ground_bone[moved]
    turn = rigid.quaternion_matrix(np.array([0.9, 0.1, 0.4, -0.1]) / np.linalg.norm([0.9, 0.1, 0.4, -0.1]))
    sent = rigid.transform(turn, np.array([0.2, 0.3, -0.4])) @ sent
    names = [rest.bones[i] for i in moved]
    session.set_pose("check", "bones", names, sent)
    bones, transforms = session.bones("check")
    got = transforms[[bones.index(name) for name in names]]
    apart = 100.0 * float(np.linalg.norm(got[:, :3, 3] - sent[:, :3, 3], axis=1).max())
    cosine = (np.einsum("bij,bij->b", got[:, :3, :3], sent[:, :3, :3]) - 1.0) / 2.0
    tilt = float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)).max()))
    session.set_pose("check", "rest", names, rest.transforms_ground_bone[moved])
    at = {bone: rest.transforms_ground_bone[i, :3, 3] for i, bone in enumerate(rest.bones)}
    mirrored = [
        100.0 * float(np.linalg.norm(at[bone] - at[f"{bone[:-2]}_l"] * [1, 1, -1]))
        for bone in names
        if bone.endswith("_r") and f"{bone[:-2]}_l" in at
    ]
    points = rest.landmarks.points
    feet = [points[f"joint/toes_{s}"] - points[f"joint/talus_{s}"] for s in "rl"]
    forward = min(float(foot[0] / np.hypot(foot[0], foot[2])) for foot in feet)
    right = 100.0 * float(points["joint/hand_r"][2])
    return [
        Measurement("bones of the skeleton map", float(len(mapping.named_bones) or len(names)), "found"),
        _at_most("bones where they were sent", apart, "cm"),
        _at_most("bones, turned", tilt, "degrees"),
        _at_most("left against right at rest", max(mirrored, default=0.0), "cm"),
        Measurement("feet point forward at rest", forward, "cosine", "at least 0.7", forward >= 0.7),
        Measurement("right hand on the right", right, "cm", "at least 5", right >= 5.0),
        Measurement("stature of the landmarks", 100.0 * rest.landmarks.stature_m, "cm"),
    ]


def _settling(session: Session, camera: Camera, rest: RestPose) -> list[Measurement]:
    """Pictures after a cut until one equals the one before it."""
    most = 0
    away = Camera.look_at(
        (3.0, 1.8, 1.5), (0.0, 1.0, 0.0), roll_deg=5.0, focal_px=420.0, width=camera.width, height=camera.height
    )
    for step in range(4):
        view = away if step % 2 == 0 else camera
        session.set_camera(view)
        _stand(session, rest, 0.1 * step, f"settle{step}")
        taken = session.unsettled_pictures(view, _MOST_PICTURES * 3)
        most = max(most, taken)
    return [Measurement("pictures until one is still", float(most), "pictures", "see --warm-up")]


def _stand(session: Session, rest: RestPose, side_m: float, tag: str) -> NDArray[np.float64]:
    moved = rigid.transform(np.eye(3), np.array([0.0, 0.0, side_m])) @ rest.transforms_ground_bone
    session.set_pose("check", tag, rest.bones, moved)
    return moved[:, :3, 3]


def _off(camera: Camera, mask: NDArray, bones: NDArray[np.float64]) -> float:
    """Distance of a person's pixels from their trunk, in half widths of a trunk; under 1 is on it."""
    if not mask.any():
        return float("inf")
    pixels, depths = camera.project(bones[1:].mean(0))
    return float(abs(_middle(mask)[0] - pixels[0]) / (0.2 * camera.intrinsics[0, 0] / depths))


def _rates(session: Session, camera: Camera, rest: RestPose) -> list[Measurement]:
    """Pictures a second, of a person whose pose changes before each."""
    takes: Sequence[tuple[str, Callable[[], object]]] = (
        ("pose and lit", lambda: session.lit(camera)),
        ("pose and mask", lambda: session.mask(camera, 1)),
        ("pose and depth", lambda: session.depth(camera)),
    )
    rows = []
    for name, take in takes:
        take()
        start = time.perf_counter()
        for number in range(_TIMED):
            _stand(session, rest, 0.05 * number, str(number))
            take()
        rows.append(Measurement(name, _TIMED / (time.perf_counter() - start), "per second"))
    return rows
