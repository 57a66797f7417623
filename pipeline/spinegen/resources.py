"""Where shipped files lie: `configs/` and `opensim_models/`, in a checkout or inside the installed package."""

from pathlib import Path

from .errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parents[1])


PANORAMAS = "configs/panoramas"
SHIPPED = "shipped:"
"""What a plan writes before the name of a shipped panorama, whose path is another on every machine."""


def resource_path(relative: str) -> Path:
    """Absolute path of a shipped file or folder such as `configs/scenes/yoga.yaml`.

    Raises:
        FileNotFoundError: the installation is broken.
    """
    for root in _ROOTS:
        if (root / relative).exists():
            return root / relative
    raise FileNotFoundError(f"{relative} is missing from the spinegen installation: install it again")


def shipped(folder: str, suffix: str = ".yaml") -> dict[str, Path]:
    """Shipped files of a folder by their stem."""
    return {path.stem: path for path in sorted(resource_path(folder).glob(f"*{suffix}"))}


def panorama_path(path: str) -> str:
    """The file of a panorama as a plan names it: a path stays, `shipped:NAME` is found.

    Raises:
        FileNotFoundError: nothing of that name ships.
    """
    return str(resource_path(f"{PANORAMAS}/{path.removeprefix(SHIPPED)}.exr")) if path.startswith(SHIPPED) else path


def find_config(name_or_path: str, folder: str, what: str) -> Path:
    """A user's file, or else the shipped file of that name (with or without `.yaml`).

    Raises:
        ConfigError: neither is there; the text lists the shipped names.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    known = shipped(folder)
    if len(path.parts) == 1 and path.suffix in ("", ".yaml", ".yml") and path.stem in known:
        return known[path.stem]
    raise ConfigError(f"{what} {name_or_path!r} is neither a file nor a shipped name; shipped are: {', '.join(known)}")
