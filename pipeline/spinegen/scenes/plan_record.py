"""What `run.json` says about the plan."""

from pathlib import Path

from ..errors import DatasetError
from ..files import sha256
from ..records.run_record import PlanRecord, digest
from .plan_file import HEADER, part_facts, read_header


def plan_record(folder: Path, people: Path) -> PlanRecord | None:
    """Hashes of the plan (its header and first part; the other parts follow from the header) and its people, and for how many shots it
    was made; None before there is one."""
    try:
        header = read_header(folder)
        files = (folder / HEADER, folder / header.file_of(0))
        drawn = [part_facts(folder / header.file_of(part), header.identity) for part in range(header.parts)]
        return PlanRecord(
            sha256=digest((path.name, sha256(path)) for path in files),
            people_sha256=sha256(people),
            rows=sum(part.shots for part in drawn if part is not None),
            shots=header.shots,
        )
    except (OSError, DatasetError):
        return None
