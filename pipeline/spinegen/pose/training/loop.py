"""Training of one network: steps, averaging, validation, checkpoints, log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from ...errors import TrainingError
from ...progress import Reporter, warn_of
from ...records.training_record import HistoryRow
from ..assembly import Architecture, starting_network
from ..data.batches import Batch, BatchSource, validation_inputs
from ..data.cache import CropCache
from ..geometry import crop_regions
from ..nets.network import PoseNetwork, place
from ..scoring.oks import oks_scores
from ..settings import LIGHT, TrainSettings
from ..simcc import decode, to_image
from .averaging import MovingAverage
from .checkpoint import load_checkpoint, make_room_for, save_checkpoint
from .device import core_count
from .memory import fitting_batch, is_out_of_memory
from .objective import Objective
from .optimizer import make_optimizer, set_rates
from .schedule import flat_cosine
from .whole_network import CALIBRATION_BATCHES, calibrate_norms, whole_network

CPU_VIEWS = 6_400
"""People shown on a CPU where nothing else is asked for."""
GPU_EPOCHS = 60
VALIDATIONS = 8
"""Times that the validation AP is taken, evenly over the training."""
VALIDATION_PEOPLE = 400
"""People of the running validation; the final one takes all."""
CHECKPOINT_SECONDS = 30.0


@dataclass
class Trained:
    """What training leaves."""

    network: PoseNetwork
    """The averaged network, on the CPU."""
    steps: int
    seconds: float
    people_seen: int
    history: list[HistoryRow] = field(default_factory=list)
    """A row a log interval: step, epoch, minutes, learning rate, each loss; `ap_all` and `ap_spine` where validated."""

    @property
    def people_per_second(self) -> float:
        return self.people_seen / max(self.seconds, 1e-9)


class Trainer:
    """Trains a network on a cache and validates it on another.

    Args:
        key: fingerprint of everything that decides the result; a checkpoint of another key is not resumed.
        mixed: cache of the second set, or None.
    """

    def __init__(
        self,
        architecture: Architecture,
        settings: TrainSettings,
        *,
        train: CropCache,
        validation: CropCache,
        device: torch.device,
        checkpoint: Path,
        key: str,
        mixed: CropCache | None = None,
    ) -> None:
        self.architecture, self.settings, self.validation = architecture, settings, validation
        self.device, self.checkpoint, self.key = device, checkpoint, key
        self.batch = settings.batch or max(2, min(16 if device.type == "cpu" else 256, len(train.people) // 4))
        self.rate = settings.learning_rate or max(4e-3 * (self.batch / 1024) ** 0.5, 2e-3)
        caches = [train] if mixed is None else [train, mixed]
        ratio = settings.mix_ratio if mixed is not None else 0.0
        self.half = settings.precision == "bfloat16" or (settings.precision == "auto" and device.type == "cuda")
        self.max_seconds = settings.max_minutes * 60 if settings.max_minutes is not None else None
        self.source = BatchSource(
            caches,
            mix_ratio=ratio,
            batch=self.batch,
            input_hw=architecture.input_hw,
            augment=LIGHT,
            seed=settings.seed,
            device=device,
            photographs=settings.backdrops,
            hidden_weight=settings.losses.hidden,
        )
        self.total_steps = self._steps(self.source.steps_per_epoch)
        self.source.augment = settings.augmentation(self.total_steps * self.batch)
        self.objective = Objective(settings.losses, architecture, settings.teacher, device)
        self.start = ""
        """What the network started from, once `run` has begun."""

    def run(self, reporter: Reporter) -> Trained:
        """Train from the last checkpoint, or anew.

        Raises:
            TrainingError: out of memory, or the loss is not finite.
        """
        warn_of(
            reporter,
            [f"backdrop left out: {text}" for text in self.source.backdrops.left_out],
            "backdrops are left out",
        )
        network, self.start = self.starting_network()
        average = MovingAverage(network)
        optimizer = make_optimizer(network, self.rate, self.settings)
        result = Trained(network, 0, 0.0, 0)
        aside = make_room_for(self.checkpoint, self.key)
        if aside is not None:
            reporter.say(
                f"an unfinished training of other settings or data is kept as {aside}; it goes on when they are"
            )
        state = load_checkpoint(self.checkpoint, self.key, self.architecture.size)
        if state is not None:
            network.load_state_dict(state["network"])
            average.network.load_state_dict(state["average"])
            optimizer.load_state_dict(state["optimizer"])
            average.updates, result.steps, result.seconds = state["updates"], state["step"], state["seconds"]
            result.history = list(state["history"])
            reporter.say(f"training resumes at step {result.steps}")
        with _reproducible(self.settings.threads or core_count(), self.device.type == "cpu"):
            self._loop(network, average, optimizer, result, reporter=reporter)
        result.network = average.network.to("cpu")
        result.people_seen = result.steps * self.batch
        return result

    def starting_network(self) -> tuple[PoseNetwork, str]:
        """The network as the first step meets it, on the device, and a sentence on what it started from.

        Raises:
            TrainingError: weights to start from are missing, damaged, or of another network.
        """
        settings, start = self.settings, self.settings.start_file
        if start is None:
            network, said = starting_network(self.architecture, settings.seed, settings.backbone_start)
        else:
            network, said = whole_network(self.architecture, start, settings.seed)
        network = place(network, self.device)
        if start is not None and start.suffix == ".onnx":
            calibrate_norms(network, [self.source.make(step).inputs for step in range(CALIBRATION_BATCHES)])
        return network, said

    def progress(self, step: int, seconds: float) -> float:
        """0..1: the larger of the shares of steps and of time spent."""
        return max(step / self.total_steps, seconds / self.max_seconds if self.max_seconds else 0.0)

    def _steps(self, steps_per_epoch: int) -> int:
        """How many batches the schedule is laid out for."""
        settings = self.settings
        if settings.steps is not None:
            return settings.steps
        if settings.epochs is not None or self.device.type != "cpu":
            return (settings.epochs or GPU_EPOCHS) * steps_per_epoch
        return max(CPU_VIEWS // self.batch, 1)

    def _loop(
        self,
        network: PoseNetwork,
        average: MovingAverage[PoseNetwork],
        optimizer: torch.optim.Optimizer,
        result: Trained,
        *,
        reporter: Reporter,
    ) -> None:
        before, started = result.seconds, time.monotonic()
        last_saved = started
        checks = sum("ap_all" in row for row in result.history)
        log_every = max(1, min(self.source.steps_per_epoch, 50))
        sums: dict[str, torch.Tensor] = {}
        summed = 0
        with reporter.task("train", 100, "%", done=round(100 * self.progress(result.steps, before), 1)) as task:
            shown = self.progress(result.steps, before)
            if self.progress(result.steps, before) >= 1:
                return
            for batch in self.source.stream(result.steps):
                progress = self.progress(result.steps, result.seconds)
                set_rates(optimizer, self.rate * flat_cosine(progress), frozen=progress < self.settings.frozen_share)
                parts = self._step(network, optimizer, batch)
                average.update(network)
                for name, value in parts.items():
                    sums[name] = sums.get(name, torch.zeros((), device=self.device)) + value
                summed += 1
                result.steps += 1
                result.seconds = before + time.monotonic() - started
                progress = self.progress(result.steps, result.seconds)
                done = progress >= 1
                task.advance(100 * (min(progress, 1) - shown))
                shown = min(progress, 1)
                if result.steps % log_every == 0 or done:
                    row = self._row(result, sums, summed, flat_cosine(progress) * self.rate)
                    sums, summed = {}, 0
                    if done or progress * VALIDATIONS >= checks + 1:
                        checks += 1
                        row |= self.validate(average.network)
                    result.history.append(row)
                    scored = next((r for r in reversed(result.history) if "ap_all" in r), None)
                    ap = f", validation AP {scored['ap_all']:.3f}" if scored else ""
                    task.note(f"loss {row['loss']:.3f}{ap}")
                if done or time.monotonic() - last_saved > CHECKPOINT_SECONDS:
                    self._save(network, average, optimizer, result)
                    last_saved = time.monotonic()
                if done:
                    return

    def _step(self, network: PoseNetwork, optimizer: torch.optim.Optimizer, batch: Batch) -> dict[str, torch.Tensor]:
        network.train()
        parts = self._gradients(network, batch)
        if parts is None:
            optimizer.zero_grad(set_to_none=True)
            raise TrainingError(
                f"out of {'GPU ' if self.device.type == 'cuda' else ''}memory with a batch of {self.batch}; "
                + fitting_batch(self.batch, lambda size: self._losses(network, batch.first(size))["loss"].backward())
            )
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        return {name: value.detach() for name, value in parts.items()}

    def _gradients(self, network: PoseNetwork, batch: Batch) -> dict[str, torch.Tensor] | None:
        """The losses, after their gradients; None where memory ran out, with nothing of the attempt alive."""
        try:
            parts = self._losses(network, batch)
            network.zero_grad(set_to_none=True)
            parts["loss"].backward()
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return None
        return parts

    def _losses(self, network: PoseNetwork, batch: Batch) -> dict[str, torch.Tensor]:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits_x, logits_y, field = network.with_field(batch.inputs)
        return self.objective((logits_x.float(), logits_y.float()), field, batch)

    def _row(self, result: Trained, sums: dict[str, torch.Tensor], steps: int, rate: float) -> HistoryRow:
        means = {name: float(value) / max(steps, 1) for name, value in sums.items()}
        if not np.isfinite(means["loss"]):
            raise TrainingError(
                f"loss is not finite at step {result.steps}: use a smaller --learning-rate or another seed"
            )
        epoch = result.steps / self.source.steps_per_epoch
        return {
            "step": result.steps,
            "epoch": round(epoch, 2),
            "minutes": round(result.seconds / 60, 3),
            "rate": rate,
            **means,
        }

    def _save(
        self,
        network: PoseNetwork,
        average: MovingAverage[PoseNetwork],
        optimizer: torch.optim.Optimizer,
        result: Trained,
    ) -> None:
        state = {
            "key": self.key,
            "architecture": self.architecture.size,
            "network": network.state_dict(),
            "average": average.network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "updates": average.updates,
            "step": result.steps,
            "seconds": result.seconds,
            "history": result.history,
        }
        save_checkpoint(self.checkpoint, state)

    @torch.no_grad()
    def validate(self, network: PoseNetwork) -> dict[str, float]:
        """AP of all keypoints and of the spine, on up to `VALIDATION_PEOPLE` of the validation people, in cached-crop pixels."""
        count = len(self.validation.people)
        rows = np.unique(np.linspace(0, count - 1, min(count, VALIDATION_PEOPLE)).astype(np.int64))
        network.eval()
        points, confidences = [], []
        for start in range(0, len(rows), 64):
            inputs = validation_inputs(
                self.validation, rows[start : start + 64], self.architecture.input_hw, self.device
            )
            x, y = (logits.float().softmax(dim=-1).cpu().numpy() for logits in network(inputs))
            decoded, scores = decode(x, y, self.architecture.split_ratio)
            points.append(decoded)
            confidences.append(scores)
        people = self.validation.people.subset(rows)
        centers, sizes = crop_regions(people.boxes_xywh_px, self.architecture.input_hw)
        placed = to_image(np.concatenate(points), centers, sizes, self.architecture.input_hw)
        scores = oks_scores(people, placed, np.concatenate(confidences), ("all", "spine"))
        return {"ap_all": scores["all"]["AP"] or 0.0, "ap_spine": scores["spine"]["AP"] or 0.0}


@contextmanager
def _reproducible(threads: int, exact: bool) -> Iterator[None]:
    """Torch's threads, and deterministic kernels where `exact`, for a block; both as before afterwards."""
    before, was_exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    deterministic = cast("Any", torch.utils.deterministic)  # torch's types do not know its one setting
    filled = deterministic.fill_uninitialized_memory
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(exact, warn_only=True)
    # torch would write NaN into every new array before an operation writes its result there: an eighth of a step
    deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(was_exact)
        deterministic.fill_uninitialized_memory = filled
