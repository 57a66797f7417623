"""Where a set's points lie, as far as its file says: vertebral bodies or spinous tips, joint centres or where people click them for COCO."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DatasetError


@dataclass(frozen=True)
class Convention:
    """What a file, or a network that learnt from one, says of its points; None where it says nothing."""

    vertebral_site: str | None = None
    body_points: str | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Convention":
        """From the `info` of a COCO file or the metadata of a network."""
        site, points = said.get("vertebral_site"), said.get("body_points")
        return cls(site if isinstance(site, str) else None, points if isinstance(points, str) else None)

    def said(self) -> dict[str, str]:
        """What is known, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def require_same(first: Convention, whose: str | Path, second: Convention, other: str | Path) -> None:
    """Refuse sets, or a network and a set, whose points are known to lie elsewhere.

    Raises:
        DatasetError: `vertebral_site` or `body_points` differ.
    """
    there = second.said()
    for name, value in first.said().items():
        if there.get(name, value) != value:
            raise DatasetError(
                f"{other}: {name} is {there[name]}, but that of {whose} is {value}: points of two conventions are neither learnt nor "
                "scored together; export one of them again with --site or --body-points"
            )
