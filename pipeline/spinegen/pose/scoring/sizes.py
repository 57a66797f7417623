"""The named networks beside the published ones: parameters, multiply-adds, time in ONNX Runtime."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..assembly import ARCHITECTURES, Architecture, build_network, parameter_count
from ..export import export_onnx
from ..nets.network import PoseNetwork
from .latency import latency_table


@dataclass(frozen=True)
class Published:
    """A row of RTMPose's paper (arXiv 2303.07399, table 1); spinepose's small, medium and large are its s, m and l with a wider last layer."""

    name: str
    input_hw: tuple[int, int]
    parameters: float
    multiply_adds: float
    spinepose: str | None


PUBLISHED = (
    Published("RTMPose-t", (256, 192), 3.34e6, 0.36e9, None),
    Published("RTMPose-s", (256, 192), 5.47e6, 0.68e9, "small"),
    Published("RTMPose-m", (256, 192), 13.59e6, 1.93e9, "medium"),
    Published("RTMPose-l", (256, 192), 27.66e6, 4.16e9, "large"),
)


def multiply_adds(network: PoseNetwork, architecture: Architecture) -> float:
    """Multiply-adds of one person, convolutions and matrix products, as publications count "FLOPs" of such networks."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network.eval()(torch.zeros(1, 3, *architecture.input_hw))
    return counter.get_total_flops() / 2


def size_table(threads: int) -> list[dict[str, Any]]:
    """A row a named size: `size`, `input_hw`, `parameters`, `multiply_adds`, `bytes`, and `latency` as in `latency_table`.

    Weights are fresh: time does not depend on what was learnt.
    """
    rows = []
    for size, architecture in ARCHITECTURES.items():
        network = build_network(architecture)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{size}.onnx"
            check = export_onnx(network, architecture, file)
            latency = latency_table(network, architecture, file, threads)
        rows.append(
            {
                "size": size,
                "input_hw": list(architecture.input_hw),
                "parameters": parameter_count(network),
                "multiply_adds": multiply_adds(network, architecture),
                "bytes": check.bytes,
                "latency": latency,
            }
        )
    return rows


def size_markdown(rows: list[dict[str, Any]]) -> str:
    """The table of `size_table` with the published networks beneath; dashes where nothing is published."""
    lines = [
        "| network | input h x w | parameters | multiply-adds | runtime | batch 1 | best batch |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        kinds = dict.fromkeys((entry["runtime"], entry["device"]) for entry in row["latency"])
        for runtime, device in kinds:
            one, best = (e for e in row["latency"] if (e["runtime"], e["device"]) == (runtime, device))
            lines.append(
                f"| {row['size']} | {row['input_hw'][0]} x {row['input_hw'][1]} | {row['parameters'] / 1e6:.2f} M | "
                f"{row['multiply_adds'] / 1e9:.2f} G | {runtime}, {device} | {one['ms']:.1f} ms | "
                f"{best['people_per_s']:.0f} people/s ({best['batch']}) |"
            )
    for network in PUBLISHED:
        user = f" (spinepose {network.spinepose})" if network.spinepose else ""
        lines.append(
            f"| {network.name}{user} | {network.input_hw[0]} x {network.input_hw[1]} | {network.parameters / 1e6:.2f} M | "
            f"{network.multiply_adds / 1e9:.2f} G | - | - | - |"
        )
    return "\n".join(lines)
