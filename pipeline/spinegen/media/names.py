"""File names that every program can take; others are refused before a library in C sees them."""

import os
from pathlib import Path


def name_fault(path: Path) -> str | None:
    """Why a file should be renamed, in words; None where its name is fine."""
    try:
        text = os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return "its name is not UTF-8; rename it"
    if any(character < " " or character == "\x7f" for character in text):
        return "its name holds a control character; rename it"
    return None


def readable(path: Path) -> str:
    """A path as text that every terminal and file can hold: bytes that are no UTF-8 are shown as `\\xff`."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(character if character >= " " else f"\\x{ord(character):02x}" for character in text)
