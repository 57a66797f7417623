"""Putting the page together."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from ...errors import DatasetError
from ...progress import Reporter
from ...reporting import charts
from ...reporting.page import write_page
from ...skeleton import KEYPOINTS, SPINE_CHAIN, SUBSETS
from ...workspace import Workspace
from ..card import number_rows
from ..tally import Tally
from .files import FitRow, ScoreFigures, read_fits, read_photographs, read_poses, read_run, read_scores
from .gather import Gathered, Shown, gather
from .pictures import Picture, picture
from .published import AXES, published_ranges

_SIGNS = {
    "flexion": ("extension", "flexion"),
    "bending": ("to the left", "to the right"),
    "rotation": ("to the right", "to the left"),
}
_MOTIONS = {"flexion": "Flexion and extension", "bending": "Lateral bending", "rotation": "Axial rotation"}
_FIRST_NUMBERS = ("elevation_deg", "distance_m", "focal_mm", "age", "stature_m", "sun_elevation_deg", "box_px")
_MOST_CATEGORIES = 14


def write_report(workspace: Workspace, reporter: Reporter) -> Path:
    """Write `report.html` into the workspace; what is not there yet is said on the page.

    Returns:
        The page: one file without outside resources.
    """
    found = gather(workspace.frames, reporter)
    sheet = _pictures(found.sheet)
    write_page(
        workspace.report,
        "set",
        made=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
        name=workspace.root.resolve().name,
        found=found,
        sheet=sheet,
        worst=[(measure, _pictures(shown)) for measure, shown in found.worst if shown],
        facets=_facets(sheet),
        distributions=_distributions(found.tally) if found.tally.images else [],
        visibility=_visibility(found.tally) if found.tally.annotations else [],
        angles=_angles(found.tally) if found.tally.angles.any() else None,
        rose=Markup(charts.rose(found.tally.views.tolist())) if found.tally.annotations else None,
        fits=read_fits(workspace),
        poses=read_poses(workspace),
        scores=read_scores(workspace),
        photographs=read_photographs(workspace),
        run=read_run(workspace),
        exports=[
            (name, f"{name}/README.md")
            for name in ("coco", "yolo-pose", "webdataset")
            if (workspace.root / name / "README.md").exists()
        ],
        tiles=_tiles(found, read_fits(workspace), read_scores(workspace)),
    )
    return workspace.report


def _pictures(shown: list[Shown]) -> list[Picture]:
    made = []
    for item in shown:
        try:
            made.append(picture(item))
        except DatasetError:
            continue
    return made


def _facets(sheet: list[Picture]) -> list[tuple[str, list[str]]]:
    """Choices of the filter, where there is something to choose."""
    found = []
    for name in ("activity", "view", "split"):
        values = sorted(
            {
                word
                for item in sheet
                for word in (item.facets[name].split() if name == "view" else [item.facets[name]])
                if word
            }
        )
        if len(values) > 1:
            found.append((name, values))
    return found


def _tiles(found: Gathered, fits: list[FitRow], scores: ScoreFigures | None) -> list[tuple[str, str, str]]:
    """Key figures: (figure, what, more)."""
    tiles = []
    if found.total:
        parts = ", ".join(f"{tally.images:,} {split}" for split, tally in sorted(found.splits.items(), reverse=True))
        tiles.append((f"{found.total:,}", "pictures", parts))
        tiles.append((f"{len(found.tally.people):,}", "different people", f"{found.tally.annotations:,} labelled"))
        spine = found.tally.flags[list(SPINE_CHAIN)]
        tiles.append(
            (
                f"{100 * spine[:, 2].sum() / max(spine.sum(), 1):.0f} %",
                "of vertebrae seen",
                f"{9 * found.tally.annotations:,} vertebral keypoints",
            )
        )
    if fits:
        good = sum(fit.report.verdict == "good" for fit in fits)
        errors = [fit.report.residual_mm.rms for fit in fits]
        tiles.append(
            (
                f"{len(fits)}",
                "clips fitted",
                f"{good} good, RMS {min(errors):.1f}–{max(errors):.1f} mm",
            )
        )
        known = [fit.report.truth.centroid_mean_mm for fit in fits if fit.report.truth is not None]
        if known:
            tiles.append(
                (
                    f"{sum(known) / len(known):.1f} mm",
                    "vertebra error",
                    f"mean, {len(known)} clips with known vertebrae",
                )
            )
    if scores:
        for row in scores.rows:
            found_ap = row.network.get("AP")
            if row.subset in ("spine", "all") and found_ap is not None:
                what = "AP spine" if row.subset == "spine" else "AP all 37"
                tiles.append((f"{found_ap:.3f}", what, f"mean pose {row.mean:.3f}" if row.mean is not None else ""))
    return tiles


@dataclass(frozen=True)
class Panel:
    """One chart."""

    name: str
    svg: Markup
    note: str = ""


@dataclass(frozen=True)
class AnglePanels:
    """Measured angles over published ones, a chart a motion."""

    panels: list[Panel]
    source: str
    """Of the published ones."""


def _distributions(tally: Tally) -> list[Panel]:
    shares = [(f"{5 * i}%", float(count)) for i, count in enumerate(tally.occlusion)]
    heights = [(f"{5 * i}%", float(tally.box_height[i])) for i in range(20)]
    found = [
        Panel("Size", Markup(charts.columns(heights)), "box height over picture height, people"),
        Panel("Occlusion", Markup(charts.columns(shares)), "mean hidden share of a person's keypoints"),
    ]
    numbers = sorted(tally.numbers, key=lambda n: (_FIRST_NUMBERS.index(n) if n in _FIRST_NUMBERS else 99, n))
    for name in numbers:
        low, high = tally.extremes[name]
        if low == high:
            continue
        rows = [
            (label.split(" to ")[0].removeprefix("from "), float(count))
            for label, count in number_rows(name, tally.numbers[name])
        ]
        found.append(Panel(_title(name), Markup(charts.columns(rows)), f"{low:.4g} to {high:.4g}, pictures"))
    for name, counts in sorted(tally.categories.items()):
        if len(counts) < 2:
            continue
        rows = [(label, float(count)) for label, count in counts.most_common(_MOST_CATEGORIES)]
        rest = sum(counts.values()) - sum(int(count) for _, count in rows)
        note = "pictures" + (f"; {rest} more in {len(counts) - len(rows)} other values" if rest else "")
        found.append(Panel(_title(name), Markup(charts.bars(rows)), note))
    return found


def _visibility(tally: Tally) -> list[Panel]:
    groups = (
        ("Spine", list(SUBSETS["spine"])),
        ("Head and trunk", [0, 1, 2, 3, 4, 17, 33, 34, 31, 32]),
        ("Limbs", list(range(5, 17)) + list(SUBSETS["feet"])),
    )
    found = []
    for name, ids in groups:
        rows = []
        for i in ids:
            outside, hidden, seen = (int(v) for v in tally.flags[i])
            keypoint = KEYPOINTS[i]
            label = f"{keypoint.vertebra} ({keypoint.name})" if keypoint.vertebra else keypoint.name.replace("_", " ")
            rows.append((label, seen, hidden, outside))
        found.append(Panel(name, Markup(charts.visibility_bars(rows))))
    return found


def _angles(tally: Tally) -> AnglePanels:
    published = published_ranges()
    low, high = tally.angle_quantiles(0.01), tally.angle_quantiles(0.99)
    panels = []
    for axis, name in enumerate(AXES):
        svg = charts.ranges(
            published.levels,
            low[:, axis],
            high[:, axis],
            published=published.representative[:, axis],
            widest=published.widest[:, axis],
            signs=_SIGNS[name],
        )
        panels.append(Panel(_MOTIONS[name], Markup(svg)))
    return AnglePanels(panels, published.source)


def _title(name: str) -> str:
    if name == "view":
        return "Kind of camera"
    words = (
        name.removesuffix("_deg")
        .removesuffix("_m")
        .removesuffix("_px")
        .removesuffix("_mm")
        .replace("_", " ")
        .capitalize()
    )
    units = {"_deg": "°", "_mm": "mm", "_px": "px", "_m": "m"}
    unit = next((text for suffix, text in units.items() if name.endswith(suffix)), "")
    return f"{words} ({unit})" if unit else words
