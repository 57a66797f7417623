"""Postures drawn by chance: in range, on the floor, free of themselves, the same again, a fit like any other."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import read_fit
from spinegen.biomech.model.contacts import FLOOR_STATIONS
from spinegen.motions.pose_sampler import KIND_WEIGHTS, SampledPoses, anchors, sample_poses
from spinegen.motions.poses import make_poses
from spinegen.motions.self_contact import depth_m
from spinegen.motions.settings import PoseSettings
from spinegen.motions.shipped import shipped_flows
from spinegen.progress import SilentReporter
from spinegen.render.fits import read_motions
from spinegen.workspace import Workspace

MODEL = load_model("unisex")
KNOWN = anchors(MODEL, shipped_flows().values())


@pytest.fixture(scope="module")
def drawn() -> SampledPoses:
    return sample_poses(MODEL, KNOWN, 300, 3)


def test_every_way_of_being_borne_is_drawn(drawn: SampledPoses) -> None:
    assert len(drawn.q) == len(drawn.kinds) == 300
    counts = Counter(drawn.kinds)
    assert set(counts) == set(KIND_WEIGHTS)
    assert counts["standing"] > 0.25 * 300


def test_joints_are_in_range_nothing_is_in_the_floor_and_no_part_deep_in_another(drawn: SampledPoses) -> None:
    low, high = MODEL.limits
    assert ((drawn.q >= low - 1e-9) & (drawn.q <= high + 1e-9)).all()
    over = MODEL.station_positions(MODEL.forward(drawn.q), tuple(FLOOR_STATIONS))[..., 1] - np.array(
        list(FLOOR_STATIONS.values())
    )
    assert over.min() > -0.026
    on_floor = np.array(drawn.kinds) != "in_air"
    assert over[on_floor].min(1).max() < 0.036
    assert depth_m(MODEL, drawn.q).max() < 0.046


def test_a_larger_set_begins_with_the_smaller_one(drawn: SampledPoses) -> None:
    fewer = sample_poses(MODEL, KNOWN, 40, 3)
    np.testing.assert_array_equal(fewer.q, drawn.q[:40])
    other = sample_poses(MODEL, KNOWN, 40, 4)
    assert np.abs(other.q - fewer.q).max() > 0.1


def test_no_two_are_alike_and_the_spine_takes_part(drawn: SampledPoses) -> None:
    turning = [i for i, c in enumerate(MODEL.coordinates) if c.kind == "rotation" and c.region != "pelvis"]
    q = np.degrees(drawn.q[:, turning])
    apart = np.abs(q[:, None] - q[None]).max(-1) + 180.0 * np.eye(len(q))
    assert apart.min() > 5.0
    for name in ("lumbar_flexion", "thoracic_bending", "thoracic_rotation", "lower_cervical_rotation"):
        assert np.degrees(drawn.q[:, MODEL.coordinate_index[name]]).std() > 4.0, name


def test_a_hand_in_the_chest_is_deep_and_an_arm_at_the_side_is_not() -> None:
    q = np.repeat(MODEL.default_q[None], 2, 0)
    q[0, MODEL.coordinate_index["shoulder_elevation_r"]] = np.radians(12)
    q[1, MODEL.coordinate_index["elbow_flexion_r"]] = np.radians(100)
    q[1, MODEL.coordinate_index["shoulder_rotation_r"]] = np.radians(100)
    depth = depth_m(MODEL, q)
    assert depth[0] < 0.03
    assert depth[1] > 0.05


def test_they_are_written_as_a_fit_that_the_sampler_of_scenes_reads(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    summary = make_poses(workspace, PoseSettings(count=20, seed=5), SilentReporter())
    assert summary.figures["poses"] == 20
    fit = read_fit(workspace.fit("sampled_5"))
    assert fit.q.shape == (20, len(MODEL.coordinate_names))
    motion = read_motions(workspace, ["sampled_5"])[0]
    assert motion.is_still
    assert set(motion.activities) <= set(KIND_WEIGHTS)
    before = (fit.folder / "coordinates.parquet").stat().st_mtime_ns
    make_poses(workspace, PoseSettings(count=20, seed=5), SilentReporter())
    assert (fit.folder / "coordinates.parquet").stat().st_mtime_ns == before
