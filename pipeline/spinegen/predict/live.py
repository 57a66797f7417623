"""A camera, frame by frame: followed, smoothed as it goes, drawn and written until somebody ends it."""

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .. import skeleton
from ..errors import UsageError
from ..files import write_json
from ..media.video import VideoFrame
from ..media.video_write import written_video
from ..pose.drawing import draw_pose
from .estimator import FilmFrame, SpineEstimator
from .window import Show

USUAL_RATE_HZ = 30.0


def camera_frames(index: int, seconds: float | None = None) -> Iterator[VideoFrame]:
    """Frames of a camera at the times they arrive, until it ends, `seconds` are over, or Ctrl-C.

    Raises:
        UsageError: no such camera, or it gives no picture.
    """
    capture = cv2.VideoCapture(index)
    try:
        if not capture.isOpened():
            raise UsageError(
                f"camera {index}: cannot be opened; cameras are counted from 0 (no file or folder is named so either)"
            )
        started, number = 0.0, 0
        while True:
            good, bgr = capture.read()
            now = time.monotonic()
            started = started or now
            if not good and number == 0:
                raise UsageError(f"camera {index}: gives no picture; does another program use it?")
            if not good or (seconds is not None and now - started > seconds):
                return
            yield VideoFrame(number, now - started, np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8))
            number += 1
    except KeyboardInterrupt:
        return
    finally:
        capture.release()


def predict_live(
    frames: Iterator[VideoFrame],
    estimator: SpineEstimator,
    stem: Path,
    *,
    spine_only: bool = False,
    show: Show | None = None,
) -> tuple[int, int]:
    """Write `<stem>.mp4` and `<stem>.json` as for a film, smoothed without looking ahead; how many frames and people there were."""
    rows = []
    numbers: set[int] = set()
    with written_video(stem.with_name(stem.name + ".mp4"), USUAL_RATE_HZ) as writer:
        for picture, seen in estimator.follow(frames, USUAL_RATE_HZ):
            points = np.array([person.keypoints_px for person in seen.people]).reshape(-1, skeleton.COUNT, 2)
            scores = np.array([person.scores for person in seen.people]).reshape(-1, skeleton.COUNT)
            drawn = draw_pose(picture.image_rgb, points, scores, spine_only=spine_only)
            writer.write(drawn, picture.time_s)
            rows.append(_row(seen))
            numbers |= {person.number for person in seen.people}
            if show is not None and not show(drawn):
                break
    times = [row["time_s"] for row in rows]
    rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else USUAL_RATE_HZ
    record = {
        "video": stem.name,
        "rate_hz": round(rate, 3),
        "faults": [],
        "keypoint_names": list(skeleton.NAMES),
        "frames": rows,
    }
    write_json(stem.with_name(stem.name + ".json"), record, indent=None)
    return len(rows), len(numbers)


def _row(seen: FilmFrame) -> dict[str, object]:
    people = [
        {
            "id": person.number,
            "bbox": np.round(person.box_xywh_px, 2).tolist(),
            "keypoints": np.round(np.concatenate([person.keypoints_px, person.scores[:, None]], axis=1), 3).tolist(),
            "filled": [],
        }
        for person in seen.people
    ]
    return {"frame": seen.number, "time_s": round(seen.time_s, 4), "people": people}
