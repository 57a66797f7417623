"""What `run.json` says about where a set comes from: the software, the machine, and the hashes of everything that was read."""

import hashlib
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from .errors import WorkspaceError
from .files import sha256, write_json
from .resources import resource_path
from .version import __version__

SHIPPED_FOLDERS = ("configs", "opensim_models")
INLINE_CLIPS = 200
"""More clips than this are listed in a file of their own, so that `run.json` can still be read by eye."""
CLIP_LIST = "clips.json"


@lru_cache(maxsize=1)
def environment() -> dict[str, Any]:
    """Software and machine of this process as plain JSON data; neither host, user nor folder is named."""
    return {
        "spinegen": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "versions": _versions(),
        "shipped_sha256": shipped_digest(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "gpus": _gpus(),
    }


@lru_cache(maxsize=1)
def shipped_digest() -> str:
    """One digest over all shipped models, tables, scenes, wardrobes, motions and skeletons."""
    root = resource_path("configs").parent
    files = sorted(path for folder in SHIPPED_FOLDERS for path in (root / folder).rglob("*") if path.is_file())
    return digest((path.relative_to(root).as_posix(), sha256(path)) for path in files)


def digest(pairs: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the lines `<hash>  <name>`, sorted, as `sha256sum` would print them."""
    lines = sorted(f"{file_hash}  {name}\n" for name, file_hash in pairs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """Digest over names and sizes of all files in a folder of pictures, which may be too large to be read at every start."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return digest((path.relative_to(folder).as_posix(), str(path.stat().st_size)) for path in files)


def fitted_inputs(root: Path, fits: Path, own_clips: Path) -> dict[str, Any]:
    """The clips behind all fits on disk, as their reports tell: path as it was typed, hash, and how each was fitted.

    Fits come from any number of calls with different settings; clips of equal settings share an entry of `fits`. A long list goes into
    `clips.json` beside `run.json`, whose entry then holds only the count and a digest.
    """
    groups: list[dict[str, Any]] = []
    clips: list[dict[str, Any]] = []
    for report in sorted(fits.glob("*/report.json")):
        try:
            data = json.loads(report.read_text(encoding="utf-8"))
            identity, source = data["identity"], Path(data["source"])
            hashes = dict(identity["sha256"])
            entry: dict[str, Any] = {"name": report.parent.name, "sha256": hashes.pop("clip")}
            if "truth" in hashes:
                entry["truth_sha256"] = hashes.pop("truth")
            group = {"settings": identity["settings"], "sha256": hashes}
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if group not in groups:
            groups.append(group)
        shipped = source.parent.resolve() == own_clips.resolve()
        entry |= {"shipped": True} if shipped else {"path": str(source)}
        clips.append(entry | {"fit": groups.index(group)})
    found: dict[str, Any] = {"count": len(clips), "sha256": digest((clip["name"], clip["sha256"]) for clip in clips)}
    if len(clips) <= INLINE_CLIPS:
        (root / CLIP_LIST).unlink(missing_ok=True)
        return {"fits": groups, "clips": found | {"files": clips}}
    write_json(root / CLIP_LIST, clips, indent=None)
    return {"fits": groups, "clips": found | {"list": CLIP_LIST}}


def recorded_clips(run_file: Path, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The clips that a `run.json` lists, in it or beside it.

    Raises:
        WorkspaceError: the list is missing or is not the one that was recorded.
    """
    clips = run.get("inputs", {}).get("clips", {})
    if "list" not in clips:
        return list(clips.get("files", ()))
    path = run_file.parent / Path(clips["list"]).name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        same = digest((clip["name"], clip["sha256"]) for clip in found) == clips["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            f"{path}: cannot be read: {error}; it lists the clips of {run_file} and must lie beside it"
        ) from error
    if not same:
        raise WorkspaceError(f"{path}: is not the list of clips that {run_file} was written with")
    return found


def named_files(settings: Mapping[str, Any]) -> dict[str, str]:
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
