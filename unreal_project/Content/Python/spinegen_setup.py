"""Prepares the project inside the editor: the stage, imported characters, levels, the catalogue.

UnrealEditor-Cmd SpinegenUE.uproject -run=pythonscript -script="spinegen_setup.py WHAT", where WHAT is one of

--stage                                     the bare level, materials of surfaces and backdrop, placeholders of props
--character /path/person.fbx female 168     imports a skeletal mesh and enters it as a character of 168 cm
--use /Game/Characters/SKM_Manny male 180   enters a skeletal mesh that the project holds
--use-level Downtown /Game/Maps/Downtown 1200 -300 15 90 own 13.5
                                            enters a level of the project: name, package, the spot of it (X Y Z in cm, on the
                                            floor, and yaw) that becomes the middle of the stage, `own` or `stage` light,
                                            and for `own` the exposure (EV at ISO 100)
"""

import json
import sys
from pathlib import Path

import unreal

LEVEL = "/Game/Spinegen/Stage"
CHARACTERS = "/Game/Spinegen/Characters"
SURFACES = "/Game/Spinegen/Surfaces"
BACKDROPS = "/Game/Spinegen/Backdrops"
PROPS = "/Game/Spinegen/Props"
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
    "veneer": (0.4, 0.25, 0.13),
}
PROP_SHAPES = {
    "mat": "Cube", "block": "Cube", "bolster": "Cube", "ball": "Sphere", "dumbbell": "Cube", "barbell": "Cube",
    "rack": "Cube", "bench": "Cube", "step": "Cube", "box": "Cube", "chair": "Cube", "office_chair": "Cube",
    "stool": "Cylinder", "table": "Cube", "desk": "Cube", "sofa": "Cube", "couch": "Cube", "shelf": "Cube",
    "cabinet": "Cube", "plant": "Cone", "tree": "Cone", "bush": "Sphere", "panel": "Cube", "pole": "Cylinder",
    "cone": "Cone", "bollard": "Cylinder", "street_lamp": "Cylinder", "bin": "Cylinder", "monitor": "Cube", "wall": "Cube",
    "sphere": "Sphere", "cylinder": "Cylinder", "counter": "Cube", "railing": "Cube", "car": "Cube", "piano": "Cube",
    "racket": "Cube", "club": "Cylinder", "broom": "Cylinder", "bar": "Cylinder", "phone": "Cube", "cup": "Cylinder",
    "bottle": "Cylinder", "bag": "Cube",
}  # fmt: skip
"""Kind of prop -> shape of /Engine/BasicShapes that stands for it until a better mesh of the same name is there."""


def catalogue_path() -> Path:
    """Where SpinegenHuman looks for its characters."""
    return Path(unreal.Paths.project_content_dir()) / "Spinegen" / "Data" / "catalogue.json"


def enter(table: str, entry: dict[str, object]) -> None:
    """Enter or replace one row of the catalogue, by its name."""
    path = catalogue_path()
    catalogue = json.loads(path.read_text()) if path.exists() else {}
    rows = [row for row in catalogue.get(table, []) if row["name"] != entry["name"]]
    catalogue = {"characters": [], "levels": [], **catalogue, table: [*rows, entry]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(catalogue, indent=2) + "\n")
    unreal.log(f"{path}: {len(catalogue['characters'])} characters, {len(catalogue['levels'])} levels")


def always_cook(package: str) -> None:
    """See to it that a packaged project holds the folder of something that only the catalogue names."""
    folder = package.rsplit("/", 1)[0]
    path = Path(unreal.Paths.project_dir()) / "Config" / "DefaultGame.ini"
    line = f'+DirectoriesToAlwaysCook=(Path="{folder}")'
    text = path.read_text()
    section = "[/Script/UnrealEd.ProjectPackagingSettings]"
    if folder.startswith("/Game/Spinegen") or line in text:
        return
    if section not in text:
        raise SystemExit(f"{path}: has no section {section}")
    path.write_text(text.replace(section, f"{section}\n{line}", 1))


def add_character(name: str, mesh: str, sex: str, stature_cm: float) -> None:
    """Enter or replace one character."""
    if sex not in ("female", "male"):
        raise SystemExit(f"sex must be female or male, found {sex!r}")
    if not 50 <= stature_cm <= 260:
        raise SystemExit(f"stature_cm must lie in 50..260, found {stature_cm}")
    always_cook(mesh)
    enter("characters", {"name": name, "mesh": mesh, "sex": sex, "stature_cm": stature_cm, "garments": []})


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
    add_character(name, f"{asset}.{name}", sex, stature_cm)


def use_character(asset: str, sex: str, stature_cm: float) -> None:
    """Enter a skeletal mesh that the project already holds (Manny, Quinn, a MetaHuman)."""
    if not unreal.EditorAssetLibrary.does_asset_exist(asset):
        raise SystemExit(f"{asset}: no such asset in this project")
    name = asset.rsplit("/", 1)[-1]
    add_character(name, f"{asset}.{name}", sex, stature_cm)


def use_level(
    name: str, package: str, *, x_cm: float, y_cm: float, z_cm: float, yaw_deg: float, light: str, ev100: float
) -> None:
    """Enter a level that the project already holds; it is streamed in around the stage."""
    if not unreal.EditorAssetLibrary.does_asset_exist(package):
        raise SystemExit(f"{package}: no such level in this project")
    if light not in ("own", "stage"):
        raise SystemExit(f"light must be own or stage, found {light!r}")
    if name == "Stage":
        raise SystemExit("Stage is the bare level; give this one another name")
    always_cook(package)
    spot = [x_cm, y_cm, z_cm]
    enter(
        "levels",
        {"name": name, "level": package, "location_cm": spot, "yaw_deg": yaw_deg, "light": light, "ev100": ev100},
    )


def make_level() -> None:
    """An empty level with a player start; ground, light and walls come from SpinegenStage."""
    if unreal.EditorAssetLibrary.does_asset_exist(LEVEL):
        return
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


def make_backdrop() -> None:
    """The material that shows a cube map around the stage, looked up in the axes of the dome that wears it."""
    name = "M_Backdrop"
    if unreal.EditorAssetLibrary.does_asset_exist(f"{BACKDROPS}/{name}"):
        return
    edit = unreal.MaterialEditingLibrary
    material = unreal.AssetToolsHelpers.get_asset_tools().create_asset(
        name, BACKDROPS, unreal.Material, unreal.MaterialFactoryNew()
    )
    material.set_editor_property("shading_model", unreal.MaterialShadingModel.MSM_UNLIT)
    material.set_editor_property("two_sided", True)
    # The camera vector points from the surface to the eye.
    towards_eye = edit.create_material_expression(material, unreal.MaterialExpressionCameraVectorWS, -1100, 0)
    outwards = edit.create_material_expression(material, unreal.MaterialExpressionMultiply, -900, 0)
    outwards.set_editor_property("const_b", -1.0)
    turned = edit.create_material_expression(material, unreal.MaterialExpressionTransform, -700, 0)
    turned.set_editor_property("transform_source_type", unreal.MaterialVectorCoordTransformSource.TRANSFORMSOURCE_WORLD)
    turned.set_editor_property("transform_type", unreal.MaterialVectorCoordTransform.TRANSFORM_LOCAL)
    cube = edit.create_material_expression(material, unreal.MaterialExpressionTextureSampleParameterCube, -500, 0)
    cube.set_editor_property("parameter_name", "Cubemap")
    gain = edit.create_material_expression(material, unreal.MaterialExpressionScalarParameter, -500, 300)
    gain.set_editor_property("parameter_name", "Gain")
    gain.set_editor_property("default_value", 1.0)
    bright = edit.create_material_expression(material, unreal.MaterialExpressionMultiply, -200, 0)
    edit.connect_material_expressions(towards_eye, "", outwards, "A")
    edit.connect_material_expressions(outwards, "", turned, "")
    edit.connect_material_expressions(turned, "", cube, "UVs")
    edit.connect_material_expressions(cube, "RGB", bright, "A")
    edit.connect_material_expressions(gain, "", bright, "B")
    edit.connect_material_property(bright, "", unreal.MaterialProperty.MP_EMISSIVE_COLOR)
    edit.recompile_material(material)
    unreal.EditorAssetLibrary.save_asset(f"{BACKDROPS}/{name}")


def make_props() -> None:
    """A plain solid for each kind of prop; replace them by better meshes of the same name."""
    for kind, shape in PROP_SHAPES.items():
        asset = f"{PROPS}/SM_{kind}"
        if not unreal.EditorAssetLibrary.does_asset_exist(asset):
            unreal.EditorAssetLibrary.duplicate_asset(f"/Engine/BasicShapes/{shape}", asset)
            unreal.EditorAssetLibrary.save_asset(asset)


def main(arguments: list[str]) -> None:
    """Do what the arguments say; without any, prepare the stage."""
    what, *rest = arguments or ["--stage"]
    if what == "--stage" and not rest:
        for make in (make_level, make_surfaces, make_backdrop, make_props):
            make()
    elif what in ("--character", "--use") and len(rest) == 3:
        {"--character": import_character, "--use": use_character}[what](rest[0], rest[1], float(rest[2]))
    elif what == "--use-level" and len(rest) == 8:
        x_cm, y_cm, z_cm, yaw_deg = map(float, rest[2:6])
        use_level(
            rest[0], rest[1], x_cm=x_cm, y_cm=y_cm, z_cm=z_cm, yaw_deg=yaw_deg, light=rest[6], ev100=float(rest[7])
        )
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
