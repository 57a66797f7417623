"""Arms are drawn wherever an arm may be, and moments between poses are borne by what both share."""

import numpy as np

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.motions.anchors import Library, anchors
from spinegen.motions.flow import load_flow
from spinegen.motions.reach import draw_arm, set_arm

MODEL = load_model("unisex")


def test_hands_come_before_beside_above_and_below_the_shoulder_and_arms_stay_in_range() -> None:
    rng = np.random.default_rng(4)
    q = np.repeat(MODEL.default_q[None], 400, 0)
    for one in q:
        set_arm(MODEL, one, "r", draw_arm(rng))
    low, high = MODEL.limits
    assert ((q >= low) & (q <= high)).all()
    shoulder, hand = np.moveaxis(
        MODEL.station_positions(MODEL.forward(q), ["joint/humerus_r", "joint/hand_r"]), 1, 0
    )  # ground axes: forward, up, right
    forward, up, right = (hand - shoulder).T
    for share, least in (
        (up > 0.1, 0.1),
        (up < -0.3, 0.25),
        (forward > 0.25, 0.2),
        (forward < -0.05, 0.01),
        (right > 0.25, 0.1),
        (right < -0.1, 0.08),
    ):
        assert share.mean() > least


def test_moments_lie_on_the_way_and_are_borne_by_what_both_poses_share() -> None:
    known = anchors(MODEL, [load_flow()])
    passing = [anchor for anchor in known if anchor.passing]
    keys = [anchor for anchor in known if not anchor.passing]
    assert len(passing) > len(keys) / 2
    borne = {contact for anchor in keys for contact in anchor.contacts}
    assert all(set(anchor.contacts) <= borne for anchor in passing)
    angles = [i for i, c in enumerate(MODEL.coordinates) if c.kind == "rotation"]
    q = np.array([anchor.q for anchor in keys])[:, angles]
    for anchor in passing:
        assert (anchor.q[angles] >= q.min(0) - 1e-9).all()
        assert (anchor.q[angles] <= q.max(0) + 1e-9).all()


def test_a_library_finds_what_is_borne_alike() -> None:
    known = anchors(MODEL, [load_flow()])
    library = Library(known)
    for anchor in known[::7]:
        alike = library.alike(anchor)
        assert anchor in alike
        assert all(other.kind == anchor.kind and set(anchor.contacts) <= set(other.contacts) for other in alike)
