"""The data set's card, `README.md` with Hugging Face front matter, written from what was counted."""

from collections import Counter
from pathlib import Path
from typing import Any

import jinja2

from ..files import write_text
from ..records.export_record import ExportRecord
from ..skeleton import KEYPOINTS, VERTEBRAE
from ..version import __version__
from . import coco, points_3d
from .settings import ExportSettings
from .tally import Tally, bin_width

_TEMPLATE = Path(__file__).with_name("card.md.j2")
_BAR = 24
_SHOWN_CATEGORIES = 16


def write_card(path: Path, tallies: dict[str, Tally], settings: ExportSettings, record: ExportRecord) -> None:
    """Write the card of an export.

    Args:
        tallies: counts per split.
        record: what `export.json` holds (left-out frames and people, damaged ones).
    """
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    text = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        version=__version__,
        settings=settings,
        record=record,
        whole=whole,
        splits=[(split, tally) for split, tally in sorted(tallies.items())],
        shared_people=_shared(tallies, "people"),
        shared_clips=_shared(tallies, "clips"),
        size=_size_category(whole.images),
        license_name=coco.LICENSE_NAME,
        annotation_file=coco.file_name,
        image_folder=coco.folder_name,
        table_file=points_3d.file_name,
        keypoints=_keypoint_rows(whole),
        distributions=_distributions(whole),
        engines=[name for name, _ in whole.engines.most_common()],
        angles=_angle_rows(whole),
    )
    write_text(path, text)


def _shared(tallies: dict[str, Tally], what: str) -> list[str]:
    sets = [getattr(tally, what) for tally in tallies.values()]
    return sorted(set.intersection(*sets)) if len(sets) > 1 else []


def _size_category(count: int) -> str:
    """Hugging Face's size classes."""
    for limit, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if count < limit:
            return name
    return "1M<n<10M"


def _keypoint_rows(tally: Tally) -> list[dict[str, Any]]:
    totals = tally.flags.sum(1).clip(min=1)
    return [
        {
            "id": k.id,
            "name": k.name,
            "vertebra": k.vertebra or "",
            "sigma": k.sigma,
            "seen": f"{100 * tally.flags[k.id, 2] / totals[k.id]:.1f}",
            "hidden": f"{100 * tally.flags[k.id, 1] / totals[k.id]:.1f}",
            "outside": f"{100 * tally.flags[k.id, 0] / totals[k.id]:.1f}",
        }
        for k in KEYPOINTS
    ]


def _distributions(tally: Tally) -> list[dict[str, Any]]:
    found = []
    for name, counts in sorted(tally.categories.items()):
        if 1 <= len(counts) <= 300:
            rows = counts.most_common(_SHOWN_CATEGORIES)
            rest = sum(counts.values()) - sum(count for _, count in rows)
            found.append({"name": name, "note": f"and {rest} others" if rest else "", "rows": _bars(rows)})
    for name, bins in sorted(tally.numbers.items()):
        low, high = tally.extremes[name]
        note = f"from {low:.4g} to {high:.4g}"
        found.append({"name": name, "note": note, "rows": _bars(number_rows(name, bins))})
    quarters = [("front", -3), ("right side", 3), ("back", 9), ("left side", 15)]
    views = [(name, int(sum(tally.views[(first + i) % 24] for i in range(6)))) for name, first in quarters]
    found.append({"name": "side of the trunk that is seen", "note": "people", "rows": _bars(views)})
    shares = [(f"{5 * i}-{5 * i + 5} %", int(count)) for i, count in enumerate(tally.occlusion) if count]
    heights = [(f"{5 * i}-{5 * i + 5} %", count) for i, count in sorted(tally.box_height.items())]
    found.append({"name": "hidden share of a person", "note": "people", "rows": _bars(shares)})
    found.append({"name": "box height over picture height", "note": "people", "rows": _bars(heights)})
    found.append(
        {
            "name": "people in a picture",
            "note": "pictures",
            "rows": _bars([(str(k), v) for k, v in sorted(tally.people_per_image.items())]),
        }
    )
    return found


def number_rows(name: str, bins: Counter[float]) -> list[tuple[str, int]]:
    """Bins of a numeric column in words, empty ones between the first and the last included where they are of one width."""
    width = bin_width(name)
    if width is None:
        return [(f"from {edge:.3g}", count) for edge, count in sorted(bins.items())]
    first, last = round(min(bins) / width), round(max(bins) / width)
    edges = [step * width for step in range(first, last + 1)]
    return [(f"{edge:g} to {edge + width:g}", bins.get(edge, 0)) for edge in edges]


def _bars(rows: list[tuple[str, int]]) -> list[dict[str, Any]]:
    most = max((count for _, count in rows), default=1)
    total = max(sum(count for _, count in rows), 1)
    return [
        {"label": label, "count": count, "share": f"{100 * count / total:.1f}", "bar": "█" * round(_BAR * count / most)}
        for label, count in rows
    ]


def _angle_rows(tally: Tally) -> list[dict[str, str]]:
    low, high = tally.angle_quantiles(0.01), tally.angle_quantiles(0.99)
    pairs = list(zip(VERTEBRAE[1:], VERTEBRAE, strict=False))
    return [
        {
            "level": f"{upper}-{lower}",
            **{
                axis: f"{low[i, a]:.0f} to {high[i, a]:.0f}"
                for a, axis in enumerate(("flexion", "bending", "rotation"))
            },
        }
        for i, (upper, lower) in enumerate(pairs)
        if tally.angles[i].sum()
    ]
