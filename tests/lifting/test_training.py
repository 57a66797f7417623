"""The training: it learns, it goes on where it was broken off, and how many processes share it does not matter."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from spinegen.errors import TrainingError
from spinegen.lifting.settings import LiftSettings
from spinegen.lifting.training import train
from spinegen.progress import SilentReporter, Task
from support.lifted import few_sequences

SMALL = LiftSettings(steps=8, shares=2, frames=24, width=16, warm_up=2, cool_down=2, save_every=4)


def weights(network: torch.nn.Module) -> np.ndarray:
    return torch.nn.utils.parameters_to_vector(network.parameters()).detach().numpy()


def test_the_loss_falls(tmp_path: Path) -> None:
    settings = SMALL.model_copy(update={"steps": 60, "frames": 120, "width": 32, "learning_rate": 5e-3})
    short = train(tmp_path / "a", few_sequences(), settings.model_copy(update={"steps": 2}), SilentReporter())
    longer = train(tmp_path / "b", few_sequences(), settings, SilentReporter())
    assert longer.loss < 0.8 * short.loss


class Interrupted(SilentReporter):
    """Breaks off in the sixth step."""

    @contextmanager
    def task(self, title: str, total: float | None, unit: str, done: float = 0) -> Iterator[Task]:
        steps = iter(range(5))

        class Stopping:
            def advance(self, count: float = 1) -> None:
                if next(steps, None) is None:
                    raise KeyboardInterrupt

            def note(self, text: str) -> None:
                raise NotImplementedError

        yield Stopping()


def test_broken_off_and_resumed_is_as_uninterrupted(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", few_sequences(), SMALL, SilentReporter())
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", few_sequences(), SMALL, Interrupted())
    parts = train(tmp_path / "parts", few_sequences(), SMALL, SilentReporter())
    np.testing.assert_array_equal(weights(whole.network), weights(parts.network))
    assert parts.loss == whole.loss


def test_processes_change_nothing(tmp_path: Path) -> None:
    one = train(tmp_path / "one", few_sequences(), SMALL, SilentReporter())
    two = train(tmp_path / "two", few_sequences(), SMALL.model_copy(update={"jobs": 2}), SilentReporter())
    np.testing.assert_allclose(weights(one.network), weights(two.network), atol=1e-6)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    train(tmp_path, few_sequences(), SMALL, SilentReporter())
    with pytest.raises(
        TrainingError, match=r"checkpoint\.pt: was made with settings .*; use another folder or delete it"
    ):
        train(tmp_path, few_sequences(), SMALL.model_copy(update={"width": 8}), SilentReporter())


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: checkpoint cannot be read; delete it"):
        train(tmp_path, few_sequences(), SMALL, SilentReporter())
