"""How deep parts of a body are inside each other: rounded rods along trunk and limbs, many postures at once."""

from itertools import combinations

import numpy as np

from ..biomech.model.spine_model import SpineModel
from ..geometry.types import Array

_PELVIS = ("landmark/RASI", "landmark/LASI", "landmark/RPSI", "landmark/LPSI")
_LOW_CHEST = ("landmark/STRN", "posterior/T9")
_HIGH_CHEST = ("landmark/CLAV", "posterior/T3")
_HEAD = ("landmark/HEDC",)
_Rod = tuple[tuple[str, ...], tuple[str, ...], float]


def _rods() -> dict[str, _Rod]:
    """Both ends (means of stations) and radius, metres, of every part: thinner than the flesh, which gives way."""
    out: dict[str, _Rod] = {
        "belly": (_PELVIS, _LOW_CHEST, 0.105),
        "chest": (_LOW_CHEST, _HIGH_CHEST, 0.095),
        "head": (_HEAD, _HEAD, 0.09),
    }
    for side, word in (("r", "right"), ("l", "left")):
        hip, knee, ankle = (f"joint/femur_{side}",), (f"keypoint/{word}_knee",), (f"joint/talus_{side}",)
        shoulder, elbow, wrist = (f"joint/humerus_{side}",), (f"joint/ulna_{side}",), (f"joint/hand_{side}",)
        out |= {
            f"upper_arm_{side}": (shoulder, elbow, 0.04),
            f"forearm_{side}": (elbow, wrist, 0.034),
            f"hand_{side}": (wrist, (f"landmark/{side.upper()}FTP",), 0.025),
            f"thigh_{side}": (hip, knee, 0.065),
            f"shank_{side}": (knee, ankle, 0.045),
            f"foot_{side}": ((f"keypoint/{word}_heel",), (f"keypoint/{word}_big_toe",), 0.03),
        }
    return out


RODS = _rods()
_NEIGHBOURS = (
    ("belly", "chest"), ("chest", "head"), ("belly", "thigh"), ("chest", "upper_arm"), ("upper_arm", "forearm"), ("forearm", "hand"),
    ("thigh", "shank"), ("shank", "foot"), ("chest", "thigh"), ("upper_arm", "hand"), ("thigh", "thigh"),
)  # fmt: skip
"""Parts that touch by growth, or in every deep fold: never counted, the last only between the two sides of the hips."""


def _pairs() -> list[tuple[int, int]]:
    names = list(RODS)
    near = {frozenset(pair) for pair in _NEIGHBOURS}

    def counted(a: str, b: str) -> bool:
        kinds = frozenset(name.removesuffix("_r").removesuffix("_l") for name in (a, b))
        sides = {name[-2:] for name in (a, b) if name.endswith(("_r", "_l"))}
        return kinds not in near or (len(sides) == 2 and len(kinds) == 2)

    return [(names.index(a), names.index(b)) for a, b in combinations(names, 2) if counted(a, b)]


_PAIRS = np.array(_pairs())


def depth_m(model: SpineModel, q: Array) -> Array:
    """`(F,)` how deep the two parts that share most room are inside each other at `q (F, Q)`; negative: free by so much."""
    stations = tuple(dict.fromkeys(name for start, end, _ in RODS.values() for name in (*start, *end)))
    index = {name: i for i, name in enumerate(stations)}
    at = model.station_positions(model.forward(q), stations)
    ends = [
        np.stack([at[:, [index[n] for n in names]].mean(1) for names in (start, end)], axis=1)
        for start, end, _ in RODS.values()
    ]
    rods = np.stack(ends, axis=1)
    radius = np.array([r for _, _, r in RODS.values()])
    first, second = _PAIRS.T
    apart = _distance_m(rods[:, first], rods[:, second])
    return (radius[first] + radius[second] - apart).max(1)


def _distance_m(a: Array, b: Array) -> Array:
    """`(...)` between straight segments `(..., 2, 3)`."""
    along, other, between = a[..., 1, :] - a[..., 0, :], b[..., 1, :] - b[..., 0, :], a[..., 0, :] - b[..., 0, :]
    aa, bb, ab = (
        np.maximum((along * along).sum(-1), 1e-9),
        np.maximum((other * other).sum(-1), 1e-9),
        (along * other).sum(-1),
    )
    ca, cb = (along * between).sum(-1), (other * between).sum(-1)
    s = np.clip((ab * cb - ca * bb) / np.maximum(aa * bb - ab**2, 1e-9), 0.0, 1.0)
    t = np.clip((ab * s + cb) / bb, 0.0, 1.0)
    s = np.clip((ab * t - ca) / aa, 0.0, 1.0)
    return np.linalg.norm(between + s[..., None] * along - t[..., None] * other, axis=-1)
