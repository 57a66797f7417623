"""Learning curve and speed of training on a generated set: `python benchmarks/train.py WORKSPACE [--model medium --device cuda]`.

`python benchmarks/train.py --latency-only` needs no set: it prints size, work and time of every named network.
"""

import argparse
import json
import os
import time
from pathlib import Path

from spinegen.config import parse
from spinegen.pose.settings import TrainSettings
from spinegen.pose.stage import train_validate
from spinegen.progress import make_reporter, print_summary
from spinegen.workspace import Workspace


def main() -> None:
    """Train on 1/8, 1/4, 1/2 and all of the set, score each, and write `pose/benchmark/benchmark.{json,html}`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("workspace", type=Path, nargs="?", help="workspace with an exported coco/ folder")
    parser.add_argument("--latency-only", action="store_true", help="only the table of sizes and latencies")
    parser.add_argument("--model", default="medium", help="tiny, small or medium")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--epochs", type=int, help="passes over each part")
    parser.add_argument("--max-minutes", type=float, help="training time of each part")
    parser.add_argument("--batch", type=int, help="people a step")
    parser.add_argument("--precision", choices=["auto", "float32", "bfloat16"], help="arithmetic of the network")
    parser.add_argument("--threads", type=int, help="threads on a CPU")
    parser.add_argument("--seed", type=int, default=0)
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    if given.pop("latency_only"):
        print_sizes(given.get("threads"))
        return
    if "workspace" not in given:
        parser.error("name a workspace, or give --latency-only")
    workspace = Workspace(given.pop("workspace"))
    settings = parse({**given, "benchmark": True}, TrainSettings, "command line")
    started = time.monotonic()
    with workspace.held():
        print_summary(train_validate(workspace, settings, make_reporter()))
    rows = json.loads((workspace.pose / "benchmark" / "benchmark.json").read_text())["rows"]
    last = rows[-1]
    print(
        f"{last['device']}: training {last['people_per_s']:.0f} people/s, one loading thread {last['loader_people_per_s']:.0f} people/s; "
        f"all in {(time.monotonic() - started) / 60:.1f} min"
    )
    if last["device"] == "cpu":
        print("trained on a CPU: this proves the script; figures of a GPU are still to come")


def print_sizes(threads: int | None) -> None:
    """Print the table of sizes as Markdown, with the machine's load, without which the times mean little."""
    from spinegen.pose.scoring.sizes import size_markdown, size_table
    from spinegen.pose.training.device import core_count

    threads = threads or core_count()
    before = os.getloadavg()[0]
    print(size_markdown(size_table(threads)))
    print(
        f"\n{threads} threads on {core_count()} cores; load average before {before:.1f}, after {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
