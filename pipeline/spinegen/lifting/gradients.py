"""The gradient of a step: shares of its windows, each in a process of its own where there are some, added up in one order."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType

import torch
from torch import Tensor

from ..streams import Stream, generator
from .losses import loss_of
from .network import FirstHalf
from .pairs import draw_pairs
from .sequences import Sequences
from .settings import LiftSettings


class _Worker:
    """Draws a share and differentiates the loss."""

    def __init__(self, sequences: Sequences, settings: LiftSettings) -> None:
        self.sequences, self.settings = sequences, settings
        self.network = FirstHalf(settings.width)

    def __call__(self, weights: Tensor, step: int, share: int) -> tuple[float, Tensor]:
        rng = generator(self.settings.seed, Stream.LIFTED_BATCH, step, share)
        pairs = draw_pairs(rng, self.sequences, self.settings.frames)
        torch.nn.utils.vector_to_parameters(weights, self.network.parameters())
        self.network.zero_grad()
        outputs = self.network(torch.from_numpy(pairs.features))
        loss = loss_of(outputs, torch.from_numpy(pairs.points_m), torch.from_numpy(pairs.up))
        loss.backward()
        gradient = torch.cat([p.grad.flatten() for p in self.network.parameters() if p.grad is not None])
        return float(loss.detach()), gradient


_worker: _Worker | None = None


def _start(sequences: Sequences, settings: LiftSettings) -> None:
    global _worker
    torch.set_num_threads(1)
    _worker = _Worker(sequences, settings)


def _work(weights: bytes, step: int, share: int) -> tuple[float, bytes]:
    assert _worker is not None
    loss, gradient = _worker(torch.frombuffer(bytearray(weights), dtype=torch.float32), step, share)
    return loss, gradient.numpy().tobytes()


class Gradients:
    """Mean loss and gradient of a step's shares; a context manager, as it may hold processes."""

    def __init__(self, sequences: Sequences, settings: LiftSettings) -> None:
        self.settings = settings
        self._own = _Worker(sequences, settings)
        self._pool = None
        if settings.jobs > 1:
            self._pool = ProcessPoolExecutor(
                min(settings.jobs, settings.shares) - 1,
                mp_context=get_context("fork"),
                initializer=_start,
                initargs=(sequences, settings),
            )

    def __enter__(self) -> "Gradients":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def of(self, network: FirstHalf, step: int) -> tuple[float, Tensor]:
        """Loss, and gradient `(P,)` in the order of the network's parameters."""
        weights = torch.nn.utils.parameters_to_vector(network.parameters()).detach()
        shares = range(self.settings.shares)
        if self._pool is None:
            found = [self._own(weights, step, share) for share in shares]
        else:
            plain = weights.numpy().tobytes()
            waiting = [self._pool.submit(_work, plain, step, share) for share in shares[1:]]
            found = [self._own(weights, step, 0)]
            for result in (job.result() for job in waiting):
                found.append((result[0], torch.frombuffer(bytearray(result[1]), dtype=torch.float32)))
        loss = sum(share[0] for share in found) / len(found)
        return loss, torch.stack([share[1] for share in found]).mean(dim=0)
