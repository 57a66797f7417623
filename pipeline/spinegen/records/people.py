"""The people of a set, `people.json`: everybody's full description, by id."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..errors import DatasetError
from ..files import write_json
from ..humans.spec.person_spec import PersonSpec
from .base import sentence

_PEOPLE = TypeAdapter(dict[str, PersonSpec])


def write_people(path: Path, people: Mapping[str, PersonSpec]) -> None:
    """Write everybody, whole or not at all."""
    write_json(path, {name: spec.model_dump(mode="json") for name, spec in people.items()})


def read_people(path: Path) -> dict[str, PersonSpec]:
    """Everybody's full description, by id.

    Raises:
        DatasetError: the file is missing, damaged or of another version.
    """
    again = f"delete it and {path.with_name('plan.parquet')}"
    try:
        return _PEOPLE.validate_json(path.read_bytes())
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error}; {again}") from error
    except ValidationError as error:
        raise DatasetError(f"{path}: {sentence(error)}; {again}") from error
