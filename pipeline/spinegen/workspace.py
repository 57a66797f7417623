"""Where everything lies on disk, who holds it, and what was made with which settings."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from .errors import WorkspaceError
from .files import remove_leftovers, write_json
from .provenance import environment

RUN_VERSION = 2
"""Of `run.json`."""
_STAGE_LOCKS = {".lock-fit", ".lock-render"}
RUNS_KEPT = 50
"""Runs of a stage that are remembered, the last ones."""


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
    def held(self, shard: str | None = None, stage: str = "") -> Iterator[None]:
        """Hold the workspace against other processes while the block runs.

        With a `shard` name, only against whole-workspace holders, holders of the same shard and shards of another stage.

        Raises:
            WorkspaceError: another process holds it; the text says which.
        """
        self.open()
        with ExitStack() as stack:
            stack.enter_context(_locked(self.root / ".lock", shared=shard is not None))
            if shard is not None:
                stack.enter_context(_locked(self.root / f".lock-{stage}", shared=True))
                for other in (
                    path for path in self.root.glob(".lock-*") if path.name in _STAGE_LOCKS - {f".lock-{stage}"}
                ):
                    with _locked(other, shared=False):
                        pass
                stack.enter_context(_locked(self.root / f".lock-{stage}-{shard.replace('/', '-of-')}", shared=False))
            remove_leftovers(self.root)
            yield

    def run(self) -> dict[str, Any]:
        """What `run.json` holds, or an empty mapping.

        Raises:
            WorkspaceError: the file is damaged.
        """
        if not self.run_file.exists():
            return {}
        return read_run_file(self.run_file)

    def begin(
        self,
        stage: str,
        settings: Mapping[str, Any],
        kept: Mapping[str, Any] | None = None,
        shard: str | None = None,
    ) -> str:
        """Note the settings of a stage before it starts.

        Args:
            stage: its name.
            settings: all of them, as they were asked for.
            kept: what may not change while this workspace lives; by default all settings.
            shard: which part of the stage is done here.

        Returns:
            The name of this run of the stage, for `finish`.

        Raises:
            WorkspaceError: the stage was started here with something else that is kept; the text names the fields that differ.
        """
        settings = json.loads(json.dumps(settings))
        kept = settings if kept is None else json.loads(json.dumps(kept))
        started = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._changing() as run:
            entry = run.setdefault("stages", {}).setdefault(stage, {})
            before = entry.get("kept", entry.get("settings"))
            if before is not None:
                # What an older version kept and this one lets change is no difference.
                before = {name: value for name, value in before.items() if name in kept or name not in settings}
            if before is not None and before != kept:
                differing = "; ".join(_differences(before, kept, stage))
                raise WorkspaceError(
                    f"{self.root}: was made with another config: {differing}; use another --out folder or the first settings"
                )
            runs = entry.get("runs", [])
            key = f"{started} {os.getpid()}"
            runs.append({"run": key, "environment": _known(run, environment())} | ({"shard": shard} if shard else {}))
            entry |= {"settings": settings, "kept": kept, "runs": runs[-RUNS_KEPT:]}
            run["stages"][stage] = entry
        return key

    def finish(self, stage: str, record: Mapping[str, Any], run_key: str | None = None) -> None:
        """Add timings, figures and the like to a stage's entry in `run.json`, and to that run of it which `begin` named."""
        record = json.loads(json.dumps(record))
        with self._changing() as run:
            entry = run.setdefault("stages", {}).setdefault(stage, {})
            entry |= record
            for one in entry.get("runs", ()):
                if one["run"] == run_key:
                    one |= {name: record[name] for name in ("seconds", "figures") if name in record}

    def note(self, **facts: Any) -> None:
        """Set top-level entries of `run.json`; None leaves an entry as it is."""
        with self._changing() as run:
            run.update({name: json.loads(json.dumps(value)) for name, value in facts.items() if value is not None})

    def note_engine(self, identity: Mapping[str, str]) -> None:
        """Add an engine that draws frames here, once."""
        engine = dict(identity)
        if engine not in self.run().get("engines", []):
            with self._changing() as run:
                _known(run, engine, "engines")

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """`run.json` to be changed in the block, against every other process that would change it too."""
        self.open()
        with (self.root / ".lock-run").open("a") as handle:
            _take(handle, fcntl.LOCK_EX, self.root)
            run = self.run()
            yield run
            write_json(self.run_file, {"version": RUN_VERSION, **run}, indent=1)


def read_run_file(path: Path) -> dict[str, Any]:
    """A `run.json`.

    Raises:
        WorkspaceError: it is missing or damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"{path}: cannot be read: {error}; delete it to start the record anew, what was made stays"
        ) from error
    if not isinstance(data, dict) or not all(isinstance(data.get(key, {}), dict) for key in ("stages", "inputs")):
        raise WorkspaceError(f"{path}: is not a run record; delete it to start the record anew, what was made stays")
    return data


def _known(run: dict[str, Any], fact: Mapping[str, Any], kind: str = "environments") -> int:
    """Index of a fact among those of its kind, added where it is new."""
    known = run.setdefault(kind, [])
    fact = json.loads(json.dumps(fact))
    if fact not in known:
        known.append(fact)
    return known.index(fact)


@contextmanager
def _locked(path: Path, shared: bool) -> Iterator[None]:
    with path.open("a+") as handle:
        _take(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB, path.parent)
        since = datetime.now(UTC).isoformat(" ", "seconds").removesuffix("+00:00")
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {socket.gethostname()} since {since} UTC")
        handle.flush()
        yield


def _take(handle: TextIO, how: int, root: Path) -> None:
    """Take a lock that the kernel lets go when the process ends, however it ends."""
    try:
        fcntl.flock(handle, how)
    except BlockingIOError as error:
        handle.seek(0)
        holder = handle.read().strip() or "another process"
        raise WorkspaceError(f"{root}: workspace is in use by {holder}; wait for it or stop it") from error
    except OSError as error:
        raise WorkspaceError(
            f"{root}: this file system cannot lock files ({error.strerror}); use an --out folder on another"
        ) from error


def _differences(before: Any, now: Any, field: str) -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        found = []
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                found += _differences(before.get(key), now.get(key), f"{field}.{key}")
        return found
    return [f"{field} was {before!r}, now {now!r}"]
