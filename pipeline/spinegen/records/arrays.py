"""Arrays in records: nested lists, or mappings by vertebra, checked for shape and for NaN as they are read."""

from collections.abc import Callable
from typing import Annotated, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from ..geometry.types import Array
from ..skeleton import COUNT, VERTEBRAE

LEVELS = VERTEBRAE[1:]
"""Vertebrae that stand on another one."""


def checked(value: object, shape: tuple[int, ...]) -> Array:
    """The array.

    Raises:
        ValueError: not numbers, of another shape, or not finite.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"must be numbers of shape {shape}") from None
    if array.shape != shape:
        raise ValueError(f"found shape {array.shape}, must be {shape}")
    if not np.isfinite(array).all():
        raise ValueError("holds NaN or infinity")
    return array


def mapping(value: object) -> dict[object, object]:
    """The mapping, or an empty one where it is none."""
    return cast(dict[object, object], value) if isinstance(value, dict) else {}


def entries(value: object, names: tuple[str, ...]) -> list[object]:
    """The entries of a mapping by name.

    Raises:
        ValueError: some are missing.
    """
    table = mapping(value)
    missing = [name for name in names if name not in table]
    if missing:
        raise ValueError(f"entries missing: {', '.join(missing)}")
    return [table[name] for name in names]


def _listed(*shape: int) -> Callable[[object], Array]:
    return lambda value: checked(value, shape)


def _by_vertebra(*shape: int) -> Callable[[object], Array]:
    def read(value: object) -> Array:
        size = (len(VERTEBRAE), *shape)
        if isinstance(value, np.ndarray):
            return checked(cast(object, value), size)
        return checked(entries(value, VERTEBRAE), size)

    return read


def _whole(read: Callable[[object], Array]) -> Callable[[object], NDArray[np.int64]]:
    return lambda value: read(value).astype(np.int64)


def _angles(value: object) -> Array:
    """`(24, 3)`; NaN for levels that the engine gave nothing for."""
    if isinstance(value, np.ndarray):
        return cast(Array, value)
    if not isinstance(value, dict):
        raise ValueError("must hold a mapping by vertebra")
    table = mapping(cast(object, value))
    missing = [np.nan] * 3
    rows = [table.get(level) or missing for level in LEVELS]
    try:
        found = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != (len(LEVELS), 3):
        raise ValueError("must be three numbers a level")
    return found


def _list(array: NDArray[np.float64] | NDArray[np.int64]) -> list[object]:
    return array.tolist()


def _named(array: NDArray[np.float64] | NDArray[np.int64]) -> dict[str, object]:
    return dict(zip(VERTEBRAE, array.tolist(), strict=True))


def _named_levels(array: Array) -> dict[str, object]:
    rows = zip(LEVELS, array, strict=True)
    return {level: row.tolist() for level, row in rows if np.isfinite(row).all()}


Matrix3 = Annotated[Array, PlainValidator(_listed(3, 3)), PlainSerializer(_list)]
Vector3 = Annotated[Array, PlainValidator(_listed(3)), PlainSerializer(_list)]
KeypointPoints = Annotated[Array, PlainValidator(_listed(COUNT, 3)), PlainSerializer(_list)]
KeypointShares = Annotated[Array, PlainValidator(_listed(COUNT)), PlainSerializer(_list)]
KeypointFlags = Annotated[NDArray[np.int64], PlainValidator(_whole(_listed(COUNT))), PlainSerializer(_list)]
VertebraPoints = Annotated[Array, PlainValidator(_by_vertebra(3)), PlainSerializer(_named)]
VertebraShares = Annotated[Array, PlainValidator(_by_vertebra()), PlainSerializer(_named)]
VertebraFlags = Annotated[NDArray[np.int64], PlainValidator(_whole(_by_vertebra())), PlainSerializer(_named)]
LevelAngles = Annotated[Array, PlainValidator(_angles), PlainSerializer(_named_levels)]
