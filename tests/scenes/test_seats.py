"""Who sits is borne by something, and who does not is left alone."""

import numpy as np
import pytest

from spinegen.engine.protocol.vocabulary import Backdrop, Ground
from spinegen.records.place import Place
from spinegen.scenes.seats import put_seat, put_table, seated
from spinegen.scenes.solids import Solid, body_of, solid_of
from support.authored_poses import STATURE_M, posture

OPEN = Place(kind="lawn", ground=Ground(), backdrop=Backdrop())
SITTING = ["seated", "typing", "slumped", "slumped_back", "stretch_seated"]


def turned(points, degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    return points @ turn.T + [0.3, 0.0, -0.7]


def top_under_hips(solid: Solid, hips) -> float:
    """Height of the highest box above or below a point."""
    x, _, z = solid.local(hips[None])[0]
    under = (solid.low_m[:, 0] <= x) & (x <= solid.high_m[:, 0]) & (solid.low_m[:, 2] <= z) & (z <= solid.high_m[:, 2])
    assert under.any(), "no part of the seat is under the hips"
    return float(solid.high_m[under, 1].min())


@pytest.mark.parametrize("name", SITTING)
def test_a_seated_posture_is_found_whichever_way_it_faces(name):
    for degrees in (0.0, 100.0, 250.0):
        found = seated(turned(posture("everyday", name), degrees), STATURE_M)
        assert found is not None
        assert 0.3 < found.top_m < 0.5


@pytest.mark.parametrize(
    ("flow", "name"),
    [
        ("everyday", "stand"),
        ("exercise", "squat_low"),
        ("yoga", "thunderbolt"),
        ("yoga", "childs_pose"),
        ("floor", "bridge_high"),
    ],
)
def test_who_stands_squats_kneels_or_lies_gets_no_seat(flow, name):
    assert seated(posture(flow, name), STATURE_M) is None


def test_seats_are_as_high_as_their_sitter_and_clear_of_the_legs():
    kinds = set()
    for seed in range(40):
        name = SITTING[seed % len(SITTING)]
        sitter = seated(turned(posture("everyday", name), 37.0 * seed), STATURE_M)
        assert sitter is not None
        prop = put_seat(np.random.default_rng(seed), sitter, [], OPEN, name="Prop_0_Seat")
        assert prop is not None
        kinds.add(prop.kind)
        assert prop.size_cm is not None
        solid = solid_of(prop)
        assert top_under_hips(solid, sitter.hips_ground_m) == pytest.approx(sitter.top_m, abs=0.03)
        below = sitter.keypoints_ground_m[[13, 14, 15, 16]] - [0.0, 0.06, 0.0]
        assert not any(solid.near(point, 0.001) for point in below)
    assert len(kinds) >= 4


def test_a_table_hides_the_lap_and_leaves_the_arms_free():
    hidden = []
    for seed in range(20):
        points = turned(posture("everyday", "typing"), 20.0 * seed)
        sitter = seated(points, STATURE_M)
        assert sitter is not None
        eye = sitter.hips_ground_m + 3.5 * sitter.forward + [0.0, 0.5, 0.0]
        things = put_table(np.random.default_rng(seed), sitter, [], OPEN, eye_ground_m=eye, name="Prop_0_Table")
        if not things:
            continue
        solid = solid_of(things[0])
        assert solid.depth_m(body_of(points, STATURE_M)) < 0.04
        hides = solid.hides(eye, points)
        assert not hides[:5].any(), "a table does not hide the face"
        hidden.append(hides.mean())
    assert len(hidden) > 10
    assert np.mean(hidden) > 0.05
