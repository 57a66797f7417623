"""What is said of a triangulation: its report on disk, its summary, and which cameras to doubt."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...files import write_json
from ...progress import StageSummary
from .matching import MatchedPerson
from .rig import Rig
from .triangulation import Trajectories
from .world import World

LEFT_OUT_SHARE = 0.4
"""A camera that is left out of more of the points that it saw is named."""


def left_out(found: Sequence[Trajectories], view: int) -> float:
    """Share of the points that a view saw, and that stand on others, in which it was left out."""
    seen = sum(int((person.seen[view] & (person.used.sum(0) >= 2)).sum()) for person in found)
    used = sum(int(person.used[view].sum()) for person in found)
    return 1.0 - used / seen if seen else 0.0


def doubtful_views(rig: Rig, found: Sequence[Trajectories]) -> list[str]:
    """A sentence for each camera that disagrees with the others in much of what it saw."""
    shares = [
        (video, camera, left_out(found, view))
        for view, (video, camera) in enumerate(zip(rig.videos, rig.cameras, strict=True))
    ]
    return [
        f"{video.name}: camera {camera.name!r} disagrees with the others in {share:.0%} of what it saw and was left out there: is its "
        "calibration right, and does it begin when the others do?"
        for video, camera, share in shares
        if share > LEFT_OUT_SHARE
    ]


def idle_views(rig: Rig, people: Sequence[MatchedPerson]) -> list[str]:
    """A sentence for each view that saw somebody, and nobody whom another view sees."""
    of_use = {track.view for person in people for track in person.tracks}
    return [
        f"{video.name}: whom it shows ({len(film.people)} track{'s' if len(film.people) > 1 else ''}) no other view sees there; it was not used"
        for view, (video, film) in enumerate(zip(rig.videos, rig.films, strict=True))
        if view not in of_use
    ]


def write_report(
    target: Path,
    rig: Rig,
    people: Sequence[MatchedPerson],
    *,
    found: Sequence[Trajectories],
    world: World,
    trunks: str,
) -> None:
    """`triangulation.json`: who is who in each view, where the cameras stand, how often each was left out."""
    views = [
        {
            "video": video.name,
            "camera": camera.name,
            "start_s": start,
            "left_out": round(left_out(found, view), 4),
            "position_ground_m": np.round(world.ground_m(camera.position_world), 4).tolist(),
        }
        for view, (video, camera, start) in enumerate(zip(rig.videos, rig.cameras, rig.starts_s, strict=True))
    ]
    rows = [
        {
            "name": f"person_{number}",
            "tracks": [{"video": rig.videos[track.view].name, "id": track.number} for track in person.tracks],
            "seen": round(float(np.isfinite(points.positions_world).all(-1).mean()), 4),
            "error_px": round(float(np.nanmean(points.error_px)), 3),
        }
        for number, (person, points) in enumerate(zip(people, found, strict=True), 1)
    ]
    record = {
        "calibration": {
            "kind": rig.calibration.kind,
            "metres_per_unit": world.metres_per_unit,
            "notes": list(world.notes),
        },
        "frames": len(rig.times_s),
        "rate_hz": rig.films[0].rate_hz,
        "trunks": trunks,
        "views": views,
        "people": rows,
    }
    write_json(target / "triangulation.json", record)


def summary(
    target: Path, rig: Rig, found: Sequence[Trajectories], faults: tuple[str, ...], *, trunks: str
) -> StageSummary:
    """What the command prints."""
    points = np.concatenate([person.positions_world.reshape(-1, 3) for person in found])
    errors = np.concatenate([person.error_px.ravel() for person in found])
    share = float(np.isfinite(points).all(-1).mean())
    error = float(np.nanmean(errors))
    rows = (
        ("calibration", f"{rig.calibration.kind}, {len(rig.calibration.cameras)} cameras, {len(rig.videos)} used"),
        ("people", f"{len(found)}, in {len(rig.times_s)} common frames ({rig.times_s[-1]:.1f} s)"),
        ("points", f"{share:.1%} found, {error:.1f} px from where the views saw them"),
        ("trunks", trunks),
        (
            "left out",
            ", ".join(f"{camera.name} {left_out(found, view):.0%}" for view, camera in enumerate(rig.cameras)),
        ),
    )
    figures: dict[str, float | int | str] = {
        "people": len(found),
        "frames": len(rig.times_s),
        "error_px": round(error, 3),
    }
    return StageSummary("Triangulation", rows, target / "person_1.trc", faults, figures)
