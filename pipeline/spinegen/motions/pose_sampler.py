"""Postures drawn by chance: trunk and legs near those of authored motions, limbs exchanged and drawn anew, set on the ground.

Six in seven are crossed: moments of authored motions, little changed, whose arms are drawn from where arms may be or taken from other moments.
The others go further: mixed postures, limbs anywhere in their range, legs bent, the spine moved as a whole.

The prior is what ships: the ranges of `coordinates.csv` and `regions.csv`, and the key postures of `configs/motions`. A posture
stands, kneels, sits, lies or leans on its hands as the authored one does from which it was drawn; what bears it is brought to
the floor, and postures in which parts of the body are deep inside each other are drawn again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..biomech.model.contacts import CONTACTS, FLOOR_STATIONS
from ..biomech.model.spine_model import SpineModel
from ..biomech.retarget.floor_contact import Targets, plant
from ..geometry.types import Array
from ..streams import generator
from .anchors import Anchor, Library, anchors
from .balance import mass_centre_m
from .reach import draw_arm, set_arm
from .self_contact import depth_m

__all__ = ["KIND_WEIGHTS", "Anchor", "SampledPoses", "anchors", "sample_poses"]

KIND_WEIGHTS = {
    "standing": 0.52,
    "seated": 0.12,
    "sitting": 0.08,
    "kneeling": 0.08,
    "on_hands": 0.09,
    "lying": 0.07,
    "in_air": 0.04,
}
"""How often a posture is borne how; `seated`: on something as high as its knees."""
BATCH = 512
_SPINE = ("lumbar", "thoracic", "lower_cervical", "upper_cervical")
_ARM_PARTS = ("hand", "fingers", "elbow")
_STATIONS = tuple(FLOOR_STATIONS)
_HEIGHTS = np.array(list(FLOOR_STATIONS.values()))
_MISS_M, _SUNK_M, _DEEP_M = 0.035, 0.025, 0.045
"""A posture whose contacts miss the floor by more, that sinks deeper, or is deeper inside itself, is drawn again."""
_OFF_BALANCE_M = 0.18
"""How far the mass centre of who stands may be outside the box around what stands: people catch themselves."""
_ON_ONE_LEG = 0.3
_CROSSED = 0.85
"""Share of postures that are crossed."""
_FROM_WORDS, _ALIKE = 0.7, 0.45
"""Of crossed arms: share drawn by `reach`, and of those, share in which both arms do the same."""
_HIPS_BACK = 0.25
"""How far legs lean back for every degree that the pelvis leans forward over them."""
_MOST_BATCHES_OF = 12
"""Batches drawn at most, in those that would do if every posture were taken."""


@dataclass(frozen=True, eq=False)
class SampledPoses:
    """Drawn postures."""

    q: Array
    """`(N, Q)`."""
    kinds: tuple[str, ...]
    drawn: int
    """How many it took."""


def sample_poses(
    model: SpineModel,
    known: list[Anchor],
    count: int,
    seed: int,
    *,
    advance: Callable[[float], None] = lambda _: None,
) -> SampledPoses:
    """`count` postures, fewer where hardly any draw is usable; a larger number begins with those of a smaller one."""
    found, kinds, drawn, have = [], [], 0, 0
    for q, names in _batches(model, known, seed, most=_MOST_BATCHES_OF * (1 + count // BATCH)):
        drawn += BATCH
        found.append(q)
        kinds += names
        advance(min(len(q), count - have))
        have += len(q)
        if have >= count:
            break
    return SampledPoses(np.concatenate(found)[:count], tuple(kinds[:count]), drawn)


def _batches(model: SpineModel, known: list[Anchor], seed: int, most: int) -> Iterator[tuple[Array, list[str]]]:
    """What is usable of each batch of draws."""
    library = Library(known)
    for number in range(most):
        rng = generator(seed, number)
        pairs = [_drawn(rng, model, library) for _ in range(BATCH)]
        chosen, written = [anchor for anchor, _ in pairs], np.array([q for _, q in pairs])
        goals = _on_the_floor(rng, model, written, chosen)
        q = plant(model, written, Targets(_STATIONS, goals), rounds=15, along="height")
        good = np.flatnonzero(_usable(model, q, goals, chosen))
        yield q[good], [chosen[i].kind for i in good]


def _drawn(rng: np.random.Generator, model: SpineModel, library: Library) -> tuple[Anchor, Array]:
    """A posture `(Q,)`, not yet on the floor, and what it was drawn from."""
    if rng.random() < _CROSSED:
        anchor = _anchor(rng, library)
        return anchor, _crossed(rng, model, anchor, library.known)
    anchor = _on_one_leg(rng, _anchor(rng, library))
    return anchor, _varied(rng, model, anchor, library)


def _anchor(rng: np.random.Generator, library: Library) -> Anchor:
    kinds = [kind for kind in KIND_WEIGHTS if library.by_kind.get(kind)]
    weights = np.array([KIND_WEIGHTS[kind] for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    some = library.by_kind[kind]
    return some[int(rng.integers(len(some)))]


def _crossed(rng: np.random.Generator, model: SpineModel, anchor: Anchor, known: Sequence[Anchor]) -> Array:
    """Trunk and legs of a moment of a motion, little changed, under other arms, each side for itself."""
    low, high = model.limits
    regions = np.array([c.region for c in model.coordinates])
    turning = np.array([c.kind == "rotation" for c in model.coordinates]) & (regions != "pelvis")
    q = anchor.q.copy()
    q[turning] += (rng.normal(size=len(q)) * rng.uniform(0.01, 0.04) * (high - low))[turning]
    _move_spine(rng, model, q, 0.12)
    same = draw_arm(rng) if rng.random() < _ALIKE else None
    for side in "rl":
        if any(contact in {f"{part}_{side}" for part in _ARM_PARTS} for contact in anchor.contacts):
            continue
        if rng.random() < _FROM_WORDS:
            set_arm(model, q, side, same or draw_arm(rng))
        else:
            columns = np.isin(regions, [f"arm_{side}", f"shoulder_{side}"])
            q[columns] = known[int(rng.integers(len(known)))].q[columns]
    return np.clip(q, low, high)


def _on_one_leg(rng: np.random.Generator, anchor: Anchor) -> Anchor:
    """Of those who stand on both legs some lift one: kicks, steps, steps up, balances."""
    both = {contact.rpartition("_")[2] for contact in anchor.contacts} >= {"r", "l"}
    if anchor.kind != "standing" or not both or rng.random() >= _ON_ONE_LEG:
        return anchor
    lifted = "rl"[int(rng.integers(2))]
    return replace(anchor, contacts=tuple(contact for contact in anchor.contacts if not contact.endswith(f"_{lifted}")))


def _varied(rng: np.random.Generator, model: SpineModel, anchor: Anchor, library: Library) -> Array:
    """A posture near an anchor: mixed with another one, limbs and gaze exchanged or drawn anew, the spine moved as a whole."""
    low, high = model.limits
    regions = np.array([c.region for c in model.coordinates])
    turning = np.array([c.kind == "rotation" for c in model.coordinates]) & (regions != "pelvis")
    q = anchor.q.copy()
    alike = library.alike(anchor)
    mixed = alike[int(rng.integers(len(alike)))]
    # A list or turn that differs by much is another side of the body, not a place between two.
    if np.abs(mixed.q[:3] - anchor.q[:3]).max() < 0.8:
        q += float(rng.beta(1.0, 1.5)) * (mixed.q - q)
    _new_limbs(rng, q, regions=regions, low=low, high=high, anchor=anchor, known=library.known)
    _bend_legs(rng, model, q, anchor)
    _move_spine(rng, model, q, 0.1 + 0.4 * rng.beta(1.2, 2.0))
    spread = rng.uniform(0.02, 0.09) * (high - low)
    q[turning] += (rng.normal(size=len(q)) * spread)[turning]
    return np.clip(q, low, high)


def _new_limbs(
    rng: np.random.Generator,
    q: Array,
    *,
    regions: np.ndarray,
    low: Array,
    high: Array,
    anchor: Anchor,
    known: Sequence[Anchor],
) -> None:
    """Limbs that bear nothing: half as they are, some as another posture has them, some anywhere in their range."""
    for limb, parts in (
        ("arm", _ARM_PARTS),
        ("leg", ("foot", "ball", "heel", "toe", "knee", "instep")),
    ):
        for side in "rl":
            if any(contact in {f"{part}_{side}" for part in parts} for contact in anchor.contacts):
                continue
            columns = np.flatnonzero(
                np.isin(regions, [f"{limb}_{side}", *([f"shoulder_{side}"] if limb == "arm" else [])])
            )
            luck = rng.random()
            # A leg that bears nothing though somebody stands is a lifted one.
            if luck < (0.5 if limb == "leg" and anchor.kind == "standing" else 0.3):
                q[columns] = known[int(rng.integers(len(known)))].q[columns]
            elif luck < (0.75 if limb == "arm" or anchor.kind in ("standing", "in_air") else 0.4):
                middle = 0.5 * (q[columns] + 0.5 * (low + high)[columns])
                share = rng.beta(1.3, 1.3, len(columns)) - 0.5
                q[columns] = middle + share * (high - low)[columns]


def _bend_legs(rng: np.random.Generator, model: SpineModel, q: Array, anchor: Anchor) -> None:
    """Crouch by chance, and lean the pelvis over legs that stay."""
    index = model.coordinate_index
    if anchor.kind == "standing" and rng.random() < 0.5:
        crouch = np.radians(rng.uniform(0.0, 70.0))
        for side in "rl":
            for name, share in (("knee_angle", 1.0), ("hip_flexion", 0.55), ("ankle_angle", 0.45)):
                q[index[f"{name}_{side}"]] += share * crouch
    if anchor.kind in ("standing", "seated", "sitting", "kneeling"):
        tilt, roll, turn = np.radians(rng.normal(0.0, (14.0, 5.0, 10.0)))
        tilt -= np.radians(75.0) * (rng.random() < 0.25) * rng.random()
        q[index["pelvis_tilt"]] += tilt
        q[index["pelvis_list"]] += roll
        q[index["pelvis_rotation"]] += turn
        for side, sign in (("r", 1.0), ("l", -1.0)):
            q[index[f"hip_flexion_{side}"]] -= tilt
            q[index[f"hip_adduction_{side}"]] += sign * roll
            q[index[f"hip_rotation_{side}"]] -= sign * turn
        if anchor.kind == "standing" and tilt < 0.0:
            # Who bends down lets the hips go back over the heels.
            for side in "rl":
                q[index[f"hip_flexion_{side}"]] -= _HIPS_BACK * tilt
                q[index[f"ankle_angle_{side}"]] += _HIPS_BACK * tilt


def _move_spine(rng: np.random.Generator, model: SpineModel, q: Array, size: float) -> None:
    """Regions bend together: of each motion a common part and one of each region, `size` of half their range; the neck also alone."""
    low, high = model.limits
    for motion in ("flexion", "bending", "rotation"):
        together = rng.normal()
        for region in _SPINE:
            column = model.coordinate_index[f"{region}_{motion}"]
            own = rng.normal() * (1.6 if region.endswith("cervical") else 1.0)
            q[column] += size * 0.5 * (high - low)[column] * (0.7 * together + 0.7 * own)


def _on_the_floor(rng: np.random.Generator, model: SpineModel, written: Array, chosen: list[Anchor]) -> Array:
    """Move postures to where their lowest part touches the floor; goals `(F, S, 3)`: heights of what bears them."""
    over = model.station_positions(model.forward(written), _STATIONS)[..., 1] - _HEIGHTS
    goals = np.full((len(written), len(_STATIONS), 3), np.nan)
    height = model.coordinate_index["pelvis_ty"]
    for i, anchor in enumerate(chosen):
        bearing = [_STATIONS.index(name) for contact in anchor.contacts for name in CONTACTS[contact].stations]
        goals[i, bearing, 1] = _HEIGHTS[bearing]
        lift = rng.uniform(0.02, 0.4) if anchor.kind == "in_air" else 0.0
        written[i, height] += lift - (over[i, bearing].mean() if bearing else over[i].min())
    return goals


def _usable(model: SpineModel, q: Array, goals: Array, chosen: list[Anchor]) -> np.ndarray:
    """`(F,)` postures on the floor, free of themselves, and, standing, roughly over their feet."""
    at = model.station_positions(model.forward(q), _STATIONS)
    over = at[..., 1] - _HEIGHTS
    bears = np.isfinite(goals[..., 1])
    miss = np.where(bears, np.abs(over), 0.0).max(1)
    good = (miss < _MISS_M) & (over.min(1) > -_SUNK_M) & (depth_m(model, q) < _DEEP_M)
    standing = np.array([anchor.kind == "standing" for anchor in chosen])
    feet = np.where(bears[..., None], at[..., [0, 2]], np.nan)
    some = good & standing & bears.any(1)
    centre = mass_centre_m(model, q)[:, [0, 2]]
    outside = np.zeros(len(q))
    outside[some] = np.maximum(
        np.nanmin(feet[some], axis=1) - centre[some], centre[some] - np.nanmax(feet[some], axis=1)
    ).max(1)
    return good & (outside < _OFF_BALANCE_M)
