"""Where things that are made once a machine are kept between runs."""

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """The user's cache folder of spinegen: `SPINEGEN_CACHE`, or the platform's usual place."""
    if chosen := os.environ.get("SPINEGEN_CACHE"):
        return Path(chosen).expanduser()
    return user_cache_path("spinegen", appauthor=False)
