"""The licences page names what pyproject asks for, and nothing that the core imports is under a licence it must not be."""

import re
from typing import Any

import pytest

from support.scripts import REPOSITORY, load_script


@pytest.fixture(scope="module")
def licences() -> Any:
    pytest.importorskip("packaging")
    return load_script(REPOSITORY / "scripts/licences.py")


def test_the_page_names_the_direct_dependencies_of_pyproject(licences: Any) -> None:
    text = licences.PAGE.read_text()
    section = text.split("## Direct dependencies")[1].split("\n## ")[0]
    named = re.findall(r"^\| \[?([a-z0-9-]+)\]?[( ]", section, re.MULTILINE)
    assert sorted(set(named) - {"package"}) == licences.direct()[0]


def test_nothing_that_is_installed_for_the_core_is_forbidden_or_unknown(licences: Any) -> None:
    assert licences.faults(licences.installed(licences.direct()[0])) == []


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
