"""What the estimate from single looks leaves in whole people: a rig sees one person from all sides, and these looks err alike."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .... import skeleton
from ....errors import DatasetError
from ....files import write_bytes
from ....geometry.types import Array
from .build import BUILD, Subject, build
from .fitting import trunk_numbers
from .frame import TRUNK_IDS
from .linear import Moments
from .statistics import TrunkStatistics

RIDGE = 0.2
"""Share of its own variance that each number's is enlarged by, for some hundred people: .07 to .7 leave the same in people kept back."""


@dataclass(frozen=True)
class WholePerson:
    """One moment of one person."""

    true_m: Array
    """`(37, 3)`."""
    seen_m: dict[int, Array]
    """By how many views see them, `(S, 37, 3)` as so many of the rig's cameras see them, each choice of cameras in a row."""
    subject: Subject


def with_whole_people(statistics: TrunkStatistics, people: Sequence[WholePerson]) -> TrunkStatistics:
    """The same with what is left in these people.

    Raises:
        DatasetError: fewer people than numbers of a build, or nobody for a number of views.
    """
    if len(people) < 2 * len(BUILD):
        raise DatasetError(f"{len(people)} people tell nothing of builds; {2 * len(BUILD)} are the least")
    size = 3 * len(TRUNK_IDS)
    by_views = {}
    for views, known in statistics.by_views.items():
        moments = Moments(len(BUILD) + size, size)
        for person in people:
            for seen_m in person.seen_m[views][:, None]:
                if not np.isfinite(seen_m).all():
                    continue
                built = build(seen_m, person.subject)
                for one, other in ((person.true_m[None], seen_m), (_mirrored(person.true_m[None]), _mirrored(seen_m))):
                    seen, true = trunk_numbers(one, other)
                    moments.add(known.given(seen, built), true - known.trunks.estimated(seen))
        if not moments.count:
            raise DatasetError(f"nobody was seen whole by {views} views")
        by_views[views] = replace(known, people=moments.estimate(RIDGE))
    return TrunkStatistics(statistics.network_sha256, by_views)


def _mirrored(keypoints_m: Array) -> Array:
    """`(F, 37, 3)`: nobody's left is misread in another way than their right."""
    return keypoints_m[:, list(skeleton.FLIP)] * [-1.0, 1.0, 1.0]


def write_people(path: Path, network_sha256: str, people: Sequence[WholePerson]) -> None:
    """As `.npz`."""
    arrays: dict[str, np.ndarray] = {
        "head": np.array(json.dumps({"network_sha256": network_sha256, "views": sorted(people[0].seen_m)})),
        "true_m": np.array([person.true_m for person in people]),
        "subjects": np.array(
            [(s.height_m, s.mass_kg, s.age_years, s.sex == "male") for s in (person.subject for person in people)],
            dtype=np.float64,
        ),
    }
    for views in people[0].seen_m:
        arrays[f"seen_{views}_m"] = np.array([person.seen_m[views] for person in people])
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def read_people(path: Path, network_sha256: str) -> list[WholePerson]:
    """Those whom a network saw.

    Raises:
        DatasetError: missing, damaged, or seen by another network.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            head = json.loads(str(archive["head"]))
            if head["network_sha256"] != network_sha256:
                raise DatasetError(
                    f"{path}: network_sha256: another network saw these people; look at them with this one"
                )
            seen = {views: archive[f"seen_{views}_m"] for views in head["views"]}
            return [
                WholePerson(
                    true,
                    {views: rows[number] for views, rows in seen.items()},
                    Subject(height, mass, age, "male" if man else "female"),
                )
                for number, (true, (height, mass, age, man)) in enumerate(
                    zip(archive["true_m"], archive["subjects"].tolist(), strict=True)
                )
            ]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: holds no people seen by rigs: {error}") from error
