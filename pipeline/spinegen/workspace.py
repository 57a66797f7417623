"""Where everything lies on disk, who holds it, and what was made with which settings."""

import fcntl
import json
import os
import platform
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from . import __version__
from .errors import WorkspaceError
from .files import write_json

_VERSIONED = ("opensim", "anny", "moderngl", "unrealcv", "numpy", "torch", "onnxruntime", "pycocotools")


@dataclass(frozen=True)
class Workspace:
    """Paths of one workspace; nothing is touched until a method says so."""

    root: Path

    @property
    def clips(self) -> Path:
        """Captures that we made ourselves (the shipped yoga flow)."""
        return self.root / "clips"

    @property
    def fits(self) -> Path:
        return self.root / "fits"

    def fit(self, clip: str) -> Path:
        """Folder of one fitted clip: model.osim, motion.mot, keypoints.parquet, vertebrae.parquet, report.json, report.html."""
        return self.fits / clip

    @property
    def plan(self) -> Path:
        return self.root / "plan.parquet"

    @property
    def frames(self) -> Path:
        return self.root / "frames"

    @property
    def coco(self) -> Path:
        return self.root / "coco"

    @property
    def pose(self) -> Path:
        return self.root / "pose"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    @property
    def run_file(self) -> Path:
        return self.root / "run.json"

    def open(self) -> None:
        """Make the folder and prove that it can be written.

        Raises:
            WorkspaceError: it cannot.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise WorkspaceError(f"{self.root}: output folder cannot be written: {error.strerror or error}") from error

    @contextmanager
    def held(self, shard: str | None = None) -> Iterator[None]:
        """Hold the workspace against other processes while the block runs.

        With a `shard` name, only against whole-workspace holders and against holders of the same shard.

        Raises:
            WorkspaceError: another process holds it; the text says which.
        """
        self.open()
        with ExitStack() as stack:
            stack.enter_context(_locked(self.root / ".lock", shared=shard is not None))
            if shard is not None:
                stack.enter_context(_locked(self.root / f".lock-{shard.replace('/', '-of-')}", shared=False))
            yield

    def run(self) -> dict[str, Any]:
        """What `run.json` holds, or an empty mapping.

        Raises:
            WorkspaceError: the file is damaged.
        """
        if not self.run_file.exists():
            return {}
        try:
            data = json.loads(self.run_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                f"{self.run_file}: cannot be read: {error}; delete it to start the record anew"
            ) from error
        if not isinstance(data, dict):
            raise WorkspaceError(f"{self.run_file}: must hold a mapping; delete it to start the record anew")
        return data

    def begin(self, stage: str, settings: Mapping[str, Any]) -> None:
        """Note the settings of a stage before it starts; a started stage keeps its settings.

        Raises:
            WorkspaceError: the stage was started here with other settings; the text names the fields that differ.
        """
        run = self.run()
        stages = run.setdefault("stages", {})
        settings = json.loads(json.dumps(settings))
        before = stages.get(stage, {}).get("settings")
        if before is not None and before != settings:
            differing = "; ".join(_differences(before, settings, stage))
            raise WorkspaceError(
                f"{self.root}: was made with another config: {differing}; use another --out folder or the first settings"
            )
        if before is None:
            stages[stage] = {"settings": settings}
            self._write(run)

    def finish(self, stage: str, record: Mapping[str, Any]) -> None:
        """Add timings, figures and the like to a stage's entry in `run.json`."""
        run = self.run()
        run.setdefault("stages", {}).setdefault(stage, {}).update(json.loads(json.dumps(record)))
        self._write(run)

    def _write(self, run: dict[str, Any]) -> None:
        run["spinegen"] = __version__
        run["python"] = platform.python_version()
        run["platform"] = platform.platform()
        run["versions"] = {name: _version(name) for name in _VERSIONED}
        write_json(self.run_file, run, indent=2)


@contextmanager
def _locked(path: Path, shared: bool) -> Iterator[None]:
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            holder = handle.read().strip() or "another process"
            raise WorkspaceError(f"{path.parent}: workspace is in use by {holder}; wait for it or stop it") from error
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {socket.gethostname()}")
        handle.flush()
        yield


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _differences(before: Any, now: Any, field: str) -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        found = []
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                found += _differences(before.get(key), now.get(key), f"{field}.{key}")
        return found
    return [f"{field} was {before!r}, now {now!r}"]
