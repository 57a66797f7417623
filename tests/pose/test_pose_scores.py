"""Scores of predictions whose quality is known."""

from pathlib import Path

import numpy as np
import pytest

from spinegen import skeleton
from spinegen.pose.data.coco_set import CocoSet, read_coco
from spinegen.pose.scoring.baseline import mean_pose, place
from spinegen.pose.scoring.errors import box_sizes_px, error_tables, pck_auc
from spinegen.pose.scoring.oks import oks_scores


@pytest.fixture(scope="module")
def people(drawn_set: Path) -> CocoSet:
    return read_coco(drawn_set / "annotations/person_keypoints_val-unreal.json", drawn_set / "images/val-unreal")


def ones(people: CocoSet) -> np.ndarray:
    return np.ones((len(people), 37))


def test_the_truth_scores_one_everywhere(people: CocoSet) -> None:
    scores = oks_scores(people, people.keypoints_px, ones(people))
    assert {name: (row["AP"], row["AR"]) for name, row in scores.items()} == {
        name: (pytest.approx(1.0), pytest.approx(1.0)) for name in ("body", "spine", "feet", "all")
    }


def test_a_subset_does_not_see_errors_elsewhere(people: CocoSet) -> None:
    wrong_feet = people.keypoints_px.copy()
    wrong_feet[:, list(skeleton.SUBSETS["feet"])] += 1000
    scores = oks_scores(people, wrong_feet, ones(people))
    assert scores["feet"]["AP"] == pytest.approx(0.0)
    assert scores["spine"]["AP"] == pytest.approx(1.0)
    assert scores["body"]["AP"] == pytest.approx(1.0)


def test_the_threshold_of_oks_is_where_the_formula_says(people: CocoSet) -> None:
    """Every keypoint off by d has OKS exp(-d^2 / (2 area (2 sigma)^2)); just above 0.75 it counts for six of ten thresholds."""
    one = people.subset(np.array([0]))
    ids = list(skeleton.SUBSETS["spine"])
    sigmas = np.array(skeleton.SIGMAS)
    moved = one.keypoints_px.copy()
    wanted = 0.7501
    moved[0, ids, 0] += np.sqrt(-2 * np.log(wanted) * one.areas_px[0]) * 2 * sigmas[ids]
    scores = oks_scores(one, moved, ones(one), ("spine",))
    assert scores["spine"]["AP"] == pytest.approx(0.6)


def test_people_without_a_subsets_keypoints_are_not_scored_on_it(people: CocoSet) -> None:
    blind = people.visibility.copy()
    feet = list(skeleton.SUBSETS["feet"])
    blind[:6, feet] = 0
    import dataclasses

    half = dataclasses.replace(people, visibility=blind)
    moved = half.keypoints_px.copy()
    # a guess inside the box of somebody without labelled feet is neither right nor wrong
    moved[:6, feet] = (half.boxes_xywh_px[:6, :2] + half.boxes_xywh_px[:6, 2:] / 2)[:, None]
    assert oks_scores(half, moved, ones(half), ("feet",))["feet"]["AP"] == pytest.approx(1.0)


def test_the_mean_pose_is_the_mean_of_the_labelled_keypoints(people: CocoSet) -> None:
    pose = mean_pose(people)
    hip = skeleton.INDEX["hip"]
    rows = people.visibility[:, hip] > 0
    by_hand = ((people.keypoints_px[rows, hip] - people.boxes_xywh_px[rows, :2]) / people.boxes_xywh_px[rows, 2:]).mean(
        axis=0
    )
    assert pose[hip] == pytest.approx(by_hand)
    placed = place(pose, np.array([[10.0, 20.0, 100.0, 200.0]]))
    assert placed[0, hip] == pytest.approx([10, 20] + pose[hip] * [100, 200])


def test_pck_area_by_hand() -> None:
    assert pck_auc(np.zeros(5)) == pytest.approx(1.0)
    assert pck_auc(np.full(5, 0.3)) == pytest.approx(0.0)
    # a step at 0.1 of 0.2, sampled with 21 thresholds by the trapezoidal rule
    assert pck_auc(np.array([0.1])) == pytest.approx(0.525)
    assert pck_auc(np.array([np.nan])) is None


def test_error_tables_group_people_views_and_occlusion(people: CocoSet) -> None:
    moved = people.keypoints_px.copy()
    moved[..., 0] += 3.0
    tables = error_tables(people, moved)
    labels = int((people.visibility > 0).sum())
    assert sum(row.count for row in tables.people) == labels
    assert sum(row.count for row in tables.views) == labels
    assert sum(row.count for row in tables.occlusion) == labels
    assert sum(row.count for row in tables.keypoints) == labels
    assert [row.name for row in tables.keypoints] == list(skeleton.NAMES)
    assert {row.name for row in tables.people} == {"val-0", "val-1"}
    for table in (tables.subsets, tables.keypoints, tables.occlusion, tables.views, tables.people):
        counted = [row for row in table if row.count]
        assert counted
        assert all(row.mean_px == pytest.approx(3.0) for row in counted)
    whole = next(row for row in tables.subsets if row.name == "all")
    assert whole.mean_box == pytest.approx(
        float(np.nanmean(np.where(people.visibility > 0, 3 / box_sizes_px(people)[:, None], np.nan)))
    )
