"""Train the lifting network and make it the one that ships.

    python scripts/train_lifter.py WORKSPACE [--out DIR] [--steps N] [--jobs N] [--correction FRAMES] [--only sequences|train]

WORKSPACE holds fits of the shipped motions (`spinegen fit-mocap all`), of which those that `lifting.held_out` names are left out. Points of people drawn
by chance who play them, and of paths through drawn postures, are made once and kept in DIR as `sequences.npz`; the training resumes. `spinegen-lift.onnx`
and `lift.json` go to `pipeline/spinegen/lifting/networks/`. How good it is says `benchmarks/lifting.py`.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import torch

from spinegen.biomech.fits.files import read_fit
from spinegen.files import sha256
from spinegen.lifting.export import export
from spinegen.lifting.fitting import corrected
from spinegen.lifting.held_out import HELD_OUT, held_out_poses, is_held_out
from spinegen.lifting.network import LiftingNetwork
from spinegen.lifting.networks import CARD, FILE
from spinegen.lifting.sequences import load, make_sequences, save
from spinegen.lifting.settings import LiftSettings
from spinegen.lifting.training import Trained, train
from spinegen.motions.pose_sampler import anchors
from spinegen.motions.shipped import shipped_clips, shipped_flows
from spinegen.progress import Reporter, make_reporter
from spinegen.records.network_card import LifterCard

PEOPLE, PLAYS, POSES = 48, 4, 4000
CORRECTION_FRAMES = 200_000
SIZE_LIMIT = 5_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--out", type=Path, default=Path("lifter"))
    parser.add_argument("--steps", type=int, default=LiftSettings().steps)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--correction", type=int, default=CORRECTION_FRAMES, help="frames that the last layer is fitted to"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=["sequences", "train"])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    reporter = make_reporter()
    stored = arguments.out / "sequences.npz"
    if not stored.exists():
        make(arguments.workspace, stored, arguments.seed, reporter)
    if arguments.only == "sequences":
        return
    settings = LiftSettings(steps=arguments.steps, jobs=arguments.jobs, seed=arguments.seed)
    sequences = load(stored)
    trained = train(arguments.out, sequences, settings, reporter)
    if arguments.only != "train":
        network = corrected(trained.network, sequences, arguments.correction, settings.seed, reporter=reporter)
        ship(
            network, trained, settings, sequence_frames=len(sequences.points_m), correction_frames=arguments.correction
        )


def make(workspace: Path, target: Path, seed: int, reporter: Reporter) -> None:
    """Points of everybody who plays what the training may see."""
    folder = workspace / "fits"
    names = [clip.name for clip in shipped_clips() if not is_held_out(clip.name)]
    missing = [name for name in names if not (folder / name / "report.json").is_file()]
    if missing:
        raise SystemExit(
            f"{folder}: fits are missing: {', '.join(missing[:5])}; run spinegen fit-mocap all --out {workspace}"
        )
    known = partial(anchors, flows=shipped_flows().values(), leave_out=held_out_poses())
    fits = (read_fit(folder / name) for name in names)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(
        target,
        make_sequences(fits, people=PEOPLE, plays=PLAYS, known=known, poses=POSES, seed=seed, reporter=reporter),
    )


def ship(
    network: LiftingNetwork, trained: Trained, settings: LiftSettings, *, sequence_frames: int, correction_frames: int
) -> None:
    """Write the network and its card; what was measured before stays out until it is measured again."""
    difference = export(network, FILE)
    size = FILE.stat().st_size
    if size > SIZE_LIMIT:
        raise SystemExit(f"{FILE}: {size} bytes are more than the {SIZE_LIMIT} allowed")
    card = LifterCard(
        sha256=sha256(FILE),
        bytes=size,
        licence="Apache-2.0",
        parameters=sum(values.numel() for values in network.state_dict().values()),
        training={
            **settings.identity(),
            "steps": settings.steps,
            "people": PEOPLE,
            "sequence_frames": sequence_frames,
            "correction_frames": correction_frames,
            "drawn_postures": POSES,
            "held_out": list(HELD_OUT),
            "seconds": round(trained.seconds),
            "loss": round(trained.loss, 5),
        },
        half_precision_difference_m=float(f"{difference:.2g}"),
    )
    card.write(CARD)
    print(json.dumps(card.training), f"{size} bytes")


if __name__ == "__main__":
    main()
