"""What `run.json` says about where a set comes from: the software, the machine, and the hashes of everything that was read."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from .files import sha256
from .records.run_record import Environment, digest
from .resources import resource_path
from .version import __version__

SHIPPED_FOLDERS = ("configs", "opensim_models")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Software and machine of this process; neither host, user nor folder is named."""
    return Environment(
        spinegen=__version__,
        commit=_commit(),
        python=platform.python_version(),
        versions=_versions(),
        shipped_sha256=shipped_digest(),
        platform=platform.platform(),
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        gpus=tuple(_gpus()),
    )


@lru_cache(maxsize=1)
def shipped_digest() -> str:
    """One digest over all shipped models, tables, scenes, wardrobes, motions and skeletons."""
    root = resource_path("configs").parent
    files = sorted(path for folder in SHIPPED_FOLDERS for path in (root / folder).rglob("*") if path.is_file())
    return digest((path.relative_to(root).as_posix(), sha256(path)) for path in files)


def folder_digest(folder: Path) -> str:
    """Digest over names and sizes of all files in a folder of pictures, which may be too large to be read at every start."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return digest((path.relative_to(folder).as_posix(), str(path.stat().st_size)) for path in files)


def named_files(settings: Mapping[str, object]) -> dict[str, str]:
    """Hashes of the files that a stage's settings name, by their path as typed."""
    found = {}
    for value in settings.values():
        if isinstance(value, str) and re.search(r"\.(ya?ml|osim|onnx|json)$", value, re.IGNORECASE):
            path = Path(value)
            if path.is_file():
                found[value] = sha256(path)
    return found


def _versions() -> dict[str, str]:
    """Installed versions of the packages that spinegen asks for."""
    try:
        wanted = metadata.requires("spinegen") or []
    except metadata.PackageNotFoundError:
        wanted = []
    names = sorted({re.split(r"[^A-Za-z0-9._-]", line)[0] for line in wanted if "extra ==" not in line})
    return {name: _version(name) for name in names}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _commit() -> str | None:
    """The commit of the checkout that this package runs from, with `+changes` where tracked files differ; None elsewhere."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20, env=environment)
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        return f"{commit}+changes" if git("status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _gpus() -> list[str]:
    """NVIDIA cards by the name that their driver gives."""
    found = []
    for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        name = re.search(r"^Model:\s*(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        found.append(name[1].strip() if name else "NVIDIA GPU")
    return found
