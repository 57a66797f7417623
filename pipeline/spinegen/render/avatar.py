"""An avatar with a skeleton model of its own: plays a fit, and gives bones to the engine and points to the labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..biomech.fits.files import FittedClip, intervertebral_deg
from ..biomech.retarget.avatar_model import avatar_model
from ..biomech.retarget.posture import Posture, SideBend, shaped
from ..biomech.retarget.retarget import retarget_all
from ..geometry import rigid
from ..geometry.types import Array
from ..humans.spec.spine_shape import SpineShape
from ..records.plan_shot import PlacedPerson
from ..skeleton import NAMES, VERTEBRAE
from .grips import HANDS, grip_at_rest
from .skeleton_map import RestPose, SkeletonMap, body_of_bones


@dataclass(frozen=True)
class Pose:
    """One moment of one avatar in the place, ground metres."""

    transforms_ground_bone: Array
    """`(B, 4, 4)`."""
    keypoints_ground_m: Array
    """`(37, 3)`, centroid site."""
    posterior_ground_m: Array
    """`(25, 3)`, caudal to cranial."""
    centroids_ground_m: Array
    """`(25, 3)`."""
    vertebra_rotations: Array
    """`(25, 3, 3)`, ground from vertebra."""
    intervertebral_deg: Array
    """`(24, 3)` flexion, bending, rotation of L5 .. C1 to the vertebra below."""
    grips_ground: dict[str, Array]
    """`(4, 4)` of the left and right hand's grip (`render.grips`), where the person has its landmarks."""


class Avatar:
    """Built once a person; every pose is a pure function of it, the placement and the clip."""

    def __init__(self, rest: RestPose, mapping: SkeletonMap, spine: SpineShape | None = None) -> None:
        drawn = avatar_model(rest.landmarks)
        # The skin is bound to the body as it is; its spine takes its shape from there on, as it takes a pose.
        self.rest = rest
        self._pairs = np.asarray(body_of_bones(rest.bones, drawn.model.body_index, mapping))
        at_rest = drawn.model.forward(np.asarray(drawn.rest_q)[None])
        body_rest = rigid.transform(at_rest.rotation_ground_body[0], at_rest.position_ground_m[0])
        bones, bodies = self._pairs.T
        self._transform_body_bone = rigid.inverse(body_rest[bodies]) @ rest.transforms_ground_bone[bones]
        self._grips = {
            hand: (index, rigid.inverse(body_rest[index]) @ grip)
            for hand, index in ((hand, drawn.model.body_index[f"hand_{hand[0]}"]) for hand in HANDS)
            if (grip := grip_at_rest(rest.landmarks, hand)) is not None
        }
        own = shaped(drawn.model, _posture(spine or SpineShape()))
        self.model, self._offsets_rad = own.model, own.offsets_rad
        self._stations = (
            *(f"keypoint/{name}" for name in NAMES),
            *(f"posterior/{vertebra}" for vertebra in VERTEBRAE),
        )

    @property
    def moved_bones(self) -> tuple[str, ...]:
        """Bones that the model moves, in the order of `Pose.transforms_ground_bone`."""
        return tuple(self.rest.bones[index] for index in self._pairs[:, 0])

    def bones_of(self, transforms_ground_body: Array) -> Array:
        """`(..., N, 4, 4)` of the moved bones, from those of all bodies `(..., B, 4, 4)`."""
        return transforms_ground_body[..., self._pairs[:, 1], :, :] @ self._transform_body_bone

    def _retargeted(self, wanted: Sequence[Array], clips: Sequence[FittedClip]) -> list[Array]:
        """Coordinates `(F, Q)` of each of the moments wanted, of its clip."""
        # Frames of our models are one batch a clip. Somebody else's model is tracked, and there frames learn from their neighbours.
        groups: dict[int, list[int]] = {}
        for number, clip in enumerate(clips):
            ours = clip.model.definition.conventions == self.model.definition.conventions
            groups.setdefault(id(clip) if ours else -1 - number, []).append(number)
        motions = [
            (np.concatenate([wanted[number] for number in group]), clips[group[0]].model) for group in groups.values()
        ]
        out: list[Array] = [*wanted]
        for group, found in zip(groups.values(), retarget_all(motions, self.model, self._offsets_rad), strict=True):
            ends = np.cumsum([len(wanted[number]) for number in group])
            for number, rows in zip(group, np.split(found, ends[:-1]), strict=True):
                out[number] = rows
        return out

    def pose(self, placed: PlacedPerson, clip: FittedClip, shift_s: float = 0.0) -> Pose:
        """The person at their frame of the clip, or a little (`shift_s`) before or after it."""
        return self.poses([(placed, shift_s)], {placed.clip: clip})[0]

    def poses(self, moments: Sequence[tuple[PlacedPerson, float]], clips: Mapping[str, FittedClip]) -> list[Pose]:
        """As `pose`, of many placements in any clips: the same bits, in a fraction of the time that one after the other takes."""
        wanted = [_moment(placed, clips[placed.clip], shift_s) for placed, shift_s in moments]
        q = np.concatenate(self._retargeted(wanted, [clips[placed.clip] for placed, _ in moments]))
        bodies = self.model.forward(q)
        points = self.model.station_positions(bodies, self._stations)
        rotations, centroids = self.model.vertebra_frames(bodies)
        ends = np.cumsum([len(rows) for rows in wanted]) - 1
        at_ends = rigid.transform(bodies.rotation_ground_body[ends], bodies.position_ground_m[ends])
        bones = self.bones_of(at_ends)
        turns = intervertebral_deg(self.model, q[ends])[:, 1:]
        out = []
        for number, ((placed, _), rows, end) in enumerate(zip(moments, wanted, ends, strict=True)):
            world = placed.transform_world_clip(points[end - len(rows) + 1, NAMES.index("hip")])
            out.append(
                Pose(
                    world @ bones[number],
                    rigid.apply(world, points[end, : len(NAMES)]),
                    rigid.apply(world, points[end, len(NAMES) :]),
                    rigid.apply(world, centroids[end]),
                    world[:3, :3] @ rotations[end],
                    turns[number],
                    {hand: world @ at_ends[number, body] @ grip for hand, (body, grip) in self._grips.items()},
                )
            )
        return out


def _moment(placed: PlacedPerson, clip: FittedClip, shift_s: float) -> Array:
    """Coordinates `(2, Q)` of the anchor and of the moment; `(1, Q)` for a shot that is its own anchor, as most are."""
    q = _interpolated(clip.q, clip.times_s, placed.time_s + shift_s) if shift_s else clip.q[placed.frame]
    alone = placed.anchor_frame == placed.frame and not shift_s
    return q[None] if alone else np.stack([clip.q[placed.anchor_frame], q])


def _posture(spine: SpineShape) -> Posture:
    curves = tuple(SideBend(curve.cobb_deg, curve.apex, curve.convex == "right") for curve in spine.curves)
    return Posture(spine.kyphosis_deg, spine.lordosis_deg, spine.forward_head_deg, curves)


def _interpolated(q: Array, times_s: Array, time_s: float) -> Array:
    after = int(np.clip(np.searchsorted(times_s, time_s), 1, len(times_s) - 1))
    share = float(np.clip((time_s - times_s[after - 1]) / (times_s[after] - times_s[after - 1]), 0.0, 1.0))
    return (1.0 - share) * q[after - 1] + share * q[after]
