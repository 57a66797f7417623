"""What an engine that is not ours needs: pictures to warm up, pictures of one moment, and frames that are not taller than wide."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..geometry.camera import Camera

OURS = "SpinegenEngine"
CUT_PICTURES = 8
"""Most that are thrown away after a change: real engines carry light and exposure over from the pictures before (UnrealCV, own figures)."""
RETAKES = 4
"""Times that pictures are taken again when they do not show one moment."""
STILL_LEVELS = 2.0
"""Two pictures are equal when no block differs by more on average, 0..255."""
CHANGED_LEVELS = 12.0
"""Two pictures of one moment differ by no more in any block; sampled shadows and reflections flicker less."""
_SAME_LEVELS = 1.0
"""Where mask or depth say that the world changed, a new picture differs by more on average."""
_BLOCK = 16
"""Pixels."""
_LEAST_CHANGE = 0.002
"""Share of the picture that must have changed before anything is concluded from it."""
_FLESH_M = 0.45
"""Skin, hair and clothes lie no further from the nearest bone's origin."""
_FEW_PIXELS = 30


@dataclass(frozen=True)
class Pictures:
    """What the engine saw."""

    lit_rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    """Instance ids."""
    depth_m: NDArray[np.float32]
    """Planar depth; 0 where there is nothing."""


def without_portrait(camera: Camera) -> tuple[Camera, int]:
    """A camera with the same pixels whose frame is not taller than wide, and how many columns to cut off at each side.

    Engines disagree on whether `fov` belongs to the width or to the longer side; on a square it is both.
    """
    margin = max(0, -(-(camera.height - camera.width) // 2))
    intrinsics = camera.intrinsics.copy()
    intrinsics[0, 2] += margin
    return replace(camera, width=camera.width + 2 * margin, intrinsics=intrinsics), margin


def cut_out(picture: NDArray, margin: int) -> NDArray:
    """The columns of a picture of `without_portrait` that were asked for."""
    return np.ascontiguousarray(picture[:, margin : picture.shape[1] - margin])


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean difference `0..255` of two pictures in the block where they differ most; infinite for other sizes.

    Means over blocks let noise pass and see one limb that moved, which a mean over the picture does not.
    """
    if one.shape != other.shape:
        return float("inf")
    apart = cv2.absdiff(one, other).astype(np.float32)
    size = (max(1, one.shape[1] // _BLOCK), max(1, one.shape[0] // _BLOCK))
    return float(np.asarray(cv2.resize(apart, size, interpolation=cv2.INTER_AREA)).mean(-1).max())


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str | None:
    """What is wrong with two pictures that should show the same."""
    levels = difference(before, after)
    return f"the picture still changes (by {levels:.0f} of 255 where most)" if levels > CHANGED_LEVELS else None


def depth_changed(before_m: NDArray[np.float32], after_m: NDArray[np.float32]) -> str | None:
    """What is wrong with two depth maps that should show the same."""
    return "the depth still changes" if _moved(before_m, after_m).mean() > _LEAST_CHANGE else None


def _moved(one_m: NDArray[np.float32], other_m: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.maximum(one_m, other_m) > 1.05 * np.minimum(one_m, other_m)


def stale(before: Pictures | None, now: Pictures) -> str | None:
    """What shows that the picture is still the one of the frame before, while mask or depth are new."""
    if before is None or before.lit_rgb.shape != now.lit_rgb.shape:
        return None
    new = (before.mask != now.mask) | _moved(before.depth_m, now.depth_m)
    if new.mean() < _LEAST_CHANGE:
        return None
    levels = float(np.abs(before.lit_rgb[new].astype(np.int16) - now.lit_rgb[new]).mean())
    return "the picture is still that of the frame before" if levels < _SAME_LEVELS else None


def without_hidden(
    camera: Camera, seen: Pictures, bones_ground_m: Mapping[int, NDArray[np.float64]]
) -> NDArray[np.uint8]:
    """The mask without pixels of people `{instance: (B, 3)}` before which something stands that has no mask colour.

    UnrealCV draws only coloured objects into the mask; what was there before, such as a level's walls, hides nobody in it.
    """
    mask = seen.mask.copy()
    for instance, bones in bones_ground_m.items():
        nearest = float(camera.to_camera(bones)[:, 2].min())
        mask[(mask == instance) & (seen.depth_m > 0) & (seen.depth_m < nearest - _FLESH_M)] = 0
    return mask


def disagreement(
    camera: Camera,
    mask: NDArray[np.uint8],
    depth_m: NDArray[np.float32],
    bones_ground_m: Mapping[int, NDArray[np.float64]],
) -> str | None:
    """What shows that mask, depth and poses `{instance: (B, 3)}` belong to different moments; None when nothing does."""
    for instance, bones in bones_ground_m.items():
        pixels, depths = camera.project(bones)
        if (depths < 0.1).any():
            continue
        margin = _FLESH_M * camera.intrinsics[0, 0] / depths.min()
        low, high = pixels.min(0) - margin, pixels.max(0) + margin
        rows, columns = np.nonzero(mask == instance)
        if len(rows) >= _FEW_PIXELS:
            middle = np.array([columns.mean(), rows.mean()])
            if ((middle < low) | (middle > high)).any():
                return f"person {instance} is drawn around pixel {middle.round()}, their bones lie elsewhere"
            seen = float(np.median(depth_m[rows, columns]))
            if not depths.min() - _FLESH_M <= seen <= depths.max() + _FLESH_M:
                return (
                    f"person {instance} has depth {seen:.2f} m, their bones {depths.min():.2f} to {depths.max():.2f} m"
                )
            continue
        places = np.rint(pixels).astype(np.int64)
        inside = ((places >= 0) & (places < [camera.width, camera.height])).all(1)
        if inside.mean() > 0.8 and margin > 4:
            behind = depth_m[places[inside, 1], places[inside, 0]]
            if ((behind > depths[inside] + _FLESH_M) | (behind <= 0)).mean() > 0.5:
                return f"person {instance} is not in the mask, and nothing stands before them"
    return None
