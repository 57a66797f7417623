"""The command line teaches, and ends in one clear sentence when something is wrong."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from spinegen.cli.main import cli
from support.commands import spinegen, spinegen_here


def commands() -> list[tuple[str, click.Command]]:
    found = []
    for name, command in cli.commands.items():
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", inner) for sub, inner in command.commands.items()]
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_shows_an_example_of_itself(name: str, command: click.Command) -> None:
    assert command.epilog is not None
    assert f"spinegen {name}" in command.epilog
    assert any("-v" in parameter.opts for parameter in command.params)


def test_the_group_lists_the_stages_in_order() -> None:
    assert list(cli.commands)[:4] == ["fit-mocap", "render", "export-coco", "train-validate"]


def test_help_imports_nothing_heavy() -> None:
    heavy = "numpy torch opensim anny moderngl cv2 pandas pydantic rich scipy yaml mujoco onnxruntime"
    code = f"import sys, spinegen.cli; print([m for m in {heavy.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("render", "--scenes", "yoga.yaml"), 1, "no such workspace"),
        (("export-coco", "nowhere"), 1, "nowhere: no such workspace"),
        (("export-coco", "--out", "nowhere"), 1, "nowhere: no such workspace"),
        (("train-validate", "one", "--out", "other"), 2, "one and --out other name two workspaces"),
        (("train-validate",), 1, "no such workspace"),
        (("run", "nothing.yaml"), 1, "shipped are: "),
        (("predict",), 2, "nothing to look at is named"),
        (("predict", "one.png", "-i", "other.png"), 2, "one.png and -i other.png name two inputs"),
        (("predict", "nothing.png", "--out", "there"), 2, "nothing.png: does not exist"),
        (("render", "--jobs", "0"), 2, "0 is not in the range"),
        (("preview", "--clip", "walk"), 2, "--clip says which clip --video shows"),
        (("frobnicate",), 2, "No such command 'frobnicate'"),
        (("export-coco", "--site", "tip"), 2, "'tip' is not one of 'centroid', 'posterior'"),
    ],
)
def test_errors_end_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = spinegen_here(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_verbose_adds_the_traceback(tmp_path: Path) -> None:
    done = spinegen("export-coco", "-v", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "no such workspace" in done.stderr.splitlines()[-1]
