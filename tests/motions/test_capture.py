"""A capture of the flow: feet and hands on the floor, faults as asked, the same bytes twice, truth that the reader meets."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spinegen import skeleton
from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.model.contacts import CONTACTS, FLOOR_STATIONS
from spinegen.biomech.model.spine_model import SpineModel
from spinegen.clips.matching import choose
from spinegen.clips.read import read_clip
from spinegen.motions import shipped
from spinegen.motions.capture import make_capture, truth_path
from spinegen.motions.flow import Flow, FlowClip, Key, load_flow
from spinegen.motions.performance import Performance, perform
from spinegen.motions.performer import Performer, performer_model
from spinegen.motions.sampling import Sampling, sample_markers

FULL = load_flow()


def short(*poses: str) -> Flow:
    """A clip `short` of a few poses of the yoga flow."""
    keys = tuple(Key(pose=pose, travel_s=1.0, hold_s=0.4) for pose in poses)
    return Flow(poses=FULL.poses, clips={"short": FlowClip(keys=keys)})


@pytest.fixture(scope="module")
def performer() -> SpineModel:
    return performer_model(Performer(size=1.02, variation=0.05), np.random.default_rng(4))


@pytest.fixture(scope="module")
def salutation(performer: SpineModel) -> Performance:
    return perform(FULL, "yoga_sun_salutation", performer, 50.0, rng=np.random.default_rng(4))


def test_the_performer_s_proportions_differ(performer: SpineModel) -> None:
    def lengths(model: SpineModel) -> np.ndarray:
        names = ("joint/femur_r", "joint/tibia_r", "joint/talus_r", "joint/humerus_r", "joint/ulna_r", "joint/hand_r")
        points = model.station_positions(model.forward(model.default_q[None]), names)[0]
        return np.linalg.norm(np.diff(points, axis=0), axis=1)[[0, 1, 3, 4]]

    ratio = lengths(performer) / lengths(load_model("unisex"))
    assert np.ptp(ratio) > 0.01
    assert ((ratio > 0.9) & (ratio < 1.12)).all()


def test_nothing_sinks_into_the_floor_and_something_stands_on_it(
    performer: SpineModel, salutation: Performance
) -> None:
    points = performer.station_positions(performer.forward(salutation.q), tuple(FLOOR_STATIONS))
    above = points[..., 1] - np.array(list(FLOOR_STATIONS.values()))
    assert above.min() > -0.03
    assert above.min(axis=1).max() < 0.03


def test_contacts_hold_in_every_pose_on_a_body_of_other_proportions(
    performer: SpineModel, salutation: Performance
) -> None:
    words = np.array(salutation.activities)
    for activity in ("plank", "cobra", "downward_dog", "forward_fold"):
        pose = next(p for p in FULL.poses.values() if p.activity == activity)
        first = int(np.flatnonzero(words == activity)[len(np.flatnonzero(words == activity)) // 2])
        stations = [s for contact in pose.contacts for s in CONTACTS[contact].stations]
        heights = performer.station_positions(performer.forward(salutation.q[first : first + 1]), stations)[0, :, 1]
        assert np.abs(heights - [FLOOR_STATIONS[s] for s in stations]).max() < 0.035, activity


def test_hands_stay_where_they_are_planted(performer: SpineModel, salutation: Performance) -> None:
    words = list(salutation.activities)
    start, end = words.index("plank"), len(words) - 1 - words[::-1].index("downward_dog")
    hand = performer.station_positions(performer.forward(salutation.q[start:end]), ("landmark/RMC2",))[:, 0]
    assert np.linalg.norm(hand - np.median(hand, axis=0), axis=1).max() < 0.05


def test_the_motion_is_smooth(salutation: Performance) -> None:
    acceleration = np.diff(salutation.q[:, 3:], 2, axis=0) * salutation.rate_hz**2
    assert np.abs(acceleration).max() < 40.0


def test_the_person_breathes_and_sways_in_a_hold(salutation: Performance) -> None:
    held = np.flatnonzero(np.array(salutation.activities) == "downward_dog")[20:-20]
    assert 0.05 < np.degrees(salutation.q[held].std(0)).max() < 4.0


def test_two_makings_are_the_same_bytes(tmp_path: Path) -> None:
    flow = short("mountain", "half_lift")
    files = []
    for folder in ("a", "b"):
        path = make_capture(flow, "short", np.random.default_rng(7), tmp_path / folder)
        files.append((path.read_bytes(), truth_path(path).read_bytes()))
    assert files[0] == files[1]
    other = make_capture(flow, "short", np.random.default_rng(8), tmp_path / "c")
    assert other.read_bytes() != files[0][0]


def test_a_capture_reads_like_any_user_s_file_and_lies_where_the_truth_is(tmp_path: Path) -> None:
    clean = Sampling(noise_mm=0.0, gap_share=0.0, swapped_pair=None)
    path = make_capture(short("tabletop", "cow"), "short", np.random.default_rng(7), tmp_path, sampling=clean)
    clip = read_clip(path)
    assert clip.notes == ()
    assert choose(clip).name == "spinegen"
    truth = pd.read_parquet(truth_path(path))
    assert list(truth.columns) == ["frame", "time_s", "activity", "vertebra", "x", "y", "z"]
    assert len(truth) == 25 * clip.frame_count
    assert tuple(truth["vertebra"][:25]) == skeleton.VERTEBRAE
    centroid = np.asarray(truth[truth["vertebra"] == "L3"][["x", "y", "z"]])
    distance = np.linalg.norm(clip.positions_ground_m[:, clip.index("L3")] - centroid, axis=1)
    assert distance.min() > 0.03
    assert distance.max() < 0.12
    assert np.ptp(distance) < 1e-4


def test_faults_are_as_many_as_asked() -> None:
    labels = tuple("abcdef")
    true = np.zeros((600, 6, 3)) + np.arange(6)[None, :, None]
    sampling = Sampling(noise_mm=4.0, gap_share=0.05, swapped_pair=("b", "e"), swapped_s=1.0)
    seen = sample_markers(true, labels, sampling, np.random.default_rng(0))
    lost = np.isnan(seen).any(-1)
    assert lost.mean() == pytest.approx(0.05, abs=1e-3)
    error = seen - true
    assert np.nanstd(error[:, [0, 2, 3, 5]]) == pytest.approx(0.004, rel=0.05)
    swapped = np.abs(np.nan_to_num(error[:, 1, 0])) > 1.0
    assert 50 <= swapped.sum() <= 60
    assert np.ptp(np.flatnonzero(swapped)) < 60


def test_shipped_clips_that_are_there_are_kept(tmp_path: Path) -> None:
    for clip in shipped.shipped_clips()[:3]:
        (tmp_path / f"{clip.name}.c3d").write_text("mine")
        truth_path(tmp_path / f"{clip.name}.c3d").write_text("mine")
    paths = shipped.make_shipped_clips(tmp_path)
    assert [path.read_text() for path in paths] == ["mine"] * 3
