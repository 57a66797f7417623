"""Filter expressions over the plan's columns, parsed into a small grammar and never evaluated as code.

    activity == 'yoga' and elevation_deg > 60
    0.5 < distance_m <= 4 or not sex == 'female'
    place_kind in ('room', 'studio') and 'shirt' in wardrobe

Allowed: column names, numbers, strings, `True`, `False`, `None`, tuples or lists of these, comparisons (chained too), `in`, `not in`, `and`, `or`,
`not`, brackets, and a minus sign before a number.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from ..records.base import Scalar

Columns = Mapping[str, Scalar]
_Getter = Callable[[Columns], Any]

_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_GRAMMAR = "allowed are columns, numbers, strings, lists, == != < <= > >=, in, not in, and, or, not and brackets"
MAX_LENGTH = 2000


@dataclass(frozen=True)
class FilterExpression:
    """A parsed expression."""

    text: str
    names: frozenset[str]
    """Columns that it reads."""
    _test: _Getter

    def require(self, columns: Columns, source: str) -> None:
        """Make sure that all columns are there.

        Raises:
            UsageError: one is not; the text lists those that are.
        """
        unknown = sorted(self.names - set(columns))
        if unknown:
            raise UsageError(
                f"--where {self.text!r}: unknown column {', '.join(unknown)}; {source} has: {', '.join(sorted(columns))}"
            )

    def holds(self, columns: Columns) -> bool:
        """Whether the expression holds for one frame; an order with a missing value (`None`) does not hold.

        Raises:
            UsageError: two values cannot be compared (a text with a number).
        """
        return bool(self._test(columns))


def parse_filter(text: str) -> FilterExpression:
    """Parse an expression.

    Raises:
        UsageError: not in the grammar; the text shows what is allowed.
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(f"--where: expression is {len(text)} characters long, at most {MAX_LENGTH} are allowed")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise UsageError(f"--where {text!r}: cannot be parsed: {reason}; {_GRAMMAR}") from error
    names: set[str] = set()
    test = _condition(tree.body, text, names)
    return FilterExpression(text, frozenset(names), test)


def _condition(node: ast.expr, text: str, names: set[str]) -> _Getter:
    match node:
        case ast.BoolOp(op=op, values=values):
            parts = [_condition(value, text, names) for value in values]
            if isinstance(op, ast.And):
                return lambda row: all(part(row) for part in parts)
            return lambda row: any(part(row) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _condition(operand, text, names)
            return lambda row: not inner(row)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(left, ops, comparators, text, names=names)
        case ast.Constant(value=bool() as holds):
            return lambda row: holds
        case ast.Name(id=name):
            names.add(name)
            return _truth_of(name, text)
        case _:
            _value(node, text, names)
            raise UsageError(f"--where {text!r}: {ast.unparse(node)!r} is no condition; {_GRAMMAR}")


def _truth_of(name: str, text: str) -> _Getter:
    """A column that stands alone, which only one of true and false may; one without a value does not hold."""

    def holds(row: Columns) -> bool:
        value = row.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise UsageError(f"--where {text!r}: {name} is {value!r}, neither true nor false; compare it with something")

    return holds


def _comparison(
    left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr], text: str, *, names: set[str]
) -> _Getter:
    for op in ops:
        if type(op) not in _ORDER:
            raise UsageError(f"--where {text!r}: {type(op).__name__} is not allowed; {_GRAMMAR}")
    values = [_value(node, text, names) for node in (left, *comparators)]
    tests = [_ORDER[type(op)] for op in ops]

    def compare(row: Columns) -> bool:
        found = [value(row) for value in values]
        try:
            return all(test(a, b) for test, a, b in zip(tests, found, found[1:], strict=False))
        except TypeError as error:
            if any(value is None for value in found):
                return False
            raise UsageError(f"--where {text!r}: cannot compare {found!r}: {error}") from error

    return compare


def _value(node: ast.expr, text: str, names: set[str]) -> _Getter:
    match node:
        case ast.Name(id=name):
            names.add(name)
            return lambda row: row.get(name)
        case ast.Constant(value=value) if value is None or isinstance(value, bool | int | float | str):
            return lambda row: value
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=value)) if isinstance(
            value, int | float
        ):
            signed = -value if isinstance(sign, ast.USub) else value
            return lambda row: signed
        case ast.Tuple(elts=items) | ast.List(elts=items):
            parts = [_value(item, text, names) for item in items]
            return lambda row: [part(row) for part in parts]
        case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return _condition(node, text, names)
        case _:
            raise UsageError(f"--where {text!r}: {ast.unparse(node)!r} is not allowed; {_GRAMMAR}")
