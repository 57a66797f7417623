"""YAML read into frozen pydantic models, with errors that name the file, the field, the value and what is allowed."""

import re
from pathlib import Path
from typing import ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from .errors import ConfigError
from .yaml_file import YamlFile, read_yaml

_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
SHOWN = 300
"""Characters of a wrong value that an error shows."""


class Settings(BaseModel):
    """Base of every settings class: immutable, unknown keys refused, `NaN` and infinity refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    transient: ClassVar[frozenset[str]] = frozenset()
    """Fields that may change between two runs of one workspace: they say how the work is done, not what is made."""

    remade: ClassVar[bool] = False
    """Whether a stage may be done again in the same workspace with other settings; what it made is then replaced."""

    def identity(self) -> dict[str, JsonValue]:
        """The fields that decide what is made, as plain JSON data."""
        return self.model_dump(mode="json", exclude=set(self.transient))

    def kept(self) -> dict[str, JsonValue]:
        """What may not change once a workspace was started with it."""
        return {} if self.remade else self.identity()

    def record(self) -> dict[str, JsonValue]:
        """All fields as they were asked for, for `run.json`."""
        return self.model_dump(mode="json")


SettingsT = TypeVar("SettingsT", bound=BaseModel)


def load_yaml(path: Path, kind: type[SettingsT]) -> SettingsT:
    """Read and validate one YAML file.

    Raises:
        ConfigError: see `yaml_file.read_yaml`; not a mapping, or a value that `kind` does not allow, with its line.
    """
    file = read_yaml(path)
    data = {} if file.data is None else file.data
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must hold a mapping of settings, found {type(data).__name__}")
    return parse(data, kind, str(path), file)


def parse(data: object, kind: type[SettingsT], source: str, file: YamlFile | None = None) -> SettingsT:
    """Validate plain data; `source` is named in the error, and lines of `file` where it came from one."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        found = error.errors()
        # a list whose only entry is wrong is also called too short
        inner = {item["loc"][:depth] for item in found for depth in range(len(item["loc"]))}
        parts = [
            _sentence(item, kind, file) for item in found if item["type"] != "too_short" or item["loc"] not in inner
        ]
        raise ConfigError(f"{source}: {'; '.join(dict.fromkeys(parts))}") from error


def _sentence(item: ErrorDetails, kind: type[BaseModel], file: YamlFile | None) -> str:
    location = item["loc"]
    field = ".".join(str(part) for part in location)
    line = file.node(location)[1] if file is not None else None
    where = f"line {line}: " if line is not None else ""
    if item["type"] == "extra_forbidden":
        allowed = _allowed_keys(kind, location[:-1])
        return f"{where}unknown field {field}" + (f"; allowed are: {', '.join(allowed)}" if allowed else "")
    if item["type"] == "missing":
        return f"{where}field {field} is missing"
    why = _why(item)
    if not location:
        return f"{where}{why}"
    return f"{where}field {field}: found {_short(item['input'])}: {why}{_hint(item, file)}"


def _why(item: ErrorDetails) -> str:
    """What is allowed, without the names of our classes."""
    if item["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return "must be a mapping of settings"
    if item["type"] == "too_short":
        return f"needs at least {item.get('ctx', {}).get('min_length', 1)}"
    return item["msg"].removeprefix("Value error, ")


def _hint(item: ErrorDetails, file: YamlFile | None) -> str:
    """What was probably meant."""
    value = item["input"]
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value):
        return f"; write {value.replace(',', '.')}, with a decimal point"
    if isinstance(value, bool) and item["type"] == "string_type":
        return "; YAML reads yes, no, on and off as true and false: quote a text"
    if isinstance(value, list) and file is not None and file.has_decimal_commas(item["loc"]):
        return "; a comma parts the values of a list: numbers have a decimal point"
    return ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _allowed_keys(kind: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Field names at a place in nested settings, where that can be told."""
    current: type[BaseModel] | None = kind
    for part in location:
        if isinstance(part, int) or current is None:
            continue
        field = current.model_fields.get(part)
        current = _settings_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _settings_in(annotation: object) -> type[BaseModel] | None:
    """The settings class that an annotation such as `X | None` or `tuple[X, ...]` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _settings_in(part))), None)
