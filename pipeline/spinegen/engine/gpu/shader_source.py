"""Sources of the shaders: the files of `shaders/`, with the blocks that they include."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("shaders")
_VERSION = "#version 330\n"
_INCLUDE = re.compile(r'^#include "([a-z.]+)"$', re.MULTILINE)


def shader(name: str, **defines: int) -> str:
    """`shaders/<name>.glsl` with its blocks filled in and `#define`s after the version line."""
    lines = "".join(f"#define {word} {value}\n" for word, value in defines.items())
    return _filled(name).replace(_VERSION, _VERSION + lines, 1)


@cache
def _filled(name: str) -> str:
    return _INCLUDE.sub(lambda found: _text(found[1]), _text(f"{name}.glsl"))


@cache
def _text(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")
