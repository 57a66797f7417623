"""A setting that is wrong is named by file, field, value and what is allowed."""

from pathlib import Path

import pytest
from pydantic import Field

from spinegen.config import Settings, load_yaml
from spinegen.errors import ConfigError


class Lens(Settings):
    focal_mm: float = Field(default=35.0, gt=0)


class Shot(Settings):
    name: str = ""
    folder: Path | None = None
    weights: dict[str, float] = Field(default_factory=dict)
    size: tuple[float, float] = (1, 1)
    lens: Lens = Lens()
    count: int = Field(default=1, ge=1, le=4)
    parts: tuple[str, ...] = Field(default=("whole",), min_length=1)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shot.yaml"
    path.write_text(text)
    return path


def test_an_empty_file_means_all_defaults(tmp_path: Path) -> None:
    assert load_yaml(written(tmp_path, ""), Shot) == Shot()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("countt: 2", ("line 1: unknown field countt", "lens, count, parts")),
        ("lens: {fokal_mm: 2}", ("unknown field lens.fokal_mm", "focal_mm")),
        ("count: many", ("field count", "'many'", "integer")),
        ("count: 9", ("field count", "9", "less than or equal to 4")),
        ("lens: {focal_mm: -1}", ("field lens.focal_mm", "-1", "greater than 0")),
        ("lens: {focal_mm: .nan}", ("field lens.focal_mm", "nan", "finite")),
        ("- 1\n- 2", ("must hold a mapping", "list")),
        ("a: [1", ("is not valid YAML",)),
        ("x: !!python/object/apply:os.system [ls]", ("is not valid YAML",)),
        ("count: 2\n\tname: a", ("line 2: is not valid YAML", "\\t")),
        ("lens: 35", ("field lens: found 35: must be a mapping of settings",)),
        ("parts: []", ("field parts: found []: needs at least 1",)),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as raised:
        load_yaml(written(tmp_path, text), Shot)
    for part in ("shot.yaml", *said):
        assert part in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        load_yaml(tmp_path / "nowhere.yaml", Shot)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("count: 1\nlens:\n  focal_mm: 3\ncount: 2", "line 4: 'count' is given twice, first in line 1"),
        ("lens:\n  focal_mm: 3\n  focal_mm: 4", "line 3: 'focal_mm' is given twice, first in line 2"),
        ("lens: {focal_mm: 3, focal_mm: 4}", "line 1: 'focal_mm' is given twice"),
        ("'count': 1\ncount: 2", "line 2: 'count' is given twice"),
        ("lens:\n  focal_mm: 010", "line 2: 010 begins with 0, which YAML reads as octal: write 10"),
        ("count: 08", "line 1: 08 begins with 0"),
        ("name: 02_05", "line 1: 02_05 begins with 0.*or quote a text"),
        ("name: 12:30", "line 1: 12:30 is read by YAML as a number of base 60"),
        ("\nlens: {focal_mm: 0,5}", "line 2: 0,5 is no number: write 0.5, with a decimal point"),
        ("lens:\n  focal_mm: 0,5", "line 2: field lens.focal_mm: found '0,5': .*; write 0.5, with a decimal point"),
        ("size: [0,5, 0,8]", "line 1: field size: .*; a comma parts the values of a list"),
        ("count: 1\nname: no", "line 2: field name: found False: .*quote a text"),
        ("count: 1\n\nlens:\n  fokal: 2", "line 4: unknown field lens.fokal"),
        ("count: 1\nlens:\n  focal_mm: -1", "line 3: field lens.focal_mm: found -1"),
        ("size:\n  - 1\n  - wide", "line 3: field size.1: found 'wide'"),
    ],
)  # fmt: skip
def test_what_yaml_would_read_otherwise_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"shot\.yaml: {said}"):
        load_yaml(written(tmp_path, text), Shot)


@pytest.mark.parametrize(
    ("text", "name", "size"),
    [
        ("name: '010'", "010", (1, 1)),
        ('name: "12:30"', "12:30", (1, 1)),
        ("size: [0, 5]", "", (0, 5)),
        ("size: [0.5, 0]", "", (0.5, 0)),
        ("size: [-0.5, 1_0]", "", (-0.5, 10)),
    ],
)
def test_what_is_quoted_or_plain_is_left_alone(tmp_path: Path, text: str, name: str, size: tuple[float, float]) -> None:
    shot = load_yaml(written(tmp_path, text), Shot)
    assert (shot.name, shot.size) == (name, size)


def test_a_key_of_a_merged_mapping_may_be_given_again(tmp_path: Path) -> None:
    text = "weights: {<<: &a {x: 1, y: 2}, y: 3}"
    assert load_yaml(written(tmp_path, text), Shot).weights == {"x": 1, "y": 3}


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    shot = load_yaml(written(tmp_path, "folder: ~/pictures\nweights: {~/own.yaml: 1}\nname: a~/b"), Shot)
    assert shot.folder == Path("/home/somebody/pictures")
    assert shot.weights == {"/home/somebody/own.yaml": 1}
    assert shot.name == "a~/b"
    assert load_yaml(written(tmp_path, "folder: ~"), Shot).folder is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_a_key(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "shot.yaml"
    path.write_text("count: 2", encoding=encoding)
    assert load_yaml(path, Shot).count == 2


def test_text_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "shot.yaml"
    path.write_bytes("count: 2\nname: Bär\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"shot\.yaml: line 2: is not UTF-8 text; save the file as UTF-8"):
        load_yaml(path, Shot)
