"""Where things that are read once are kept between runs."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder of spinegen: `SPINEGEN_CACHE`, or the platform's usual place."""
    if chosen := os.environ.get("SPINEGEN_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "spinegen"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "spinegen" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spinegen"
