"""Command templates such as `vset /camera/[uint]/location [float] [float] [float]`, matched as UnrealCV does."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import EngineError
from ..world.actors import NotSupported

Reply = str | bytes
Handler = Callable[..., Reply]

INVALID = "error Argument Invalid"
NOT_IMPLEMENTED = "error Not Implemented"


@dataclass(frozen=True)
class Route:
    """One template with its handler and help text."""

    template: str
    help: str
    verb: str
    uri: re.Pattern[str]
    kinds: tuple[str, ...]
    """Kinds of the arguments in the URI, then after it."""
    words_after: int
    handler: Handler | None
    """`None`: known to UnrealCV, not done here."""


class Router:
    """The table of commands."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def command(self, template: str, help_text: str) -> Callable[[Handler], Handler]:
        """Decorator that adds a command."""

        def add(handler: Handler) -> Handler:
            self.add(template, help_text, handler)
            return handler

        return add

    def add(self, template: str, help_text: str, handler: Handler | None) -> None:
        """Add a command; `None` for one that is known and not supported."""
        verb, uri, *after = template.split(" ")
        pattern = re.escape(re.sub(r"\[\w+\]", "\0", uri)).replace("\0", r"([^/\s]*)")
        kinds = tuple(re.findall(r"\[(\w+)\]", template))
        self.routes.append(Route(template, help_text, verb, re.compile(pattern), kinds, len(after), handler))

    @property
    def templates(self) -> list[str]:
        """Templates of the commands that are done here."""
        return [route.template for route in self.routes if route.handler is not None]

    @property
    def help_text(self) -> str:
        """Template and meaning of each, on lines of their own."""
        return "\n".join(f"{route.template}\n{route.help}" for route in self.routes if route.handler is not None)

    def reply(self, context: Any, command: str) -> Reply:
        """The answer to one command line; never raises for what a client may send."""
        verb, _, rest = command.strip().partition(" ")
        uri, *words = rest.split() or [""]
        candidates = [route for route in self.routes if route.verb == verb and route.uri.fullmatch(uri)]
        if not candidates:
            return f"error No handler found for URI '{command[:200]}' (Can not find a handler for URI)"
        for route in candidates:
            if route.handler is None:
                return NOT_IMPLEMENTED
            match = route.uri.fullmatch(uri)
            if match is None or len(words) != route.words_after:
                continue
            try:
                values = [
                    _convert(kind, word) for kind, word in zip(route.kinds, (*match.groups(), *words), strict=True)
                ]
            except ValueError:
                continue
            return guarded(route.handler, context, *values)
        return INVALID


def guarded(handler: Handler, *arguments: Any) -> Reply:
    """The handler's reply, or what its failure reads on the wire."""
    try:
        return handler(*arguments)
    except NotSupported:
        return NOT_IMPLEMENTED
    except EngineError as error:
        return f"error {one_line(str(error))}"


def one_line(text: str) -> str:
    """Whitespace runs folded."""
    return " ".join(text.split())


def _convert(kind: str, word: str) -> int | float | str:
    if kind == "uint":
        if not re.fullmatch(r"\d{1,9}", word):
            raise ValueError
        return int(word)
    if kind == "float":
        number = float(word)
        if not math.isfinite(number):
            raise ValueError
        return number
    if not word:
        raise ValueError
    return word
