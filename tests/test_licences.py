"""The licences page names what pyproject asks for, and nothing that the core imports is under a licence it must not be."""

from typing import Any

import pytest

from support.scripts import REPOSITORY, load_script


@pytest.fixture(scope="module")
def licences() -> Any:
    pytest.importorskip("packaging")
    return load_script(REPOSITORY / "scripts/licences.py")


def test_a_page_that_leaves_a_dependency_out_is_a_fault(licences: Any) -> None:
    page = licences.PAGE.read_text()
    assert licences.page_faults(page, licences.direct()[0]) == []
    short = "".join(line for line in page.splitlines(keepends=True) if "| [click]" not in line)
    assert licences.page_faults(short, licences.direct()[0]) == [
        "docs/licences.md: does not name click; make the page anew with: python scripts/licences.py"
    ]


@pytest.mark.parametrize(
    ("licence", "kind"),
    [
        ("MIT", "free"),
        ("BSD-3-Clause AND 0BSD AND MIT", "free"),
        ("Apache Software License", "free"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "free"),
        ("GPL-3.0-or-later", "forbidden"),
        ("GNU General Public License v3 (GPLv3)", "forbidden"),
        ("AGPL-3.0", "forbidden"),
        ("CC-BY-NC-4.0", "forbidden"),
        ("MIT, non-commercial use only", "forbidden"),
        ("Other/Proprietary License", "forbidden"),
        ("unknown", "unknown"),
        ("see file", "unknown"),
    ],
)
def test_licences_are_judged(licences: Any, licence: str, kind: str) -> None:
    assert licences.judge(licence) == kind


def test_a_package_that_is_not_there_or_under_gpl_is_a_fault(licences: Any) -> None:
    core = {"gone": None, "bad": licences.Package("bad", "1.0", "GPL-2.0", "")}
    said = licences.faults(core)
    assert any("bad 1.0: licence 'GPL-2.0' is forbidden" in line for line in said)
    assert any("gone: is not installed" in line for line in said)
