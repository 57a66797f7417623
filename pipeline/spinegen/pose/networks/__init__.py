"""The networks that ship with the package: exported files, what each was trained on, and their hashes. Nothing but their record comes in."""

import hashlib
from functools import lru_cache
from pathlib import Path

from ...errors import TrainingError
from ...records.network_card import NetworkCard, read_cards

FOLDER = Path(__file__).resolve().parent
CARDS = FOLDER / "networks.json"


def shipped_model(name: str = "full") -> Path:
    """The ONNX file of a shipped 37-keypoint network.

    Args:
        name: `full`, or `light`, which takes two thirds of the time.

    Raises:
        TrainingError: no network of that name, or its file is missing or damaged.
    """
    known = cards()
    if name not in known:
        raise TrainingError(f"no network named {name!r} ships with spinegen; there are: {', '.join(known)}")
    path = FOLDER / f"spinegen-{name}.onnx"
    require_whole(path, known[name].sha256)
    return path


def network_file(given: str | Path) -> Path:
    """The file of a network that ships, by its name, or a file of the user's own.

    Raises:
        TrainingError: it is neither.
    """
    if str(given) in cards():
        return shipped_model(str(given))
    path = Path(given)
    if not path.suffix and not path.exists():
        raise TrainingError(f"{path}: is neither a file nor a network that ships; those are: {', '.join(cards())}")
    return path


@lru_cache(maxsize=1)
def cards() -> dict[str, NetworkCard]:
    """What is known of each shipped network, by name.

    Raises:
        TrainingError: the file that says so is missing or damaged.
    """
    return read_cards(CARDS)


@lru_cache(maxsize=8)
def require_whole(path: Path, sha256: str) -> None:
    """Refuse a shipped network that is missing or is not the one that was shipped; looked at once a process.

    Raises:
        TrainingError: so it is.
    """
    if not path.is_file():
        raise TrainingError(f"{path}: shipped network is missing: install spinegen again")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise TrainingError(f"{path}: shipped network is damaged (SHA-256 {found[:16]}...): install spinegen again")
