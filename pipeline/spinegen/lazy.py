"""Names that are loaded when they are first used, so that nobody waits for what they do not need."""

from importlib import import_module
from typing import Any


def loaded(target: str) -> Any:
    """What `module:name` stands for, the module counted from this package.

    Raises:
        ImportError: there is no such module.
        AttributeError: there is no such name in it.
    """
    module, _, name = target.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)
