"""Speed and memory of `spinegen predict` on a film, side by side with rtmlib on the same frames, boxes and network.

    python benchmarks/predict.py FILM [--model light] [--frames 300] [--threads 2]
    python benchmarks/predict.py FILM --memory 10000

rtmlib is no dependency: `pip install --no-deps rtmlib` brings it in; without it only our own figures are printed. Wall time and CPU time
stand side by side, since cores are often shared. `--memory` plays the film's first frames again and again and prints the memory on the way.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.errors import SpinegenError
from spinegen.media.video import VideoFrame
from spinegen.media.video_read import open_video
from spinegen.pose.networks import shipped_model
from spinegen.pose.onnx_file import open_simcc
from spinegen.predict.estimator import DETECT_EVERY_S, SpineEstimator

SIZE_WH = (640, 480)
LOOP = 32
"""Frames that `--memory` plays again and again."""


@dataclass
class Clock:
    """Seconds of wall and processor."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def __enter__(self) -> "Clock":
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s += time.perf_counter() - self._wall
        self.cpu_s += time.process_time() - self._cpu

    def told(self, frames: int) -> str:
        """Frames a second by the wall, and milliseconds of a core a frame."""
        return f"{frames / self.wall_s:6.1f} frames/s, {1000 * self.cpu_s / frames:6.1f} ms of a core a frame"


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("--model", default="light", help="a shipped network")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2, help="of ONNX Runtime")
    parser.add_argument("--memory", type=int, metavar="FRAMES", help="follow so many frames and print the memory")
    given = parser.parse_args()
    cv2.setNumThreads(given.threads)
    try:
        pictures = frames_of(given.film, LOOP if given.memory else given.frames)
        estimator = SpineEstimator(given.model, threads=given.threads)
        if given.memory:
            memory(estimator, pictures, given.memory)
        else:
            speed(estimator, given.model, pictures, given.threads)
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def frames_of(film: Path, count: int) -> list[NDArray[np.uint8]]:
    """The first frames, 640 x 480, padded to that shape."""
    with open_video(film) as video:
        return [framed(frame.image_rgb) for frame in itertools.islice(video.frames(), count)]


def framed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scaled to fit 640 x 480 with grey beside it."""
    scale = min(SIZE_WH[0] / image.shape[1], SIZE_WH[1] / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((SIZE_WH[1], SIZE_WH[0], 3), 114, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas


def at_25_hz(pictures: list[NDArray[np.uint8]], count: int) -> Iterator[VideoFrame]:
    """The pictures again and again."""
    for number in range(count):
        yield VideoFrame(number, number / 25, pictures[number % len(pictures)])


def speed(estimator: SpineEstimator, model: str, pictures: list[NDArray[np.uint8]], threads: int) -> None:
    """Our whole loop, then one network on the same boxes in both programs."""
    boxes: list[NDArray[np.float64]] = []
    list(estimator.follow(at_25_hz(pictures, 5), 25.0))
    whole = Clock()
    with whole:
        for _, seen in estimator.follow(at_25_hz(pictures, len(pictures)), 25.0):
            boxes.append(np.array([person.box_xywh_px for person in seen.people]).reshape(-1, 4))
    people = sum(map(len, boxes)) / len(boxes)
    print(
        f"{len(pictures)} frames of {SIZE_WH[0]}x{SIZE_WH[1]}, {people:.2f} people in each, {threads} threads, network {model}"
    )
    print(f"  ours, detector every {DETECT_EVERY_S} s, followed and smoothed      {whole.told(len(pictures))}")
    with Clock() as detector:
        for picture in pictures[:40]:
            estimator.detect(picture)
    print(f"  ours, detector alone                                 {detector.told(min(40, len(pictures)))}")
    ours, theirs = Clock(), Clock()
    rtmlib = rtmlib_pose(model)
    differences = []
    # in turns, so that what else the machine does slows both
    for picture, here in zip(pictures, boxes, strict=True):
        with ours:
            found = estimator.predictor.predict(picture, here)
        if rtmlib is not None and len(here):
            corners = np.concatenate([here[:, :2], here[:, :2] + here[:, 2:]], axis=1).tolist()
            with theirs:
                # red first, as the means are with which it normalises
                points, _ = rtmlib(picture, bboxes=corners)
            sizes = here[:, 2:].max(axis=1)[:, None]
            differences.append(np.linalg.norm(points - found.keypoints_px, axis=-1) / sizes)
    print(f"  ours, network on those boxes                         {ours.told(len(pictures))}")
    if rtmlib is None:
        print("  rtmlib is not installed (pip install --no-deps rtmlib)")
        return
    print(f"  rtmlib, the same network on the same boxes           {theirs.told(len(pictures))}")
    print(
        f"  their keypoints lie {100 * float(np.median(np.concatenate(differences))):.2f} % of the box apart (median)"
    )


def rtmlib_pose(model: str) -> Any:
    """rtmlib's RTMPose with our file; None where it is not installed."""
    try:
        from rtmlib import RTMPose  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    height, width = open_simcc(shipped_model(model)).input_hw
    return RTMPose(str(shipped_model(model)), model_input_size=(width, height), backend="onnxruntime", device="cpu")


def memory(estimator: SpineEstimator, pictures: list[NDArray[np.uint8]], count: int) -> None:
    """Resident memory on the way through a long film."""
    marks = {count * share // 10 for share in range(1, 11)} | {min(200, count)}
    with Clock() as clock:
        for frame, _ in estimator.follow(at_25_hz(pictures, count), 25.0):
            if frame.number + 1 in marks:
                print(f"  after {frame.number + 1:6d} frames {resident_mb():6.0f} MB", flush=True)
    print(f"  {clock.told(count)}")


def resident_mb() -> float:
    """Of this process, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
