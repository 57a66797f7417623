"""Average the weights of a finished training with those that it started from, and export the mean as the training's network.

    python scripts/average_weights.py WORKSPACE START.pt [--share 0.65]

Between the two lies what keeps more of what START answered on photographs than the training does, at hardly less of what drawn pictures taught
(Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022, arXiv 2109.01903). Writes `pose.onnx` and `weights.pt` of WORKSPACE/pose
anew and says so in its record; run it once. `benchmarks/real.py` and `benchmarks/drawn.py` choose the share.
"""

import argparse
import sys
from pathlib import Path

import torch

from spinegen.errors import SpinegenError, UsageError
from spinegen.pose.assembly import ARCHITECTURES
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.export import export_onnx
from spinegen.pose.onnx_file import open_simcc
from spinegen.pose.train_part import find_split
from spinegen.pose.training.checkpoint import save_checkpoint
from spinegen.pose.training.whole_network import whole_network
from spinegen.records.training_record import TRAINING_FILE, read_training
from spinegen.workspace import Workspace


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("start", type=Path, help="weights.pt that the training started from")
    parser.add_argument("--share", type=float, default=0.65, help="of the trained weights, 0..1")
    given = parser.parse_args()
    try:
        average(Workspace(given.workspace), given.start, given.share)
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def average(workspace: Workspace, start: Path, share: float) -> None:
    """Put the mean in the place of the trained network."""
    if not 0 <= share <= 1:
        raise UsageError(f"--share {share:g}: must lie in 0..1")
    record = read_training(workspace.pose)
    if record is None:
        raise UsageError(f"{workspace.pose}: holds no finished training; run spinegen train-validate first")
    architecture, weights = ARCHITECTURES[record.size], workspace.pose / "weights.pt"
    network, _ = whole_network(architecture, weights, 0)
    before, after = whole_network(architecture, start, 0)[0].state_dict(), network.state_dict()
    mean = {
        name: torch.lerp(before[name], value, share) if value.is_floating_point() else value
        for name, value in after.items()
    }
    network.load_state_dict(mean)
    split = find_split(workspace, "val")
    details = {
        "key": record.key,
        "losses": record.settings["losses"],
        "closer": open_simcc(workspace.pose / "pose.onnx").closer,
        **read_coco(split.annotations, split.images).convention.said(),
    }
    export_onnx(network.eval(), architecture, workspace.pose / "pose.onnx", details=details)
    save_checkpoint(weights, {"architecture": architecture.size, "network": network.state_dict()})
    started = f"{record.started_from}; the mean of {share:.0%} of what it ended with and the rest of that"
    record.model_copy(update={"started_from": started}).write(workspace.pose / TRAINING_FILE)


if __name__ == "__main__":
    sys.exit(main())
