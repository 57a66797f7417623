"""The command line: a thin face over the stages. Heavy imports happen inside the commands.

Every stage may come in, and nobody imports this room.
"""

from .main import main

__all__ = ["main"]
