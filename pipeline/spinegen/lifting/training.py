"""Training of the lifting network: any number of steps, resumed where it was broken off, the same numbers for the same seed."""

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
from .network import LiftingNetwork
from .sequences import Sequences
from .settings import LiftSettings

CHECKPOINT = "checkpoint.pt"
AVERAGE_OVER = 200
"""Steps that the averaged network looks back on, about."""


@dataclass(frozen=True)
class Trained:
    """What came of it."""

    network: LiftingNetwork
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
    torch.manual_seed(int(generator(settings.seed, Stream.LIFTED_WEIGHTS).integers(2**62)))
    network = LiftingNetwork(settings.width)
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    first, smooth, spent = _resumed(folder / CHECKPOINT, settings, network, average, optimizer)
    began = time.monotonic()
    with (
        Gradients(sequences, settings) as gradients,
        reporter.task("train the lifting network", settings.steps, "steps", done=first) as task,
    ):
        for step in range(first, settings.steps):
            loss = _step(network, optimizer, gradients, settings, step)
            if loss != loss:
                raise TrainingError(f"{folder}: the loss is not a number in step {step}; use a smaller learning rate")
            smooth = loss if step == 0 else smooth + 0.01 * (loss - smooth)
            _follow(average, network, min(1.0 - 1.0 / AVERAGE_OVER, step / (step + 10)))
            task.advance()
            if (step + 1) % settings.save_every == 0 or step + 1 == settings.steps:
                seconds = spent + time.monotonic() - began
                _save(folder / CHECKPOINT, settings, network, average, optimizer, (step + 1, smooth, seconds))
                reporter.say(f"step {step + 1}: loss {smooth:.4f}")
    return Trained(average.eval(), smooth, spent + time.monotonic() - began)


def _step(
    network: LiftingNetwork, optimizer: torch.optim.Optimizer, gradients: Gradients, settings: LiftSettings, step: int
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = settings.learning_rate * _rate(step, settings)
    loss, gradient = gradients.of(network, step)
    place = 0
    for parameter in network.parameters():
        parameter.grad = gradient[place : place + parameter.numel()].view_as(parameter)
        place += parameter.numel()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss


def _rate(step: int, settings: LiftSettings) -> float:
    """Share of the learning rate: up in a line, level, and down in a line in the last steps, so that a longer training begins as a shorter one."""
    return min(1.0, (step + 1) / settings.warm_up, (settings.steps - step) / min(settings.cool_down, settings.steps))


@torch.no_grad()
def _follow(average: LiftingNetwork, network: LiftingNetwork, keep: float) -> None:
    for mine, theirs in zip(average.parameters(), network.parameters(), strict=True):
        mine.lerp_(theirs, 1.0 - keep)


def _save(
    path: Path,
    settings: LiftSettings,
    network: LiftingNetwork,
    average: LiftingNetwork,
    optimizer: torch.optim.Optimizer,
    counters: tuple[int, float, float],
) -> None:
    state = {
        "settings": str(settings.identity()),
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "counters": list(counters),
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getbuffer())


def _resumed(
    path: Path,
    settings: LiftSettings,
    network: LiftingNetwork,
    average: LiftingNetwork,
    optimizer: torch.optim.Optimizer,
) -> tuple[int, float, float]:
    """Step to go on from, loss and seconds so far."""
    if not path.exists():
        return 0, 0.0, 0.0
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state["settings"] != str(settings.identity()):
            raise TrainingError(
                f"{path}: was made with settings {state['settings']}, asked for are {settings.identity()!s}; use another folder or delete it"
            )
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, loss, seconds = state["counters"]
    except TrainingError:
        raise
    except Exception as error:  # a damaged pickle fails in as many ways as there are bytes
        raise TrainingError(f"{path}: checkpoint cannot be read; delete it to train anew") from error
    return int(step), float(loss), float(seconds)
