"""Rules for the skeleton of an annotation file: fields, category, ids; foreign files included."""

from pathlib import Path

from ...records.coco import CocoCategory
from ...records.coco_file import CATEGORY, POINTS, RULES, CocoFile, examine
from ...skeleton import LINKS
from .tables import Rules


def see_header(rules: Rules, path: Path) -> CocoFile | None:
    """Hold a file to the record that training, validation and prediction read; what is well formed, or None.

    Raises:
        DatasetError: unreadable, or no JSON.
    """
    found = examine(path)
    for name in RULES:
        faults = [fault.text for fault in found.faults if fault.rule == name]
        if faults or (found.file is not None and name != POINTS):
            rules[name].tell(not faults, faults[0] if faults else "")
        for text in faults[1:]:
            rules[name].tell(False, text)
    if found.file is not None:
        whole = sum(len(person.keypoints) > 0 for person in found.file.people)
        rules[POINTS].tell(True, "", count=max(whole - sum(fault.rule == POINTS for fault in found.faults), 0))
        for category in found.file.categories:
            if category.is_person:
                _links(rules, path, category)
    return found.file


def _links(rules: Rules, path: Path, category: CocoCategory) -> None:
    if category.skeleton is None:
        return
    pairs = category.skeleton if isinstance(category.skeleton, list) else []
    links = {frozenset(link) for link in pairs if isinstance(link, list) and all(isinstance(end, int) for end in link)}
    wanted = {frozenset((a + 1, b + 1)) for a, b in LINKS}
    rules[CATEGORY].tell(
        links == wanted,
        f"{path}: skeleton: {len(wanted - links)} links missing, {len(links - wanted)} unknown (links are 1-based)",
    )
