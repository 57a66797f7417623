"""An equirectangular map of radiance around a place, and its spherical harmonics.

The map `(HEIGHT, WIDTH, 3)` is in kcd/m2; row 0 is the zenith, column 0 is azimuth -180 degrees, azimuth counts from +x (forward)
towards +z (right), as Unreal's yaw does.
"""

import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 64, 128


def _directions() -> NDArray[np.float64]:
    polar = (np.arange(HEIGHT) + 0.5) / HEIGHT * np.pi
    azimuth = ((np.arange(WIDTH) + 0.5) / WIDTH - 0.5) * 2 * np.pi
    sine = np.sin(polar)[:, None]
    up = np.cos(polar)[:, None] + 0 * azimuth
    return np.stack([sine * np.cos(azimuth), up, sine * np.sin(azimuth)], -1).reshape(-1, 3)


DIRECTIONS = _directions()
"""`(HEIGHT * WIDTH, 3)`, ground axes."""
SOLID_ANGLE = (
    np.repeat(np.sin((np.arange(HEIGHT) + 0.5) / HEIGHT * np.pi), WIDTH) * (np.pi / HEIGHT) * (2 * np.pi / WIDTH)
)


def sh_basis(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Real spherical harmonics of order 0..2 `(N, 9)` at unit directions `(N, 3)`."""
    x, y, z = n.T
    one = np.ones_like(x)
    return np.stack(
        [
            0.282095 * one, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
            0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y),
        ],
        -1,
    )  # fmt: skip


_COSINE = np.array([np.pi, *[2 * np.pi / 3] * 3, *[np.pi / 4] * 5])
_PROJECT = (sh_basis(DIRECTIONS) * SOLID_ANGLE[:, None] * _COSINE).T


def irradiance_sh(radiance: NDArray) -> NDArray[np.float64]:
    """Coefficients `(9, 3)` of irradiance (klux) by a normal's direction (Ramamoorthi & Hanrahan 2001)."""
    return _PROJECT @ radiance.reshape(-1, 3)


def sample_map(radiance: NDArray[np.float32], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nearest values `(N, 3)` of a map at unit directions."""
    row = np.arccos(np.clip(directions[:, 1], -1, 1)) / np.pi * len(radiance)
    column = (np.arctan2(directions[:, 2], directions[:, 0]) / (2 * np.pi) + 0.5) * radiance.shape[1]
    rows = np.minimum(row.astype(int), len(radiance) - 1)
    return radiance[rows, column.astype(int) % radiance.shape[1]].astype(np.float64)
