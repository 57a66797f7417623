"""What is measured on was not learnt from."""

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.lifting.held_out import held_out_poses, is_held_out
from spinegen.motions.pose_sampler import anchors
from spinegen.motions.shipped import shipped_clips, shipped_flows


def test_whole_activities_are_kept_back_with_their_variants() -> None:
    kept = {clip.name for clip in shipped_clips() if is_held_out(clip.name)}
    assert {"golf", "golf_chip", "deadlift_slow", "dance_lively"} <= kept
    assert not kept & {"walk", "squat", "yoga_floor", "reach_overhead"}
    assert len(kept) < len(shipped_clips()) / 3


def test_postures_of_kept_motions_alone_are_not_drawn_from() -> None:
    flows = shipped_flows()
    names = held_out_poses()
    trained = {
        key.pose
        for clip in shipped_clips()
        if not is_held_out(clip.name)
        for key in flows[clip.file].clips[clip.name].keys
    }
    assert names
    assert not names & trained
    model = load_model("unisex")
    every, some = (anchors(model, flows.values(), leave_out) for leave_out in ((), names))
    keys, on_the_way = (
        [sum(anchor.passing == passing for anchor in found) for found in (every, some)] for passing in (False, True)
    )
    assert keys[0] - keys[1] == 2 * len(names)
    assert on_the_way[0] > on_the_way[1] > 0
