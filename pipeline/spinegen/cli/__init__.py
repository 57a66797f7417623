"""The command line: a thin face over the stages. Heavy imports happen inside the commands."""

from .main import main

__all__ = ["main"]
