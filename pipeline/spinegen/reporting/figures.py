"""Matplotlib figures and pictures as parts of a page."""

import base64
import io
import logging
from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

TIME_WIDTH_IN = 9.5

# A font that its cache still names but that is gone is replaced; nobody need read so.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def time_axes(rows: int, height_in: float) -> tuple[Figure, list[Axes]]:
    """A figure of panels over one time axis."""
    figure = Figure(figsize=(TIME_WIDTH_IN, height_in))
    # Fixed margins: finding them (`constrained`) takes as long as all the drawing.
    figure.subplots_adjust(
        left=0.68 / TIME_WIDTH_IN,
        right=1 - 0.12 / TIME_WIDTH_IN,
        bottom=0.5 / height_in,
        top=1 - 0.12 / height_in,
        hspace=0.1,
    )
    axes: list[Axes] = list(figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0])
    for ax in axes:
        plain(ax)
    axes[-1].set_xlabel("time (s)")
    return figure, axes


def side_by_side(columns: int, size_in: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """A figure of panels beside one another."""
    figure = Figure(figsize=size_in, layout="constrained")
    axes: list[Axes] = list(figure.subplots(1, columns, squeeze=False)[0])
    for ax in axes:
        plain(ax)
    return figure, axes


def plain(ax: Axes) -> None:
    """The look of all charts: no box, a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)


def legend(ax: Axes, columns: int = 1, place: Literal["best", "upper right"] = "best") -> None:
    """Names of the lines, without a frame."""
    ax.legend(frameon=False, ncols=columns, loc=place, fontsize=8)


def as_svg(figure: Figure) -> Markup:
    """A figure as inline SVG."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return Markup(text[text.index("<svg") :])


def as_png_uri(figure: Figure) -> str:
    """A figure as the address of a PNG: for curves of so many points that SVG would be large."""
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return data_uri(buffer.getvalue(), "image/png")


def data_uri(data: bytes, kind: str) -> str:
    """Bytes of a picture as an address that needs no file."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def thinned(count: int, most: int = 1500) -> slice:
    """Every n-th of `count` samples, about `most` of them: more than a page shows apart."""
    return slice(None, None, max(1, count // most))


def lines_over(
    ax: Axes, x: Sequence[float], rows: dict[str, Sequence[float | int | None]], *, marker: str | None = None
) -> None:
    """One named line a row, with gaps where there is no value."""
    for name, values in rows.items():
        known = [(a, b) for a, b in zip(x, values, strict=True) if b is not None]
        if known:
            ax.plot(*zip(*known, strict=True), label=name, marker=marker)
    legend(ax)
