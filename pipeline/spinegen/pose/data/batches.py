"""Endless training batches, prepared one ahead in a thread; the same for the same seed and step, wherever training resumed."""

import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import TrainingError
from ...streams import Stream, generator
from ..settings import AugmentSettings
from .backdrops import Backdrops
from .busts import cut_busts
from .cache import CropCache
from .occluders import hidden_points
from .pixels import disturb, normalize, sample
from .warp import plain_warp, random_warp

HIDDEN_WEIGHT = 0.5
"""Weight of a point that something hides: where it is can only be guessed from the rest."""


@dataclass(frozen=True)
class Batch:
    """What one step sees, on the training device."""

    inputs: Tensor
    """(N, 3, h, w) normalised."""
    keypoints_input_px: Tensor
    """(N, 37, 2)."""
    weights: Tensor
    """(N, 37): 1 for what is seen, `HIDDEN_WEIGHT` for what is hidden, 0 for what is not labelled or outside the input."""

    def first(self, count: int) -> "Batch":
        """The first people of it."""
        return Batch(self.inputs[:count], self.keypoints_input_px[:count], self.weights[:count])


class BatchSource:
    """Random batches of one or two sets.

    Args:
        caches: the main set and, with `mix_ratio` > 0, the second one.
        mix_ratio: share of a batch from the second set.
        photographs: folder of pictures without people for backgrounds, beside the shipped panoramas.

    Raises:
        TrainingError: no picture in that folder can be read; the share of a batch is nobody, or everybody.
    """

    def __init__(
        self,
        caches: list[CropCache],
        *,
        mix_ratio: float,
        batch: int,
        input_hw: tuple[int, int],
        augment: AugmentSettings,
        seed: int,
        device: torch.device,
        photographs: Path | None = None,
    ) -> None:
        self.backdrops = Backdrops(photographs)
        self.caches, self.input_hw, self.augment, self.seed, self.device = caches, input_hw, augment, seed, device
        second = round(batch * mix_ratio) if len(caches) > 1 else 0
        if len(caches) > 1 and not 0 < second < batch:
            raise TrainingError(
                f"mix_ratio {mix_ratio:g} of a batch of {batch} is {'nobody' if second == 0 else 'everybody'}: "
                f"use a larger batch, or a ratio between {1 / batch:.3g} and {1 - 1 / batch:.3g}"
            )
        self.counts = [batch - second, second][: len(caches)]
        self.steps_per_epoch = max(len(caches[0].people) // self.counts[0], 1)

    def rows(self, step: int) -> list[NDArray[np.int64]]:
        """Which people of each set a step shows: each set is gone through in a new order, then again."""
        return [self._walk(k, step * n, n) for k, n in enumerate(self.counts)]

    def _walk(self, which: int, start: int, count: int) -> NDArray[np.int64]:
        size = len(self.caches[which].people)
        picked: list[NDArray[np.int64]] = []
        while count > 0:
            turn, inside = divmod(start, size)
            order = generator(self.seed, Stream.BATCH_ORDER, which, turn).permutation(size)
            picked.append(order[inside : inside + count])
            count -= len(picked[-1])
            start += len(picked[-1])
        return np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)

    def make(self, step: int) -> Batch:
        """The batch of a step."""
        rng = generator(self.seed, Stream.BATCH_DRAWS, step)
        boxes, keypoints, visibility, has_mask = [], [], [], []
        on_gpu = self.device.type == "cuda"
        shape = (sum(self.counts), *self.caches[0].pixels.shape[1:])
        # the crops are copied once, straight into memory that the GPU can fetch from
        crops = torch.empty(shape, dtype=torch.uint8, pin_memory=on_gpu)
        filled = 0
        for cache, rows in zip(self.caches, self.rows(step), strict=True):
            order = np.sort(rows)
            part = crops[filled : filled + len(order)].numpy()
            np.take(cache.pixels, order, axis=0, out=part, mode="clip")  # the default mode goes through a buffer
            filled += len(order)
            boxes.append(cache.boxes_crop_px[order])
            keypoints.append(cache.keypoints_crop_px[order])
            visibility.append(cache.people.visibility[order])
            has_mask.append(cache.has_mask[order])
        points = np.concatenate(keypoints)
        found, seen = cut_busts(
            rng,
            crops.numpy(),
            boxes_px=np.concatenate(boxes),
            keypoints_px=points,
            visibility=np.concatenate(visibility),
            probability=self.augment.bust,
        )
        warp = random_warp(
            rng,
            found,
            points,
            seen,
            input_hw=self.input_hw,
            settings=self.augment,
        )
        planes = sample(crops.to(self.device, non_blocking=on_gpu), warp.matrices_crop_input, self.input_hw)
        pictures, covered = disturb(planes, np.concatenate(has_mask), rng, self.augment, backdrops=self.backdrops)
        inputs = normalize(pictures).contiguous(memory_format=torch.channels_last)
        limit = np.array([self.input_hw[1] - 1, self.input_hw[0] - 1])
        inside = ((warp.keypoints_input_px >= 0) & (warp.keypoints_input_px <= limit)).all(axis=-1)
        hidden = (warp.visibility == 1) | hidden_points(covered, warp.keypoints_input_px)
        weights = np.where(hidden, HIDDEN_WEIGHT, 1.0) * ((warp.visibility > 0) & inside)
        return Batch(
            inputs,
            torch.as_tensor(warp.keypoints_input_px, dtype=torch.float32, device=self.device),
            torch.as_tensor(weights, dtype=torch.float32, device=self.device),
        )

    def measure(self, seconds: float = 0.5) -> float:
        """People a second that one loading thread prepares, augmentation included."""
        made, started = 0, time.perf_counter()
        self.make(0)
        started = time.perf_counter()
        while made == 0 or time.perf_counter() - started < seconds:
            made += len(self.make(made).inputs)
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return made / (time.perf_counter() - started)

    def stream(self, first_step: int) -> Generator[Batch, None, None]:
        """Batches from a step on, the next one always in the making."""
        # one thread each: the network's own threads must not wait for the loader's at every barrier
        with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            step = first_step
            coming = pool.submit(self.make, step)
            while True:
                batch = coming.result()
                step += 1
                coming = pool.submit(self.make, step)
                yield batch


def validation_inputs(
    cache: CropCache, rows: NDArray[np.int64], input_hw: tuple[int, int], device: torch.device
) -> Tensor:
    """(N, 3, h, w) inputs of some people, cropped as the predictor does but from the cache."""
    warp = plain_warp(cache.boxes_crop_px[rows], cache.keypoints_crop_px[rows], cache.people.visibility[rows], input_hw)
    crops = torch.from_numpy(np.asarray(cache.pixels[rows])).to(device)
    planes = sample(crops, warp.matrices_crop_input, input_hw)
    return normalize(planes[:, :3]).contiguous(memory_format=torch.channels_last)
