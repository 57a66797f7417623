"""Boxes: how much they share, and which of many that mean one person is kept."""

import numpy as np
from numpy.typing import NDArray


def intersections_px2(first_xyxy: NDArray[np.float64], second_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) and (M, 4) corners -> (N, M) shared areas."""
    low = np.maximum(first_xyxy[:, None, :2], second_xyxy[None, :, :2])
    high = np.minimum(first_xyxy[:, None, 2:], second_xyxy[None, :, 2:])
    return np.prod(np.clip(high - low, 0, None), axis=-1)


def areas_px2(boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) corners -> (N,)."""
    return np.prod(np.clip(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0, None), axis=-1)


def overlaps(first_xyxy: NDArray[np.float64], second_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union, (N, M)."""
    shared = intersections_px2(first_xyxy, second_xyxy)
    union = areas_px2(first_xyxy)[:, None] + areas_px2(second_xyxy)[None] - shared
    return shared / np.maximum(union, 1e-9)


def suppress(
    boxes_xyxy: NDArray[np.float64], scores: NDArray[np.float64], limit: float, inside: float = 0.85
) -> NDArray[np.int64]:
    """Rows that are kept, best first: no two overlap by more than `limit`, none lies in a better one by more than `inside` of its area."""
    order = list(np.argsort(-scores, kind="stable"))
    kept: list[int] = []
    while order:
        best = order.pop(0)
        kept.append(best)
        if not order:
            break
        rest = np.array(order)
        iou = overlaps(boxes_xyxy[[best]], boxes_xyxy[rest])[0]
        shared = intersections_px2(boxes_xyxy[[best]], boxes_xyxy[rest])[0] / np.maximum(
            areas_px2(boxes_xyxy[rest]), 1e-9
        )
        order = [int(row) for row in rest[(iou <= limit) & (shared <= inside)]]
    return np.array(kept, dtype=np.int64)


def xywh(boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners -> x, y, width, height."""
    return np.concatenate([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]], axis=1)


def xyxy(boxes_xywh: NDArray[np.float64]) -> NDArray[np.float64]:
    """x, y, width, height -> corners."""
    return np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1)


def turned_back(boxes_xywh: NDArray[np.float64], quarters: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Boxes (N, 4) in a picture that was turned by `numpy.rot90(picture, quarters)`, in the picture of `shape` (H, W, ...) as it was."""
    x, y, w, h = boxes_xywh.T
    height, width = shape[:2]
    turned = {
        0: (x, y, w, h),
        1: (width - y - h, x, h, w),
        2: (width - x - w, height - y - h, w, h),
        3: (y, height - x - w, h, w),
    }
    return np.stack(turned[quarters % 4], axis=1)
