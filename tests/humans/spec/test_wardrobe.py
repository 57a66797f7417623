"""Wardrobes: the shipped ones load; mistakes are named with what is allowed."""

from pathlib import Path

import pytest

from spinegen.errors import ConfigError
from spinegen.humans.spec.wardrobe import load_wardrobe


@pytest.mark.parametrize("name", ["yoga", "sport", "street", "office"])
def test_the_shipped_wardrobes_load(name: str) -> None:
    assert load_wardrobe(name).outfits


def wardrobe(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("outfits: [{top: {kimono: 1}, bottom: {jeans: 1}}]", ("kimono", "t_shirt", "mine.yaml")),
        ("outfits: [{top: {t_shirt: 1}}]", ("bottom",)),
        ("outfits: []", ("outfits",)),
        ("outfits: [{bottom: {jeans: -1}}]", ("jeans", "-1")),
        ("outfits: [{bottom: {jeans: 1}, fit: [0.5, 2.0]}]", ("fit", "2.0")),
        ("outfit: []", ("outfit", "outfits")),
        ("outfits: [{bottom: {jeans: 1}, patterns: {zebra: 1}}]", ("zebra", "stripes")),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_wardrobe(wardrobe(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_an_unknown_wardrobe_lists_the_shipped_ones() -> None:
    with pytest.raises(ConfigError, match="yoga"):
        load_wardrobe("beach")
