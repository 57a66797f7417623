"""Templates filled in: pages without outside resources."""

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

_FOLDER = Path(__file__).with_name("templates")


def render_page(template: str, /, **values: object) -> str:
    """The page of `templates/<template>.html.j2`; a value that the template asks for and that is not given is an error.

    Templates may write numbers with `figure(digits)`; text is escaped unless it is `Markup`.
    """
    return _environment().get_template(f"{template}.html.j2").render(**values)


def asset(name: str) -> Markup:
    """A style sheet or script of the templates, to stand inside a page."""
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def figure_text(value: object, digits: int = 1) -> str:
    """A number with its thousands parted, or a dash where there is none."""
    return "–" if not isinstance(value, int | float) else f"{value:,.{digits}f}"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure_text
    return environment
