"""Pages from templates: one file each, without outside resources."""

from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from ..files import write_text
from ..version import __version__

TEMPLATES = Path(__file__).with_name("templates")


def write_page(path: Path, template: str, **shown: object) -> None:
    """Render a template and write the page, whole or not at all.

    Args:
        template: `fit`, `poses`, `set`, `network`, `motion`, `learning_curve` or `labelling`.
        shown: what the template names.
    """
    page = _environment().get_template(f"{template}.html.j2").render(version=__version__, **shown)
    write_text(path, page)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(("html.j2",), default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    environment.globals["part"] = _part
    return environment


def figure(value: object, digits: int = 1) -> str:
    """A number with thousands apart, or a dash where there is none."""
    return "–" if not isinstance(value, int | float) else f"{value:,.{digits}f}"


def _part(name: str) -> Markup:
    """A style sheet or script, as it stands."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
