"""What is left to draw: every shot of a shard once, no other, without more of the plan than the shard needs."""

from itertools import pairwise
from pathlib import Path

import pytest

from spinegen.config import parse
from spinegen.progress import SilentReporter
from spinegen.render.fits import read_motions
from spinegen.render.paths import FramePaths, finished_shots
from spinegen.render.remaining import BATCH, Remaining
from spinegen.scenes.plan import Plan, make_plan, open_plan
from spinegen.scenes.settings import SceneSettings
from spinegen.workspace import Workspace
from support.small_set import SCENE

SHOTS = 70


@pytest.fixture
def plan(tmp_path: Path, fits: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """70 shots of two people in parts of 20, of which the first is drawn."""
    monkeypatch.setattr("spinegen.scenes.plan.PART_SHOTS", 20)
    return planned({**SCENE, "shots": SHOTS}, tmp_path, fits)


def planned(scene: dict[str, object], tmp_path: Path, fits: Path) -> Plan:
    settings = parse(scene, SceneSettings, "test")
    with SilentReporter().task("plan", None, "shots") as task:
        make_plan(
            settings,
            read_motions(Workspace(fits)),
            0,
            tmp_path / "plan.parquet",
            people=tmp_path / "people.json",
            task=task,
        )
    return open_plan(tmp_path / "plan.parquet", lambda names: read_motions(Workspace(fits), names))


def finish(frames: Path, shot: int) -> None:
    path = FramePaths(frames, shot).sidecar
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def drawn_by(remaining: Remaining, ahead: int = 0) -> list[int]:
    return [shot for batch in remaining.batches(ahead) for shot in batch.shots]


def test_every_planned_shot_comes_once_in_batches_of_one_main_person(plan, tmp_path):
    batches = list(Remaining(plan, tmp_path / "frames").batches())
    shots = sorted(shot for batch in batches for shot in batch.shots)
    planned = [shot for part in range(4) for shot in plan.table(part, ["shot"])["shot"].to_pylist()]
    assert shots == planned
    for batch in batches:
        assert 1 <= len(batch.shots) <= BATCH
        assert len({shot.person for shot in plan.shots(batch.part, batch.shots)}) == 1


def test_a_level_is_entered_once_a_part(tmp_path, fits):
    levels = {"studio": {"Hall": 1, "Stage": 1}, "lawn": "Park"}
    plan = planned({**SCENE, "shots": SHOTS, "places": {**SCENE["places"], "levels": levels}}, tmp_path, fits)
    batches = list(Remaining(plan, tmp_path / "frames").batches())
    entered = [{shot.place.level for shot in plan.shots(batch.part, batch.shots)} for batch in batches]
    assert all(len(names) == 1 for names in entered)
    changes = [name for before, name in pairwise([{None}, *entered]) if name != before]
    assert changes == [{""}, {"Hall"}, {"Park"}]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 70, 100])
def test_shards_are_even_and_together_the_whole(plan, tmp_path, count):
    shards = [Remaining(plan, tmp_path / "frames", (index, count)) for index in range(1, count + 1)]
    sizes = [len(shard.takes) for shard in shards]
    assert max(sizes) - min(sizes) <= 1
    together = [shot for shard in shards for shot in drawn_by(shard)]
    assert sorted(together) == drawn_sorted(plan, tmp_path)


def drawn_sorted(plan: Plan, folder: Path) -> list[int]:
    return sorted(drawn_by(Remaining(plan, folder / "frames")))


def test_a_shard_draws_no_part_of_the_plan_that_it_does_not_need(plan, tmp_path):
    drawn_by(Remaining(plan, tmp_path / "frames", (4, 4)))
    assert [plan.is_drawn(part) for part in range(4)] == [True, False, True, True]


def test_finished_frames_are_left_out_and_finished_parts_are_not_even_planned(plan, tmp_path):
    frames = tmp_path / "frames"
    for shot in [*range(20, 40), 41, 50]:
        finish(frames, shot)
    remaining = Remaining(plan, frames)
    assert remaining.count() == (SHOTS, 22)
    assert not {*range(20, 40), 41, 50} & {*drawn_by(remaining)}
    assert not plan.is_drawn(1)
    assert list(remaining.finished()) == [*range(20, 40), 41, 50]


def test_later_parts_are_asked_for_before_they_are_needed_and_once(plan, tmp_path):
    batches = list(Remaining(plan, tmp_path / "frames").batches(ahead=1))
    asked = [batch.part for batch in batches if not batch.shots]
    assert asked == [1, 2, 3]
    for part in asked:
        first = next(place for place, batch in enumerate(batches) if batch.part == part and batch.shots)
        assert batches.index(next(b for b in batches if b.part == part and not b.shots)) < first - 1


def test_only_sidecars_count_as_finished(tmp_path):
    folder = tmp_path / "00000"
    folder.mkdir()
    for name in ("00000001.jpg", "00000001.mask.png", ".00000002.json", "00000003.json", "notes.json"):
        (folder / name).touch()
    assert finished_shots(tmp_path, range(10)) == {3}
    assert finished_shots(tmp_path, range(3)) == set()
    assert finished_shots(tmp_path / "nowhere", range(10)) == set()
