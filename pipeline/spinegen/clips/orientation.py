"""Which way is up, judged from the body and from what rests on a floor."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import ClipError, UsageError
from ..geometry.types import Array
from .anatomy import SEGMENTS, Places, upward
from .floor import LOOK_AT_FRAMES, Support, support

AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
_ALONG = 0.7
"""Cosine within which feet-to-shoulders counts as standing along an axis."""
_OFTEN = 0.8
"""Share of frames that must agree before the data overrule what is declared or usual."""
_GOOD_PART = 0.5
"""Share of frames in which the lowest points must rest on one level for it to be a floor."""
_CLEARLY = 0.3
"""By how much two such shares must differ to decide between two axes."""
_FLOOR_MARGIN_M = 0.1
"""By how much worse the floor may fit along y or z before the usual axis is kept; x is never up by custom and must fit better."""
_ON_HANDS_M = 0.15
"""Whoever is upside down has hands or elbows within this height of the floor, or shoulders beside the head."""
_STILLER = 2.0
"""Of two ends of the body the one that moves so many times less bears it ..."""
_AT_ORIGIN_M = 0.1
"""... else the one that lies this near to 0."""
_STILL_M = 1e-3
"""A pelvis that stays within this distance of one place has been taken for the origin."""
_HANDS = ("hand", "wrist", "elbow", "forearm")


@dataclass(frozen=True)
class Upright:
    """Found axis and what to tell."""

    axis: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _View:
    """A capture as it is judged."""

    path: Path
    positions_m: Array
    stations: dict[int, str]
    rate_hz: float
    _supports: dict[str, Support | None] = field(default_factory=dict)

    def support(self, axis: str) -> Support | None:
        if axis not in self._supports:
            self._supports[axis] = support(self.positions_m, axis_vector(axis), self.rate_hz)
        return self._supports[axis]

    def share(self, axis: str) -> float:
        found = self.support(axis)
        return found.share if found is not None else 0.0

    @cached_property
    def few(self) -> Array:
        """Frames spread over the clip."""
        return self.positions_m[:: max(1, len(self.positions_m) // LOOK_AT_FRAMES)]

    @cached_property
    def places(self) -> Places:
        return Places(self.few, self.stations)


def axis_vector(axis: str) -> Array:
    """Unit vector of `+x` .. `-z`."""
    vector = np.zeros(3)
    vector["xyz".index(axis[1])] = -1.0 if axis[0] == "-" else 1.0
    return vector


def parse_axis(text: str) -> str:
    """`z`, `Z`, `+z` or `-z` as one of `AXES`. Raises UsageError: anything else."""
    axis = text.strip().lower()
    axis = axis if axis[:1] in "+-" and axis else f"+{axis}"
    if axis not in AXES:
        raise UsageError(f"up axis {text!r} is not known; allowed are x, y, z, -x, -y, -z")
    return axis


def rotation_to_y_up(axis: str) -> Array:
    """The proper rotation `(3, 3)` that takes `axis` to +y; z up becomes (x, z, -y)."""
    up = axis_vector(axis)
    if axis[1] == "y":
        return np.diag([1.0, up[1], up[1]])
    third = axis_vector("+x") if axis[1] == "z" else axis_vector("+z")
    return np.stack([third, up, np.cross(third, up)])


def find_up(
    path: Path, positions_m: Array, stations: dict[int, str], rate_hz: float, *, declared: str | None, usual: str
) -> Upright:
    """The upward axis from the body and the floor, else the declared or usual one.

    Raises:
        ClipError: the person is upside down along the expected axis and nothing rests on a floor that would tell why.
    """
    hint = declared or usual
    view = _View(path, positions_m, stations, rate_hz)
    vectors = upward(view.places)
    if vectors is None:
        return Upright(
            hint, () if declared else (f"no labels tell which axis is up: {hint} was taken, as usual in this format",)
        )
    shares = {axis: float((vectors @ axis_vector(axis) > _ALONG).mean()) for axis in AXES}
    found = max(AXES, key=lambda axis: shares[axis])
    told = f"({'declared' if declared else 'usual'}: {hint}; --up-axis says another)"
    if shares[found] < _OFTEN:
        found = _by_floor(view, hint, shares)
        return (
            Upright(hint)
            if found == hint
            else Upright(found, (f"the up axis is {found}, found from the floor {told}",))
        )
    if found == hint:
        return Upright(hint)
    if found[1] == hint[1]:
        return _inverted(view, hint, found)
    if not _stands(view, found, hint, declared is not None):
        return Upright(hint)
    return Upright(found, (f"the up axis is {found}, found from the body and the floor {told}",))


def _by_floor(view: _View, hint: str, shares: dict[str, float]) -> str:
    """For a body in many postures: the axis along which it rests on a floor, where that is clearly not the expected one."""
    best = max(AXES, key=lambda axis: (view.share(axis), shares[axis]))
    upright = shares[best] > shares[hint]
    clear = view.share(best) >= _GOOD_PART and view.share(best) > view.share(hint) + _CLEARLY
    return best if clear and upright and best[1] != hint[1] else hint


def _stands(view: _View, found: str, hint: str, declared: bool) -> bool:
    """Whether a body along `found` stands, rather than lies on a floor along `hint`."""
    margin = -_FLOOR_MARGIN_M if found[1] == "x" else 0.0 if declared else _FLOOR_MARGIN_M
    return _floor_misfit(view.few, found) <= _floor_misfit(view.few, hint) + margin


def _inverted(view: _View, hint: str, found: str) -> Upright:
    """Head below feet along the expected axis: turned over, or on the hands.

    Feet that rest speak for a capture upside down. Hands or shoulders that rest on a floor, with the head near it, speak for a person
    upside down: nobody stands on the head alone. Where both may be (arms above the head), the end that moves less bears the body, or the
    one that lies at 0.
    """
    on_hands = view.share(hint) >= _GOOD_PART and _hands_low(view, hint) >= _GOOD_PART
    on_feet = view.share(found) >= _GOOD_PART
    overrule = f"({_option(hint)} leaves it)"
    if _rooted(view):
        return Upright(
            found,
            (f"the capture was upside down along {hint} and made relative to its root; it was turned over {overrule}",),
        )
    if on_hands and on_feet:
        on_hands, on_feet = _bearing(view, hint, found)
    if on_hands and not on_feet:
        return Upright(hint, ("the person is upside down on the hands, head or shoulders",))
    if on_feet and not on_hands:
        return Upright(
            found,
            (f"the capture was upside down along {hint}: the feet rest above the head; it was turned over {overrule}",),
        )
    raise ClipError(
        f"{view.path}: the head is below the feet in nearly every frame, and nothing rests on a floor for a good part of the clip "
        f"that would tell why: is the capture upside down? Say {_option(found)} to turn it over or {_option(hint)} to leave it"
    )


def _bearing(view: _View, hint: str, found: str) -> tuple[bool, bool]:
    """Whether the lower end along `hint`, and that along `found`, bears the body; both where that cannot be told."""
    lower, upper = view.support(hint), view.support(found)
    if lower is None or upper is None:
        return True, True
    if lower.speed_m_s * _STILLER < upper.speed_m_s:
        return True, False
    if upper.speed_m_s * _STILLER < lower.speed_m_s:
        return False, True
    at_origin = [abs(end.level_m) < _AT_ORIGIN_M for end in (lower, upper)]
    return (True, True) if at_origin[0] == at_origin[1] else (at_origin[0], at_origin[1])


def _hands_low(view: _View, axis: str) -> float:
    """Share of frames in which hands or elbows, or shoulders beside a head, are near the level that the lowest points rest on."""
    found = view.support(axis)
    segments = {column: SEGMENTS.get(station, "") for column, station in view.stations.items()}
    parts = (*_HANDS, "shoulder") if "head" in segments.values() else _HANDS
    columns = [column for column, segment in segments.items() if segment.endswith(parts)]
    if found is None or not columns:
        return 0.0
    heights = view.few[:, columns] @ axis_vector(axis)
    seen = np.isfinite(heights).any(1)
    lowest = np.where(np.isfinite(heights), heights, np.inf).min(1)[seen]
    return float((lowest < found.level_m + _ON_HANDS_M).mean()) if len(lowest) else 0.0


def _rooted(view: _View) -> bool:
    """Whether the pelvis never leaves its place, as in poses relative to their root."""
    pelvis = view.places.segment("pelvis")
    if pelvis is None:
        return False
    pelvis = pelvis[np.isfinite(pelvis).all(-1)]
    return len(pelvis) > 5 and float(np.ptp(pelvis, axis=0).max()) < _STILL_M


def _floor_misfit(positions_m: Array, axis: str) -> float:
    """How badly the lowest points along an axis make a floor at 0: its unsteadiness and half its distance from 0, metres."""
    heights = positions_m @ axis_vector(axis)
    seen = np.isfinite(heights)
    lowest = np.where(seen, heights, np.inf).min(1)[seen.any(1)]
    spread = float(np.percentile(lowest, 90) - np.percentile(lowest, 10))
    return spread + 0.5 * min(abs(float(np.median(lowest))), 1.0)


def _option(axis: str) -> str:
    """The axis as the command line takes it: without a plus."""
    return f"--up-axis={axis.removeprefix('+')}"
