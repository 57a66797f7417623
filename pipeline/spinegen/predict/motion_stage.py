"""What `spinegen predict` makes of a film in 3D: points, angles and their page, fits."""

from pathlib import Path

from ..biomech.fits.settings import ClipRow, FitSettings
from ..biomech.fits.stage import fit_mocap
from ..errors import SpinegenError
from ..progress import Reporter
from ..workspace import Workspace
from .film import Film
from .motion import FilmMotion, lift_film, nobody
from .motion_files import MARKER_SET, beside, trc_path, write_angles, write_points
from .motion_page import write_motion_page
from .wanted import Lifting


def lift_and_write(source: Path, film: Film, stem: Path, lifting: Lifting, *, reporter: Reporter) -> list[str]:
    """`<stem>.3d.parquet`, `.3d.json`, `.person_N.trc`; on request `.angles.csv`, `.angles.html`, and a workspace `<stem>.fit`.

    Returns:
        What went wrong with single people, one sentence each.
    """
    motion = lift_film(film, lifting.space)
    write_points(motion, stem)
    if nobody(motion.people):
        return [f"{source}: nobody shows enough of themselves to be lifted to 3D; eight keypoints must be seen at once"]
    there = sum(bool(person.track.known.any()) for person in motion.people)
    reporter.say(f"{source.name}: {there} in 3D, camera {motion.ground.camera_height_m:.2f} m over the floor")
    if lifting.angles:
        write_angles(motion, beside(stem, ".angles.csv"))
        write_motion_page(motion, source.name, beside(stem, ".mp4"), beside(stem, ".angles.html"))
    return fit_people(motion, stem, reporter) if lifting.fit else []


def fit_people(motion: FilmMotion, stem: Path, reporter: Reporter) -> list[str]:
    """Fit everybody's TRC into the workspace `<stem>.fit`: `fits/person_N/` holds model, motion, vertebrae and report."""
    clips = tuple(
        ClipRow(clip=trc_path(stem, person.number), name=f"person_{person.number}")
        for person in motion.people
        if person.track.known.any()
    )
    settings = FitSettings(
        clips=clips, marker_set=MARKER_SET, height_m=motion.space.height_m, up_axis="y", unit="m", mirror=False
    )
    workspace = Workspace(beside(stem, ".fit"))
    try:
        with workspace.held(settings.shard, "fit"):
            return list(fit_mocap(workspace, settings, reporter).failures)
    except SpinegenError as error:
        return [str(error)]
