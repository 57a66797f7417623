"""The model of a person to be drawn, from the landmarks of their body, and the motion of a performer played on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ModelError
from ...geometry import rigid
from ...geometry.euler import euler_xyz_matrix
from ...geometry.types import Array
from ...humans.body.landmarks import Landmarks
from ...skeleton import KEYPOINTS, VERTEBRAE
from ..anatomy.assemble import load_model
from ..model.definition import Definition, Joint, Station
from ..model.scaling import SEGMENTS
from ..model.spine_model import SpineModel
from .rest_posture import rest_posture

_LIMB_TIPS = {
    "upper_arm": ("humerus", "ulna"),
    "forearm": ("ulna", "hand"),
    "thigh": ("femur", "tibia"),
    "shank": ("tibia", "talus"),
    "foot": ("talus", "toes"),
    "shoulder": ("clavicle", "humerus"),
}
"""Segments whose length the joints at both ends give."""
LATISSIMUS_SHARE = 0.6
"""mid(T8, T3) + 0.6 (shoulder - T3): how SIMSPINE places the latissimus keypoints (arXiv 2602.20792)."""


@dataclass(frozen=True, eq=False)
class AvatarModel:
    """A person's own model and the coordinates of their rest pose."""

    model: SpineModel
    rest_q: Array
    """`(Q,)`: at it every joint centre, vertebral site and surface keypoint lies on the person's own."""

    def bone_transforms(self, q: ArrayLike, bones: Sequence[str], rest_positions_ground_m: ArrayLike) -> Array:
        """`transforms_ground_bone (F, N, 4, 4)` at `q (F, Q)`: T_body(q) T_body(rest)^-1 T_bone(rest).

        Args:
            q: coordinates of this model.
            bones: bodies of the model, one a bone.
            rest_positions_ground_m: `(N, 3)` origins of the bones in the rest pose, whose axes there are the ground's.

        Raises:
            ModelError: a bone is no body of the model.
        """
        unknown = [bone for bone in bones if bone not in self.model.body_index]
        if unknown:
            raise ModelError(f"{self.model.name}: no body for the bones {', '.join(unknown)}")
        index = [self.model.body_index[bone] for bone in bones]
        moved, rest = (self._transforms(x)[:, index] for x in (np.asarray(q, dtype=np.float64), self.rest_q[None]))
        bone_rest = rigid.transform(np.broadcast_to(np.eye(3), (len(index), 3, 3)), rest_positions_ground_m)
        return moved @ (rigid.inverse(rest[0]) @ bone_rest)

    def _transforms(self, q: Array) -> Array:
        poses = self.model.forward(q)
        return rigid.transform(poses.rotation_ground_body, poses.position_ground_m)


def avatar_model(landmarks: Landmarks, base: SpineModel | None = None) -> AvatarModel:
    """The model of a person to be drawn.

    Joint offsets are set so that every joint given lies exactly on the person's; segments without joints of their own
    keep the base model's shape at the person's size. Vertebrae take the tilt of the person's own curve.

    Args:
        landmarks: see `humans.body.landmarks.Landmarks`; `joint/<body>` may lack thorax, scapulae or single limbs. Where
            `keypoint/<side>_knee` is given, the shank is hung so that it turns about it, wherever `joint/tibia_<side>` is.
        base: model to start from; by default our unisex one, without the shapes that OpenSim would show.

    Raises:
        ModelError: the spine or the hips are not among the landmarks.
    """
    base = base or _bare_model()
    points = {name: np.asarray(at, dtype=np.float64) for name, at in landmarks.points.items()}
    needed = [f"joint/{b}" for b in (*VERTEBRAE[1:], "skull", "femur_r", "femur_l")] + [
        f"centroid/{v}" for v in VERTEBRAE
    ]
    missing = [name for name in needed if name not in points]
    if missing:
        raise ModelError(f"avatar: landmarks are missing: {', '.join(missing)}")
    points |= _shank_origins(base, points)
    sized = base.scaled(_segment_factors(base, landmarks, points))
    curved = SpineModel(_with_own_curve(sized.definition, base, points))
    posture = rest_posture(curved, points)
    placed = _with_own_joints(curved, posture, points)
    pelvis = [placed.coordinate_index[name] for name in ("pelvis_tx", "pelvis_ty", "pelvis_tz")]
    rest_q = posture.copy()
    rest_q[pelvis] = _pelvis_origin(curved, points)
    return AvatarModel(_with_own_stations(placed, rest_q, points), rest_q)


@lru_cache(maxsize=1)
def _bare_model() -> SpineModel:
    """Hundreds of shapes would be scaled for every person, and nobody looks at them."""
    whole = load_model("unisex").definition
    return SpineModel(replace(whole, bodies=tuple(replace(body, shapes=()) for body in whole.bodies)))


def _shank_origins(base: SpineModel, points: dict[str, Array]) -> dict[str, Array]:
    """Where the tibiae begin, from the centres of the knees: the origin glides on the condyles, the centre is fixed in the femur."""
    out = {}
    for side, word in (("r", "right"), ("l", "left")):
        hip, knee, shank = f"joint/femur_{side}", f"keypoint/{word}_knee", f"joint/tibia_{side}"
        if knee not in points:
            continue
        own = base.station_positions(base.forward(base.default_q[None]), (hip, knee, shank))[0]
        thigh, theirs = own[1] - own[0], points[knee] - points[hip]
        size = float(np.linalg.norm(theirs) / np.linalg.norm(thigh))
        out[shank] = points[knee] + size * _turn_onto(thigh, theirs) @ (own[2] - own[1])
    return out


def _turn_onto(a: Array, b: Array) -> Array:
    """The smallest rotation `(3, 3)` that takes the direction of `a (3,)`, not opposite, to that of `b (3,)`."""
    across = np.cross(a, b)
    sine = float(np.linalg.norm(across))
    return rigid.rotation_vector_matrix(across / max(sine, 1e-12) * np.arctan2(sine, a @ b))


def _segment_factors(base: SpineModel, landmarks: Landmarks, points: dict[str, Array]) -> dict[str, float]:
    """Size of each segment against the base model: by its own joints where they are given, else by stature."""
    at = base.station_positions(base.forward(base.default_q[None]), [f"joint/{b}" for b in base.bodies])[0]
    own = dict(zip((f"joint/{b}" for b in base.bodies), at, strict=True))
    factors = dict.fromkeys(SEGMENTS, landmarks.stature_m / base.stature_m)
    for segment, (start, end) in _LIMB_TIPS.items():
        for side in "rl":
            a, b = f"joint/{start}_{side}", f"joint/{end}_{side}"
            if a in points and b in points:
                factors[f"{segment}_{side}"] = float(
                    np.linalg.norm(points[b] - points[a]) / np.linalg.norm(own[b] - own[a])
                )
    for segment, start, end in (("lumbar", "L5", "T12"), ("thoracic", "T12", "C7"), ("cervical", "C7", "skull")):
        a, b = f"joint/{start}", f"joint/{end}"
        factors[segment] = float(np.linalg.norm(points[b] - points[a]) / np.linalg.norm(own[b] - own[a]))
    return factors


def _with_own_curve(definition: Definition, base: SpineModel, points: dict[str, Array]) -> Definition:
    """Tilts of the vertebrae in the neutral posture changed by what the person's curve differs from the base model's."""
    # The sacrum and the atlas have no vertebral body: where their middle lies says nothing of the curve.
    chain = VERTEBRAE[1:-1]
    names = [f"centroid/{v}" for v in chain]
    theirs = _tangents_rad(np.stack([points[name] for name in names]))
    ours = _tangents_rad(base.station_positions(base.forward(base.default_q[None]), names)[0])
    change = dict(zip(chain, (theirs - ours).tolist(), strict=True)) | {"skull": 0.0, "pelvis": 0.0}
    change["C1"] = change["C2"]
    # Bodies that hang on the spine without being vertebrae stay upright, so they turn back what their parent turns.
    joints = tuple(
        replace(j, orientation_parent_rad=_turned(j, change.get(j.child, 0.0) - change[j.parent]))
        if j.parent in change
        else j
        for j in definition.joints
    )
    return replace(definition, joints=joints)


def _turned(joint: Joint, angle_rad: float) -> tuple[float, float, float]:
    x, y, z = joint.orientation_parent_rad
    return x, y, z + angle_rad


def _tangents_rad(centroids: Array) -> Array:
    """Backward lean `(N,)` of the chain at each vertebra, seen from the side."""
    slope = np.gradient(centroids[:, :2], axis=0)
    return np.arctan2(-slope[:, 0], slope[:, 1])


def _pelvis_origin(model: SpineModel, points: dict[str, Array]) -> Array:
    if "joint/pelvis" in points:
        return points["joint/pelvis"]
    hips = [np.asarray(model.definition.joint_of[f"femur_{s}"].location_parent_m) for s in "rl"]
    return 0.5 * (points["joint/femur_r"] + points["joint/femur_l"]) - 0.5 * (hips[0] + hips[1])


def _with_own_joints(model: SpineModel, posture: Array, points: dict[str, Array]) -> SpineModel:
    """Joint offsets such that in `posture`, with the pelvis where it belongs, every body's origin is where the person has it."""
    rotations = model.forward(posture[None]).rotation_ground_body[0]
    full = dict(zip(model.expanded_names, model.expand(posture), strict=True))
    origins: dict[str, Array] = {"pelvis": _pelvis_origin(model, points)}
    joints = []
    for joint in model.definition.joints:
        if joint.child == "pelvis":
            joints.append(joint)
            continue
        turn = rotations[model.body_index[joint.parent]]
        slide = _slide(joint, full)
        goal = points.get(f"joint/{joint.child}")
        if goal is None and joint.child == "thorax":
            goal = _thorax_origin(model, points)
        if goal is None:
            goal = origins[joint.parent] + turn @ (np.asarray(joint.location_parent_m) + slide)
        offset = turn.T @ (goal - origins[joint.parent]) - slide
        origins[joint.child] = goal
        joints.append(replace(joint, location_parent_m=(float(offset[0]), float(offset[1]), float(offset[2]))))
    return SpineModel(replace(model.definition, joints=tuple(joints)))


def _slide(joint: Joint, full: dict[str, float]) -> Array:
    """Translation `(3,)` of a joint in the parent's axes."""
    frame = euler_xyz_matrix(joint.orientation_parent_rad)
    total = np.zeros(3)
    for axis in joint.translations:
        amount = float(axis.function.value(full[axis.coordinate] if axis.coordinate else 0.0))
        total += amount * np.asarray(axis.direction) / np.linalg.norm(axis.direction)
    return frame @ total


def _thorax_origin(model: SpineModel, points: dict[str, Array]) -> Array | None:
    """The jugular notch lies between the sternoclavicular joints, a little before them as in the base model."""
    if not {"joint/clavicle_r", "joint/clavicle_l"} <= points.keys():
        return None
    offsets = [np.asarray(model.definition.joint_of[f"clavicle_{s}"].location_parent_m) for s in "rl"]
    return 0.5 * (points["joint/clavicle_r"] + points["joint/clavicle_l"]) - 0.5 * (offsets[0] + offsets[1])


def _with_own_stations(model: SpineModel, rest_q: Array, points: dict[str, Array]) -> SpineModel:
    """Stations on the person's own points; keypoints that stand for joints or vertebrae follow them."""
    poses = model.forward(rest_q[None])
    wanted = {name: at for name, at in points.items() if name in model.stations and not name.startswith("joint/")}
    wanted |= {f"keypoint/{k.name}": points[f"centroid/{k.vertebra}"] for k in KEYPOINTS if k.vertebra}
    for side, word in (("r", "right"), ("l", "left")):
        shoulder = points.get(f"joint/humerus_{side}")
        if shoulder is not None:
            t3, t8 = points["centroid/T3"], points["centroid/T8"]
            wanted[f"keypoint/{word}_latissimus"] = 0.5 * (t3 + t8) + LATISSIMUS_SHARE * (shoulder - t3)
        for part, over in (
            ("heel", f"keypoint/{word}_heel"),
            ("ball", f"joint/toes_{side}"),
            ("toe", f"keypoint/{word}_big_toe"),
        ):
            if over in points:
                wanted[f"sole/{part}_{side}"] = points[over] * [1.0, 0.0, 1.0]
    overrides = {}
    for name, at in wanted.items():
        body = model.body_index[model.stations[name].body]
        overrides[name] = poses.rotation_ground_body[0, body].T @ (at - poses.position_ground_m[0, body])
    stations = {
        name: Station(s.body, overrides[name]) if name in overrides else s
        for name, s in model.definition.stations.items()
    }
    # Scaling by nothing stands the model on its new soles in the default posture.
    return model.renamed("avatar", stations).scaled()
