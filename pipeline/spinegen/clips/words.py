"""Words of text files: numbers and what to say of words that are none, labels compared and listed."""

import re
from decimal import Decimal, InvalidOperation

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)


def is_number(word: str) -> bool:
    """Whether `float` reads it."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def has_decimal_comma(word: str) -> bool:
    """Whether a word is a number written as in `0,5`."""
    return _DECIMAL_COMMA.fullmatch(word.strip()) is not None


def wrong_number(word: str) -> str:
    """What an error says of a word that stands where a number must be."""
    shown = repr(word.strip()[:40])
    if has_decimal_comma(word):
        return f"{shown}, a number with a decimal comma; write it with a point ({word.strip().replace(',', '.')[:40]})"
    return f"{shown} where a number must be"


def rounding_of_word(word: str) -> float:
    """Half a unit of the last digit in which a number is written; 0 for what is none."""
    try:
        exponent = Decimal(word.strip()).as_tuple().exponent
    except InvalidOperation:
        return 0.0
    return 0.5 * 10.0**exponent if isinstance(exponent, int) else 0.0


def plain(label: str) -> str:
    """A label without case, dots, blanks, hyphens and underscores."""
    return "".join(c for c in label.lower() if c not in "._- \t")


def listed(labels: tuple[str, ...], most: int = 60) -> str:
    """Labels for an error text, cut when there are very many."""
    more = f", ... ({len(labels) - most} more)" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
