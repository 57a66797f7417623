"""One worker: an engine, a session and the people of it; draws shots and gets over the engine's faults."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError, EngineError, SpinegenError, WorkspaceError
from ..files import remove_leftovers
from ..pool import BEFORE_LEAVING
from ..records.people import read_people
from ..records.plan_shot import Shot
from ..scenes.plan import open_plan
from ..scenes.plan_file import PlanHeader, read_header
from ..workspace import Workspace
from .client import ConnectionLost
from .engines import EmbeddedEngine, EngineSource, ForeignEngine
from .fits import Fits, read_motions
from .foreign import CUT_PICTURES
from .frame import Avatars, draw_frame
from .paths import FramePaths
from .remaining import Batch
from .session import Session
from .settings import EMBEDDED, RenderSettings
from .skeleton_map import load_skeleton_map

ATTEMPTS = 3
"""Times that a frame is tried, each with a fresh engine, before it is given up."""


@dataclass(frozen=True)
class Job:
    """What every worker needs to know; the same for all, and small."""

    root: Path
    engine: str
    engine_command: str | None
    depth: bool
    restart_after: int
    plan: str
    """The plan's identity."""
    shots: int
    """Shots asked for."""
    clips: tuple[str, ...]
    skeleton: str = "anny"
    threads: int | None = None
    """Drawing threads of a software renderer."""
    warm_up: int = CUT_PICTURES
    """Most pictures of a foreign engine that are thrown away after a change."""

    @classmethod
    def of(
        cls, workspace: Workspace, settings: RenderSettings, header: PlanHeader, threads: int | None = None
    ) -> "Job":
        """The job of a stage."""
        return cls(
            workspace.root.resolve(),
            settings.engine,
            settings.engine_command,
            settings.depth,
            settings.restart_after,
            header.identity,
            header.shots,
            tuple(header.clips),
            settings.skeleton,
            threads,
            settings.warm_up,
        )


@dataclass(frozen=True)
class Drawn:
    """What became of one shot."""

    shot: int
    failure: str | None = None
    engine: Mapping[str, str] | None = None


class Worker:
    """Draws shots one after the other; use as a context manager."""

    def __init__(self, job: Job) -> None:
        self.job = job
        workspace = Workspace(job.root)
        self._frames = workspace.frames
        self._log = workspace.root / "engine.log"
        self._source: EngineSource = (
            EmbeddedEngine(job.threads, self._log)
            if job.engine == EMBEDDED
            else ForeignEngine(job.engine, job.engine_command)
        )
        people = read_people(workspace.root / "people.json")
        self._avatars = Avatars(load_skeleton_map(job.skeleton), people, Fits(workspace, job.clips))
        self._plan = open_plan(workspace.plan, lambda names: read_motions(workspace, names))
        self._session: Session | None = None
        self._drawn = 0
        self._tidied: set[Path] = set()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the engine where it is ours."""
        self._session = None
        self._source.discard()

    def draw_batch(self, batch: Batch) -> Iterator[Drawn]:
        """Draw the rows of a batch, as `draw`; or plan its part."""
        if batch.shots:
            yield from self.draw(self._plan.shots(batch.part, batch.shots))
        else:
            self._plan.ensure(batch.part)

    def draw(self, shots: Sequence[Shot]) -> Iterator[Drawn]:
        """Draw shots that are not done yet.

        Raises:
            EngineError: no engine can be had at all.
            OSError: the frame cannot be written (a full disk).
        """
        self._avatars.poses.expect([shot for shot in shots if not FramePaths(self._frames, shot.shot).done])
        for shot in shots:
            paths = FramePaths(self._frames, shot.shot)
            if paths.done:
                yield Drawn(shot.shot)
                continue
            if paths.sidecar.parent not in self._tidied:
                remove_leftovers(paths.sidecar.parent)
                self._tidied.add(paths.sidecar.parent)
            failure = self._attempt(shot, paths)
            yield Drawn(shot.shot, failure, None if self._session is None else self._session.identity)

    def _attempt(self, shot: Shot, paths: FramePaths) -> str | None:
        last = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(0.2 * attempt)
            try:
                draw_frame(shot, self._fresh_enough(), self._avatars, paths, keep_depth=self.job.depth)
            except (ConnectionLost, EngineError) as error:
                last = str(error)
                self.close()
                continue
            self._drawn += 1
            return None
        log = f"; its log: {self._log}" if self._log.exists() and self._log.stat().st_size else ""
        return f"shot {shot.shot}: the engine failed {ATTEMPTS} times, last with: {last}{log}"

    def _fresh_enough(self) -> Session:
        # An engine that nobody restarts is kept: on Linux it may refuse a second client.
        renewable = self.job.engine == EMBEDDED or self.job.engine_command is not None
        if renewable and self._session is not None and self._drawn and self._drawn % self.job.restart_after == 0:
            self.close()
        if self._session is None:
            self._session = Session(self._source.connect(), self._avatars.mapping, self.job.warm_up)
        return self._session


_here: Worker | None = None
_one_at_a_time = threading.Lock()


def draw_in_worker(work: tuple[Job, Batch]) -> list[Drawn]:
    """Draw a batch in a worker process, whose engine lives on for the next call.

    Raises:
        WorkspaceError: this machine does not see the workspace.
    """
    job, batch = work
    with _one_at_a_time:
        worker = _worker_of(job)
        try:
            return list(worker.draw_batch(batch))
        except BaseException:
            worker.close()
            raise


def end_here() -> None:
    """End this process's engine once nothing is drawn any more; does not wait for it."""
    threading.Thread(target=_end_here, daemon=True).start()


def _end_here() -> None:
    global _here
    with _one_at_a_time:
        _close_here()
        _here = None


def _worker_of(job: Job) -> Worker:
    global _here
    if _here is None or _here.job != job:
        if _here is not None:
            _here.close()
        _check_shared(job)
        if _close_here not in BEFORE_LEAVING:
            BEFORE_LEAVING.append(_close_here)
        _here = Worker(job)
    return _here


def _close_here() -> None:
    if _here is not None:
        with suppress(SpinegenError, OSError):
            _here.close()


def _check_shared(job: Job) -> None:
    """A worker on another machine must see the very workspace."""
    try:
        header = read_header(Workspace(job.root).plan)
    except DatasetError as error:
        raise WorkspaceError(
            f"worker on {socket.gethostname()} does not see the workspace {job.root} ({error}); workers need it under the same path, "
            "on a file system that all machines share"
        ) from error
    if (header.identity, header.shots) != (job.plan, job.shots):
        raise WorkspaceError(
            f"worker on {socket.gethostname()}: {job.root} is there, but holds another plan; workers need the same workspace under "
            "the same path, on a file system that all machines share"
        )
