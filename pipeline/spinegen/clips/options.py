"""What a user may say about a clip that its file does not, or says wrongly."""

from dataclasses import dataclass

from .matching import AUTO


@dataclass(frozen=True)
class ReadOptions:
    """How one clip is to be read; None lets the file and the body decide."""

    marker_set: str = AUTO
    """`auto`, a shipped set, a YAML file, or several joined by `+`."""
    subject: str | None = None
    """Label prefix of the person to read where the file holds several."""
    up_axis: str | None = None
    """`x`, `y`, `z`, `-x`, ... of the file's axes."""
    unit: str | None = None
    """`m`, `cm`, `mm`, `inch`, ..."""
    rate_hz: float | None = None
    """Frames a second."""
    mirror: bool | None = None
    """True exchanges left and right, False leaves them as the file has them."""
