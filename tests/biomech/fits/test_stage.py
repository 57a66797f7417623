"""The stage: several clips, one of them broken; a second run; files that others read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.biomech.fit.opensim_tool import write_trc
from spinegen.biomech.fits.files import read_fit
from spinegen.biomech.fits.settings import FitSettings
from spinegen.biomech.fits.stage import fit_mocap
from spinegen.errors import FitError
from spinegen.progress import SilentReporter, StageSummary
from spinegen.workspace import Workspace

LABELS = (
    *("RFHD", "LFHD", "RBHD", "LBHD", "C7", "T10", "CLAV", "STRN"),
    *(
        s + n
        for n in ("ACR", "ELL", "ELM", "WRR", "WRU", "ASI", "PSI", "KNL", "KNM", "ANL", "ANM", "HEE", "MT5")
        for s in "RL"
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good clips, one whose pelvis and trunk were never seen, and a marker set."""
    root = tmp_path_factory.mktemp("clips")
    rows = {label: {"station": f"landmark/{label}"} for label in LABELS}
    (root / "set.yaml").write_text(yaml.safe_dump({"kind": "markers", "markers": rows}))
    model = load_model()
    stations = [f"landmark/{label}" for label in LABELS]
    times = np.arange(40) / 20.0
    rng = np.random.default_rng(0)
    for number, name in enumerate(("bow", "wave", "blind")):
        q = np.repeat(model.default_q[None], len(times), axis=0)
        q[:, model.coordinate_index["lumbar_flexion"]] = 0.4 * np.sin(times + number)
        q[:, model.coordinate_index["shoulder_elevation_r"]] = 0.6 + 0.5 * np.sin(2 * times)
        at = model.station_positions(model.forward(q), stations)
        at += 0.001 * rng.standard_normal(at.shape)
        if name == "blind":
            at[:, [i for i, label in enumerate(LABELS) if label[-3:] in ("ASI", "PSI", "LAV", "TRN", "T10", "C7")]] = (
                np.nan
            )
        write_trc(root / f"{name}.trc", LABELS, at, times)
    return root


@pytest.fixture(scope="module")
def outcome(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, FitSettings, StageSummary]:
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    names = ("bow", "blind", "wave")
    settings = FitSettings(clips=tuple(folder / f"{name}.trc" for name in names), marker_set=str(folder / "set.yaml"))
    return workspace, settings, fit_mocap(workspace, settings, SilentReporter())


def test_a_clip_that_fails_does_not_stop_the_others(outcome: tuple[Workspace, FitSettings, StageSummary]) -> None:
    workspace, _, summary = outcome
    assert len(summary.failures) == 1
    assert "blind.trc" in summary.failures[0]
    assert summary.figures["clips"] == 2
    assert not workspace.fit("blind").exists()


def test_a_finished_fit_holds_every_file_and_reads_back(outcome: tuple[Workspace, FitSettings, StageSummary]) -> None:
    workspace, _, _ = outcome
    files = {path.name for path in workspace.fit("wave").iterdir()}
    assert files == {
        *("model.osim", "motion.mot", "coordinates.parquet", "keypoints.parquet", "vertebrae.parquet"),
        *("report.json", "report.html"),
    }
    fit = read_fit(workspace.fit("wave"))
    assert fit.rate_hz == pytest.approx(20.0)
    assert fit.model.coordinate_names == fit.coordinate_names
    assert fit.q.shape == (40, len(fit.coordinate_names))


def test_the_report_says_how_good_the_fit_is(outcome: tuple[Workspace, FitSettings, StageSummary]) -> None:
    workspace, _, _ = outcome
    report = json.loads((workspace.fit("bow") / "report.json").read_text())
    assert report["verdict"] == "good"
    assert report["residual_mm"]["rms"] < 5.0
    assert report["replay_error_m"] < 1e-5
    page = (workspace.fit("bow") / "report.html").read_text()
    assert "http" not in page.replace("http-equiv", "")


def test_a_second_run_does_nothing_and_other_settings_fit_again(
    outcome: tuple[Workspace, FitSettings, StageSummary],
) -> None:
    workspace, settings, _ = outcome
    kept = (workspace.fit("bow") / "report.json").stat().st_mtime_ns
    good = settings.model_copy(update={"clips": (settings.clips[0],)})
    assert fit_mocap(workspace, good, SilentReporter()).figures["frames"] == 0
    assert (workspace.fit("bow") / "report.json").stat().st_mtime_ns == kept
    tall = good.model_copy(update={"height_m": 1.9})
    assert fit_mocap(workspace, tall, SilentReporter()).figures["frames"] == 40
    report = json.loads((workspace.fit("bow") / "report.json").read_text())
    assert report["identity"]["settings"]["height_m"] == 1.9


@pytest.mark.parametrize(
    "name", ["model.osim", "motion.mot", "coordinates.parquet", "keypoints.parquet", "vertebrae.parquet"]
)
def test_a_fit_with_one_bit_changed_is_noticed_and_fitted_again(
    outcome: tuple[Workspace, FitSettings, StageSummary], tmp_path: Path, name: str
) -> None:
    workspace, settings, _ = outcome
    copy = Workspace(tmp_path)
    shutil.copytree(workspace.fits, copy.fits)
    path = copy.fit("wave") / name
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 0x04
    path.write_bytes(flipped)
    with pytest.raises(FitError, match=rf"{name} is damaged; fit the clip again"):
        read_fit(copy.fit("wave"))
    if name == "coordinates.parquet":
        clips = tuple(clip for clip in settings.clips if isinstance(clip, Path) and clip.stem != "blind")
        fit_mocap(copy, settings.model_copy(update={"clips": clips}), SilentReporter())
        assert path.read_bytes() == whole
        assert read_fit(copy.fit("wave")).q.shape[0] == 40


@pytest.mark.parametrize("text", ["", "[]", '{"rate_hz": 20.0, "files"', '{"files": {}}'])
def test_a_report_that_is_cut_off_is_named(
    outcome: tuple[Workspace, FitSettings, StageSummary], tmp_path: Path, text: str
) -> None:
    shutil.copytree(outcome[0].fit("bow"), tmp_path / "bow")
    (tmp_path / "bow/report.json").write_text(text)
    with pytest.raises(
        FitError,
        match=r"report\.json: (is not whole JSON|must hold a mapping|field rate_hz is missing).*; fit the clip again",
    ):
        read_fit(tmp_path / "bow")


def test_shards_together_fit_every_clip_once(folder: Path, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"take{number}.csv").write_text("nothing")
    workspace = Workspace(tmp_path / "w")
    failures = []
    for shard in ("1/2", "2/2"):
        settings = FitSettings(clips=(tmp_path,), shard=shard)
        failures.append(fit_mocap(workspace, settings, SilentReporter()).failures)
    assert [len(part) for part in failures] == [3, 2]
    assert {name for part in failures for text in part for name in [Path(text.split(":")[0]).stem]} == {
        f"take{number}" for number in range(5)
    }


def test_a_folder_without_clips_is_named(tmp_path: Path) -> None:
    with pytest.raises(FitError, match="no clip in this folder"):
        fit_mocap(Workspace(tmp_path / "w"), FitSettings(clips=(tmp_path,)), SilentReporter())
