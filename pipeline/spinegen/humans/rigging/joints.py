"""Joint centres and surface keypoints of one body, from the base mesh's joint cubes, corrected where those are not anatomical."""

import numpy as np

from ... import skeleton
from ...geometry.types import Floats, Ints
from ..body.body_data import load_body_data
from ..body.landmarks import Landmarks
from ..body.rig import SIDES
from ..body.shape import Vertices, joint
from .contact_points import contact_landmarks
from .spine_site import SpineSite, place_spine

Point = Floats
TRUNK_PREFIXES = ("root", "pelvis", "spine", "neck", "breast", "clavicle", "shoulder")
HEAD_BONES_NOT = ("root", "pelvis", "spine", "breast", "clavicle", "shoulder", "upper", "lower", "wrist", "meta",
                  "finger", "foot", "toe", "neck")  # fmt: skip
HIP_HALF_DISTANCE = 0.052
"""Hip centre to the middle plane as a share of stature: 17-18 cm between the centres (Seidel 1995; Leardini 1999)."""
STERNAL_DEPTH_M = 0.024
HIP_DEPTH_SHARE = 0.60
"""Hip centre's place between the skin of the buttock (0) and of the groin (1) at its height."""


def find_spine(vertices_m: Vertices, stature_m: float, bmi: float) -> SpineSite:
    """The vertebrae of the body with these rest vertices `(V, 3)`."""
    data = load_body_data()
    body = data.vertices_of("body")
    head = tuple(b for b in data.rig_bones if not b.startswith(HEAD_BONES_NOT))
    owned = data.hold_of((*TRUNK_PREFIXES, *head))[body] > 0.6
    hips = [joint(data, vertices_m, f"{s}-upper-leg") for s in "lr"]
    return place_spine(
        vertices_m[body[owned]].astype(np.float64),
        hip_y_m=float(np.mean([hip[1] for hip in hips])),
        neck_y_m=float(joint(data, vertices_m, "neck")[1]),
        head_y_m=float(joint(data, vertices_m, "head")[1]),
        stature_m=stature_m,
        bmi=bmi,
    )


def joint_centres(vertices_m: Vertices, stature_m: float, spine: SpineSite) -> dict[str, Point]:
    """Centre of the joint with the parent for every body of the skeleton, ground axes, metres."""
    data = load_body_data()
    out: dict[str, Point] = {"pelvis": pelvis_centre(vertices_m, stature_m)}
    for i, name in enumerate(skeleton.VERTEBRAE[1:], start=1):
        out[name] = spine.joint_m[i]
    out["skull"] = spine.centroid_m[-1] + np.array([0.004, 0.008, 0.0]) * stature_m
    for side, cube, _ in SIDES:
        sign = 1.0 if side == "r" else -1.0
        at = lambda name, c=cube: joint(data, vertices_m, f"{c}-{name}")  # noqa: E731
        out[f"femur_{side}"] = hip_centre(vertices_m, stature_m, sign)
        out[f"tibia_{side}"] = at("knee")
        ankle = at("ankle")
        out[f"talus_{side}"] = ankle
        _, sole = foot_extent(vertices_m, side)
        out[f"calcn_{side}"] = np.array([ankle[0] - 0.01 * stature_m, 0.5 * ankle[1] + 0.5 * sole, ankle[2]])
        toes = np.mean([at(f"toe-{i}-1") for i in range(1, 6)], axis=0)
        out[f"toes_{side}"] = np.array([toes[0], toes[1], toes[2]])
        # The sternoclavicular joint lies under the skin of the front, not over the spine.
        sternal = at("clavicle")
        front = np.interp(sternal[1], spine.centroid_m[:, 1], spine.front_m)
        sternal[0] = max(sternal[0], front - STERNAL_DEPTH_M)
        out[f"clavicle_{side}"] = sternal
        out[f"scapula_{side}"] = at("scapula")
        out[f"humerus_{side}"] = at("shoulder")
        out[f"ulna_{side}"] = at("elbow")
        out[f"radius_{side}"] = at("elbow") + np.array([0.0, 0.0, 0.006 * stature_m * sign])
        out[f"hand_{side}"] = at("hand")
    return out


def hip_centre(vertices_m: Vertices, stature_m: float, sign: float) -> Point:
    """Hip joint centre of the side with `sign` (+1 right): the files' hip joints lie too far out and too far back."""
    data = load_body_data()
    body = data.vertices_of("body")
    rig = joint(data, vertices_m, "r-upper-leg" if sign > 0 else "l-upper-leg")
    half = HIP_HALF_DISTANCE * stature_m
    points = vertices_m[body]
    band = points[(np.abs(points[:, 1] - rig[1]) < 0.025) & (np.abs(points[:, 2] * sign - half) < 0.03)]
    back, front = band[:, 0].min(), band[:, 0].max()
    return np.array([back + HIP_DEPTH_SHARE * (front - back), rig[1], sign * half])


def pelvis_centre(vertices_m: Vertices, stature_m: float) -> Point:
    """Middle between the hip centres."""
    return 0.5 * (hip_centre(vertices_m, stature_m, 1.0) + hip_centre(vertices_m, stature_m, -1.0))


def foot_extent(vertices_m: Vertices, side: str) -> tuple[int, float]:
    """Index of the rearmost skin vertex of a foot, and the height of its sole."""
    data = load_body_data()
    body = data.vertices_of("body")
    foot = body[data.hold_of((f"foot.{side.upper()}",))[body] > 0.5]
    low = foot[vertices_m[foot, 1] < vertices_m[foot, 1].min() + 0.03]
    return int(low[vertices_m[low, 0].argmin()]), float(vertices_m[foot, 1].min())


def surface_keypoints(vertices_m: Vertices) -> dict[str, Point]:
    """Nose, pupils, ears, top of the head, toes and heels on the skin, by keypoint name."""
    data = load_body_data()
    body = data.vertices_of("body")
    head = body[data.hold_of(("head",))[body] > 0.5]
    out: dict[str, Point] = {}

    def point(among: Ints, score: Floats) -> Point:
        """The vertex with the highest score."""
        return vertices_m[among[score.argmax()]].astype(np.float64)

    middle = body[
        (np.abs(vertices_m[body, 2]) < 0.012) & (vertices_m[body, 1] > np.percentile(vertices_m[body, 1], 60))
    ]
    eyes = {s: data.vertices_of(f"helper-{s}-eye") for s in "lr"}
    eye_y = np.mean([vertices_m[eyes[s], 1].mean() for s in "lr"])
    nose = middle[np.abs(vertices_m[middle, 1] - (eye_y - 0.035)) < 0.03]
    out["nose"] = point(nose, vertices_m[nose, 0])
    out["head"] = point(body, vertices_m[body, 1])
    for side, _, word in SIDES:
        eye = eyes[side]
        out[f"{word}_eye"] = point(eye, vertices_m[eye, 0])
        sign = 1.0 if side == "r" else -1.0
        ear = head[np.abs(vertices_m[head, 1] - eye_y) < 0.03]
        out[f"{word}_ear"] = point(ear, vertices_m[ear, 2] * sign)
        toe = {k: body[data.hold_of((f"toe{k}-",))[body] > 0.5] for k in (1, 5)}
        for k, name in ((1, "big_toe"), (5, "small_toe")):
            own = toe[k][vertices_m[toe[k], 2] * sign > 0]
            out[f"{word}_{name}"] = point(own, vertices_m[own, 0])
        out[f"{word}_heel"] = vertices_m[foot_extent(vertices_m, side)[0]].astype(np.float64)
    return out


def find_landmarks(vertices_m: Vertices, stature_m: float, spine: SpineSite) -> Landmarks:
    """All named points of one body."""
    points: dict[str, Point] = {f"joint/{n}": p for n, p in joint_centres(vertices_m, stature_m, spine).items()}
    for i, name in enumerate(skeleton.VERTEBRAE):
        points[f"centroid/{name}"] = spine.centroid_m[i]
        points[f"posterior/{name}"] = spine.posterior_m[i]
    points |= {f"keypoint/{n}": p for n, p in surface_keypoints(vertices_m).items()}
    points |= contact_landmarks(vertices_m, points)
    # The files' knee is the point about which the shank turns, not the tibia's own origin, which glides.
    points |= {f"keypoint/{word}_knee": points[f"joint/tibia_{side}"] for side, _, word in SIDES}
    return Landmarks({name: np.asarray(p, dtype=np.float64) for name, p in points.items()}, stature_m)
