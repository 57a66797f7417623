"""Which motions are kept for measuring: whole activities, and every captured clip, which training never sees."""

from ..motions.shipped import shipped_clips, shipped_flows

HELD_OUT = ("golf", "dance", "deadlift", "sit_on_floor", "backbend", "desk_slumped")
"""Shipped motions with all their variants."""


def is_held_out(clip: str) -> bool:
    """Whether a shipped clip is one of `HELD_OUT` or a variant of it."""
    return any(clip == name or clip.startswith(f"{name}_") for name in HELD_OUT)


def held_out_poses() -> frozenset[str]:
    """Names of key postures that no motion of the training has."""
    flows = shipped_flows()
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for clip in shipped_clips():
        flow = flows[clip.file]
        names[is_held_out(clip.name)] |= {key.pose for key in flow.clips[clip.name].keys}
    return frozenset(names[True] - names[False])
