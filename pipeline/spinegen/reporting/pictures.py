"""Pictures and figures as text that stands inside a page."""

import base64
import io

from markupsafe import Markup
from matplotlib.figure import Figure


def data_address(content: bytes, kind: str) -> str:
    """`data:image/<kind>;base64,...`."""
    return f"data:image/{kind};base64," + base64.b64encode(content).decode("ascii")


def png_address(figure: Figure, dpi: int = 110) -> str:
    """A figure as the address of a PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi)
    return data_address(stream.getvalue(), "png")


def inline_svg(figure: Figure) -> Markup:
    """A figure as an SVG element without a date, so that the same figure is the same text."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return Markup(text[text.index("<svg") :])
