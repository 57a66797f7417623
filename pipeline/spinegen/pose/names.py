"""What ships with the package, known without torch."""

from pathlib import Path

BACKBONES = ("blazepose-lite", "blazepose-full")
"""Backbones whose weights ship."""


def weights_path(backbone: str) -> Path:
    """File of a shipped backbone's weights."""
    return Path(__file__).resolve().parent / "backbones" / "weights" / f"{backbone}.npz"
