"""Colours that walls, papers, floors and things are seen in."""

import numpy as np

PAINTS = (
    "#e9e4d8", "#dcd7cc", "#d9dde0", "#c8d2c4", "#cbbfae", "#b9c4cf", "#e6d9c2", "#d6c6c0", "#8fa3a8", "#7d8f7a",
    "#b07d62", "#5f6f86", "#a8a39a", "#efefea",
)  # fmt: skip
PAPERS = (
    "#f1f1ef", "#d9d9d7", "#b8b9ba", "#8c8e90", "#5a5c5e", "#343638", "#c9b9a6", "#a7b8c4", "#b9a9b8", "#93a58f",
    "#d3a28d", "#4c5d73",
)  # fmt: skip
WOODS = ("#b98d5f", "#a67647", "#c9a57a", "#8a5f3c", "#6d4a31", "#d8bc94", "#9c8468")
STONES = ("#b9b4aa", "#9a968e", "#cfc9bd", "#8d9194", "#d9d6cf", "#a89a88")
RUBBERS = ("#3a3c3f", "#4a4f57", "#2f3337", "#7a3f35", "#35506b", "#3f5f48", "#8a6a52")
BRIGHTS = (
    "#3b6ea5", "#a83f3f", "#4f8a55", "#c99a3b", "#6b4f8a", "#2f7f86", "#c46a8a", "#2e2f33", "#d8d8d4", "#8a8d91",
    "#7a5a3c", "#d2693c",
)  # fmt: skip


def one_of(rng: np.random.Generator, colours: tuple[str, ...], spread: float = 9.0) -> str:
    """One of the colours, a little off, as `#rrggbb`."""
    text = colours[int(rng.integers(len(colours)))]
    values = [int(text[i : i + 2], 16) for i in (1, 3, 5)]
    moved = np.clip(np.asarray(values) + rng.normal(0.0, spread, 3), 0, 255).astype(int)
    return "#" + "".join(f"{value:02x}" for value in moved)
