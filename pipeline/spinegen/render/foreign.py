"""What an engine that is not ours needs: pictures to warm up, pictures of one moment, and frames that are not taller than wide."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..geometry.camera import Camera

OURS = "SpinegenEngine"
CUT_PICTURES = 8
"""Thrown away after a cut: real engines carry light and exposure over from the pictures before (UnrealCV, own figures)."""
POSE_PICTURES = 1
"""Thrown away when only a pose changed."""
RETAKES = 4
"""Times that pictures are taken again when they do not show one moment."""
_LIT_LEVELS = 4.0
"""Mean difference of two pictures of one moment, 0..255; sampled shadows and reflections flicker less."""
_FLESH_M = 0.45
"""Skin, hair and clothes lie no further from the nearest bone's origin."""
_FEW_PIXELS = 30


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


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str | None:
    """What is wrong with two pictures that should show the same."""
    difference = float(np.abs(before.astype(np.int16) - after.astype(np.int16)).mean())
    return f"the picture still changes ({difference:.1f} of 255 on average)" if difference > _LIT_LEVELS else None


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
