"""Training of the lifting network's first half: any number of steps, resumed where it was broken off, the same numbers for the same seed."""

import copy
import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..errors import TrainingError
from ..files import write_bytes
from ..progress import Reporter
from ..streams import Stream, generator
from .gradients import Gradients
from .network import FirstHalf
from .sequences import Sequences
from .settings import LiftSettings

CHECKPOINT = "checkpoint.pt"
AVERAGE_OVER = 200
"""Steps that the averaged network looks back on, about."""


@dataclass(frozen=True)
class Trained:
    """What came of it."""

    network: FirstHalf
    """Weights averaged over the last steps."""
    loss: float
    """Mean of the last steps, metres and weights mixed."""
    seconds: float
    """In this and earlier runs."""


def train(folder: Path, sequences: Sequences, settings: LiftSettings, reporter: Reporter) -> Trained:
    """Train in a folder, going on from its checkpoint.

    Raises:
        TrainingError: the checkpoint there is damaged or of other settings, or the loss is no longer a number.
    """
    state = _State(settings)
    first, smooth, spent = state.resumed(folder / CHECKPOINT)
    began = time.monotonic()
    with (
        Gradients(sequences, settings) as gradients,
        reporter.task("train the lifting network", settings.steps, "steps", done=first) as task,
    ):
        for step in range(first, settings.steps):
            loss = state.step(gradients, step)
            if loss != loss:
                raise TrainingError(f"{folder}: the loss is not a number in step {step}; use a smaller learning rate")
            smooth = loss if step == 0 else smooth + 0.01 * (loss - smooth)
            task.advance()
            if (step + 1) % settings.save_every == 0 or step + 1 == settings.steps:
                seconds = spent + time.monotonic() - began
                state.save(folder / CHECKPOINT, (step + 1, smooth, seconds))
                reporter.say(f"step {step + 1}: loss {smooth:.4f}")
    return Trained(state.average.eval(), smooth, spent + time.monotonic() - began)


class _State:
    """Network, its average, and the optimizer."""

    def __init__(self, settings: LiftSettings) -> None:
        torch.manual_seed(int(generator(settings.seed, Stream.LIFTED_WEIGHTS).integers(2**62)))
        self.settings = settings
        self.network = FirstHalf(settings.width)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )

    def step(self, gradients: Gradients, step: int) -> float:
        """One step; its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * _rate(step, self.settings)
        loss, gradient = gradients.of(self.network, step)
        place = 0
        for parameter in self.network.parameters():
            parameter.grad = gradient[place : place + parameter.numel()].view_as(parameter)
            place += parameter.numel()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        keep = min(1.0 - 1.0 / AVERAGE_OVER, step / (step + 10))
        with torch.no_grad():
            for mine, theirs in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mine.lerp_(theirs, 1.0 - keep)
        return loss

    def save(self, path: Path, counters: tuple[int, float, float]) -> None:
        """Write the state whole or not at all."""
        state = {
            "settings": str(self.settings.identity()),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "counters": list(counters),
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(path, buffer.getbuffer())

    def resumed(self, path: Path) -> tuple[int, float, float]:
        """Take the state of a file, where there is one: step to go on from, loss and seconds so far."""
        if not path.exists():
            return 0, 0.0, 0.0
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            if state["settings"] != str(self.settings.identity()):
                raise TrainingError(
                    f"{path}: was made with settings {state['settings']}, asked for are {self.settings.identity()}; "
                    "use another folder or delete it"
                )
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            step, loss, seconds = state["counters"]
        except TrainingError:
            raise
        except Exception as error:  # a damaged pickle fails in as many ways as there are bytes
            raise TrainingError(f"{path}: checkpoint cannot be read; delete it to train anew") from error
        return int(step), float(loss), float(seconds)


def _rate(step: int, settings: LiftSettings) -> float:
    """Share of the learning rate: up in a line, level, and down in a line in the last steps, so that a longer training begins as a shorter one."""
    return min(1.0, (step + 1) / settings.warm_up, (settings.steps - step) / min(settings.cool_down, settings.steps))
