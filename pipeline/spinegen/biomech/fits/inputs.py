"""The clips behind all fits of a workspace, for its record."""

from pathlib import Path

from ...records.fit_report import FitOrigin, found_fit_origin
from ...records.run_record import ClipRecord, FitGroup, Inputs, clips_record
from ...workspace import Workspace
from .files import REPORT


def fitted_inputs(workspace: Workspace) -> Inputs:
    """The clips behind all fits on disk, as their reports tell: path as it was typed, hash, and how each was fitted.

    Fits come from any number of calls with different settings; clips of equal settings share an entry of `fits`. Reports that are
    damaged are passed over.
    """
    groups: list[FitGroup] = []
    clips: list[ClipRecord] = []
    for report in sorted(workspace.fits.glob(f"*/{REPORT}")):
        origin = found_fit_origin(report)
        if origin is None or "clip" not in origin.identity.sha256:
            continue
        others = {what: sha for what, sha in origin.identity.sha256.items() if what not in ("clip", "truth")}
        group = FitGroup(settings=origin.identity.settings, sha256=others)
        if group not in groups:
            groups.append(group)
        clips.append(_clip(report.parent.name, origin, groups.index(group), workspace.clips))
    return Inputs(fits=tuple(groups), clips=clips_record(workspace.root, tuple(clips)))


def _clip(name: str, origin: FitOrigin, group: int, own_clips: Path) -> ClipRecord:
    hashes, source = origin.identity.sha256, Path(origin.source)
    ours = source.parent.resolve() == own_clips.resolve()
    where = {"shipped": True} if ours else {"path": str(source)}
    truth = {"truth_sha256": hashes["truth"]} if "truth" in hashes else {}
    return ClipRecord(name=name, sha256=hashes["clip"], fit=group).model_copy(update={**where, **truth})
