"""`python -m spinegen.biomech.osim.build`: rebuild the shipped .osim files from the tables."""

from pathlib import Path

from ...model_tables import FOLDER
from ...resources import resource_path
from ..anatomy.assemble import SEXES, load_model
from .write import write_osim


def build(folder: Path) -> list[Path]:
    """Write `spinegen_<sex>.osim` for every sex into a folder."""
    paths = []
    for sex in SEXES:
        paths.append(folder / f"spinegen_{sex}.osim")
        write_osim(load_model(sex), paths[-1])
    return paths


def built_model_path(sex: str = "unisex") -> Path:
    """The shipped .osim file."""
    return resource_path(f"{FOLDER}/spinegen_{sex}.osim")


if __name__ == "__main__":
    for path in build(resource_path(FOLDER)):
        print(path)
