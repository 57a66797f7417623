"""Training and validation are kept apart."""

import numpy as np
import pytest

from spinegen.errors import ConfigError, DatasetError
from spinegen.scenes.motions import GAP_S, select, split_motions
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


def test_balanced_moments_show_every_activity_equally_often(three_motions):
    split = split_motions(three_motions, ClipSettings(), 0.0, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    drawn = [three_motions[c].activities[f] for c, f in (split.train.sample(rng, "activity") for _ in range(600))]
    assert drawn.count("stand") / 600 == pytest.approx(0.5, abs=0.07)


def test_stature_is_told_from_the_legs(three_motions):
    assert three_motions[0].performer_stature_m == pytest.approx(1.7, abs=0.2)
