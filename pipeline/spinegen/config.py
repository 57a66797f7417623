"""YAML read into frozen pydantic models, with errors that name the file, the field, the value and what is allowed."""

from pathlib import Path
from typing import ClassVar, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from .errors import ConfigError

MAX_FILE_BYTES = 8_000_000
MAX_VALUES = 200_000
"""Of one YAML file, aliases unfolded."""
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
        ConfigError: unreadable, not YAML, not a mapping, or a value that `kind` does not allow.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: has {path.stat().st_size} bytes; at most {MAX_FILE_BYTES} are read")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    try:
        _require_plain(path, yaml.compose(text, Loader=yaml.SafeLoader))
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from error
    except RecursionError:
        raise ConfigError(f"{path}: is not valid YAML: it is nested too deeply") from None
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must hold a mapping of settings, found {type(data).__name__}")
    return parse(data, kind, str(path))


def _require_plain(path: Path, root: yaml.Node | None) -> None:
    """Refuse a file whose aliases unfold to far more than it holds, or to themselves."""
    sizes: dict[int, int] = {}

    def unfolded(node: yaml.Node) -> int:
        known = sizes.get(id(node))
        if known == 0:
            raise ConfigError(f"{path}: is not valid YAML here: an alias stands within what it names")
        if known is not None:
            return known
        sizes[id(node)] = 0
        inside = 1
        if isinstance(node, yaml.MappingNode):
            inside += sum(unfolded(key) + unfolded(value) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            inside += sum(unfolded(item) for item in node.value)
        sizes[id(node)] = inside
        return inside

    if root is not None and unfolded(root) > MAX_VALUES:
        raise ConfigError(f"{path}: holds more than {MAX_VALUES} values once its aliases are unfolded")


def parse(data: object, kind: type[SettingsT], source: str) -> SettingsT:
    """Validate plain data; `source` is named in the error."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{source}: {_sentence(error, kind)}") from error


def _sentence(error: ValidationError, kind: type[BaseModel]) -> str:
    parts = []
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"]) or "(top level)"
        if item["type"] == "extra_forbidden":
            allowed = _allowed_keys(kind, item["loc"][:-1])
            known = f"; allowed are: {', '.join(allowed)}" if allowed else ""
            parts.append(f"unknown field {field}{known}")
        elif item["type"] == "missing":
            parts.append(f"field {field} is missing")
        else:
            parts.append(f"field {field}: found {_short(item['input'])}: {item['msg']}")
    return "; ".join(parts)


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
