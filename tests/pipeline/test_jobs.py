"""Any number of jobs, on a machine of any number of threads, gives the same bits."""

import shutil
from pathlib import Path

import pytest

from support.commands import done


def kept(folder: Path) -> dict[str, bytes]:
    """What a fit says about the motion; reports hold times."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".parquet", ".mot", ".osim")}  # fmt: skip


def test_a_fit_is_the_same_for_any_number_of_jobs_and_threads(
    brief_capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(brief_capture, tmp_path / "second.c3d")
    results = []
    for jobs, threads in (("1", "1"), ("2", "8")):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        out = tmp_path / f"{jobs}-{threads}"
        done("fit-mocap", brief_capture, tmp_path / "second.c3d", "--out", out, "--jobs", jobs, cwd=tmp_path)
        results.append((kept(out / "fits/bow"), kept(out / "fits/second")))
    assert len(results[0][0]) >= 4
    assert results[0] == results[1]
