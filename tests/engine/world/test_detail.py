"""A person in fewer triangles is the same person: as large, as coloured, in every pose."""

import numpy as np
import pytest

from spinegen.engine.content.mesh import Mesh
from spinegen.engine.server.session import Session
from spinegen.engine.world.body import Body
from spinegen.engine.world.human import Human
from spinegen.engine.world.levels import DETAILS_M, PIXELS, level_of
from spinegen.geometry import rigid
from spinegen.geometry.camera import Camera, OrthographicCamera
from spinegen.geometry.nearest import PointTree
from spinegen.humans.person import build_person
from spinegen.humans.spec.person_spec import Hair
from spinegen.humans.spec.sample import sample_person

LEVELS = range(1, len(DETAILS_M))


@pytest.fixture(scope="module")
def body() -> Body:
    spec = sample_person(np.random.default_rng(5), "sport")
    return Body.of(build_person(spec.model_copy(update={"hair": Hair(style="medium", length_m=0.2, seed=2)})))


def _bent(body: Body) -> np.ndarray:
    """An arm and a leg that are far from where they rest."""
    rig = body.rig
    out = rigid.transform(
        np.broadcast_to(np.eye(3), (len(rig.bones), 3, 3)), np.array(rig.rest_positions_ground_m, copy=True)
    )
    for names, axis, angle in (
        (("ulna_r", "radius_r", "hand_r"), (0, 0, 1), 100),
        (("tibia_l", "talus_l"), (0, 0, 1), -90),
    ):
        bones = [i for i, bone in enumerate(rig.bones) if bone.startswith(names)]
        turn, centre = rigid.axis_angle_matrix(axis, np.radians(angle)), rig.rest_positions_ground_m[bones[0]]
        for bone in bones:
            out[bone, :3, :3] = turn
            out[bone, :3, 3] = centre + turn @ (rig.rest_positions_ground_m[bone] - centre)
    return out


def _points(mesh: Mesh, of: str) -> np.ndarray:
    """Places all over the triangles of one kind of material."""
    rng = np.random.default_rng(0)
    corners = np.concatenate([mesh.faces[first : first + count] for first, count, m in mesh.runs if m.kind == of])
    shares = rng.dirichlet((1, 1, 1), (4, len(corners)))
    return np.einsum("sfk,fkj->sfj", shares, mesh.vertices_m[corners].astype(float)).reshape(-1, 3)


@pytest.mark.parametrize("level", LEVELS)
def test_it_has_fewer_triangles_which_lie_where_the_many_do(body: Body, level: int) -> None:
    pose = _bent(body)
    fine, coarse = (body.skin(number).copy().posed(pose) for number in (0, level))
    assert len(coarse.faces) < (0.75, 0.5, 0.35)[level - 1] * len(fine.faces)
    for kind in ("skin", "cloth"):
        there, here = _points(fine, kind), _points(coarse, kind)
        apart = PointTree(there).query(here)[0]
        back = PointTree(here).query(there)[0]
        # Points of the two surfaces are some millimetres apart in themselves.
        assert np.percentile(apart, 99) < 0.009 + 0.3 * DETAILS_M[level], kind
        assert np.percentile(back, 99) < 0.012 + 0.6 * DETAILS_M[level], kind


@pytest.mark.parametrize("level", LEVELS)
def test_textures_lie_where_they_did(body: Body, level: int) -> None:
    pose = _bent(body)
    fine, coarse = (body.skin(number).copy().posed(pose) for number in (0, level))
    whole = {material: fine.faces[first : first + count] for first, count, material in fine.runs}
    compared = 0
    for first, count, material in coarse.runs:
        if material.kind not in ("skin", "cloth"):
            continue
        faces, before = coarse.faces[first : first + count], whole[material]
        longest = np.abs(np.diff(fine.uv[before], axis=1)).max()
        reach = np.linalg.norm(np.diff(fine.vertices_m[before], axis=1), axis=-1).max()
        grown = max(1.0, np.linalg.norm(np.diff(coarse.vertices_m[faces], axis=1), axis=-1).max() / reach)
        # A triangle from one edge of a texture's chart to another would be many times as long in the texture.
        assert np.abs(np.diff(coarse.uv[faces], axis=1)).max() < 2.5 * grown * longest
        compared += len(faces)
    assert compared > 1000


def test_levels_are_the_same_however_they_come_about(body: Body) -> None:
    again = Body.of(build_person(sample_person(np.random.default_rng(5), "sport").model_copy(
        update={"hair": Hair(style="medium", length_m=0.2, seed=2)})))  # fmt: skip
    pose = _bent(body)
    for level in reversed(LEVELS):
        one, other = (person.skin(level).copy().posed(pose) for person in (body, again))
        for name in ("vertices_m", "normals", "uv", "faces", "coarse_faces"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_a_level_is_no_coarser_than_pixels_are() -> None:
    assert level_of(0.0) == level_of(-1.0) == 0
    assert [level_of(detail * 1.01 / PIXELS) for detail in DETAILS_M] == list(range(len(DETAILS_M)))
    assert [level_of(detail * 0.99 / PIXELS) for detail in DETAILS_M[1:]] == list(range(len(DETAILS_M) - 1))


def test_a_pixel_shows_more_from_afar_and_of_a_larger_picture_less() -> None:
    def looking(distance_m: float, width: int) -> Camera:
        return Camera.look_at((distance_m, 1.0, 0.0), (0.0, 1.0, 0.0), roll_deg=0.0, focal_px=float(width), width=width, height=width)  # fmt: skip

    camera = looking(4.0, 200)
    side = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, camera.pixel_m(4.0)]])
    pixels, _ = camera.project(side)
    assert np.linalg.norm(pixels[1] - pixels[0]) == pytest.approx(1.0)
    assert looking(8.0, 400).pixel_m(8.0) == pytest.approx(camera.pixel_m(4.0))
    flat = OrthographicCamera.from_unreal((-400, 0, 100), (0, 0, 0), 300.0, width=150, height=150)
    assert flat.pixel_m(1.0) == flat.pixel_m(7.0) == pytest.approx(0.02)


@pytest.mark.gl
def test_picture_mask_and_depth_show_one_and_the_same_surface(session: Session, body: Body) -> None:
    human = session.world.spawn("SpinegenHuman", "Human_0")
    assert isinstance(human, Human)
    human.wear(body)
    camera = Camera.look_at((5.0, 1.2, 0.6), (0.0, 0.9, 0.0), roll_deg=0.0, focal_px=500.0, width=360, height=360)
    frame = session.renderer.frame(session.world, camera)
    (mesh,) = (drawable.mesh for drawable in frame.drawables)
    assert set(human.skins) == {3}, "a pixel shows some 9 mm"
    depth_m, own = frame.depth_cm() / 100.0, frame.ids > 0
    rows, columns = np.nonzero(own)
    rays = np.linalg.solve(camera.intrinsics, np.stack([columns, rows, np.ones(len(rows))]))
    seen = (rays * depth_m[own]).T - camera.translation_camera_m
    distance = PointTree(_points_of_all(mesh)).query(seen @ camera.rotation_camera_ground)[0]
    assert np.percentile(distance, 99) < 0.02
    # The finest surface, in the same view, differs along its outline alone.
    human.skins = {3: body.skin(0).copy()}
    session.world.changed()
    finest = session.renderer.frame(session.world, camera)
    edge = np.abs(np.diff(own.astype(int), axis=0)).sum() + np.abs(np.diff(own.astype(int), axis=1)).sum()
    assert 0 < (own != (finest.ids > 0)).sum() < 0.35 * edge
    assert np.abs(frame.lit().astype(int) - finest.lit())[own].mean() < 6.0


def _points_of_all(mesh: Mesh) -> np.ndarray:
    return np.concatenate([_points(mesh, kind) for kind in ("skin", "cloth", "hair", "eye", "plain") if any(
        material.kind == kind for _, _, material in mesh.runs)])  # fmt: skip
