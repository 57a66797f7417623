"""What a machine with a GPU makes of it all, in one run: drawing with as many engines as cores, training, scores, speed.

    python benchmarks/gpu.py OUT --minutes 9 [--footage FOLDER] [--device cuda]

Fits the shipped clips, draws for half of the time, exports, trains full and medium on what it drew for the rest, and prints frames a second,
people a second of training and of prediction, and the scores; with --footage also those on real footage (see real.py). Every figure is in OUT/gpu.json.
`--device cpu --minutes 4` proves the script where there is no GPU.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from spinegen.files import write_json
from spinegen.records.base import JsonObject
from spinegen.records.metrics import found_metrics
from spinegen.workspace import Workspace

SHARES = {"draw": 0.5, "full": 0.2, "medium": 0.2}
"""Of the time; what is left is for fitting, export, scores and reports."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--scenes", default="street")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--footage", type=Path, help="folder of real.py")
    given = parser.parse_args()
    workspace = Workspace(given.out)
    found: JsonObject = {"device": given.device, "cores": os.cpu_count(), "jobs": given.jobs, "driver": driver()}
    spinegen("fit-mocap", "--out", given.out, "--jobs", min(given.jobs, 3))
    found["draw"] = {**draw(workspace, given.scenes, given.jobs, 60 * given.minutes * SHARES["draw"])}
    print(found["draw"], flush=True)
    spinegen("export-coco", given.out)
    for model in ("full", "medium"):
        minutes = given.minutes * SHARES[model]
        spinegen(
            "train-validate", given.out, "--model", model, "--device", given.device, "--max-minutes", f"{minutes:.3f}"
        )
        found[model] = figures(workspace)
        kept = given.out / f"{model}.onnx"
        kept.write_bytes((workspace.pose / "pose.onnx").read_bytes())
        print(model, found[model], flush=True)
    if given.footage is not None:
        script = Path(__file__).with_name("real.py")
        models = [given.out / "full.onnx", given.out / "medium.onnx"]
        subprocess.run(
            [sys.executable, script, given.footage, "--model", *models, "--out", given.out / "real"], check=True
        )
    write_json(given.out / "gpu.json", found)
    print(json.dumps(found, indent=1))


def draw(workspace: Workspace, scenes: str, jobs: int, seconds: float) -> dict[str, float]:
    """Draw until the time is up, as a user's Ctrl-C would end it; the first frame's time apart."""
    started = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "spinegen.cli",
        "render",
        "--scenes",
        scenes,
        "--shots",
        "100000",
        "--jobs",
        str(jobs),
    ]
    process = subprocess.Popen([*command, "--out", str(workspace.root)], start_new_session=True)
    first = None
    while process.poll() is None and time.monotonic() - started < seconds:
        time.sleep(0.2)
        if first is None and next(workspace.frames.glob("*/*.json"), None) is not None:
            first = time.monotonic()
    drawn, until = sum(1 for _ in workspace.frames.glob("*/*.json")), time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=120)
    first = first or until
    return {
        "frames": drawn,
        "first_frame_s": round(first - started, 1),
        "frames_per_s": round((drawn - 1) / max(until - first, 1e-9), 2),
    }


def figures(workspace: Workspace) -> JsonObject:
    """Scores and speeds of the training that has just ended."""
    metrics = found_metrics(workspace.pose)
    if metrics is None or metrics.training is None:
        raise SystemExit(f"{workspace.pose}: holds no scores of a training")
    training, network = metrics.training, metrics.scores.network
    return {
        **{f"ap_{name}": network[name]["AP"] for name in ("all", "body", "spine", "feet")},
        "people": training.people,
        "steps": training.steps,
        "batch": training.batch,
        "training_people_per_s": training.people_per_s,
        "loader_people_per_s": training.loader_people_per_s,
        "latency": [row.plain() for row in metrics.latency],
    }


def spinegen(*words: object) -> None:
    """A command as a user types it."""
    subprocess.run([sys.executable, "-m", "spinegen", *map(str, words)], check=True)


def driver() -> str:
    """The GPU's name and driver, as its own tool says."""
    try:
        query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no NVIDIA driver"


if __name__ == "__main__":
    main()
