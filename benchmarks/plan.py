"""Plans of up to two million rows: time and memory beside the plain way, which draws every row and holds them all.

    python benchmarks/plan.py                     fits the shipped flow first
    python benchmarks/plan.py --fits WORKSPACE    uses fits that are there
    python benchmarks/plan.py --render 60         also renders for a minute with two million rows to come

Every figure is taken in a fresh process: wall time, the processor's time (which other load on the machine changes less), and the
peak of memory (VmHWM).
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from spinegen.config import load_yaml
from spinegen.motions.shipped import with_clips
from spinegen.progress import SilentReporter
from spinegen.render.fits import read_motions
from spinegen.resources import shipped
from spinegen.scenes.plan import Plan, casting, draw_takes, make_plan, open_plan, read_shots
from spinegen.scenes.plan_file import PartFacts, write_part
from spinegen.scenes.settings import SceneSettings
from spinegen.workspace import Workspace

PLAIN_ROWS = 10_000
SHARED_ROWS = 20_000
HUGE = 2_000_000


def scene(shots: int) -> SceneSettings:
    return load_yaml(shipped("configs/scenes")["yoga"], SceneSettings).model_copy(update={"shots": shots})


def opened(root: Path) -> Plan:
    workspace = Workspace(root)
    return open_plan(workspace.plan, lambda names: read_motions(workspace, names))


def make(root: Path, shots: int) -> None:
    with SilentReporter().task("plan", None, "shots") as task:
        make_plan(
            scene(shots),
            read_motions(Workspace(root)),
            0,
            root / "plan.parquet",
            people=root / "people.json",
            task=task,
        )


def plain(root: Path, shots: int) -> None:
    """Every row drawn, held, written to one file and read back."""
    cast, _ = casting(scene(shots), read_motions(Workspace(root)), 0)
    rows = [shot for take in draw_takes(cast, 0, range(shots), PartFacts()) for shot in take]
    folder = root / "plain"
    write_part(folder / "plan.parquet", "plain", rows, PartFacts())
    import pyarrow.parquet as pq

    from spinegen.records.plan_shot import Shot

    held = [Shot.from_row(row) for row in pq.read_table(folder / "plan.parquet").to_pylist()]
    if len(held) != len(rows):
        raise RuntimeError("rows were lost")


def nothing(root: Path) -> None:
    read_motions(Workspace(root))


def open_part(root: Path) -> float:
    plan = opened(root)
    start = time.perf_counter()
    plan.shots(0, plan.table(0, ["shot"])["shot"].to_pylist()[:12])
    return 1000 * (time.perf_counter() - start)


def draw_parts(root: Path, parts: list[int]) -> None:
    plan = opened(root)
    for part in parts:
        plan.ensure(part)


def peak_mb() -> float:
    text = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(text.split()[1]) / 1024


def _timed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[float, float, float, Any]:
    start, start_cpu = time.perf_counter(), time.process_time()
    result = function(*arguments)
    return time.perf_counter() - start, time.process_time() - start_cpu, peak_mb(), result


def measured(function: Callable[..., Any], *arguments: Any) -> tuple[float, float, float, Any]:
    """Wall seconds, processor's seconds, peak MB and result of a call in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, function, arguments).result()


def workspace_like(fits: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "fits").symlink_to((fits / "fits").resolve())
    return folder


def fitted(folder: Path) -> Path:
    from spinegen.biomech.fits.settings import FitSettings
    from spinegen.biomech.fits.stage import fit_mocap

    print("fitting the shipped flow ...", flush=True)
    workspace, reporter = Workspace(folder), SilentReporter()
    fit_mocap(workspace, with_clips(FitSettings(jobs=len(os.sched_getaffinity(0))), workspace, reporter), reporter)
    return folder


def rss_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def render_for(root: Path, seconds: float, jobs: int) -> list[float]:
    """Memory of `spinegen render`'s main process, MB, every second from the first finished frame on."""
    command = [sys.executable, "-c", "from spinegen.cli import main; main()", "render", "--scenes", "yoga"]
    process = subprocess.Popen(
        [*command, "--shots", str(HUGE), "--out", str(root), "--jobs", str(jobs)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    samples: list[float] = []
    try:
        while process.poll() is None and len(samples) < seconds:
            time.sleep(1.0)
            if any((root / "frames").glob("*/*.json")):
                samples.append(rss_mb(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, help="A workspace with fits.")
    parser.add_argument("--render", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fits = options.fits or fitted(folder / "fitted")
        print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
        huge = sizes(fits, folder)
        shared_out(fits, folder)
        if options.render:
            rendering(huge, options.render, options.jobs)


def sizes(fits: Path, folder: Path) -> Path:
    """Plans of more and more rows against the plain way; the workspace of the largest."""
    *_, base, _ = measured(nothing, fits)
    print(f"a process that has read the fits: {base:.0f} MB")
    seconds, cpu, peak, _ = measured(plain, workspace_like(fits, folder / "plain"), PLAIN_ROWS)
    row_ms, row_kb = 1000 * cpu / PLAIN_ROWS, 1024 * (peak - base) / PLAIN_ROWS
    hours, gigabytes = row_ms * HUGE / 3.6e6, row_kb * HUGE / 1024**2
    print(
        f"plain way, {PLAIN_ROWS} rows: {seconds:.1f} s, processor {cpu:.1f} s, {peak:.0f} MB ({row_ms:.2f} ms and {row_kb:.1f} kB a row;"
    )
    print(f"    that rate gives {hours:.1f} h and {gigabytes:.1f} GB for {HUGE} rows: an extrapolation)")
    for shots in (10_000, 100_000, HUGE):
        root = workspace_like(fits, folder / str(shots))
        seconds, cpu, peak, _ = measured(make, root, shots)
        ratio = row_ms * shots / 1000 / cpu
        print(f"plan of {shots} rows: {seconds:.1f} s, processor {cpu:.1f} s, {peak:.0f} MB: ", end="")
        print(f"{ratio:.0f} times as fast as the plain way")
    huge = folder / str(HUGE)
    *_, peak, part_ms = measured(open_part, huge)
    print(f"opening a part of it for 12 rows: {part_ms:.0f} ms, {peak:.0f} MB")
    return huge


def shared_out(fits: Path, folder: Path) -> None:
    """Two processes draw the parts of one plan."""
    times = []
    for jobs in (1, 2):
        root = workspace_like(fits, folder / f"shared-{jobs}")
        make(root, SHARED_ROWS)
        plan = opened(root)
        for part in range(plan.header.parts):
            (plan.folder / plan.header.file_of(part)).unlink(missing_ok=True)
        shares = [[part for part in range(plan.header.parts) if part % jobs == job] for job in range(jobs)]
        start = time.perf_counter()
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            list(pool.map(draw_parts, [root] * jobs, shares))
        times.append(time.perf_counter() - start)
        rows = len(read_shots(root / "plan.parquet"))
        print(f"{rows} rows on {jobs} process(es): {times[-1]:.1f} s, {1000 * times[-1] / rows:.2f} ms a row")
    print(f"two processes are {times[0] / times[1]:.2f} times as fast as one")


def rendering(huge: Path, seconds: float, jobs: int) -> None:
    """What the main process needs while it draws from the largest plan."""
    samples = render_for(huge, seconds, jobs)
    drawn = sum(1 for _ in (huge / "frames").glob("*/*.json"))
    print(f"spinegen render with {HUGE} rows to come, {drawn} frames drawn: main process ", end="")
    print(f"{samples[0]:.0f} MB at the first frame, {samples[-1]:.0f} MB at the last, {max(samples):.0f} MB at most")


if __name__ == "__main__":
    main()
