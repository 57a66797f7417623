"""What a fit writes is what OpenSim and the renderer read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fits.files import frame_angles_deg, intervertebral_deg, write_fit
from spinegen.biomech.osim.replay import replay_positions
from spinegen.skeleton import VERTEBRAE


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    folder = tmp_path_factory.mktemp("fits") / "wave"
    model = load_model().scaled({"thigh_r": 1.1, "lumbar": 0.95})
    rng = np.random.default_rng(0)
    low, high = model.limits
    wide = np.minimum(high - low, 1.0)
    q = np.clip(model.default_q + 0.3 * wide * rng.standard_normal((7, len(low))), low, high)
    write_fit(folder, model, q, np.arange(7) / 60.0, activity=("still",) * 7)
    return folder, q


def test_the_motion_replays_on_the_model_in_opensim(written: tuple[Path, np.ndarray]) -> None:
    folder, q = written
    model = load_model().scaled({"thigh_r": 1.1, "lumbar": 0.95})
    names = [name for name in model.stations if name.startswith(("keypoint/", "centroid/", "posterior/"))]
    ours = model.station_positions(model.forward(q), names)
    theirs = replay_positions(folder / "model.osim", folder / "motion.mot", np.arange(7), names)
    assert np.abs(ours - theirs).max() < 1e-5


def test_tables_hold_every_frame_and_vertebra(written: tuple[Path, np.ndarray]) -> None:
    folder, q = written
    vertebrae = pd.read_parquet(folder / "vertebrae.parquet")
    assert len(vertebrae) == 7 * 25
    assert list(vertebrae["vertebra"][:25]) == list(VERTEBRAE)
    np.testing.assert_allclose(np.linalg.norm(vertebrae[["qw", "qx", "qy", "qz"]], axis=1), 1.0, atol=1e-9)
    coordinates = pd.read_parquet(folder / "coordinates.parquet")
    np.testing.assert_array_equal(coordinates[list(load_model().coordinate_names)].to_numpy(), q)
    assert set(coordinates["activity"]) == {"still"}
    assert pd.read_parquet(folder / "keypoints.parquet").shape == (7, 2 + 37 * 3)


def test_angles_read_off_the_vertebrae_are_the_level_coordinates(written: tuple[Path, np.ndarray]) -> None:
    _, q = written
    model = load_model()
    np.testing.assert_allclose(intervertebral_deg(model, q), frame_angles_deg(model, q), atol=1e-6)
    assert np.abs(intervertebral_deg(model, q)).max() > 1.0
