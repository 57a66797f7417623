"""`spinegen label export` and `spinegen label import`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ...errors import DatasetError, UsageError
from ...progress import Reporter, StageSummary
from ...records.label_files import PictureLabels
from ..editing.saving import Desk
from ..folder import LabelFolder
from .archive import is_archive, member
from .coco import read_coco, read_cvat_coco, write_coco, write_cvat_coco
from .common import Format
from .cvat_xml import read_cvat_xml, write_cvat_xml
from .label_studio import read_label_studio, write_label_studio
from .taking import Taken, compare

FormatName = Literal["coco", "cvat-coco", "cvat-xml", "label-studio"]
FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("coco", ".json", write_coco, read_coco),
        Format("cvat-coco", ".zip", write_cvat_coco, read_cvat_coco),
        Format("cvat-xml", ".xml", write_cvat_xml, read_cvat_xml),
        Format("label-studio", ".json", write_label_studio, read_label_studio),
    )
}


def export_labels(root: Path, target: Path, name: FormatName, only_open: bool = False) -> StageSummary:
    """Write all labels, or those that are not done, for a tool.

    Raises:
        UsageError: the file's ending does not fit the format, or there is nothing to write.
        DatasetError: the folder is damaged.
    """
    chosen = FORMATS[name]
    if target.suffix.lower() != chosen.suffix:
        raise UsageError(f"{target}: --format {name} is written to a file that ends in {chosen.suffix}")
    labels = [one for one in LabelFolder(root).all_labels() if not (only_open and one.done)]
    if not labels:
        raise UsageError(f"{root}: every picture is done, so --only-open leaves nothing to write")
    written = chosen.write(target, labels)
    rows = [
        ("written", f"{len(labels)} pictures, {sum(len(one.kept) for one in labels)} people"),
        ("pictures", str(LabelFolder(root).pictures)),
        *(("beside it", str(path)) for path in written[1:]),
        ("next", f"spinegen label import {root} {target}"),
    ]
    return StageSummary(f"Labels for {name}", tuple(rows), target)


def import_labels(
    root: Path,
    file: Path,
    name: FormatName | Literal["auto"],
    by: str,
    *,
    reporter: Reporter,
    done: bool = False,
    trust: bool = False,
) -> StageSummary:
    """Take back what a tool made of the labels; pictures with a fault or doubt stay as they were and are named.

    Args:
        by: whose work it is.
        done: mark the file's pictures as done.
        trust: take doubtful changes too.

    Raises:
        UsageError: the file is missing.
        DatasetError: the file is of another schema or damaged; nothing is taken.
        WorkspaceError: another command works on the folder.
    """
    if not file.is_file():
        raise UsageError(f"{file}: does not exist")
    folder = LabelFolder(root)
    folder.read_set()
    with folder.held():
        known = {one.picture: one for one in folder.all_labels()}
        chosen = FORMATS[_format_of(file) if name == "auto" else name]
        taken = compare(chosen.read(file, known), known)
        good = [one for one in taken if not one.faults and (trust or not one.doubts)]
        desk = Desk.at(root, by, chosen.name)
        for one in good:
            desk.put(one.before, one.people, one.before.done or done)
    failures = [text for one in taken for text in one.faults]
    failures += [] if trust else [f"{text}; --trust takes it" for one in taken for text in one.doubts]
    for text in failures:
        reporter.warn(text)
    return _summary(root, chosen, taken, good, known=known, failures=failures)


def _summary(
    root: Path,
    chosen: Format,
    taken: Sequence[Taken],
    good: Sequence[Taken],
    *,
    known: dict[str, PictureLabels],
    failures: list[str],
) -> StageSummary:
    changed = [one for one in good if one.changed]
    before = {(one.before.picture, person.person): person for one in changed for person in one.before.people}
    removed = added = moved = 0
    for one in changed:
        for person in one.people:
            was = before.get((one.before.picture, person.person))
            added += was is None
            removed += was is not None and person.removed and not was.removed
            moved += 0 if was is None else sum(a != b for a, b in zip(was.keypoints, person.keypoints, strict=True))
    rows = (
        ("read", f"{len(taken)} of {len(known)} pictures, as {chosen.name}"),
        ("changed", f"{len(changed)} pictures: {moved} points, {added} people added, {removed} removed"),
        ("as they were", str(len(good) - len(changed))),
        ("not taken", str(len(taken) - len(good))),
        ("next", f"spinegen label edit {root}, or spinegen label accept {root}"),
    )
    return StageSummary("Labels read back", rows, failures=tuple(failures))


def _format_of(file: Path) -> FormatName:
    """By what is inside."""
    if is_archive(file):
        return "cvat-xml" if _holds_xml(file) else "cvat-coco"
    with file.open("rb") as handle:
        head = handle.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "cvat-xml"
    return "label-studio" if head.startswith(b"[") else "coco"


def _holds_xml(file: Path) -> bool:
    try:
        member(file, "annotations", ".xml")
    except DatasetError:
        return False
    return True
