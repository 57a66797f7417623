"""What `run.json` says of a plan."""

from pathlib import Path
from typing import Any

from ..errors import DatasetError
from ..files import sha256
from ..provenance import digest
from .plan_file import HEADER, part_facts, read_header


def plan_record(plan: Path, people: Path) -> dict[str, Any] | None:
    """Hashes of the plan (its header and first part; the other parts follow from the header) and its people, and for how many shots it
    was made; None before there is one."""
    try:
        header = read_header(plan)
        first = plan / header.file_of(0)
        facts = {"sha256": digest((path.name, sha256(path)) for path in (plan / HEADER, first))}
        facts["people_sha256"] = sha256(people)
        drawn = [part_facts(plan / header.file_of(part), header.identity) for part in range(header.parts)]
    except (OSError, DatasetError):
        return None
    return facts | {"rows": sum(part.shots for part in drawn if part is not None), "shots": header.shots}
