"""Training and validation are kept apart."""

from dataclasses import replace

import numpy as np
import pytest

from spinegen.errors import ConfigError, DatasetError
from spinegen.scenes.motions import GAP_S, Motion, select, split_motions
from spinegen.scenes.settings import ClipSettings
from support.swaying import swaying


def test_with_several_clips_no_clip_is_in_both(three_motions):
    for seed in range(8):
        split = split_motions(three_motions, ClipSettings(), 0.25, np.random.default_rng(seed))
        assert split.rule == "clips"
        assert split.train.count > 0
        assert split.val.count > 0
        assert not set(split.train.clip) & set(split.val.clip)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_one_clip_is_cut_into_stretches_at_least_a_second_apart(share):
    motion = swaying("only", 40, 4)
    split = split_motions([motion], ClipSettings(), share, np.random.default_rng(0))
    train, val = motion.times_s[split.train.frame], motion.times_s[split.val.frame]
    assert split.rule == "stretches"
    assert np.abs(train[:, None] - val[None]).min() >= GAP_S - 1e-9
    assert len(val) / len(motion.times_s) == pytest.approx(share, abs=0.05)


def test_a_clip_too_short_to_cut_is_refused_with_the_way_out():
    with pytest.raises(ConfigError, match=r"split would be empty.*validation_share to 0"):
        split_motions([swaying("short", 1.5, 5)], ClipSettings(), 0.2, np.random.default_rng(0))


def test_without_validation_every_frame_is_for_training():
    motion = swaying("short", 1.5, 5)
    split = split_motions([motion], ClipSettings(), 0.0, np.random.default_rng(0))
    assert (split.rule, split.train.count, split.val.count) == ("none", len(motion.times_s), 0)


def test_a_clip_that_was_never_fitted_is_named_with_those_that_were(three_motions):
    with pytest.raises(ConfigError, match=r"jump was never fitted; fitted are: first, second, third"):
        select(three_motions, ClipSettings(names=("jump",)))


def test_an_empty_workspace_says_which_command_comes_first():
    with pytest.raises(DatasetError, match="spinegen fit-mocap"):
        select([], ClipSettings())


def test_an_activity_that_nobody_does_is_refused_with_those_that_are_done(three_motions):
    with pytest.raises(ConfigError, match=r"swim.*marked are: move, stand"):
        split_motions(three_motions, ClipSettings(activities=("swim",)), 0.2, np.random.default_rng(0))
    with pytest.raises(ConfigError, match=r"shows swim or dive; marked are: move, stand"):
        split_motions(three_motions, ClipSettings(activities=("move", "swim", "dive")), 0.2, np.random.default_rng(0))


def test_balanced_moments_show_every_activity_equally_often(three_motions):
    split = split_motions(three_motions, ClipSettings(), 0.0, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    drawn = [three_motions[c].activities[f] for c, f in (split.train.sample(rng, "activity") for _ in range(600))]
    assert drawn.count("stand") / 600 == pytest.approx(0.5, abs=0.07)


def test_stature_is_told_from_the_legs(three_motions):
    assert three_motions[0].performer_stature_m == pytest.approx(1.7, abs=0.2)


def postures(name: str, count: int) -> Motion:
    moving = swaying(name, count / 30.0, 9)
    return replace(moving, times_s=np.arange(len(moving.times_s)) * 10.0)


def test_clips_come_as_often_as_their_patterns_weigh(three_motions):
    settings = ClipSettings(weights={"first": 3.0, "s*": 1.0})
    chosen = select(three_motions, settings)
    assert [motion.name for motion in chosen] == ["first", "second"]
    split = split_motions(chosen, settings, 0.0, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    drawn = [split.train.sample(rng, "activity")[0] for _ in range(2000)]
    assert np.mean(np.array(drawn) == 0) == pytest.approx(0.75, abs=0.04)


def test_a_pattern_that_fits_nothing_is_named(three_motions):
    with pytest.raises(ConfigError, match=r"'sampled_\*' fits no clip; fitted are: first, second, third"):
        select(three_motions, ClipSettings(weights={"sampled_*": 1.0}))


def test_drawn_postures_are_shared_out_one_by_one_beside_clips_that_are_not(three_motions):
    motions = [*three_motions, postures("sampled_0", 300)]
    split = split_motions(motions, ClipSettings(), 0.2, np.random.default_rng(2))
    assert split.rule == "clips"
    for moments, share in ((split.val, 0.2), (split.train, 0.8)):
        assert np.mean(moments.clip == 3) > 0
        assert (moments.clip == 3).sum() / 300 == pytest.approx(share, abs=0.01)
    assert not set(split.train.clip) & set(split.val.clip) - {3}
    train, val = (set(m.frame[m.clip == 3].tolist()) for m in (split.train, split.val))
    assert not train & val


def test_one_clip_beside_drawn_postures_is_cut_into_stretches():
    motions = [swaying("only", 40, 4), postures("sampled_0", 300)]
    split = split_motions(motions, ClipSettings(), 0.2, np.random.default_rng(2))
    assert split.rule == "stretches"
    for clip in (0, 1):
        assert (split.train.clip == clip).any()
        assert (split.val.clip == clip).any()


def test_drawn_postures_alone_are_shared_out_too():
    split = split_motions([postures("sampled_0", 300)], ClipSettings(), 0.2, np.random.default_rng(2))
    assert split.val.count == pytest.approx(60, abs=1)
    assert split.train.count + split.val.count == 300
