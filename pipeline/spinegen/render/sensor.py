"""What a camera's sensor does to a picture, the same on every engine: gains, defocus, noise, JPEG."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..errors import EngineError
from ..records.plan_shot import Sensor

_READ_SHARE = 0.25
"""Share of the noise's variance at mid grey that does not depend on light (readout); the rest is photon noise."""


_QUANTILES = 2**16
_ROWS = 32
"""Of a picture at once, so that what is worked out stays near the processor."""


def expose(picture_rgb: NDArray[np.uint8], sensor: Sensor, seed: int) -> NDArray[np.uint8]:
    """Apply white-balance error, defocus and noise to `(H, W, 3)` sRGB; pure function of its arguments."""
    gains = np.array([sensor.red_gain, 1.0, sensor.blue_gain], np.float32)
    if sensor.noise == 0 and sensor.defocus_px == 0 and (gains == 1).all():
        return picture_rgb
    codes = (np.arange(256)[None, :, None].astype(np.float32) * (gains / np.float32(255.0))).astype(np.float32)
    blurred = None
    if sensor.defocus_px > 0:
        blurred = cv2.GaussianBlur(cv2.LUT(picture_rgb, codes), (0, 0), sigmaX=sensor.defocus_px / 2.0)
    drawn = None
    if sensor.noise > 0:
        drawn = np.random.default_rng(seed).integers(0, _QUANTILES, picture_rgb.shape, dtype=np.uint16)
    # Without blur a value is one of 256 a channel, and so is what its noise is.
    spreads = _spread(codes, sensor)
    out = np.empty_like(picture_rgb)
    for first in range(0, len(out), _ROWS):
        rows = slice(first, first + _ROWS)
        values = np.asarray(cv2.LUT(picture_rgb[rows], codes) if blurred is None else blurred[rows], np.float32)
        if drawn is not None:
            spread = cv2.LUT(picture_rgb[rows], spreads) if blurred is None else _spread(values, sensor)
            values = values + np.asarray(spread, np.float32) * _normal(drawn[rows])
        values = np.clip(values, 0.0, 1.0)
        values *= 255.0
        out[rows] = np.rint(values, out=values)
    return out


def _spread(values: NDArray[np.float32], sensor: Sensor) -> NDArray[np.float32]:
    """Standard deviation of the noise of values 0..1."""
    spread = np.clip(values, 0.0, 1.0)
    spread *= (1.0 - _READ_SHARE) / 0.5
    spread += _READ_SHARE
    np.sqrt(spread, out=spread)
    spread *= sensor.noise
    return spread


def _normal(drawn: NDArray[np.uint16]) -> NDArray[np.float32]:
    table = _normal_table()
    try:
        return np.asarray(cv2.LUT(drawn, table[None]), np.float32)
    except cv2.error:  # OpenCV 4 has tables for bytes alone
        return table.take(drawn)


@lru_cache(maxsize=1)
def _normal_table() -> NDArray[np.float32]:
    """Quantiles of the standard normal distribution: numbers drawn from it take a third of what drawing them anew takes."""
    return ndtri((np.arange(_QUANTILES) + 0.5) / _QUANTILES).astype(np.float32)


def mean_exposure(pictures_rgb: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The picture of a shutter that was open during all of them: the mean of light, not of codes."""
    light = np.mean([(picture.astype(np.float32) / 255.0) ** 2.2 for picture in pictures_rgb], axis=0)
    return np.rint(np.clip(light, 0.0, 1.0) ** (1.0 / 2.2) * 255.0).astype(np.uint8)


def jpeg(picture_rgb: NDArray[np.uint8], quality: int) -> bytes:
    """Encoded JPEG."""
    picture_bgr = np.asarray(cv2.cvtColor(picture_rgb, cv2.COLOR_RGB2BGR), np.uint8)
    done, data = cv2.imencode(".jpg", picture_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise EngineError(f"a picture of shape {picture_rgb.shape} cannot be encoded as JPEG")
    return data.tobytes()
