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
LAWNS = ("#50602f", "#48592c", "#5f6a36", "#57643a", "#6c693c")
CLOTHS = ("#7c838a", "#a09684", "#5d6670", "#8a7a66", "#4b5a5f", "#b5aa98", "#6f7a62", "#84605a", "#3e434c")
OFFICE_SEATS = ("#2a2c30", "#3a3d42", "#565b63", "#2f3a4c", "#6d7278", "#7a2f33", "#2f5f6a")
IRONS = ("#1f2022", "#2b2c2f", "#3a3d42", "#55585d", "#8a8d91", "#a8abae", "#8f2f2a")
CABINETS = ("#dcdad2", "#e8e6e0", "#c9c6bd", "#b9bcc0", "#8d9196", "#6f6a62", "#3d4147")
STREET_THINGS = ("#2f3337", "#3c4a3f", "#55595d", "#6d7276", "#7b7f82", "#26382f", "#8a6a4a")
CARS = ("#d9dadb", "#8d9196", "#3a3c3f", "#1f2022", "#7a2226", "#24406a", "#b8b2a4", "#4d6152", "#c9c9c4")
WALLS = (*STONES, "#96563f", "#8f4f3a", "#a8745a", "#c7b299", "#d8cfbb", "#b9c0c2", "#8d939a")
PIANOS = ("#161514", "#1d1b1a", "#3a2318", "#5a3826", "#e4e0d6")
CONES = ("#d4582a", "#dd6f2a", "#c8482c", "#d9a32b")


def one_of(rng: np.random.Generator, colours: tuple[str, ...], spread: float = 9.0) -> str:
    """One of the colours, a little off, as `#rrggbb`."""
    text = colours[int(rng.integers(len(colours)))]
    values = [int(text[i : i + 2], 16) for i in (1, 3, 5)]
    moved = np.clip(np.asarray(values) + rng.normal(0.0, spread, 3), 0, 255).astype(int)
    return "#" + "".join(f"{value:02x}" for value in moved)
