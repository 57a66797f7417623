"""Finding what there is to check under a path, and checking it."""

from pathlib import Path

from ...errors import DatasetError
from ...media.pictures import Exif
from ...progress import Reporter
from ...records.coco_file import CocoFile
from ...records.coco_layout import pictures_folder, split_name
from .. import points_3d
from ..sidecar import sidecar_paths
from .coco_header import see_header
from .coco_rules import CocoRules
from .frame_rules import FrameRules
from .tables import CheckResult, Rules
from .whole_files import table_fault


def check(path: Path, reporter: Reporter, images: Path | None = None, exif: Exif = "as-labelled") -> CheckResult:
    """Check a workspace, a COCO folder, or one COCO file; foreign ones in SpineTrack's format too.

    Args:
        images: folder of the pictures of annotation files; by default it is looked for beside them.
        exif: whether the labels mean pictures as they are shown or as they are stored.

    Raises:
        DatasetError: there is nothing to check at `path`.
    """
    files, frames = _find(path)
    rules, notes = Rules(), []
    if frames is not None:
        notes.append(_check_frames(frames, rules, reporter))
    if files:
        notes += _check_files(files, rules, reporter, folder=images, exif=exif)
    return CheckResult(path, tuple(rules), tuple(notes))


def _find(path: Path) -> tuple[list[Path], Path | None]:
    """Annotation files and the folder of frames under a path."""
    if path.is_file():
        return [path], None
    if not path.is_dir():
        raise DatasetError(f"{path}: no such file or folder")
    for folder in (path / "coco" / "annotations", path / "annotations", path):
        files = sorted(folder.glob("person_keypoints_*.json"))
        if files:
            break
    else:
        files = sorted((path / "annotations").glob("*.json"))
    frames = path / "frames"
    if not files and not frames.is_dir():
        raise DatasetError(
            f"{path}: nothing to check: no frames/, no annotations/person_keypoints_*.json and no COCO file"
        )
    return files, frames if frames.is_dir() else None


def _check_frames(frames: Path, rules: Rules, reporter: Reporter) -> str:
    looker = FrameRules(rules)
    total = sum(1 for _ in sidecar_paths(frames))
    with reporter.task("check frames", total, "frames") as task:
        for sidecar in sidecar_paths(frames):
            looker.see(sidecar)
            task.advance()
    looker.finish()
    rule = rules["no picture, mask or depth map without its sidecar"]
    for file in sorted(frames.glob("*/*")):
        stem = file.name.split(".")[0]
        if file.suffix in (".jpg", ".png", ".npz") and not file.name.startswith("."):
            rule.tell((file.parent / f"{stem}.json").exists(), f"{file}: has no sidecar")
    rules["there are frames"].tell(total > 0, f"{frames}: holds no sidecar")
    return f"{total} frames"


def _check_files(files: list[Path], rules: Rules, reporter: Reporter, *, folder: Path | None, exif: Exif) -> list[str]:
    looker, notes = CocoRules(rules), []
    names: dict[str, str] = {}
    people = 0
    with reporter.task("check annotation files", len(files), "files") as task:
        for path in files:
            task.note(path.name)
            file = _read(path, rules)
            if file is not None:
                images = folder or pictures_folder(path, (image.file_name for image in file.images))
                looker.see(file, images, split_name(path), exif)
                notes.append(_describe(file))
                people += len(file.people)
                _splits_share_no_picture(rules, names, file)
                _check_table(path, len(file.people), rules)
                _listed(rules, images, file)
            task.advance()
    looker.finish()
    if notes:
        rules["somebody is annotated"].tell(people > 0, f"{files[0].parent}: no annotation is of a single person")
    return notes


def _read(path: Path, rules: Rules) -> CocoFile | None:
    rule = rules["annotation files are whole"]
    try:
        file = see_header(rules, path)
    except DatasetError as error:
        rule.tell(False, str(error))
        return None
    rule.tell(True, "")
    return file


def _is_ours(file: CocoFile) -> bool:
    return "vertebral_site" in file.info


def _describe(file: CocoFile) -> str:
    kind = f"made by spinegen, {file.info['vertebral_site']} site" if _is_ours(file) else "foreign"
    others = "".join(f", {count} {name}" for name, count in file.left_out().items())
    return f"{file.path.name}: {len(file.images)} pictures, {len(file.people)} people{others} ({kind})"


def _splits_share_no_picture(rules: Rules, names: dict[str, str], file: CocoFile) -> None:
    if not _is_ours(file):
        return
    own = file.path.name
    shared = [image.file_name for image in file.images if names.setdefault(image.file_name, own) != own]
    rules["splits share no picture"].tell(not shared, f"{file.path}: {len(shared)} shared, first {shared[:3]}")


def _check_table(file: Path, people: int, rules: Rules) -> None:
    split = split_name(file).removesuffix("-unreal")
    table = file.with_name(points_3d.file_name(split))
    if table.exists() or (file.name.endswith("-unreal.json") and "coco" in file.parts):
        fault = table_fault(table, people)
        rules["3D tables are whole, a row an annotation"].tell(fault is None, fault or "")


def _listed(rules: Rules, images: Path | None, file: CocoFile) -> None:
    if images is None or not _is_ours(file):
        return
    known = {image.file_name for image in file.images}
    strangers = sorted(found.name for found in images.iterdir() if found.name not in known)
    rules["no exported picture without annotations"].tell(not strangers, f"{images}: {strangers[:3]}")
