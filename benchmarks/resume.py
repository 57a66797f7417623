"""Kill a run at random moments, start it again, and compare every byte with a run that was left alone.

    python benchmarks/resume.py --kills 20

Two short clips are fitted, a few small pictures drawn and exported. The run is killed with SIGKILL, workers and engines included in what must
end; then the same command goes on. Whenever a run comes to its end before the next kill, its workspace is compared and a new one begun.
"""

import argparse
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

SCENE = {
    "shots": 8,
    "image": {"width": 96, "height": 96},
    "validation_share": 0.25,
    "people": {"population": 3, "wardrobe": "yoga"},
    "cameras": [{"fill": {"uniform": [0.6, 0.9]}, "focal_mm": 40}],
    "places": {"kinds": ["studio"]},
    "props": {"mat": 1.0, "furniture": 0.0},
}
TIMINGS = {"seconds", "speed", "frames_per_s", "drawn_now", "figures", "runs", "listing", "origin", "environments"}
"""Keys of JSON files that tell how long the work took, when files were written, or by which commit."""
SPOKEN_TIMINGS = re.compile(rb"<dd>[\d,.]+ frames/s</dd>|\d+(\.\d+)? s\b|\d+:\d\d")
"""The same, in pages."""
NOT_MADE = re.compile(r"\.lock.*|engine\.log|report\.html")
"""Files at the top that tell of the process, not of the set."""


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a workspace by its path, without what tells of time."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not NOT_MADE.fullmatch(name):
            found[name] = _timeless(path, root)
    return found


def differences(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    """Names of files that are not in both, or not the same."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _timeless(path: Path, root: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".json" and path.name in ("run.json", "report.json", "export.json"):
        # The folder that the user named with --out stands in the record; two workspaces cannot have the same.
        return json.dumps(_without_timings(json.loads(data))).replace(str(root), "").encode()
    return SPOKEN_TIMINGS.sub(b"", data) if path.suffix == ".html" else data


def _without_timings(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_timings(value) for key, value in data.items() if key not in TIMINGS}
    return [_without_timings(item) for item in data] if isinstance(data, list) else data


def small_captures(folder: Path, count: int) -> list[Path]:
    """Up to two captures of a second and a half, made from the shipped key poses."""
    from spinegen.motions.capture import make_capture
    from spinegen.motions.flow import Flow, FlowClip, Key, load_flow

    found, poses = [], load_flow().poses
    for number, name in enumerate(("bow", "salute")[:count]):
        keys = tuple(Key(pose=key, travel_s=0.5, hold_s=0.2 + 0.1 * number) for key in ("mountain", "forward_fold"))
        flow = Flow(poses=poses, clips={name: FlowClip(keys=keys)})
        found.append(make_capture(flow, name, np.random.default_rng(number), folder))
    return found


def first_run(
    folder: Path, *, jobs: int = 1, clips: int = 2, shots: int = 8, run: Callable[..., object] | None = None
) -> Path:
    """Fit, draw and export in `folder/first`; its `run.json`, which the runs to be killed are made from.

    Args:
        run: what runs a command of these words; by default each in a process of its own.
    """
    run = run or spinegen
    folder.mkdir(parents=True, exist_ok=True)
    captures = small_captures(folder, clips)
    share = 0.25 if clips > 1 else 0.0
    (folder / "scene.yaml").write_text(yaml.safe_dump({**SCENE, "shots": shots, "validation_share": share}))
    root = folder / "first"
    run("fit-mocap", *map(str, captures), "--out", str(root), "--jobs", str(jobs))
    run("render", "--scenes", str(folder / "scene.yaml"), "--out", str(root), "--jobs", str(jobs))
    run("export-coco", str(root))
    return root / "run.json"


def again(record: Path, root: Path) -> list[str]:
    """The command that makes the set once more."""
    arguments = ["run", "--from", str(record), "--out", str(root)]
    return [sys.executable, "-c", "from spinegen.cli import main; main()", *arguments]


def spinegen(*arguments: str) -> None:
    """Run a command that must succeed."""
    command = [sys.executable, "-c", "from spinegen.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"spinegen {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")


@dataclass(frozen=True)
class Outcome:
    """What became of the killed runs."""

    hits: tuple[str, ...]
    """Where the work stood at each kill."""
    workspaces: int
    differing: tuple[str, ...]
    """Files that did not come out the same, over all workspaces."""
    stayed: tuple[int, ...]
    """Processes that outlived a killed run by more than `PATIENCE_S`."""


PATIENCE_S = 20.0


def kill_and_compare(
    record: Path,
    folder: Path,
    reference: dict[str, bytes],
    seconds: float,
    *,
    kills: int,
    rng: np.random.Generator,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Kill runs until `kills` of them were hit; finish and compare every workspace.

    Args:
        record: the `run.json` to be made again.
        folder: where workspaces are made.
        reference: contents of the run that was left alone.
        seconds: how long that took; a kill comes at a uniformly random moment of it.
        kills: how many.
        rng: draws the moments.
        say: is told of every kill and every workspace that was compared.
    """
    hits: list[str] = []
    differing: list[str] = []
    stayed: list[int] = []
    workspaces = 0
    while len(hits) < kills:
        root = folder / f"killed-{workspaces}"
        workspaces += 1
        while True:
            wait = float(rng.uniform(0.0, seconds)) if len(hits) < kills else None
            process = subprocess.Popen(
                again(record, root), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            try:
                _, said = process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                offspring = descendants(process.pid)
                hits.append(f"{wait:.1f} s, {progress(root)}")
                say(f"kill {len(hits):2d} after {hits[-1]}")
                process.kill()
                process.communicate()
                stayed += still_there(offspring)
                continue
            if process.returncode:
                raise RuntimeError(f"a run that went on ended with {process.returncode}:\n{said}")
            break
        found = differences(reference, contents(root))
        differing += [f"{root.name}/{name}" for name in found]
        say(f"{root.name} finished: {len(found)} of {len(reference)} files differ {' '.join(found)}")
        shutil.rmtree(root)
    return Outcome(tuple(hits), workspaces, tuple(differing), tuple(stayed))


def progress(root: Path) -> str:
    """How far a workspace is."""
    fits, frames = len(list(root.glob("fits/*/report.json"))), len(list(root.glob("frames/*/*.json")))
    plan, export = (root / "plan.parquet").exists(), (root / "coco/export.json").exists()
    return f"{fits} fits, {'plan' if plan else 'no plan'}, {frames} frames, {'export' if export else 'no export'}"


def descendants(pid: int) -> list[int]:
    """Processes below one, at this moment."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(text) for text in task.read_text().split()]
            except OSError:
                continue
            found += children
            waiting += children
    return found


def still_there(pids: Sequence[int]) -> list[int]:
    """Those that do not end within `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    alive = list(pids)
    while alive and time.monotonic() < deadline:
        alive = [pid for pid in alive if _runs(pid)]
        time.sleep(0.05)
    return alive


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def main() -> None:
    """Run the benchmark; the exit code is 1 when a byte differs or a process stays."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--clips", type=int, choices=(1, 2), default=2)
    parser.add_argument("--shots", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="spinegen-resume-"))
    try:
        record = first_run(folder, jobs=options.jobs, clips=options.clips, shots=options.shots)
        start = time.monotonic()
        subprocess.run(again(record, folder / "whole"), check=True, capture_output=True)
        seconds = time.monotonic() - start
        reference = contents(folder / "whole")
        rng = np.random.default_rng(options.seed)
        print(
            f"{len(reference)} files to compare; a run that is left alone takes {seconds:.1f} s; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        say = functools.partial(print, flush=True)
        outcome = kill_and_compare(record, folder, reference, seconds, kills=options.kills, rng=rng, say=say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(outcome.hits)} kills over {outcome.workspaces} workspaces: {len(outcome.differing)} files differ")
    for name in outcome.differing:
        print(f"  {name}")
    if outcome.stayed:
        print(f"processes stayed behind: {outcome.stayed}")
    sys.exit(bool(outcome.differing or outcome.stayed))


if __name__ == "__main__":
    main()
