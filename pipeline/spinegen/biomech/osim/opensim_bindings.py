"""opensim without its console chatter and without an `opensim.log` in the working directory."""

from functools import cache
from types import ModuleType


@cache
def opensim_quiet() -> ModuleType:
    """The opensim module, silenced."""
    import opensim

    opensim.Logger.removeFileSink()
    opensim.Logger.setLevelString("Off")
    return opensim
