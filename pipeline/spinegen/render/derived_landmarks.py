"""Landmarks of a skeleton that sends only bones: declared points on them, and vertebrae strung along its spine."""

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
from pydantic import Field, model_validator

from ..biomech.anatomy.assemble import load_model
from ..config import Settings
from ..errors import EngineError
from ..geometry.interpolation import monotone_cubic
from ..geometry.types import Array
from ..skeleton import VERTEBRAE

_SIDES = (("r", "right", 1.0), ("l", "left", -1.0))


class Point(Settings):
    """Where a landmark lies in the rest pose."""

    bone: str | None = None
    """At this bone's origin."""
    between: tuple[str, str] | None = None
    """Or between two bones or landmarks named before."""
    share: float = Field(default=0.5, ge=-2, le=3)
    """Of the way from the first to the second."""
    offset_cm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Forward, outward (to the right on the midline), up: the character's own directions, at its reference stature."""
    height_cm: float | None = None
    """Over the floor, in place of the height that all this gives; at the reference stature."""

    @model_validator(mode="after")
    def _one_anchor(self) -> "Point":
        if (self.bone is None) == (self.between is None):
            raise ValueError("needs either bone or between")
        return self


class SpinePath(Settings):
    """Vertebrae at the model's relative heights between hips and skull, on a smooth line through the spine's bones."""

    bones: tuple[str, ...] = Field(min_length=3)
    """From the pelvis up."""
    depth_cm: dict[str, float] = Field(default_factory=dict)
    """Vertebra -> shift of the vertebral bodies to the front of that line, linear between those named."""

    @model_validator(mode="after")
    def _known_vertebrae(self) -> "SpinePath":
        unknown = sorted(set(self.depth_cm) - set(VERTEBRAE))
        if unknown:
            raise ValueError(f"depth_cm names no vertebra with {', '.join(unknown)}; allowed: {', '.join(VERTEBRAE)}")
        return self


def both_sides(text: str) -> Iterator[tuple[str, str, float]]:
    """(`{s}` or `{side}` filled in, side's letter, sign of its outward direction), once a side; else the text alone."""
    if "{s" not in text:
        yield text, "", 1.0
        return
    for letter, word, sign in _SIDES:
        yield text.format(s=letter, side=word), letter, sign


def of_side(text: str, letter: str) -> str:
    """A bone's name for one side."""
    return text.format(s=letter, side={"r": "right", "l": "left"}.get(letter, ""))


def derive(
    at: Mapping[str, Array], rules: Mapping[str, Point], spine: SpinePath | None, scale: float
) -> dict[str, Array]:
    """Landmarks `(3,)` in ground metres.

    Args:
        at: bones' origins at rest, ground metres, facing +x, floor at 0.
        scale: the character's stature over the one that the offsets are meant for.

    Raises:
        EngineError: a rule names what is not there, or the spine's bones do not rise.
    """
    found: dict[str, Array] = {}
    for pattern, rule in rules.items():
        for name, letter, sign in both_sides(pattern):
            anchors = [of_side(text, letter) for text in ((rule.bone,) if rule.bone else rule.between or ()) if text]
            ends = [_place(name, anchor, at, found) for anchor in anchors]
            forward, outward, up = rule.offset_cm
            base = ends[0] if len(ends) == 1 else ends[0] + rule.share * (ends[1] - ends[0])
            point = base + 0.01 * scale * np.array([forward, up, sign * outward])
            if rule.height_cm is not None:
                point[1] = 0.01 * scale * rule.height_cm
            found[name] = point
    if spine is not None:
        found |= _vertebrae(at, found, spine, scale)
    return found


def _place(landmark: str, anchor: str, at: Mapping[str, Array], found: Mapping[str, Array]) -> Array:
    if anchor in found:
        return found[anchor]
    if anchor in at:
        return at[anchor]
    raise EngineError(
        f"skeleton map: {landmark} needs {anchor!r}, which the engine's person lacks; it has: {', '.join(at)}"
    )


def _vertebrae(at: Mapping[str, Array], found: Mapping[str, Array], spine: SpinePath, scale: float) -> dict[str, Array]:
    line = np.stack([_place("the spine", bone, at, found) for bone in spine.bones])
    if (np.diff(line[:, 1]) <= 0).any():
        raise EngineError(f"skeleton map: the bones {', '.join(spine.bones)} do not rise one above the other at rest")
    hips = 0.5 * (_place("the spine", "joint/femur_r", at, found) + _place("the spine", "joint/femur_l", at, found))
    rise = _place("the spine", "joint/skull", at, found)[1] - hips[1]
    own = _model_spine()
    heights = hips[1] + rise * own[:, 1]
    inside = np.clip(heights, line[0, 1], line[-1, 1])
    named = [v for v in VERTEBRAE if v in spine.depth_cm]
    depth = np.zeros(len(VERTEBRAE))
    if named:
        places = [VERTEBRAE.index(v) for v in named]
        depth = np.interp(np.arange(len(VERTEBRAE)), places, [spine.depth_cm[v] for v in named])
    sagittal = monotone_cubic(line[:, 1], line[:, 0], inside) + 0.01 * scale * depth
    lateral = np.interp(inside, line[:, 1], line[:, 2])
    centroids = np.stack([sagittal, heights, lateral], axis=1)
    points = {f"centroid/{v}": c for v, c in zip(VERTEBRAE, centroids, strict=True)}
    points |= {
        f"joint/{v}": 0.5 * (above + below)
        for v, above, below in zip(VERTEBRAE[1:], centroids[1:], centroids[:-1], strict=True)
    }
    turn = _lean(centroids) - _lean(own[:, :2])
    cosine, sine = np.cos(turn), np.sin(turn)
    back = own[:, 2:] * rise
    turned = np.stack(
        [cosine * back[:, 0] - sine * back[:, 1], sine * back[:, 0] + cosine * back[:, 1], 0 * turn], axis=1
    )
    return points | {f"posterior/{v}": c + b for v, c, b in zip(VERTEBRAE, centroids, turned, strict=True)}


def _lean(line: Array) -> Array:
    """Angle `(N,)` by which a line, seen from the right, leans back from the vertical."""
    slope = np.gradient(line[:, :2], axis=0)
    return np.arctan2(-slope[:, 0], slope[:, 1])


@cache
def _model_spine() -> Array:
    """`(25, 4)` of our model at rest, in units of the rise from hips to skull: centroid x, y, then its posterior point's offset x, y."""
    model = load_model("unisex")
    names = ["joint/femur_r", "joint/femur_l", "joint/skull"]
    names += [f"{site}/{v}" for site in ("centroid", "posterior") for v in VERTEBRAE]
    at = model.station_positions(model.forward(model.default_q[None]), names)[0]
    hips, rise = 0.5 * (at[0] + at[1]), at[2, 1] - 0.5 * (at[0, 1] + at[1, 1])
    centroids, posterior = at[3:28], at[28:]
    return np.concatenate([(centroids - hips)[:, :2], (posterior - centroids)[:, :2]], axis=1) / rise
