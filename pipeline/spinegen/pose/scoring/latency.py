"""How long a prediction takes: torch beside ONNX Runtime, one person at a time and in the best batch."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...records.metrics import LatencyRow
from ..assembly import Architecture
from ..nets.network import PoseNetwork, place
from ..onnx_file import open_simcc

BATCHES = (1, 8, 32)
SECONDS = 0.4
"""Time spent on each row of the table."""


def latency_table(
    network: PoseNetwork | None, architecture: Architecture | None, onnx: Path, threads: int
) -> list[LatencyRow]:
    """Rows `runtime`, `device`, `batch`, `ms` (median of a batch), `people_per_s`; batch 1 and the best of 8 and 32."""
    file = open_simcc(onnx, "cpu", threads)
    rows: list[LatencyRow] = []
    shape = (3, *file.input_hw)
    rows += _best("ONNX Runtime", "cpu", lambda n: _onnx_call(file.run, (n, *shape)))
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if "cuda" in devices:
        on_gpu = open_simcc(onnx, "cuda")
        if on_gpu.provider.startswith("CUDA"):
            rows += _best("ONNX Runtime", "cuda", lambda n: _onnx_call(on_gpu.run, (n, *shape)))
    if network is not None and architecture is not None:
        for device in devices:
            placed = place(network, device).eval()
            rows += _best("torch", device, lambda n, net=placed, where=device: _torch_call(net, (n, *shape), where))
        network.to("cpu")
    return rows


def _best(runtime: str, device: str, make: Callable[[int], Callable[[], object]]) -> list[LatencyRow]:
    rows = []
    for batch in BATCHES:
        seconds = _median_seconds(make(batch))
        rows.append(
            LatencyRow(runtime=runtime, device=device, batch=batch, ms=1e3 * seconds, people_per_s=batch / seconds)
        )
    return [rows[0], max(rows[1:], key=lambda row: row.people_per_s)]


def _median_seconds(call: Callable[[], object]) -> float:
    for _ in range(2):
        call()
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _onnx_call(run: Callable[[Any], object], shape: tuple[int, ...]) -> Callable[[], object]:
    inputs = np.zeros(shape, np.float32)
    return lambda: run(inputs)


def _torch_call(network: PoseNetwork, shape: tuple[int, ...], device: str) -> Callable[[], object]:
    inputs = torch.zeros(shape, device=device).contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def call() -> None:
        with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
            network(inputs)
        if device == "cuda":
            torch.cuda.synchronize()

    return call
