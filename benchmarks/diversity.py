"""What 1,000 sampled shots hold: the plan of a scenes file is made without drawing anything, and its draws are counted.

    python benchmarks/diversity.py --out WORKSPACE [--scenes yoga] [--shots 1000] [--seed 0] [--figure docs/diversity.png]
    python benchmarks/diversity.py --coverage CLIPS_WORKSPACE [--poses 20000] [--figure furthest.png]

WORKSPACE holds fits (`spinegen fit-mocap --out WORKSPACE` makes the shipped ones). Prints a table; with --figure it also draws the page of
histograms. Exits with 1 where an octant of the azimuth is seen more than twice as often as another, or where two people are alike.
With --coverage it tells how near the postures of real captures (`spinegen fit-mocap CLIP... --out CLIPS_WORKSPACE`) lie to what ships.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import posture_coverage

from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.records.base import JsonObject, as_plain
from spinegen.records.people import read_people
from spinegen.records.plan_shot import PlacedPerson, Shot
from spinegen.scenes.plan import read_shots

OCTANTS = (
    "front", "front right", "right", "back right", "back", "back left", "left", "front left",
)  # fmt: skip
"""Each 45 degrees wide about its name; the azimuth counts from the front over the person's right."""
MOST_UNEVEN = 2.0
ALIKE = 0.5
"""Two people nearer than this, in standard deviations of all their traits together, would be called alike."""


def main() -> int:
    """Sample, count, print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="WORKSPACE")
    what.add_argument("--coverage", type=Path, metavar="CLIPS_WORKSPACE")
    parser.add_argument("--poses", type=int, default=20_000)
    parser.add_argument("--scenes", default="yoga")
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    if options.coverage:
        posture_coverage.report(options.coverage, options.poses, options.figure)
        return 0
    shots, people = sampled(options.out, options.scenes, options.shots, options.seed)
    columns = distributions(shots, people)
    octants = np.array([columns["azimuth"][name] for name in OCTANTS])
    unevenness = float(octants.max() / max(octants.min(), 1))
    nearest, pair = nearest_people(people)
    print(f"{options.scenes}: {len(shots)} shots of {len(people)} people, seed {options.seed}")
    for name, counts in columns.items():
        print(f"  {name:15s} " + ", ".join(f"{key} {value}" for key, value in counts.items()))
    print(f"  fullest octant over emptiest: {unevenness:.2f} (at most {MOST_UNEVEN:g})")
    print(
        f"  the two people most alike, {' and '.join(pair)}, are {nearest:.2f} standard deviations apart (at least {ALIKE:g})"
    )
    if options.figure:
        draw(
            columns,
            f"{len(shots)} shots of {options.scenes}.yaml, {len(people)} people, seed {options.seed}",
            options.figure,
        )
    return int(unevenness > MOST_UNEVEN or nearest < ALIKE)


def sampled(workspace: Path, scenes: str, shots: int, seed: int) -> tuple[list[Shot], dict[str, PersonSpec]]:
    """The plan's rows and the specs of the people who are in it."""
    fits = workspace.resolve() / "fits"
    if not fits.is_dir():
        raise SystemExit(f"{workspace} holds no fits: run `spinegen fit-mocap --out {workspace}` first")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(fits, Path(folder) / "fits")
        run = "import sys; from spinegen.cli import main; main()"
        arguments = ["render", "--plan-only", "--scenes", scenes, "--shots", str(shots), "--seed", str(seed)]
        subprocess.run([sys.executable, "-c", run, *arguments, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        plan = read_shots(Path(folder) / "plan.parquet")
        everybody = read_people(Path(folder) / "people.json")
    seen = {placed.person for shot in plan for placed in labelled(shot)}
    return plan, {name: everybody[name] for name in sorted(seen)}


def labelled(shot: Shot) -> list[PlacedPerson]:
    """The people of a shot who have labels."""
    return [placed for placed in shot.people if placed.labelled]


def things(plan: Sequence[Shot]) -> Counter[str]:
    """Shots in which somebody sits on something, sits at something, holds something, or stands in the background."""
    counts: Counter[str] = Counter()
    for shot in plan:
        names = [prop.name for prop in shot.props]
        found = {
            "seat": any(name.endswith("_Seat") for name in names),
            "table": any(name.endswith("_Table") for name in names),
            "held": any(placed.held for placed in shot.people),
            "background": len(labelled(shot)) < len(shot.people),
        }
        counts.update({name: int(there) for name, there in found.items()})
        counts["none"] += not any(found.values())
    return counts


def distributions(plan: Sequence[Shot], people: Mapping[str, PersonSpec]) -> dict[str, dict[str, int]]:
    """Counts by name of the distribution and of its class. People are counted once a shot that they are in."""
    cast = [people[placed.person] for shot in plan for placed in labelled(shot)]
    shots = pd.DataFrame([shot.readable() for shot in plan])
    sun = pd.DataFrame([shot.light.sun for shot in plan], columns=["elevation", "azimuth", "lux", "kelvin", "angle"])
    octant = ((shots.azimuth_deg.to_numpy() + 22.5) % 360 // 45).astype(int)
    garments = Counter(garment.kind.replace("_", " ") for spec in cast for garment in spec.garments)
    hidden = np.select(
        [shots.occluder & shots.truncated, shots.occluder, shots.truncated], ["both", "a thing", "cut off"], "whole"
    )
    height = shots.box_px / np.maximum(shots.width, shots.height)
    return {
        "sex": _sorted(Counter(spec.sex for spec in cast)),
        "age, years": _binned([spec.age_years for spec in cast], [0, 18, 25, 35, 45, 55, 65, 120]),
        "stature, cm": _binned([100 * spec.stature_m for spec in cast], [0, 150, 160, 170, 180, 190, 250]),
        "build, kg/m2": _binned([spec.bmi for spec in cast], [0, 18.5, 22, 25, 30, 35, 80]),
        "melanin": _binned([spec.skin.melanin for spec in cast], [0, 0.2, 0.4, 0.6, 0.8, 1.01]),
        "hair": _sorted(Counter(spec.hair.style.replace("_", " ") for spec in cast)),
        "garment": _sorted(garments),
        "place": _sorted(Counter(kind.replace("_", " ") for kind in shots.place_kind)),
        "sun outdoors, deg": _binned(sun.elevation[~shots.indoor.to_numpy()], [-10, 10, 20, 30, 45, 60, 90]),
        "lamps indoors, lx": _binned(sun.lux[shots.indoor.to_numpy()], [0, 200, 300, 500, 800, 1e6]),
        "light, K": _binned(sun.kelvin, [0, 3500, 4500, 5000, 5500, 6000, 2e4]),
        "azimuth": {name: int((octant == number).sum()) for number, name in enumerate(OCTANTS)},
        "elevation, deg": _binned(shots.elevation_deg, [-90, 0, 10, 20, 30, 45, 60, 90]),
        "focal length, mm": _binned(shots.focal_mm, [0, 20, 28, 35, 50, 85, 500]),
        "box / picture": _binned(height, [0, 0.2, 0.35, 0.5, 0.65, 0.8, 10]),
        "hidden by": _sorted(Counter(hidden.tolist())),
        "with, shots": _sorted(things(plan)),
        "people a picture": _sorted(Counter(str(count) for count in shots.people_count)),
    }  # fmt: skip


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _binned(values: Any, edges: list[float]) -> dict[str, int]:
    counts, _ = np.histogram(np.asarray(values, float), edges)
    names = [
        f"< {edges[1]:g}",
        *(f"{a:g}-{b:g}" for a, b in pairwise(edges[1:-1])),
        f"> {edges[-2]:g}",
    ]
    return {name: int(count) for name, count in zip(names, counts, strict=True)}


def nearest_people(people: Mapping[str, PersonSpec]) -> tuple[float, tuple[str, str]]:
    """Distance of the two people most alike, root mean square over all traits of body, skin and face in standard deviations, and who."""
    rows = [_traits(as_plain(spec.model_dump(mode="json"))) for spec in people.values()]
    table = pd.DataFrame(rows).fillna(0.0)
    table = table.loc[:, table.std() > 1e-9]
    scaled = ((table - table.mean()) / table.std()).to_numpy()
    square = ((scaled[:, None] - scaled[None]) ** 2).mean(-1)
    np.fill_diagonal(square, np.inf)
    first, second = np.unravel_index(int(square.argmin()), square.shape)
    names = list(people)
    return float(np.sqrt(square.min())), (names[first], names[second])


def _traits(spec: JsonObject, prefix: str = "") -> dict[str, float]:
    """Every number of a spec's body, skin and face by its path; clothes, which anybody may change, and seeds are left out."""
    found: dict[str, float] = {}
    for key, value in spec.items():
        if key in ("garments", "hair", "version", "seed", "expression", "hand_curl", "hands_closed"):
            continue
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            found |= _traits(value, f"{path}/")
        elif isinstance(value, list):
            found |= {
                f"{path}/{number}": float(one) for number, one in enumerate(value) if isinstance(one, int | float)
            }
        elif isinstance(value, int | float):
            found[path] = float(value)
    return found


def draw(columns: dict[str, dict[str, int]], title: str, path: Path) -> None:
    """Horizontal bars, a panel a distribution."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    across = 5
    down = -(-len(columns) // across)
    figure = Figure(figsize=(15, 2.75 * down), layout="constrained")
    FigureCanvasAgg(figure)
    for panel, (name, counts) in zip(figure.subplots(down, across).flat, columns.items(), strict=False):
        shown = dict(list(counts.items())[:12])
        share = np.array(list(shown.values())) / max(sum(counts.values()), 1) * 100
        panel.barh(range(len(shown)), share, color="#4a7a8c", height=0.75)
        panel.set_yticks(range(len(shown)), list(shown), fontsize=8)
        panel.invert_yaxis()
        panel.set_title(name, fontsize=10, loc="left")
        panel.set_xlabel("%", fontsize=7, labelpad=0)
        panel.tick_params(axis="x", labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
        if name == "azimuth":
            even = 100 / len(OCTANTS)
            panel.axvspan(even / 2**0.5, even * 2**0.5, color="#d8a24a", alpha=0.25, lw=0)
    for panel in list(figure.axes)[len(columns) :]:
        panel.set_axis_off()
    figure.suptitle(title, fontsize=12)
    figure.savefig(path, dpi=90, metadata={"Software": ""})


if __name__ == "__main__":
    sys.exit(main())
