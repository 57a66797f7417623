"""All pages come from one set of templates, fetch nothing, and show a dash where there is no figure."""

import re
from pathlib import Path

import numpy as np
import pytest
from jinja2 import UndefinedError
from matplotlib.figure import Figure

from spinegen.reporting.figures import as_png_uri, as_svg, lines_over, side_by_side, thinned, time_axes
from spinegen.reporting.page import TEMPLATES, figure, write_page

ROW = {
    "people": 8, "ap_all": 0.5, "ap_body": None, "ap_spine": 0.25, "ap_feet": 0.0, "auc_all": 0.3, "mean_pose_ap_all": 0.1,
    "steps": 10, "minutes": 1.25, "people_per_s": 90.0, "loader_people_per_s": 200.0,
}  # fmt: skip


def curve() -> Figure:
    found, (ax,) = side_by_side(1, (4, 2))
    lines_over(ax, [0.0, 1.0, 2.0], {"all": [0.1, None, 0.3], "spine": [None, None, None]})
    return found


def test_every_page_stands_on_the_base() -> None:
    pages = [path for path in TEMPLATES.glob("*.html.j2") if path.name != "base.html.j2"]
    assert {path.name.removesuffix(".html.j2") for path in pages} == {
        "fit",
        "poses",
        "set",
        "network",
        "learning_curve",
        "labelling",
        "motion",
    }
    for path in pages:
        assert path.read_text(encoding="utf-8").startswith('{% extends "base.html.j2" %}'), path.name


def test_a_page_is_one_file_with_its_figures(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_page(path, "learning_curve", rows=[ROW], curves=as_svg(curve()), model="<tiny>", seed=3, device="cpu")
    text = path.read_text(encoding="utf-8")
    assert "<title>Learning curve – spinegen</title>" in text
    assert "&lt;tiny&gt;" in text
    assert "<tiny>" not in text
    assert "<b>0.500</b>" in text
    assert ">–<" in text, "a score that is not there"
    assert "Measured on a CPU" in text
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)


def test_a_page_that_lacks_something_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError, match="rows"):
        write_page(tmp_path / "page.html", "learning_curve", curves="", model="tiny", seed=3, device="cpu")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("value", "digits", "shown"), [(1234.56, 1, "1,234.6"), (3, 0, "3"), (None, 1, "–"), ("a", 1, "–")]
)
def test_figures_are_written_alike(value: object, digits: int, shown: str) -> None:
    assert figure(value, digits) == shown


def test_a_line_without_values_is_left_out() -> None:
    (ax,) = curve().axes
    assert [line.get_label() for line in ax.lines] == ["all"]
    assert np.asarray(ax.lines[0].get_xdata()).tolist() == [0.0, 2.0]


def test_long_curves_are_thinned_and_drawn_as_pixels() -> None:
    samples = range(10_000)[thinned(10_000)]
    assert 1000 < len(samples) <= 2000
    found, axes = time_axes(2, 4.0)
    axes[0].plot(samples, samples)
    assert as_png_uri(found).startswith("data:image/png;base64,iVBOR")
