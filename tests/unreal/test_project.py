"""What can be checked of the Unreal project without Unreal."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spinegen.engine.protocol import CALLS, Call
from spinegen.humans.person_spec import Fabric, Garment, PersonSpec, Skin

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
        assert set(read) - {"characters"} <= set(model.model_fields), parent
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


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_syntax_check_finds_a_misspelled_call(tmp_path: Path, include_folder: Path) -> None:
    text = (SOURCE / "SpinegenHuman.cpp").read_text()
    assert "RefreshBoneTransforms" in text
    broken = tmp_path / "Broken.cpp"
    broken.write_text(text.replace("RefreshBoneTransforms", "RefreshBonesTransform"))
    assert compiled(broken, include_folder).returncode != 0


def test_sources_are_formatted() -> None:
    program = shutil.which("clang-format") or shutil.which("clang-format", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("clang-format is not installed")
    command = [program, "--dry-run", "--Werror", *map(str, (*HEADERS, *SOURCES))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_shell_scripts_parse() -> None:
    for path in sorted((PROJECT / "Scripts").glob("*.sh")):
        subprocess.run(["sh", "-n", str(path)], check=True)


def test_setup_script_type_checks(tmp_path: Path) -> None:
    program = shutil.which("pyright") or shutil.which("pyright", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("pyright is not installed")
    settings = {
        "include": [str(PROJECT / "Content" / "Python")],
        "stubPath": str(Path(__file__).with_name("typings")),
        "reportMissingModuleSource": False,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run([program, "-p", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
