"""Time and peak memory of `export-coco` over sets of 5k, 10k and 25k frames, and whether both stay in proportion.

    python benchmarks/export.py                              # small drawn frames, 160x120
    python benchmarks/export.py --frames workspace/frames    # multiplies real ones: their pictures, masks and people

Frames are multiplied by linking pictures and masks and giving each copy a sidecar of its own. Prints a table; `--out` also writes it as JSON.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from spinegen.records.sidecar import read_sidecar

SIZES = (5_000, 10_000, 25_000)
REPOSITORY = Path(__file__).resolve().parents[1]


def multiply(source: Path, target: Path, count: int) -> None:
    """Fill `target` (a frames folder) with `count` frames made of those in `source`."""
    originals = sorted(path for path in source.glob("*/*.json") if not path.name.startswith("."))
    sidecars = [(path, read_sidecar(path)) for path in originals]
    if not sidecars:
        sys.exit(f"{source}: holds no frames")
    for shot in range(count):
        path, sidecar = sidecars[shot % len(sidecars)]
        folder, stem = target / f"{shot // 1000:05d}", f"{shot:08d}"
        folder.mkdir(parents=True, exist_ok=True)
        image, mask = f"{stem}.jpg", f"{stem}.mask.png"
        os.link(path.parent / sidecar.image, folder / image)
        os.link(path.parent / sidecar.mask, folder / mask)
        copy = sidecar.model_copy(update={"image": image, "mask": mask, "depth": None, "shot": shot, "sha256": None})
        (folder / f"{stem}.json").write_bytes(copy.sealed())


def export_here(root: Path, jobs: int) -> None:
    """Export one workspace and print what it took as JSON; runs in a process of its own."""
    from spinegen.annotate.settings import ExportSettings
    from spinegen.annotate.stage import export_coco
    from spinegen.progress import SilentReporter
    from spinegen.workspace import Workspace

    start = time.perf_counter()
    figures = export_coco(Workspace(root), ExportSettings(jobs=jobs), SilentReporter()).figures
    seconds = time.perf_counter() - start
    peak = {
        "main_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in used)
    size = sum(path.stat().st_size for path in (root / "coco" / "annotations").iterdir())
    print(json.dumps({"seconds": seconds, "cpu_s": cpu, **peak, "annotation_mb": size / 1e6, **figures}))


def main() -> None:
    """Run the sizes one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=Path, help="frames to multiply; default: small ones drawn here")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--out", type=Path, help="also write the figures here as JSON")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        export_here(given.one, given.jobs)
        return
    rows = []
    with tempfile.TemporaryDirectory(dir=given.work) as folder:
        source = given.frames
        if source is None:
            sys.path.insert(0, str(REPOSITORY / "tests"))
            from support.drawn_set import draw_workspace

            source = draw_workspace(Path(folder) / "drawn", 60, keep_depth=False).frames
        print(
            f"{'frames':>8} {'seconds':>8} {'CPU s':>7} {'frames/s':>9} {'main MB':>8} {'worker MB':>9} {'JSON+parquet MB':>16}"
        )
        for count in given.sizes:
            root = Path(folder) / f"w{count}"
            multiply(source, root / "frames", count)
            command = [sys.executable, __file__, "--one", str(root), "--jobs", str(given.jobs)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            row = {"frames": count, **json.loads(done.stdout)}
            rows.append(row)
            print(
                f"{count:8d} {row['seconds']:8.1f} {row['cpu_s']:7.1f} {count / row['seconds']:9.0f} {row['main_mb']:8.0f} "
                f"{row['worker_mb']:9.0f} {row['annotation_mb']:16.1f}",
                flush=True,
            )
    if given.out:
        given.out.write_text(json.dumps({"jobs": given.jobs, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
