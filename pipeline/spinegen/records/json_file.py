"""Reading JSON that others wrote: with or without a byte order mark, and with no key lost because it is there twice."""

import json
from pathlib import Path
from typing import Any

from ..errors import DatasetError


def read_json(path: Path, what: str = "file") -> Any:
    """The content of a JSON file in UTF-8, UTF-16 or UTF-32.

    Args:
        what: what the error calls the file.

    Raises:
        DatasetError: it cannot be read, is no JSON, or an object in it has one key twice.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise DatasetError(f"{path}: {what} cannot be read: {reason}") from error
    try:
        return json.loads(data, object_pairs_hook=_mapping)
    except _RepeatedKeyError as error:
        raise DatasetError(f"{path}: the key {error.args[0]!r} stands twice in one object; keep one of them") from None
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: is no text in UTF-8, UTF-16 or UTF-32 (its byte {error.start + 1}); save it as UTF-8"
        ) from error
    except ValueError as error:
        raise DatasetError(f"{path}: is not valid JSON: {error}") from error
    except RecursionError:
        raise DatasetError(f"{path}: is not valid JSON: it is nested too deeply") from None


class _RepeatedKeyError(Exception):
    pass


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(next(key for key in keys if keys.count(key) > 1)[:60])
    return found
