"""Make a trained network one of those that ship: weights in half precision (full) or eight bits (light), scored again as the file that users get, with its card.

    python scripts/ship_network.py WORKSPACE full|light

WORKSPACE holds a finished `spinegen train-validate`. Writes `spinegen-NAME.onnx` and its entry in `networks.json` of
`pipeline/spinegen/pose/networks/`. Real footage decides whether it deserves that: see `benchmarks/real.py`.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from spinegen.files import atomic_path
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.networks import CARDS, FOLDER
from spinegen.pose.stored_weights import Room, store
from spinegen.pose.train_part import find_split
from spinegen.pose.validation import validate
from spinegen.progress import make_reporter
from spinegen.records.network_card import CardScores, CardTraining, NetworkCard, read_cards, write_cards
from spinegen.records.training_record import TrainingRecord, read_training
from spinegen.workspace import Workspace

SIZE_LIMITS = {"light": 4e6, "full": 9e6}
"""Bytes that a shipped file may have."""
ROOMS: dict[str, Room] = {"light": "byte", "full": "half"}
"""How the weights of each are stored."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("name", choices=sorted(SIZE_LIMITS))
    arguments = parser.parse_args()
    workspace = Workspace(arguments.workspace)
    record = read_training(workspace.pose)
    if record is None:
        raise SystemExit(f"{workspace.pose}: holds no finished training; run spinegen train-validate first")
    if record.size != arguments.name:
        raise SystemExit(f"{workspace.pose}: holds a network of size {record.size}, not {arguments.name}")
    target = FOLDER / f"spinegen-{arguments.name}.onnx"
    with atomic_path(target) as temporary:
        difference = store(workspace.pose / "pose.onnx", temporary, ROOMS[arguments.name])
        size = temporary.stat().st_size
        if size > SIZE_LIMITS[arguments.name]:
            raise SystemExit(
                f"{arguments.name}: {size} bytes are more than the {SIZE_LIMITS[arguments.name]:.0f} allowed"
            )
        scores = _scores(workspace, temporary, np.array(record.mean_pose))
    cards = read_cards(CARDS) if CARDS.exists() else {}
    write_cards(CARDS, cards | {arguments.name: _card(target, record, scores, difference)})
    print(scores, f"{size} bytes")


def _scores(workspace: Workspace, file: Path, mean_pose: np.ndarray) -> CardScores:
    split = find_split(workspace, "val")
    result = validate(
        file, read_coco(split.annotations, split.images), mean_pose, device="cpu", reporter=make_reporter()
    )
    network = {name: row["AP"] for name, row in result.scores.network.items()}
    rounded = {f"ap_{name}": None if ap is None else round(ap, 4) for name, ap in network.items()}
    return CardScores.model_validate({"people": result.scores.people, **rounded})


def _card(target: Path, record: TrainingRecord, scores: CardScores, difference: float) -> NetworkCard:
    return NetworkCard(
        sha256=hashlib.sha256(target.read_bytes()).hexdigest(),
        bytes=target.stat().st_size,
        licence="Apache-2.0",
        training=CardTraining(**{name: getattr(record, name) for name in CardTraining.model_fields}),
        scores=scores,
        storage_difference=float(f"{difference:.2g}"),
    )


if __name__ == "__main__":
    main()
