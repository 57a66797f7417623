"""Vertebrae lie where vertebrae lie: depth under the skin, share of the trunk, curvature, spacing."""

import numpy as np
import pytest

from spinegen.humans.body.landmarks import Landmarks
from spinegen.humans.body.shape import rest_vertices
from spinegen.humans.person import shape_of
from spinegen.humans.rigging.joints import find_landmarks, find_spine
from spinegen.humans.rigging.spine_site import SpineSite
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.humans.spec.sample import sample_person
from spinegen.skeleton import VERTEBRAE

# Skin of the back to the vertebral body's centre, mm at 1.72 m: published skin-to-epidural depth (lumbar 41-57 +- 12,
# Cha 2011, Lee 2004; thoracic 47 +- 11, Agarwal 2024) + canal + half the body, give or take two deviations.
DEPTH_RANGE_MM = {"L": (52, 118), "T": (44, 100), "C": (38, 84), "S": (38, 95)}
SHARE_RANGE = {"L": (0.24, 0.52), "T": (0.22, 0.60), "C": (0.22, 0.62), "S": (0.18, 0.48)}
WARDROBES = ("yoga", "sport", "street", "office")


def sampled(count: int, seed: int) -> list[tuple[PersonSpec, SpineSite, Landmarks]]:
    people = []
    for i in range(count):
        spec = sample_person(np.random.default_rng([seed, i]), WARDROBES[i % 4])
        vertices = rest_vertices(shape_of(spec))
        spine = find_spine(vertices, spec.stature_m, spec.bmi)
        people.append((spec, spine, find_landmarks(vertices, spec.stature_m, spine)))
    return people


@pytest.fixture(scope="module")
def few() -> list[tuple[PersonSpec, SpineSite, Landmarks]]:
    return sampled(12, 1)


def check_depths(people: list[tuple[PersonSpec, SpineSite, Landmarks]]) -> None:
    for spec, spine, _ in people:
        depth_mm = spine.depth_m() * 1000.0 * 1.72 / spec.stature_m
        share = spine.depth_m() / (spine.front_m - spine.back_m)
        for vertebra, depth, part in zip(VERTEBRAE, depth_mm, share, strict=True):
            low, high = DEPTH_RANGE_MM[vertebra[0]]
            assert low < depth < high, (vertebra, depth, spec)
            low, high = SHARE_RANGE[vertebra[0]]
            assert low < part < high, (vertebra, part, spec)


def tangents_deg(spine: SpineSite) -> np.ndarray:
    steps = np.diff(spine.centroid_m[:, :2], axis=0)
    return np.degrees(np.arctan2(steps[:, 0], steps[:, 1]))


def check_curvature(people: list[tuple[PersonSpec, SpineSite, Landmarks]]) -> None:
    for spec, spine, _ in people:
        lean = tangents_deg(spine)
        lordosis, kyphosis = lean[0] - lean[5], lean[17:19].mean() - lean[6:8].mean()
        assert 35 < lordosis < 85, (lordosis, spec)
        assert 12 < kyphosis < 60, (kyphosis, spec)


def check_joints(people: list[tuple[PersonSpec, SpineSite, Landmarks]]) -> None:
    for spec, _, landmarks in people:
        p, h = landmarks.points, spec.stature_m
        thigh = np.linalg.norm(p["joint/tibia_r"] - p["joint/femur_r"]) / h
        shank = np.linalg.norm(p["joint/talus_r"] - p["joint/tibia_r"]) / h
        upper = np.linalg.norm(p["joint/ulna_r"] - p["joint/humerus_r"]) / h
        fore = np.linalg.norm(p["joint/hand_r"] - p["joint/ulna_r"]) / h
        spine = (p["centroid/C1"][1] - p["centroid/S1"][1]) / h
        # Segment lengths as shares of stature (Drillis and Contini 1966; Winter 2009), give or take a tenth.
        assert 0.185 < thigh < 0.275, thigh
        assert 0.21 < shank < 0.295, shank
        assert 0.135 < upper < 0.205, upper
        assert 0.12 < fore < 0.175, fore
        assert 0.28 < spine < 0.36, spine


def test_depth_under_the_skin_and_share_of_the_trunk_are_those_published(few) -> None:
    check_depths(few)


def test_the_rest_pose_has_a_normal_lordosis_and_kyphosis(few) -> None:
    check_curvature(few)


def test_limbs_and_spine_have_human_proportions(few) -> None:
    check_joints(few)


def test_vertebrae_rise_one_above_the_other_and_spines_point_backwards(few) -> None:
    for _, spine, _ in few:
        assert (np.diff(spine.centroid_m[:, 1]) > 0.006).all()
        skin = np.interp(spine.posterior_m[:, 1], spine.centroid_m[:, 1], spine.back_m)
        assert (spine.posterior_m[:, 0] > skin + 0.005).all()
        assert (spine.posterior_m[:, 0] < spine.centroid_m[:, 0] - 0.015).all()


def test_tips_of_the_lower_chest_lie_a_level_down_those_of_neck_and_loin_nearer_to_their_own(few) -> None:
    for spec, spine, _ in few:
        height, tip = spine.centroid_m[:, 1], spine.posterior_m[:, 1]
        levels = dict(zip(VERTEBRAE, ((height - tip) / np.gradient(height)).tolist(), strict=True))
        assert all(0.7 < levels[v] < 1.6 for v in ("T7", "T8", "T9", "T10", "T11", "T12", "L1")), (levels, spec)
        assert all(-0.9 < levels[v] < 1.0 for v in ("C7", "T1", "T2", "T3", "L4", "L5")), (levels, spec)
        assert levels["T8"] > levels["T4"] > levels["T1"] > levels["C7"], (levels, spec)
        assert levels["L1"] > levels["L3"] > levels["L5"], (levels, spec)
        assert (np.diff(tip[1:18]) > 0.008).all(), spec


@pytest.mark.slow
def test_two_hundred_people_have_their_vertebrae_within_the_published_ranges() -> None:
    people = sampled(200, 2)
    check_depths(people)
    check_curvature(people)
    check_joints(people)
