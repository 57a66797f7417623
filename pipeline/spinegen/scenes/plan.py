"""The plan: every shot drawn to a table before anything is rendered."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError, DatasetError
from ..files import atomic_path, write_json
from ..progress import Task
from .motions import Motion, select, split_motions
from .population import sample_population, split_members
from .sampler import Casting, GaveUp, sample_take
from .settings import SceneSettings
from .shot import Shot
from .views import rig_cameras

if TYPE_CHECKING:
    from ..humans.spec import PersonSpec

FIRST_RIG_STREAM = 2**30
"""`SeedSequence([seed, 2**30 + view])`; splitting clips uses the stream just below."""
_SPLIT_STREAM = FIRST_RIG_STREAM - 1
_ROWS_AT_ONCE = 5_000
GIVE_UP_SHARE = 0.5
"""A plan that loses more of its shots than this is refused."""


@dataclass(frozen=True)
class PlanFacts:
    """What planning found."""

    shots: int
    train: int
    val: int
    rule: str
    given_up: int
    rejected: dict[str, int]
    """Reasons of unused draws."""


def casting(settings: SceneSettings, motions: Sequence[Motion], seed: int) -> "tuple[Casting, dict[str, PersonSpec]]":
    """People, motions and rigs of a set, before any shot is drawn.

    Raises:
        ConfigError: an unknown clip, activity or wardrobe, or an empty split.
        DatasetError: nothing was fitted.
    """
    chosen = select(motions, settings.clips)
    rng = np.random.default_rng(np.random.SeedSequence([seed, _SPLIT_STREAM]))
    split = split_motions(chosen, settings.clips, settings.validation_share, rng)
    specs, members = sample_population(settings, seed)
    rigs = {
        index: rig_cameras(
            np.random.default_rng(np.random.SeedSequence([seed, FIRST_RIG_STREAM + index])),
            view,
            settings.image.width,
            settings.image.height,
        )
        for index, view in enumerate(settings.cameras)
        if view.kind == "rig"
    }
    cast = Casting(
        settings,
        chosen,
        split,
        split_members(members, settings.validation_share),
        rigs,
        tuple(motion.performer_stature_m for motion in chosen),
    )
    return cast, specs


def draw_shots(cast: Casting, seed: int, lost: Counter[str], first_take: int = 0) -> Iterator[list[Shot]]:
    """Take after take; reasons of takes that were given up are added to `lost`."""
    settings = cast.settings
    count = settings.take.shots
    takes = -(-settings.shots // count)
    share = settings.validation_share
    if share > 0 and int(takes * share) == 0:
        raise ConfigError(
            f"the validation split would be empty: {settings.shots} shots in takes of {count} with validation_share "
            f"{share:g}; ask for more shots or a larger share"
        )
    for take in range(first_take, takes):
        first = take * count
        split = "val" if int((take + 1) * share) > int(take * share) else "train"
        rng = np.random.default_rng(np.random.SeedSequence([seed, first]))
        try:
            yield sample_take(rng, cast, split, first, min(count, settings.shots - first), take)
        except GaveUp as given_up:
            lost.update(given_up.reasons)
            yield []


def make_plan(
    settings: SceneSettings, motions: Sequence[Motion], seed: int, plan: Path, people: Path, task: Task
) -> PlanFacts:
    """Draw everything and write `plan.parquet` and `people.json`, whole or not at all.

    Raises:
        ConfigError: the scenes file cannot be met; the text gives the reasons that were counted.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    cast, specs = casting(settings, motions, seed)
    lost: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    given_up = 0
    with atomic_path(plan) as temporary:
        writer: pq.ParquetWriter | None = None
        try:
            for block in _blocks(draw_shots(cast, seed, lost), task):
                given_up += block.given_up
                if not block.shots:
                    continue
                splits.update(shot.split for shot in block.shots)
                for shot in block.shots:
                    rejected.update(shot.rejected if shot.shot % settings.take.shots == 0 else {})
                table = pa.Table.from_pandas(
                    pd.DataFrame([shot.to_row() for shot in block.shots]), preserve_index=False
                )
                if writer is None:
                    schema = table.schema.with_metadata({"spinegen_shots": str(settings.shots)})
                    writer = pq.ParquetWriter(temporary, schema, compression="zstd")
                writer.write_table(table.cast(writer.schema))
        finally:
            if writer is not None:
                writer.close()
        takes = -(-settings.shots // settings.take.shots)
        if given_up > GIVE_UP_SHARE * takes or not splits["train"] or (settings.validation_share and not splits["val"]):
            reasons = ", ".join(f"{reason} ({count})" for reason, count in lost.most_common(4))
            raise ConfigError(
                f"the scenes file cannot be met: {given_up} of {takes} takes found no usable draw within "
                f"{settings.tries} tries; most frequent reasons: {reasons or 'none'}"
            )
        write_json(people, {name: spec.model_dump(mode="json") for name, spec in specs.items()})
    return PlanFacts(
        sum(splits.values()), splits["train"], splits["val"], cast.split.rule, given_up, dict(rejected + lost)
    )


@dataclass(frozen=True)
class _Block:
    shots: list[Shot]
    given_up: int


def _blocks(takes: Iterable[list[Shot]], task: Task) -> Iterator[_Block]:
    shots: list[Shot] = []
    given_up = 0
    for take in takes:
        shots += take
        given_up += not take
        task.advance(len(take))
        if len(shots) >= _ROWS_AT_ONCE:
            yield _Block(shots, given_up)
            shots, given_up = [], 0
    yield _Block(shots, given_up)


def read_shots(plan: Path) -> list[Shot]:
    """All rows of a plan.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    import pandas as pd

    try:
        table = pd.read_parquet(plan)
    except FileNotFoundError:
        raise DatasetError(f"{plan} is missing; make it with: spinegen render") from None
    except Exception as error:
        raise DatasetError(f"{plan}: cannot be read: {error}; delete it and run spinegen render again") from error
    try:
        return [Shot.from_row(row) for row in table.to_dict("records")]
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{plan}: is not a plan of this version: {error}; delete it and plan again") from error


def read_people(path: Path) -> dict[str, dict[str, Any]]:
    """Everybody's full description as plain data, by id.

    Raises:
        DatasetError: the file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path}: cannot be read: {error}; delete it and {path.with_name('plan.parquet')}"
        ) from error
