"""Short names for array types and for three numbers."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""Double precision, any shape."""
Floats: TypeAlias = NDArray[np.floating[Any]]
"""Real numbers of any width."""
Ints: TypeAlias = NDArray[np.integer[Any]]
"""Whole numbers of any width."""
Flags: TypeAlias = NDArray[np.bool_]
Vector: TypeAlias = tuple[float, float, float]
"""A point, a direction or three angles as plain data."""
