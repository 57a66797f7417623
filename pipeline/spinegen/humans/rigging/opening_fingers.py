"""Fingers that meet the floor: they open until they lie on it, as the fingers of a hand that somebody leans on do."""

from dataclasses import dataclass, replace

import numpy as np

from ...geometry import rigid
from ...geometry.types import Floats, Ints
from ..body import bones
from ..body.body_data import BodyData
from ..body.hands import Finger, bends_rad, bent, fingers_of
from ..body.shape import Vertices

FURTHER_RAD = (0.7, 0.12, 0.35)
"""How far each joint of a finger bends back beyond straight under load: knuckle, middle joint, end joint."""
FURTHER_THUMB_RAD = (0.8, 0.5, 0.35)
"""The same of the thumb, whose first joint is the one at the wrist: it moves from before the palm to beside it."""
TIP_SHARE = 0.7
"""Half the thickness of a fingertip over that of the last joint."""
_RING_M = 0.005
"""Skin this near along the finger is what a joint's thickness is measured by."""


@dataclass(frozen=True)
class OpeningFinger:
    """One finger in the rest pose, curled as the person's hand is."""

    hand: int
    """Number of the bone that carries it."""
    joints_m: Floats
    """`(4, 3)`: three joints and the tip."""
    axes: Floats
    """`(3, 3)`: unit axes about which a positive angle opens the joints."""
    most_rad: Floats
    """`(3,)`."""
    radii_m: Floats
    """`(3,)`: half the thickness at the second joint, the third and the tip."""
    rows: Ints
    """Vertices of the part that the finger moves."""
    shares: Floats
    """`(rows, 3)`: how far each of the three bones has a hold of them."""

    def angles(self, up: Floats, over_m: float) -> Floats:
        """Least angles `(3,)` at which joints and tip clear a floor.

        Args:
            up: `(3,)` the floor's normal as the resting hand sees it.
            over_m: height over the floor of that hand's origin of coordinates.
        """
        out = np.zeros(3)
        for k in range(3):
            out[k] = self._least(out, k, k + 1, up, over_m=over_m)
        # What the joints further out could not give, the knuckle does.
        out[0] += self._least(out, 0, 3, up, over_m=over_m, spent_rad=out[0])
        return out

    def _least(self, angles: Floats, k: int, point: int, up: Floats, *, over_m: float, spent_rad: float = 0.0) -> float:
        """How much further joint `k` opens until `point` of the chain is as high as it is thick."""
        chain = bent(self.joints_m, self.axes, angles)
        centre = rigid.apply(chain[k], self.joints_m[k])
        arm = rigid.apply(chain[min(point - 1, 2)], self.joints_m[point]) - centre
        axis = chain[max(k - 1, 0)][:3, :3] @ self.axes[k] if k else self.axes[0]
        along = axis * (axis @ arm)
        # Height of the point after a turn by t: still + cosine cos t + sine sin t.
        still = up @ (centre + along) + over_m - self.radii_m[point - 1]
        cosine, sine = up @ (arm - along), up @ np.cross(axis, arm)
        if still + cosine >= 0.0:
            return 0.0
        most = float(self.most_rad[k]) - spent_rad
        steepest, reach = np.arctan2(sine, cosine), np.hypot(cosine, sine)
        if -still > reach:
            return float(np.clip(steepest, 0.0, most))
        # The height rises up to `steepest` and first reaches zero this far before it.
        return float(np.clip(steepest - np.arccos(np.clip(-still / max(reach, 1e-12), -1.0, 1.0)), 0.0, most))

    def shift(self, angles: Floats, resting_m: Floats) -> Floats:
        """How far its rows of the resting vertices move, in the rest pose `(rows, 3)`."""
        at = resting_m[self.rows]
        moved = [rigid.apply(link, at) - at for link in bent(self.joints_m, self.axes, angles)]
        return np.einsum("rk,krj->rj", self.shares, np.stack(moved))


@dataclass(frozen=True)
class OpeningFingers:
    """Shaping of the skin: nothing moves while the fingers are clear of the floor, y = 0."""

    fingers: tuple[OpeningFinger, ...]
    resting_m: Floats
    """`(V, 3)` vertices of the part."""

    def posed(self, rows: Floats, skinned: Floats) -> Floats:
        """Vertices `(V, 3)` for `skin.bone_rows (B, 12)`, given those of linear skinning `(V, 3)`."""
        out = skinned
        for finger in self.fingers:
            turn, over_m = rows[finger.hand, :9].reshape(3, 3), float(rows[finger.hand, 10])
            heights = finger.joints_m[1:] @ turn[1] + over_m
            if (heights >= finger.radii_m).all():
                continue
            out = out.copy() if out is skinned else out
            angles = finger.angles(turn[1].astype(np.float64), over_m)
            out[finger.rows] += (finger.shift(angles, self.resting_m) @ turn.T).astype(out.dtype)
        return out

    def of(self, kept: Ints) -> "OpeningFingers":
        """The same for a part of which only the vertices `kept (K,)` are left."""
        place = np.full(len(self.resting_m), -1)
        fingers = []
        for finger in self.fingers:
            place[:] = -1
            place[finger.rows] = np.arange(len(finger.rows))
            at = place[kept]
            own = np.flatnonzero(at >= 0)
            fingers.append(replace(finger, rows=own.astype(np.int32), shares=finger.shares[at[own]]))
        return OpeningFingers(tuple(fingers), self.resting_m[kept])


def opening_fingers(
    data: BodyData, vertices_m: Vertices, source: Ints, curl: float, *, closed: tuple[float, float] = (0.0, 0.0)
) -> OpeningFingers:
    """Fingers of the body with these rest vertices `(V, 3)`, for a part that shows the vertices `source`.

    Args:
        curl, closed: how the fingers are bent in `vertices_m`, as `hands.curl_hands` takes them; they open by as much and a little further.
    """
    found = []
    for side, share in zip("lr", closed, strict=True):
        for finger in fingers_of(data, vertices_m, side):
            shares = finger.weights[source]
            own = np.flatnonzero(shares.sum(1) > 0)
            further = FURTHER_THUMB_RAD if finger.number == 1 else FURTHER_RAD
            found.append(
                OpeningFinger(
                    hand=bones.INDEX[f"hand_{side}"],
                    joints_m=finger.joints_m,
                    axes=-finger.axes,
                    most_rad=bends_rad(finger.number, curl, share) + further,
                    radii_m=_radii_m(finger, vertices_m),
                    rows=own.astype(np.int32),
                    shares=shares[own].astype(np.float64),
                )
            )
    return OpeningFingers(tuple(found), vertices_m[source].astype(np.float64))


def _radii_m(finger: Finger, vertices_m: Vertices) -> Floats:
    skin = vertices_m[finger.weights.sum(1) > 0.5].astype(np.float64)
    radii: list[float] = []
    for k in (1, 2):
        along = finger.joints_m[k + 1] - finger.joints_m[k - 1]
        along /= np.linalg.norm(along)
        way = skin - finger.joints_m[k]
        height = way @ along
        ring = way[np.abs(height) < _RING_M] if (np.abs(height) < _RING_M).any() else way[[np.abs(height).argmin()]]
        radii.append(float(np.linalg.norm(ring - np.outer(ring @ along, along), axis=1).mean()))
    return np.array([*radii, TIP_SHARE * radii[-1]])
