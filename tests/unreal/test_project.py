"""What can be checked of the Unreal project without Unreal."""

import ast
import configparser
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from spinegen.engine.light.radiance_map import DIRECTIONS, HEIGHT, WIDTH
from spinegen.engine.protocol.actor_calls import BARE_LEVEL, CALLS, Call
from spinegen.engine.protocol.vocabulary import PropKind, SurfaceKind
from spinegen.geometry.axes import ground_to_unreal
from spinegen.humans.spec.person_spec import Fabric, Garment, PersonSpec, Skin

REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "unreal_project"
SOURCE = PROJECT / "Source" / "SpinegenUE"
HEADERS = sorted(SOURCE.glob("*.h"))
SOURCES = sorted(SOURCE.glob("*.cpp"))
CPP_KINDS = {"float": "float", "int": "int32", "text": "FString"}
UFUNCTION = re.compile(r"UFUNCTION\([^)]*\)\s+(?P<type>\w+)\s+(?P<name>\w+)\((?P<parameters>[^)]*)\);")


def declared(actor: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """UFUNCTIONs of an actor's header: name -> (return type, [(type, name)])."""
    text = (SOURCE / f"{actor}.h").read_text()
    found = {}
    for match in UFUNCTION.finditer(text):
        parameters = [p.split() for p in match["parameters"].split(",") if p.strip()]
        found[match["name"]] = (match["type"], [(kind, name) for kind, name in parameters])
    return found


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.actor}.{call.name}")
def test_every_call_of_the_client_is_a_ufunction_with_the_same_parameters_by_value(call: Call) -> None:
    returned, parameters = declared(call.actor)[call.name]
    assert returned == "FString"
    assert parameters == [(CPP_KINDS[p.kind], p.name) for p in call.parameters]
    assert len(parameters) <= 9


@pytest.mark.parametrize("actor", sorted({call.actor for call in CALLS}))
def test_no_ufunction_is_unknown_to_the_client(actor: str) -> None:
    assert set(declared(actor)) == {call.name for call in CALLS if call.actor == actor}


def test_what_is_read_of_a_person_is_what_a_person_is_sent_as() -> None:
    text = (SOURCE / "SpinegenCatalogue.cpp").read_text()
    for parent, model in (("Root", PersonSpec), (r"\(\*Skin\)", Skin), ("Garment", Garment), (r"\(\*Fabric\)", Fabric)):
        read = re.findall(rf'{parent}->TryGet\w+Field\(TEXT\("(\w+)"\)', text)
        assert read, parent
        assert set(read) - {"characters", "levels"} <= set(model.model_fields), parent
    assert {"sex", "stature_m"} <= set(re.findall(r'TEXT\("(\w+)"\)', text))


def test_project_file_names_the_module_and_unrealcv() -> None:
    project = json.loads((PROJECT / "SpinegenUE.uproject").read_text())
    assert [module["Name"] for module in project["Modules"]] == ["SpinegenUE"]
    assert {"Name": "UnrealCV", "Enabled": True} in project["Plugins"]


def test_every_target_builds_the_module() -> None:
    for name, kind in (("SpinegenUE", "Game"), ("SpinegenUEEditor", "Editor")):
        text = (PROJECT / "Source" / f"{name}.Target.cs").read_text()
        assert f"class {name}Target : TargetRules" in text
        assert f"Type = TargetType.{kind};" in text
        assert 'ExtraModuleNames.Add("SpinegenUE");' in text


def test_captures_keep_no_history_and_one_exposure() -> None:
    # Unreal's ini files repeat keys with a leading +; the parser must not refuse those.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    for path in sorted((PROJECT / "Config").glob("*.ini")):
        parser.read(path)
    renderer = parser["/Script/Engine.RendererSettings"]
    assert renderer["r.DefaultFeature.AutoExposure"] == "False"
    assert renderer["r.DefaultFeature.MotionBlur"] == "False"
    assert renderer["r.ForceDebugViewModes"] == "1"
    assert renderer["r.AntiAliasingMethod"] == "1"
    assert parser["/Script/UnrealEd.ProjectPackagingSettings"]["BuildConfiguration"] == "PPBC_Development"


@pytest.fixture(scope="module")
def include_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty stand-ins for Unreal's own headers; what they declare comes from declarations.h."""
    folder = tmp_path_factory.mktemp("include")
    own = {path.name for path in HEADERS}
    for path in (*HEADERS, *SOURCES):
        for name in re.findall(r'#include "([^"]+)"', path.read_text()):
            if name not in own:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text("#pragma once\n")
    return folder


def compiled(path: Path, include_folder: Path) -> subprocess.CompletedProcess[str]:
    declarations = Path(__file__).with_name("declarations.h")
    command = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Werror=return-type", "-x", "c++"]
    command += ["-I", str(SOURCE), "-I", str(include_folder), "-include", str(declarations), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_sources_are_valid_against_the_declared_shapes(path: Path, include_folder: Path) -> None:
    done = compiled(path, include_folder)
    assert done.returncode == 0, done.stderr


CUBE = """
#include "SpinegenCube.h"
#include <cstdio>
int main()
{
	for (int Face = 0; Face < 6; ++Face)
		for (int Down = 0; Down < 8; ++Down)
			for (int Across = 0; Across < 8; ++Across)
			{
				double Xyz[3];
				SpinegenCube::Direction(Face, (Across + 0.5) / 4 - 1, (Down + 0.5) / 4 - 1, Xyz);
				std::printf("%.17g %.17g %.17g\\n", Xyz[0], Xyz[1], Xyz[2]);
			}
}
"""


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_texels_of_a_cube_map_look_where_directx_says(tmp_path: Path) -> None:
    (tmp_path / "cube.cpp").write_text(CUBE)
    subprocess.run(
        ["g++", "-std=c++20", "-Wall", "-Werror", "-I", str(SOURCE), "-o", "cube", "cube.cpp"], cwd=tmp_path, check=True
    )
    printed = subprocess.run([str(tmp_path / "cube")], capture_output=True, text=True, check=True).stdout
    towards = np.array([line.split() for line in printed.splitlines()], float).reshape(6, 8, 8, 3)
    # Direct3D's table of faces: major axis, axis of growing columns, axis of growing rows.
    table = (
        ("+x", "-z", "-y"),
        ("-x", "+z", "-y"),
        ("+y", "+x", "+z"),
        ("-y", "+x", "-z"),
        ("+z", "+x", "-y"),
        ("-z", "-x", "-y"),
    )
    unit = {sign + name: (1 if sign == "+" else -1) * np.eye(3)[i] for i, name in enumerate("xyz") for sign in "+-"}
    at = (np.arange(8) + 0.5) / 4 - 1
    for face, (major, across, down) in enumerate(table):
        expected = unit[major] + at[None, :, None] * unit[across] + at[:, None, None] * unit[down]
        np.testing.assert_allclose(towards[face], expected, atol=1e-12)


def test_a_panorama_lies_as_in_the_embedded_engine() -> None:
    # The Unreal code finds column and row by the formulas below; they are read out of it, then held against the table.
    text = (SOURCE / "SpinegenPanorama.cpp").read_text()
    assert "FMath::Atan2(Towards.Y, Towards.X) - FMath::DegreesToRadians(YawDeg)" in text
    assert "(Turn / UE_DOUBLE_TWO_PI + 0.5) * Picture.SizeX" in text
    assert "Polar / UE_DOUBLE_PI * Picture.SizeY" in text
    x, y, z = ground_to_unreal(DIRECTIONS).T / 100.0
    column = np.floor((np.arctan2(y, x) / (2 * np.pi) + 0.5) * WIDTH).astype(int)
    row = np.floor(np.arccos(np.clip(z, -1, 1)) / np.pi * HEIGHT).astype(int)
    np.testing.assert_array_equal(row * WIDTH + column, np.arange(HEIGHT * WIDTH))


def test_both_engines_call_the_bare_level_the_same() -> None:
    assert f'BareLevel = TEXT("{BARE_LEVEL}")' in (SOURCE / "SpinegenStage.cpp").read_text()


def setup_table(name: str) -> dict[str, object]:
    """A literal of the set-up script, read without running it."""
    tree = ast.parse((PROJECT / "Content" / "Python" / "spinegen_setup.py").read_text())
    return next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )


def test_the_setup_script_makes_a_mesh_or_material_for_everything_that_is_sent() -> None:
    assert set(setup_table("SURFACE_COLOURS")) >= set(get_args(SurfaceKind))
    assert set(setup_table("PROP_SHAPES")) >= set(get_args(PropKind))


def test_what_the_setup_script_enters_is_what_the_catalogue_reads() -> None:
    script = (PROJECT / "Content" / "Python" / "spinegen_setup.py").read_text()
    source = (SOURCE / "SpinegenCatalogue.cpp").read_text()
    for function, fields in (
        ("LoadLevels", {"name", "level", "location_cm", "yaw_deg", "light", "ev100"}),
        ("Load", {"name", "mesh", "sex", "stature_cm", "garments"}),
    ):
        body = source[source.index(f"SpinegenCatalogue::{function}(") :]
        body = body[: body.index("\n}\n")]
        read = set(re.findall(r'TEXT\("(\w+)"\)', body))
        assert fields <= read
        assert all(f'"{field}"' in script for field in fields), function


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_syntax_check_finds_a_misspelled_call(tmp_path: Path, include_folder: Path) -> None:
    text = (SOURCE / "SpinegenHuman.cpp").read_text()
    assert "RefreshBoneTransforms" in text
    broken = tmp_path / "Broken.cpp"
    broken.write_text(text.replace("RefreshBoneTransforms", "RefreshBonesTransform"))
    assert compiled(broken, include_folder).returncode != 0


@pytest.fixture
def setup_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up script beside a project folder of its own; of the editor it has only paths, a log and a list of assets."""
    (tmp_path / "Config").mkdir()
    shutil.copy(PROJECT / "Config" / "DefaultGame.ini", tmp_path / "Config")
    editor = ModuleType("unreal")
    vars(editor).update(
        Paths=SimpleNamespace(project_content_dir=lambda: str(tmp_path / "Content"), project_dir=lambda: str(tmp_path)),
        EditorAssetLibrary=SimpleNamespace(does_asset_exist=lambda path: path.startswith("/Game/Maps/")),
        log=lambda text: None,
    )
    monkeypatch.setitem(sys.modules, "unreal", editor)
    path = PROJECT / "Content" / "Python" / "spinegen_setup.py"
    spec = importlib.util.spec_from_file_location("spinegen_setup", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_levels_are_entered_once_and_packaged(setup_script: ModuleType, tmp_path: Path) -> None:
    for ev in ("12", "13.5"):
        setup_script.main(
            ["--use-level", "Downtown", "/Game/Maps/City/Downtown", "1200", "-300", "15", "90", "own", ev]
        )
    setup_script.main(["--use-level", "Hall", "/Game/Maps/Hall", "0", "0", "0", "0", "stage", "12"])
    catalogue = json.loads((tmp_path / "Content" / "Spinegen" / "Data" / "catalogue.json").read_text())
    assert [row["name"] for row in catalogue["levels"]] == ["Downtown", "Hall"]
    assert catalogue["levels"][0]["location_cm"] == [1200, -300, 15]
    assert catalogue["levels"][0]["ev100"] == 13.5
    ini = (tmp_path / "Config" / "DefaultGame.ini").read_text()
    assert ini.count('(Path="/Game/Maps/City")') == ini.count('(Path="/Game/Maps")') == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--use-level", "A", "/Game/Nowhere", "0", "0", "0", "0", "own", "12"], "no such level"),
        (["--use-level", "A", "/Game/Maps/A", "0", "0", "0", "0", "sun", "12"], "own or stage"),
        (["--use-level", "Stage", "/Game/Maps/A", "0", "0", "0", "0", "own", "12"], "another name"),
        (["--use-level", "A"], "WHAT"),
        (["--use", "/Game/Maps/x", "man", "180"], "female or male"),
    ],
)
def test_mistakes_at_set_up_are_named(setup_script: ModuleType, arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        setup_script.main(arguments)
