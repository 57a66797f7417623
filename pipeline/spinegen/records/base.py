"""What all records share: frozen models over JSON, and errors of one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from ..errors import SpinegenError
from ..files import write_json

JsonObject = dict[str, JsonValue]
"""Settings of a stage as they were dumped: plain data that only that stage's own model can read."""
Scalar = str | bool | int | float | None
"""A readable column."""
SHOWN_FAULTS = 3
_SHOWN_CHARACTERS = 120
_PLAIN = TypeAdapter(JsonObject)


class Record(BaseModel):
    """Base of every record: immutable; fields of other versions are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, ser_json_inf_nan="constants")

    def plain(self) -> JsonObject:
        """The record as JSON data, in the order of its fields."""
        return self.model_dump(mode="json")

    def write(self, path: Path, indent: int | None = 1) -> None:
        """Write the record whole or not at all; NaN and infinity are refused."""
        write_json(path, self.plain(), indent)


RecordT = TypeVar("RecordT", bound=Record)
CheckedT = TypeVar("CheckedT")


def read_record(path: Path, kind: type[RecordT], error: type[SpinegenError], remedy: str = "") -> RecordT:
    """Read one record.

    Args:
        error: what to raise.
        remedy: what the user can do about a damaged file; ends the sentence.

    Raises:
        SpinegenError: of the kind `error`: the file cannot be read, or a field is missing or not what it should be.
    """
    return read_checked(path, lambda data: kind.model_validate_json(data, strict=True), error, remedy)


def read_checked(path: Path, check: Callable[[bytes], CheckedT], error: type[SpinegenError], remedy: str) -> CheckedT:
    """What `check`, a validation of pydantic's, makes of a file's bytes; errors as those of `read_record`."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror or fault}{_end(remedy)}") from fault
    return _checked(data, check, str(path), error, remedy=remedy)


def parse_record(
    data: bytes, kind: type[RecordT], source: str, error: type[SpinegenError], *, remedy: str = ""
) -> RecordT:
    """As `read_record`, of bytes that were read already; `source` is named in the error."""
    return _checked(data, lambda given: kind.model_validate_json(given, strict=True), source, error, remedy=remedy)


def _checked(
    data: bytes, check: Callable[[bytes], CheckedT], source: str, error: type[SpinegenError], *, remedy: str
) -> CheckedT:
    try:
        return check(data)
    except ValidationError as fault:
        raise error(f"{source}: {sentence(fault)}{_end(remedy)}") from fault


def found_record(path: Path, kind: type[RecordT]) -> RecordT | None:
    """The record, or None where the file is not there or is not one of this version."""
    try:
        return kind.model_validate_json(path.read_bytes(), strict=True)
    except (OSError, ValidationError):
        return None


def as_plain(data: object) -> JsonObject:
    """Mappings, sequences and numbers as JSON data: tuples become lists, as they do on disk.

    Raises:
        TypeError: something in it cannot stand in JSON.
    """
    return _PLAIN.validate_json(json.dumps(data))


def sentence(fault: ValidationError) -> str:
    """What is wrong with the fields, without a full stop."""
    parts: list[str] = []
    for item in fault.errors(include_url=False):
        field = _field(item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "json_invalid":
            return f"is not whole JSON: {message.removeprefix('Invalid JSON: ')}"
        if not field:
            parts.append(f"must hold a mapping, found {_kind(item['input'])}")
        elif item["type"] == "missing":
            parts.append(f"field {field} is missing")
        elif item["type"] == "value_error":
            parts.append(f"field {field}: {message}")
        else:
            parts.append(f"field {field}: found {_short(item['input'])}: {message[:1].lower()}{message[1:]}")
    more = len(parts) - SHOWN_FAULTS
    return "; ".join(parts[:SHOWN_FAULTS]) + (f"; and {more} more" if more > 0 else "")


def _field(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _kind(value: object) -> str:
    return type(value).__name__


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def _end(remedy: str) -> str:
    return f"; {remedy}" if remedy else ""
