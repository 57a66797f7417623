"""Things in hands and people in the background, drawn: where they belong in the mask, and what labels make of them."""

import cv2
import numpy as np
import pytest

from spinegen.records.sidecar import read_sidecar
from spinegen.render.mask_colours import FIRST_PROP
from spinegen.render.paths import FramePaths
from spinegen.scenes.plan import read_shots
from spinegen.skeleton import INDEX
from support.small_set import draw, new_workspace, scene_file

pytestmark = pytest.mark.gl
CHANGES = {
    "shots": 4,
    "validation_share": 0,
    "image": {"width": 160, "height": 160},
    "setup": {"takes": 2},
    "people": {"population": 3, "wardrobe": "yoga", "background": {"chance": 1, "people": 2, "count": {"1": 1}}},
    "props": {"mat": 0.0, "furniture": 0.0, "held": {"closed": 1, "chance": 1, "kinds": {"ball": 1, "dumbbell": 1}}},
}


@pytest.fixture(scope="module")
def frames(tmp_path_factory, fits):
    """(shot, sidecar, mask) of every frame."""
    workspace = new_workspace(tmp_path_factory.mktemp("things") / "w", fits)
    draw(workspace, scene_file(tmp_path_factory.mktemp("scene"), **CHANGES), jobs=1)
    found = []
    for shot in read_shots(workspace.plan):
        paths = FramePaths(workspace.frames, shot.shot)
        mask = cv2.imread(str(paths.mask), cv2.IMREAD_UNCHANGED)
        assert mask is not None
        found.append((shot, read_sidecar(paths.sidecar), mask))
    return found


def test_people_of_the_background_are_in_the_mask_and_have_no_labels(frames):
    areas = []
    for shot, sidecar, mask in frames:
        assert [person.instance for person in sidecar.people] == [1]
        assert [one.person for one in sidecar.bystanders] == [p.person for p in shot.people if not p.labelled]
        for one in sidecar.bystanders:
            assert one.person != shot.person
            assert one.area_px == int((mask == one.instance).sum())
            areas.append(one.area_px)
    assert max(areas, default=0) > 100


def test_what_is_held_is_drawn_at_the_wrist_and_is_no_part_of_the_person(frames):
    near = []
    for shot, sidecar, mask in frames:
        for number, prop in enumerate(shot.things):
            if not prop.name.startswith(f"Prop_{shot.take}_Held"):
                continue
            rows, columns = np.nonzero(mask == FIRST_PROP + number)
            if not len(rows):
                continue
            held = next(h for p in shot.people for h in p.held if h.prop == prop)
            wrist = sidecar.people[0].keypoints_ground_m[INDEX[f"{held.hand}_wrist"]]
            (pixel,), (depth,) = shot.geometry.project(wrist[None])
            metre = shot.geometry.intrinsics[0, 0] / depth
            near.append(np.hypot(columns - pixel[0], rows - pixel[1]).min() < 0.2 * metre)
    assert len(near) >= 2
    assert all(near)
