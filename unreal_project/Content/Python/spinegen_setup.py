"""Prepares the project inside the editor: the level, imported characters, the catalogue.

UnrealEditor-Cmd SpinegenUE.uproject -run=pythonscript -script="spinegen_setup.py --level"
UnrealEditor-Cmd SpinegenUE.uproject -run=pythonscript -script="spinegen_setup.py --character /path/person.fbx female 168"
UnrealEditor-Cmd SpinegenUE.uproject -run=pythonscript -script="spinegen_setup.py --use /Game/Characters/Manny/SKM_Manny male 180"
UnrealEditor-Cmd SpinegenUE.uproject -run=pythonscript -script="spinegen_setup.py --surfaces"
"""

import json
import sys
from pathlib import Path

import unreal

LEVEL = "/Game/Spinegen/Stage"
CHARACTERS = "/Game/Spinegen/Characters"
SURFACES = "/Game/Spinegen/Surfaces"
SURFACE_COLOURS = {
    "plain": (0.5, 0.5, 0.5),
    "plaster": (0.7, 0.67, 0.6),
    "concrete": (0.35, 0.35, 0.34),
    "asphalt": (0.06, 0.06, 0.065),
    "grass": (0.06, 0.13, 0.03),
    "sand": (0.5, 0.4, 0.25),
    "gravel": (0.28, 0.26, 0.24),
    "paving": (0.3, 0.29, 0.27),
    "tiles": (0.6, 0.6, 0.58),
    "brick": (0.3, 0.1, 0.06),
    "planks": (0.3, 0.18, 0.09),
    "parquet": (0.35, 0.2, 0.1),
    "carpet": (0.2, 0.18, 0.2),
    "rubber": (0.03, 0.03, 0.03),
    "fabric": (0.3, 0.3, 0.35),
    "panels": (0.55, 0.5, 0.42),
}


def catalogue_path() -> Path:
    """Where SpinegenHuman looks for its characters."""
    return Path(unreal.Paths.project_content_dir()) / "Spinegen" / "Data" / "catalogue.json"


def add_to_catalogue(name: str, mesh: str, sex: str, stature_cm: float) -> None:
    """Enter or replace one character."""
    if sex not in ("female", "male"):
        raise SystemExit(f"sex must be female or male, found {sex!r}")
    if not 50 <= stature_cm <= 260:
        raise SystemExit(f"stature_cm must lie in 50..260, found {stature_cm}")
    path = catalogue_path()
    characters = json.loads(path.read_text())["characters"] if path.exists() else []
    characters = [entry for entry in characters if entry["name"] != name]
    characters.append({"name": name, "mesh": mesh, "sex": sex, "stature_cm": stature_cm, "garments": []})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"characters": characters}, indent=2) + "\n")
    unreal.log(f"{path}: {len(characters)} characters")


def import_character(file: str, sex: str, stature_cm: float) -> None:
    """Import a skeletal mesh (FBX) and enter it in the catalogue."""
    name = Path(file).stem
    options = unreal.FbxImportUI()
    options.set_editor_property("import_mesh", True)
    options.set_editor_property("import_as_skeletal", True)
    options.set_editor_property("import_animations", False)
    options.set_editor_property("mesh_type_to_import", unreal.FBXImportType.FBXIT_SKELETAL_MESH)
    task = unreal.AssetImportTask()
    task.set_editor_property("filename", file)
    task.set_editor_property("destination_path", CHARACTERS)
    task.set_editor_property("destination_name", name)
    task.set_editor_property("automated", True)
    task.set_editor_property("replace_existing", True)
    task.set_editor_property("save", True)
    task.set_editor_property("options", options)
    unreal.AssetToolsHelpers.get_asset_tools().import_asset_tasks([task])
    asset = f"{CHARACTERS}/{name}"
    if not unreal.EditorAssetLibrary.does_asset_exist(asset):
        raise SystemExit(f"{file}: was not imported; see the log above")
    add_to_catalogue(name, f"{asset}.{name}", sex, stature_cm)


def use_character(asset: str, sex: str, stature_cm: float) -> None:
    """Enter a skeletal mesh that the project already holds (Manny, Quinn, a MetaHuman)."""
    if not unreal.EditorAssetLibrary.does_asset_exist(asset):
        raise SystemExit(f"{asset}: no such asset in this project")
    name = asset.rsplit("/", 1)[-1]
    add_to_catalogue(name, f"{asset}.{name}", sex, stature_cm)


def make_level() -> None:
    """An empty level with a player start; ground, light and walls come from SpinegenStage."""
    levels = unreal.get_editor_subsystem(unreal.LevelEditorSubsystem)
    actors = unreal.get_editor_subsystem(unreal.EditorActorSubsystem)
    levels.new_level(LEVEL)
    actors.spawn_actor_from_class(unreal.PlayerStart, unreal.Vector(-600.0, 0.0, 150.0), unreal.Rotator(0.0, 0.0, 0.0))
    levels.save_current_level()


def make_surfaces() -> None:
    """A plain material for each surface kind, tintable through `SpinegenTint`; replace them by better ones of the same name."""
    tools = unreal.AssetToolsHelpers.get_asset_tools()
    edit = unreal.MaterialEditingLibrary
    for kind, (red, green, blue) in SURFACE_COLOURS.items():
        name = f"M_{kind}"
        if unreal.EditorAssetLibrary.does_asset_exist(f"{SURFACES}/{name}"):
            continue
        material = tools.create_asset(name, SURFACES, unreal.Material, unreal.MaterialFactoryNew())
        tint = edit.create_material_expression(material, unreal.MaterialExpressionVectorParameter, -350, 0)
        tint.set_editor_property("parameter_name", "SpinegenTint")
        tint.set_editor_property("default_value", unreal.LinearColor(red, green, blue, 1.0))
        rough = edit.create_material_expression(material, unreal.MaterialExpressionScalarParameter, -350, 250)
        rough.set_editor_property("parameter_name", "Roughness")
        rough.set_editor_property("default_value", 0.85)
        edit.connect_material_property(tint, "", unreal.MaterialProperty.MP_BASE_COLOR)
        edit.connect_material_property(rough, "", unreal.MaterialProperty.MP_ROUGHNESS)
        edit.recompile_material(material)
        unreal.EditorAssetLibrary.save_asset(f"{SURFACES}/{name}")


def main(arguments: list[str]) -> None:
    """Do what the arguments say; without any, make the level and the surfaces."""
    if not arguments:
        make_level()
        make_surfaces()
        return
    what, *rest = arguments
    if what == "--level":
        make_level()
    elif what == "--surfaces":
        make_surfaces()
    elif what in ("--character", "--use") and len(rest) == 3:
        {"--character": import_character, "--use": use_character}[what](rest[0], rest[1], float(rest[2]))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
