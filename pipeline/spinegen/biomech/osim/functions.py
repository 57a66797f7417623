"""Functions of one coordinate as an .osim file writes them."""

import xml.etree.ElementTree as ET

import numpy as np

from ...errors import ModelError
from ..model.functions import Function, Polynomial, Spline

KNOWN = (
    "Constant",
    "LinearFunction",
    "PolynomialFunction",
    "SimmSpline",
    "PiecewiseLinearFunction",
    "MultiplierFunction",
)


def read_function(element: ET.Element, where: str) -> Function:
    """The function of an XML element such as `<SimmSpline>`.

    Raises:
        ModelError: a kind of function that is not known here; the text names `where` it stands.
    """
    kind = element.tag
    if kind == "MultiplierFunction":
        inner = element.find("function")
        if inner is None or len(inner) == 0:
            raise ModelError(f"{where}: a MultiplierFunction without a function in it")
        return read_function(inner[0], where).scaled(numbers(element, "scale", where, (1.0,))[0])
    if kind == "Constant":
        return Polynomial((numbers(element, "value", where, (0.0,))[0],))
    if kind == "LinearFunction":
        slope, offset = numbers(element, "coefficients", where, (1.0, 0.0))
        return Polynomial((offset, slope))
    if kind == "PolynomialFunction":
        return Polynomial(tuple(reversed(numbers(element, "coefficients", where))))
    if kind in ("SimmSpline", "PiecewiseLinearFunction"):
        x, y = np.array(numbers(element, "x", where)), np.array(numbers(element, "y", where))
        if len(x) < 2 or len(x) != len(y) or (np.diff(x) <= 0.0).any():
            raise ModelError(f"{where}: a {kind} needs two points or more with ascending x")
        return Spline.simm(x, y) if kind == "SimmSpline" else Spline.linear(x, y)
    raise ModelError(f"{where}: functions of kind {kind} cannot be read; known are {', '.join(KNOWN)}")


def function_in(parent: ET.Element, where: str) -> Function | None:
    """The first known function among the children of an element (or of its `<function>`), or None."""
    for child in parent:
        if child.tag in KNOWN:
            return read_function(child, where)
        if child.tag == "function" and len(child):
            return read_function(child[0], where)
    unknown = [c.tag for c in parent if c.tag.endswith(("Function", "Spline")) or c.tag == "Sine"]
    if unknown:
        raise ModelError(f"{where}: functions of kind {unknown[0]} cannot be read; known are {', '.join(KNOWN)}")
    return None


def numbers(element: ET.Element, tag: str, where: str, default: tuple[float, ...] | None = None) -> tuple[float, ...]:
    """Numbers in the text of a child element.

    Raises:
        ModelError: the child is missing without a default, or holds something else.
    """
    text = element.findtext(tag)
    if text is None or not text.strip():
        if default is None:
            raise ModelError(f"{where}: <{tag}> is missing")
        return default
    try:
        return tuple(float(word) for word in text.split())
    except ValueError as error:
        raise ModelError(f"{where}: <{tag}> must hold numbers, found {text.strip()[:40]!r}") from error
