"""What a format's reader returns, in the file's own axes and unit."""

from dataclasses import dataclass, field

from ..geometry.types import Array, Flags
from .clip import Kind
from .timing import Moments

METRES_PER_UNIT = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "ft": 0.3048}
"""The units that a file or a user may name."""
_SPELLINGS = {
    **dict.fromkeys(("meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("in", "inches"), "inch"),
    **dict.fromkeys(("foot", "feet"), "ft"),
}


def unit_name(text: str | None) -> str | None:
    """A key of `METRES_PER_UNIT` for any usual spelling; None for anything else."""
    word = (text or "").strip().strip("[]()").lower()
    word = _SPELLINGS.get(word, word)
    return word if word in METRES_PER_UNIT else None


@dataclass(frozen=True)
class RawCapture:
    """Trajectories as the file holds them."""

    labels: tuple[str, ...]
    """M labels as written, subject prefix included."""
    positions: Array
    """`(F, M, 3)` in the file's axes and unit; NaN where the file says that a marker was not seen."""
    kind: Kind
    """Of the format; the marker set that its labels belong to knows better."""
    moments: Moments = field(default_factory=Moments)
    """When its frames were taken."""
    unit: str | None = None
    """A key of `METRES_PER_UNIT` when the file names its unit."""
    up: str | None = None
    """The upward axis that the file names (`+z`)."""
    usual_up: str = "+y"
    """The upward axis that is common in this format."""
    virtual: frozenset[str] = frozenset()
    """Labels that the file itself declares to be no points (angles, forces, ...)."""
    notes: tuple[str, ...] = ()
    subjects: tuple[str, ...] | None = None
    """One subject a label where the format holds subjects apart; otherwise prefixes tell."""
    rest: Flags | None = None
    """`(F,)`: where the rig that was exported stands in its rest pose; None where the format knows no rig."""
    hint: str = ""
    """What in the file may explain a body that cannot be, for the end of an error text."""
