"""YAML files that people write: nothing in them is lost or read as something else in silence, and every place has its line."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import ConfigError

MAX_FILE_BYTES = 8_000_000
MAX_VALUES = 200_000
"""Of one YAML file, aliases unfolded."""
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_NUMBER = re.compile(r"[-+]?[0-9]+")
_HOME = "~/"
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class YamlFile:
    """One file: plain data, and where each value stands."""

    data: Any
    text: str
    root: yaml.Node | None

    def node(self, location: tuple[int | str, ...]) -> tuple[yaml.Node | None, int | None]:
        """The value at a place in nested data, and its line, counted from 1; of a value that is missing, those of what should hold it.

        Args:
            location: keys and positions; parts that stand for no key (names of alternatives) are passed over.
        """
        node, line = self.root, None if self.root is None else self.root.start_mark.line + 1
        for part in location:
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(part):
                        node, line = value, key.start_mark.line + 1
                        break
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
        return node, line

    def has_decimal_commas(self, location: tuple[int | str, ...]) -> bool:
        """Whether a list at a place is written with a comma between two digits, as `[0,5, 0,8]` is."""
        node, _ = self.node(location)
        if not isinstance(node, yaml.SequenceNode):
            return False
        return re.search(r"\d,\d", self.text[node.start_mark.index : node.end_mark.index]) is not None


def read_yaml(path: Path) -> YamlFile:
    """Read a file; values that begin with `~/` lie in the user's home.

    Raises:
        ConfigError: unreadable, not YAML, too large, a key is given twice, or a number is written so that YAML reads another one.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: has {path.stat().st_size} bytes; at most {MAX_FILE_BYTES} are read")
        text = _text(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        _Checks(path).see(root)
        data = None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: {_not_yaml(error)}") from error
    except (RecursionError, ValueError, OverflowError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"{path}: is not valid YAML: {what}") from None
    return YamlFile(at_home(data), text, root)


def _text(path: Path) -> str:
    """A file's text: UTF-8, or the UTF-16 that some editors save, which begins with a byte order mark."""
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}: line {line}: is not UTF-8 text; save the file as UTF-8") from error


def _not_yaml(error: yaml.YAMLError) -> str:
    """The parser's words, with the line in front where it knows one."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        what = error.problem or error.context or "cannot be parsed"
        return f"line {error.problem_mark.line + 1}: is not valid YAML: {what}"
    return f"is not valid YAML: {' '.join(str(error).split())}"


def at_home(data: Any) -> Any:
    """Plain data in which texts and paths that begin with `~/` lie in the user's home."""
    if isinstance(data, dict):
        return {at_home(key): at_home(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return type(data)(at_home(value) for value in data)
    if isinstance(data, Path):
        return data.expanduser() if data.parts[:1] == ("~",) else data
    if isinstance(data, str) and data.startswith(_HOME):
        return str(Path(data).expanduser())
    return data


class _Checks:
    """Goes through a file's nodes before anything is made of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: dict[int, int] = {}

    def see(self, root: yaml.Node | None) -> None:
        """Raises ConfigError, see `read_yaml`."""
        if root is not None and self._unfolded(root) > MAX_VALUES:
            raise ConfigError(f"{self.path}: holds more than {MAX_VALUES} values once its aliases are unfolded")

    def _unfolded(self, node: yaml.Node) -> int:
        """How many values a node stands for, its aliases unfolded."""
        known = self._sizes.get(id(node))
        if known == 0:
            raise ConfigError(f"{self.path}: is not valid YAML here: an alias stands within what it names")
        if known is not None:
            return known
        self._sizes[id(node)] = 0
        inside = 1
        if isinstance(node, yaml.MappingNode):
            self._keys(node)
            inside += sum(self._unfolded(key) + self._unfolded(value) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            inside += sum(self._unfolded(item) for item in node.value)
        elif isinstance(node, yaml.ScalarNode):
            self._number(node)
        self._sizes[id(node)] = inside
        return inside

    def _fail(self, node: yaml.Node, text: str) -> None:
        raise ConfigError(f"{self.path}: line {node.start_mark.line + 1}: {text}")

    def _keys(self, node: yaml.MappingNode) -> None:
        """No key twice, and no pair that is the second half of a decimal number."""
        lines: dict[str, int] = {}
        before: yaml.Node | None = None
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                if node.flow_style and before is not None and _is_half(before, key, value):
                    number = f"{before.value}.{key.value}"
                    self._fail(key, f"{before.value},{key.value} is no number: write {number}, with a decimal point")
                if key.value in lines:
                    self._fail(key, f"{key.value!r} is given twice, first in line {lines[key.value]}; keep one of them")
                lines[key.value] = key.start_mark.line + 1
            before = value

    def _number(self, node: yaml.ScalarNode) -> None:
        """Numbers that YAML reads otherwise than they look."""
        if node.style is not None:
            return
        kind = node.tag.rpartition(":")[2]
        if _LEADING_ZERO.fullmatch(node.value):
            plain = node.value.replace("_", "").lstrip("+-0") or "0"
            self._fail(node, f"{node.value} begins with 0, which YAML reads as octal: write {plain}, or quote a text")
        if kind in ("int", "float") and _BASE_60.fullmatch(node.value):
            self._fail(node, f"{node.value} is read by YAML as a number of base 60: quote it where it is a text")


def _is_half(before: yaml.Node, key: yaml.ScalarNode, value: yaml.Node) -> bool:
    """Whether `{a: 0,5}` was read as the pairs `a: 0` and `5:`."""
    touching = before.end_mark.index + 1 == key.start_mark.index
    empty = isinstance(value, yaml.ScalarNode) and value.value == ""
    numbers = isinstance(before, yaml.ScalarNode) and all(_NUMBER.fullmatch(n.value) for n in (before, key))
    return touching and empty and numbers
