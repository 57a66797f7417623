"""Clothes cover what they should, with clean edges, and the skin does not poke through."""

from typing import get_args

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from spinegen.geometry.nearest import PointTree
from spinegen.humans.body import bones
from spinegen.humans.garments.fabric import fabric_texture
from spinegen.humans.mesh import mesh_ops
from spinegen.humans.mesh.mesh import MeshPart
from spinegen.humans.person import Person, build_person
from spinegen.humans.skin import skin
from spinegen.humans.spec.person_spec import Fabric, Garment, GarmentKind, PersonSpec
from spinegen.humans.spec.sample import sample_person
from support.posing import DEEP_SQUAT, FORWARD_FOLD, SITTING, posed

FABRIC = Fabric(colours=((0.2, 0.3, 0.5), (0.9, 0.9, 0.9), (0.8, 0.2, 0.2)))


_built: dict[str, Person] = {}


def dressed(*garments: Garment) -> Person:
    key = repr(garments)
    if key not in _built:
        spec = sample_person(np.random.default_rng(4), "yoga")
        _built[key] = build_person(spec.model_copy(update={"garments": garments}))
    return _built[key]


def worn(kind: GarmentKind, **values: float) -> Garment:
    return Garment.model_validate({"kind": kind, "fabric": FABRIC, **values})


def part(person: Person, name: str) -> MeshPart:
    return next(p for p in person.parts if p.name == name)


OUTFITS: dict[str, tuple[Garment, ...]] = {
    "yoga": (worn("leggings"), worn("tank_top", looseness_m=0.006, neckline=0.5)),
    "street": (worn("jeans", looseness_m=0.012), worn("t_shirt", looseness_m=0.02, sleeve=0.35), worn("shoes", looseness_m=0.005)),
    "dress": (worn("dress", looseness_m=0.02, leg=0.6, sleeve=0.3), worn("socks")),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OUTFITS))
@pytest.mark.parametrize("pose", [{}, FORWARD_FOLD, DEEP_SQUAT], ids=["rest", "fold", "squat"])
def test_skin_does_not_poke_through_clothes(name: str, pose: dict) -> None:
    person = dressed(*OUTFITS[name])
    posed_parts = dict(zip([p.name for p in person.parts], skin(person, posed(person, pose)), strict=True))
    body = part(person, "skin")
    normals = mesh_ops.normals(posed_parts["skin"], body.faces)
    upright = mesh_ops.normals(body.vertices_ground_m, body.faces)
    for cloth in (p for p in person.parts if p.kind == "garment" and "skirt" not in p.name):
        distance, nearest = PointTree(cloth.vertices_ground_m).query(body.vertices_ground_m)
        facing = mesh_ops.normals(cloth.vertices_ground_m, cloth.faces)
        edge = cloth.vertices_ground_m[mesh_ops.boundary(cloth.faces)]
        to_edge, _ = PointTree(edge).query(body.vertices_ground_m)
        # What is as near to the edge as to the cloth lies beside the garment, not under it.
        under = (distance < 0.03) & (distance < 0.7 * to_edge)
        under &= np.einsum("ij,ij->i", facing[nearest], upright) > 0.5
        height = np.einsum("ij,ij->i", posed_parts[cloth.name][nearest] - posed_parts["skin"], normals)
        if under.any():
            assert (height[under] < -0.002).mean() < 0.02, cloth.name


def loops(faces: np.ndarray, vertices: np.ndarray) -> int:
    """Closed open edges of a mesh whose seams are welded first."""
    _, weld = np.unique(np.round(vertices, 6), axis=0, return_inverse=True)
    edges = mesh_ops.boundary_edges(weld.reshape(-1)[faces])
    used, index = np.unique(edges, return_inverse=True)
    index = index.reshape(-1, 2)
    graph = csr_matrix((np.ones(len(index)), (index[:, 0], index[:, 1])), shape=(len(used), len(used)))
    return connected_components(graph, directed=False)[0]


@pytest.mark.parametrize("kind", ["tank_top", "sports_bra"])
def test_straps_hold_over_both_shoulders(kind: GarmentKind) -> None:
    for seed in (4, 11, 14):
        spec = sample_person(np.random.default_rng(seed), "yoga")
        top = worn(kind, neckline=0.8, hem=-0.8 if kind == "sports_bra" else 0.0)
        cloth = part(build_person(spec.model_copy(update={"garments": (top,)})), kind)
        assert loops(cloth.faces, cloth.vertices_ground_m) == 4, f"{kind} of {seed}: neck, two armholes and a hem"


@pytest.mark.parametrize("pose", [{}, SITTING, FORWARD_FOLD], ids=["rest", "sitting", "fold"])
def test_thighs_stay_inside_a_skirt(pose: dict) -> None:
    person = dressed(worn("skirt", looseness_m=0.02, leg=0.5), worn("t_shirt", sleeve=0.3))
    posed_parts = dict(zip([p.name for p in person.parts], skin(person, posed(person, pose)), strict=True))
    skirt, body = part(person, "skirt"), part(person, "skin")
    facing = mesh_ops.normals(posed_parts["skirt"], skirt.faces)
    hem = posed_parts["skirt"][mesh_ops.boundary(skirt.faces)]
    # In the groin and between the thighs cloth lies in folds; elsewhere every thigh is inside.
    hip_y = person.landmarks.points["joint/femur_r"][1]
    below = (body.vertices_ground_m[:, 1] < hip_y - 0.12) & (np.abs(body.vertices_ground_m[:, 2]) > 0.06)
    femora = [bones.INDEX[f"femur_{side}"] for side in "rl"]
    thighs = posed_parts["skin"][below & (np.asarray(body.weights[:, femora].sum(1)).ravel() > 0.5)]
    distance, nearest = PointTree(posed_parts["skirt"]).query(thighs)
    under = (distance < 0.03) & (distance < 0.7 * PointTree(hem).query(thighs)[0])
    assert under.sum() > 5
    height = np.einsum("ni,ni->n", thighs - posed_parts["skirt"][nearest], facing[nearest])
    assert (height[under] > 0.003).mean() < 0.03


@pytest.mark.parametrize("garment", [worn("skirt", leg=0.5), worn("dress", leg=0.6)], ids=["skirt", "dress"])
@pytest.mark.parametrize("pose", [SITTING, DEEP_SQUAT], ids=["sitting", "squat"])
def test_a_skirt_lies_over_raised_thighs(garment: Garment, pose: dict) -> None:
    person = dressed(
        garment.model_copy(update={"looseness_m": 0.02}), *(() if garment.kind == "dress" else (worn("t_shirt"),))
    )
    names = [p.name for p in person.parts]
    posed_parts = dict(zip(names, skin(person, posed(person, pose)), strict=True))
    cloth = posed_parts["dress_skirt" if garment.kind == "dress" else "skirt"]
    points = person.landmarks.points
    tops = []
    for side in "rl":
        hip, knee = points[f"joint/femur_{side}"], points[f"joint/tibia_{side}"]
        transforms = dict(zip(person.bones, posed(person, pose), strict=True))
        for share in (0.35, 0.5, 0.65):
            front = share * (knee - hip) + np.array([0.075, 0.0, 0.0])
            tops.append((transforms[f"femur_{side}"] @ np.append(front, 1.0))[:3])
    for top in tops:
        over = np.linalg.norm((cloth - top)[:, [0, 2]], axis=1) < 0.05
        assert (cloth[over, 1] > top[1] - 0.01).any(), "a thigh lies bare"


def test_soles_are_flat_and_even() -> None:
    cloth = part(dressed(worn("jeans"), worn("shoes", looseness_m=0.005)), "shoes")
    vertices = cloth.vertices_ground_m
    for side in (1.0, -1.0):
        foot = vertices[vertices[:, 2] * side > 0]
        sole = foot[foot[:, 1] < foot[:, 1].min() + 0.002]
        assert len(sole) > 60
        assert np.ptp(sole[:, 1]) < 1e-5
        assert np.ptp(sole[:, 0]) > 0.9 * np.ptp(foot[:, 0])


def test_hems_are_level() -> None:
    person = dressed(worn("shorts", leg=0.4, looseness_m=0.015), worn("t_shirt", sleeve=0.3, looseness_m=0.015))
    for name in ("shorts", "t_shirt"):
        cloth = part(person, name)
        edge = cloth.vertices_ground_m[mesh_ops.boundary(cloth.faces)]
        low = edge[edge[:, 1] < edge[:, 1].min() + 0.04]
        assert len(low) > 30
        assert low[:, 1].std() < 0.008, name


def test_a_looser_garment_stands_further_off() -> None:
    def girth(looseness_m: float) -> float:
        cloth = part(dressed(worn("leggings"), worn("t_shirt", looseness_m=looseness_m, sleeve=0.3)), "t_shirt")
        v = cloth.vertices_ground_m
        return float(np.ptp(v[np.abs(v[:, 1] - np.percentile(v[:, 1], 15)) < 0.03][:, 0]))

    assert girth(0.03) > girth(0.0) + 0.03


@pytest.mark.parametrize("pattern", get_args(Fabric.model_fields["pattern"].annotation))
def test_every_cloth_takes_a_print_and_makes_a_shirt(pattern: str) -> None:
    cloth = FABRIC.model_copy(update={"pattern": pattern})
    printed = fabric_texture(cloth.model_copy(update={"print": "ring"}), "t_shirt")
    assert printed.shape == (1024, 1024, 3)
    assert (printed == np.rint(255 * np.array(FABRIC.colours[2]))).all(-1).sum() > 500
    assert fabric_texture(cloth, "shirt").std() > 0


def test_a_print_stands_on_the_chest_only() -> None:
    plain = fabric_texture(FABRIC, "t_shirt").astype(int)
    marked = fabric_texture(FABRIC.model_copy(update={"print": "block"}), "t_shirt").astype(int)
    changed = np.abs(marked - plain[:1, :1]).sum(2) > 60
    assert 0.002 < changed.mean() < 0.05


@pytest.mark.parametrize("kinds", [("skirt", "hoodie", "cap"), ("shirt", "sweatpants"), ("one_piece", "socks")])
def test_every_kind_of_garment_is_drawn(kinds: tuple[GarmentKind, ...]) -> None:
    person = dressed(*(worn(kind, looseness_m=0.01, leg=0.5) for kind in kinds))
    for kind in kinds:
        cloth = part(person, kind)
        assert len(cloth.faces) > 200
        assert np.isfinite(cloth.vertices_ground_m).all()


def test_people_of_one_wardrobe_differ() -> None:
    people: list[PersonSpec] = [sample_person(np.random.default_rng(i), "street") for i in range(40)]
    assert len({p.stature_m for p in people}) == 40
    assert len({g.fabric.colours for p in people for g in p.garments}) > 80
    assert {p.sex for p in people} == {"female", "male"}
    assert len({p.hair.style for p in people}) >= 6
