"""Finding what there is to check under a path, and checking it."""

import json
import re
from pathlib import Path
from typing import Any

from ...errors import DatasetError
from ...progress import Reporter
from .. import points_3d
from ..sidecar import sidecar_paths
from .coco_header import see_header
from .coco_rules import CocoRules
from .frame_rules import FrameRules
from .tables import CheckResult, Rules
from .whole_files import table_fault


def check(path: Path, reporter: Reporter) -> CheckResult:
    """Check a workspace, a COCO folder, or one COCO file; foreign ones in SpineTrack's format too.

    Raises:
        DatasetError: there is nothing to check at `path`.
    """
    files, frames = _find(path)
    rules, notes = Rules(), []
    if frames is not None:
        notes.append(_check_frames(frames, rules, reporter))
    if files:
        notes += _check_files(files, rules, reporter)
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


def _check_files(files: list[Path], rules: Rules, reporter: Reporter) -> list[str]:
    looker, notes = CocoRules(rules), []
    names: dict[str, str] = {}
    with reporter.task("check annotation files", len(files), "files") as task:
        for file in files:
            task.note(file.name)
            data = _read(file, rules)
            if data is not None and see_header(rules, file, data):
                images = _images_beside(file)
                looker.see(file, data, images, _split(file))
                notes.append(_describe(file, data))
                _splits_share_no_picture(rules, names, file, data)
                _check_table(file, len(data["annotations"]), rules)
                _listed(rules, images, data)
            task.advance()
    looker.finish()
    return notes


def _read(file: Path, rules: Rules) -> dict[str, Any] | None:
    rule = rules["annotation files are whole"]
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise DatasetError(f"{file}: no such file") from None
    except (OSError, ValueError) as error:
        rule.tell(False, f"{file}: {error}")
        return None
    rule.tell(isinstance(data, dict), f"{file}: must hold a mapping, found {type(data).__name__}")
    return data if isinstance(data, dict) else None


def _split(file: Path) -> str:
    match = re.fullmatch(r"person_keypoints_(.+)", file.stem)
    return match.group(1) if match else file.stem


def _images_beside(file: Path) -> Path | None:
    """`images/<split>` beside `annotations/`, or a folder of the split's name, or the file's own folder's `images`."""
    root, split = file.parent.parent, _split(file)
    for folder in (root / "images" / split, root / split, file.parent / "images" / split, file.parent / "images"):
        if folder.is_dir():
            return folder
    return None


def _describe(file: Path, data: dict[str, Any]) -> str:
    ours = "vertebral_site" in (data.get("info") or {})
    kind = f"made by spinegen, {data['info']['vertebral_site']} site" if ours else "foreign"
    return f"{file.name}: {len(data['images'])} pictures, {len(data['annotations'])} people ({kind})"


def _splits_share_no_picture(rules: Rules, names: dict[str, str], file: Path, data: dict[str, Any]) -> None:
    if "vertebral_site" not in (data.get("info") or {}):
        return
    shared = [
        item["file_name"] for item in data["images"] if names.setdefault(item["file_name"], file.name) != file.name
    ]
    rules["splits share no picture"].tell(not shared, f"{file}: {len(shared)} shared, first {shared[:3]}")


def _check_table(file: Path, people: int, rules: Rules) -> None:
    split = _split(file).removesuffix("-unreal")
    table = file.with_name(points_3d.file_name(split))
    if table.exists() or (file.name.endswith("-unreal.json") and "coco" in file.parts):
        fault = table_fault(table, people)
        rules["3D tables are whole, a row an annotation"].tell(fault is None, fault or "")


def _listed(rules: Rules, images: Path | None, data: dict[str, Any]) -> None:
    if images is None or "vertebral_site" not in (data.get("info") or {}):
        return
    known = {item["file_name"] for item in data["images"]}
    strangers = sorted(file.name for file in images.iterdir() if file.name not in known)
    rules["no exported picture without annotations"].tell(not strangers, f"{images}: {strangers[:3]}")
