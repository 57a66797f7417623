"""A setting that is wrong is named by file, field, value and what is allowed."""

from pathlib import Path

import pytest
from pydantic import Field

from spinegen.config import Settings, load_yaml
from spinegen.errors import ConfigError


class Lens(Settings):
    focal_mm: float = Field(default=35.0, gt=0)


class Shot(Settings):
    lens: Lens = Lens()
    count: int = Field(default=1, ge=1, le=4)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shot.yaml"
    path.write_text(text)
    return path


def test_an_empty_file_means_all_defaults(tmp_path: Path) -> None:
    assert load_yaml(written(tmp_path, ""), Shot) == Shot()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("countt: 2", ("unknown field countt", "lens, count")),
        ("lens: {fokal_mm: 2}", ("unknown field lens.fokal_mm", "focal_mm")),
        ("count: many", ("field count", "'many'", "integer")),
        ("count: 9", ("field count", "9", "less than or equal to 4")),
        ("lens: {focal_mm: -1}", ("field lens.focal_mm", "-1", "greater than 0")),
        ("lens: {focal_mm: .nan}", ("field lens.focal_mm", "nan", "finite")),
        ("- 1\n- 2", ("must hold a mapping", "list")),
        ("a: [1", ("is not valid YAML",)),
        ("x: !!python/object/apply:os.system [ls]", ("is not valid YAML",)),
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
