"""Where everything lies on disk, who holds it, and what was made with which settings."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel

from .errors import WorkspaceError
from .files import remove_leftovers
from .provenance import environment
from .records.base import as_plain
from .records.run_record import RUN_VERSION, RunRecord, StageOutcome, StageRecord, StageRun, read_run_record

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

    def run(self) -> RunRecord:
        """What `run.json` holds, or an empty record.

        Raises:
            WorkspaceError: the file is damaged.
        """
        return read_run_record(self.run_file) if self.run_file.exists() else RunRecord(version=RUN_VERSION)

    def begin(
        self,
        stage: str,
        settings: Mapping[str, object],
        kept: Mapping[str, object] | None = None,
        shard: str | None = None,
        *,
        made: bool = True,
    ) -> str:
        """Note the settings of a stage before it starts.

        Args:
            stage: its name.
            settings: all of them, as they were asked for.
            kept: what may not change while this workspace lives; by default all settings.
            shard: which part of the stage is done here.
            made: whether anything is here that earlier settings made; without it and without other shards they may be others.

        Returns:
            The name of this run of the stage, for `finish`.

        Raises:
            WorkspaceError: the stage was started here with something else that is kept; the text names the fields that differ.
        """
        asked = as_plain(settings)
        held = asked if kept is None else as_plain(kept)
        key = f"{datetime.now(UTC).isoformat(timespec='microseconds')} {os.getpid()}"

        def change(run: RunRecord) -> RunRecord:
            entry = run.stages.get(stage, StageRecord())
            before = entry.kept if entry.kept is not None else entry.settings
            # What an older version kept and this one lets change is no difference.
            before = {name: value for name, value in before.items() if name in held or name not in asked}
            noted = stage in run.stages and bool(entry.model_fields_set & {"kept", "settings"})
            if noted and before != held and (made or shard is not None):
                differing = "; ".join(_differences(before, held, stage))
                raise WorkspaceError(
                    f"{self.root}: was made with another config: {differing}; use another --out folder or the first settings"
                )
            here = environment()
            known = run.environments if here in run.environments else (*run.environments, here)
            this = StageRun(run=key, environment=known.index(here))
            this = this.model_copy(update={"shard": shard}) if shard else this
            runs = (*entry.runs, this)[-RUNS_KEPT:]
            entry = entry.model_copy(update={"settings": asked, "kept": held, "runs": runs})
            return run.model_copy(update={"environments": known, "stages": {**run.stages, stage: entry}})

        self._change(change)
        return key

    def finish(self, stage: str, outcome: StageOutcome, run_key: str | None = None) -> None:
        """Add what a stage came to to its entry in `run.json`, and its time and figures to that run of it which `begin` named."""
        said: dict[str, object] = {name: getattr(outcome, name) for name in outcome.model_fields_set}

        def change(run: RunRecord) -> RunRecord:
            entry = run.stages.get(stage, StageRecord())
            own = {name: said[name] for name in ("seconds", "figures") if name in said}
            runs = tuple(one.model_copy(update=own) if one.run == run_key else one for one in entry.runs)
            entry = entry.model_copy(update={**said, **({"runs": runs} if entry.runs else {})})
            return run.model_copy(update={"stages": {**run.stages, stage: entry}})

        self._change(change)

    def note(self, **facts: BaseModel | None) -> None:
        """Set top-level entries of `run.json` (`config`, `origin`, `inputs`, `plan`); None leaves an entry as it is."""
        known = {name: fact for name, fact in facts.items() if fact is not None}
        self._change(lambda run: run.model_copy(update=known))

    def note_engine(self, identity: Mapping[str, str]) -> None:
        """Add an engine that draws frames here, once."""
        engine = dict(identity)
        if engine not in self.run().engines:
            self._change(
                lambda run: run if engine in run.engines else run.model_copy(update={"engines": (*run.engines, engine)})
            )

    def _change(self, change: Callable[[RunRecord], RunRecord]) -> None:
        """Change `run.json` against every other process that would change it too."""
        self.open()
        with (self.root / ".lock-run").open("a") as handle:
            _take(handle, fcntl.LOCK_EX, self.root)
            change(self.run()).model_copy(update={"version": RUN_VERSION}).write(self.run_file)


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


def _differences(before: object, now: object, field: str) -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        found = []
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                found += _differences(before.get(key), now.get(key), f"{field}.{key}")
        return found
    return [f"{field} was {before!r}, now {now!r}"]
