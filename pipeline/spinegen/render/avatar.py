"""A drawn person with a skeleton model of their own: plays a fit, and gives bones to the engine and points to the labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..biomech.fits.files import FittedClip, intervertebral_deg
from ..biomech.retarget.avatar_model import avatar_model
from ..biomech.retarget.retarget import retarget
from ..geometry import rigid
from ..records.plan_shot import PlacedPerson
from ..skeleton import NAMES, VERTEBRAE
from .skeleton_map import RestPose, SkeletonMap, body_of_bones

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """One moment of one person on the stage, ground metres."""

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


class Avatar:
    """Built once a person; every pose is a pure function of it, the placement and the clip."""

    def __init__(self, rest: RestPose, mapping: SkeletonMap) -> None:
        drawn = avatar_model(rest.landmarks)
        self.rest, self.model = rest, drawn.model
        self._pairs = np.asarray(body_of_bones(rest.bones, self.model.body_index, mapping))
        at_rest = self.model.forward(np.asarray(drawn.rest_q)[None])
        body_rest = rigid.transform(at_rest.rotation_ground_body[0], at_rest.position_ground_m[0])
        bones, bodies = self._pairs.T
        self._transform_body_bone = rigid.inverse(body_rest[bodies]) @ rest.transforms_ground_bone[bones]
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

    def pose(self, placed: PlacedPerson, clip: FittedClip, shift_s: float = 0.0) -> Pose:
        """The person at their frame of the clip, or a little (`shift_s`) before or after it."""
        moment = _interpolated(clip.q, clip.times_s, placed.time_s + shift_s) if shift_s else clip.q[placed.frame]
        # A shot that is its own anchor, as most are, is one pose and not two.
        alone = placed.anchor_frame == placed.frame and not shift_s
        wanted = moment[None] if alone else np.stack([clip.q[placed.anchor_frame], moment])
        q = retarget(wanted, clip.model, self.model)
        poses = self.model.forward(q)
        points = self.model.station_positions(poses, self._stations)
        rotations, centroids = self.model.vertebra_frames(poses)
        world = placed.transform_world_clip(points[0, NAMES.index("hip")])
        bodies = rigid.transform(poses.rotation_ground_body[-1], poses.position_ground_m[-1])
        return Pose(
            world @ self.bones_of(bodies),
            rigid.apply(world, points[-1, : len(NAMES)]),
            rigid.apply(world, points[-1, len(NAMES) :]),
            rigid.apply(world, centroids[-1]),
            world[:3, :3] @ rotations[-1],
            intervertebral_deg(self.model, q[-1:])[0, 1:],
        )


def _interpolated(q: Array, times_s: Array, time_s: float) -> Array:
    after = int(np.clip(np.searchsorted(times_s, time_s), 1, len(times_s) - 1))
    share = float(np.clip((time_s - times_s[after - 1]) / (times_s[after] - times_s[after - 1]), 0.0, 1.0))
    return (1.0 - share) * q[after - 1] + share * q[after]
