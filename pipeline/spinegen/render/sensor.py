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


def expose(picture_rgb: NDArray[np.uint8], sensor: Sensor, seed: int) -> NDArray[np.uint8]:
    """Apply white-balance error, defocus and noise to `(H, W, 3)` sRGB; pure function of its arguments."""
    gains = np.array([sensor.red_gain, 1.0, sensor.blue_gain], np.float32)
    if sensor.noise == 0 and sensor.defocus_px == 0 and (gains == 1).all():
        return picture_rgb
    values = picture_rgb.astype(np.float32) * (gains / 255.0)
    if sensor.defocus_px > 0:
        values = cv2.GaussianBlur(values, (0, 0), sigmaX=sensor.defocus_px / 2.0)
    if sensor.noise > 0:
        spread = np.clip(values, 0.0, 1.0)
        spread *= (1.0 - _READ_SHARE) / 0.5
        spread += _READ_SHARE
        np.sqrt(spread, out=spread)
        spread *= sensor.noise
        spread *= _normal_table().take(
            np.random.default_rng(seed).integers(0, _QUANTILES, values.shape, dtype=np.uint16)
        )
        values += spread
    np.clip(values, 0.0, 1.0, out=values)
    values *= 255.0
    return np.rint(values, out=values).astype(np.uint8)


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
    return _encoded(".jpg", picture_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])


def png(mask: NDArray[np.uint8]) -> bytes:
    """Encoded 8-bit greyscale PNG: runs of one value are all there is to find in a mask."""
    return _encoded(
        ".png", mask, [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    )


def _encoded(suffix: str, pixels: NDArray[np.uint8], options: list[int]) -> bytes:
    done, data = cv2.imencode(suffix, pixels, options)
    if not done:
        raise EngineError(f"a picture of shape {pixels.shape} cannot be encoded as {suffix}")
    return data.tobytes()
