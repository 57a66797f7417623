"""`import spinegen` is quick, names what most users need, and its stages are run and recorded as by the commands."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import spinegen
from spinegen.annotate.settings import ExportSettings
from spinegen.config import Settings
from spinegen.errors import ConfigError, DatasetError, SpinegenError, UsageError
from spinegen.pipeline import STAGES, StageName, of_config, run_pipeline, run_stage
from spinegen.progress import StageSummary, complain
from spinegen.render.settings import RenderSettings
from spinegen.workspace import Workspace
from support.drawn_set import draw_workspace

HEAVY = ("torch", "opensim", "moderngl", "numpy", "scipy", "pandas", "cv2", "pydantic")


def test_the_import_alone_loads_nothing_heavy() -> None:
    code = f"import spinegen, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pipeline_is_at_hand_without_torch_and_opensim() -> None:
    code = "import spinegen, sys; spinegen.run_pipeline; print([n for n in ('torch', 'opensim', 'moderngl') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there_and_is_what_type_checkers_are_told() -> None:
    tree = ast.parse(Path(str(spinegen.__file__)).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == spinegen._WHERE
    assert set(spinegen.__all__) == {*told, "__version__"}
    for name in spinegen.__all__:
        assert getattr(spinegen, name) is not None
        assert name in dir(spinegen)


def test_a_name_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'read_clips'; it has: .*read_clip"):
        getattr(spinegen, "read_" + "clips")


def test_a_stage_is_recorded_and_resumed(tmp_path: Path) -> None:
    workspace = draw_workspace(tmp_path / "w", shots=4)
    first = spinegen.export_coco(workspace, min_visible=2)
    assert first.figures["train_images"] == 3
    again = spinegen.export_coco(tmp_path / "w", min_visible=2)
    assert dict(again.rows)["time"] == "done before, nothing changed"
    stage = workspace.run().stages["export"]
    assert stage.settings["min_visible"] == 2
    assert len(stage.runs) == 2
    assert stage.runs[1].figures == stage.figures == first.figures


def test_a_setting_that_is_not_allowed_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"stage export: unknown field minimum; allowed are: site"):
        spinegen.export_coco(tmp_path, minimum=2)


def test_a_stage_that_fails_is_recorded_without_a_time(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no rendered frames"):
        run_stage("export", Workspace(tmp_path), ExportSettings())
    (run,) = Workspace(tmp_path).run().stages["export"].runs
    assert run.seconds is None


def test_settings_of_another_stage_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="stage export: takes ExportSettings, found RenderSettings"):
        run_stage("export", Workspace(tmp_path), RenderSettings())
    assert not Workspace(tmp_path).run_file.exists()


def test_a_config_is_noted_in_the_record(tmp_path: Path) -> None:
    plan = of_config("demo", Workspace(tmp_path))
    assert plan.fits[0].jobs == 2
    noted = Workspace(tmp_path).run().config
    assert noted is not None
    assert noted.path == "demo"


def test_where_no_clip_can_be_fitted_the_run_ends_with_why(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(f"fit: {{clips: [{tmp_path / 'gone.trc'}]}}\nrender: {{scenes: nowhere}}")
    workspace = Workspace(tmp_path / "w")
    with pytest.raises(SpinegenError, match=r"^1 clip\(s\) failed: gone\.trc$"):
        run_pipeline(of_config(str(tmp_path / "run.yaml"), workspace), workspace)


def test_what_failed_is_said_at_the_end() -> None:
    summary = StageSummary("Fits", (), failures=("a", "b", "c", "d", "e"))
    with pytest.raises(SpinegenError, match=r"5 clip\(s\) failed, the rest is done: a; b; c; and 2 more"):
        complain(summary, STAGES["fit"].items)
    complain(StageSummary("Fits", ()), STAGES["fit"].items)


@pytest.mark.parametrize("name", list(STAGES))
def test_every_stage_has_settings_of_its_own(name: StageName) -> None:
    assert issubclass(STAGES[name].settings, Settings)
    assert sum(stage.settings is STAGES[name].settings for stage in STAGES.values()) == 1
