"""From a person's measures to vertices: the blend shapes' coefficients and the solve for stature and body mass."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from ...geometry.types import Floats
from .body_data import BodyData, load_body_data

AGE_ANCHORS = (("child", 11.0), ("young", 25.0), ("old", 90.0))
"""Apparent age of the age targets, years (MakeHuman's own reading of its age slider)."""
TISSUE_DENSITY_KG_M3 = 1010.0
"""Whole-body density of adults, 0.98-1.07 by adiposity (Siri 1956; Brozek 1963)."""
MASS_PARAMETER_RANGE = (-0.15, 1.6)
HEIGHT_PARAMETER_RANGE = (-0.6, 1.3)

Part = tuple[tuple[str, float], ...]
Vertices = Floats


@dataclass(frozen=True)
class Shape:
    """What a body is like; all of it plain numbers."""

    male: float
    """0 female .. 1 male."""
    age_years: float
    stature_m: float
    bmi: float
    """Body mass over stature squared, kg/m^2."""
    muscle: float
    """0 little .. 1 much, at the same mass."""
    proportions: float
    """0 uncommon .. 1 ideal."""
    ancestry: tuple[float, float, float]
    """Shares of the African, Asian and Caucasian shapes."""
    cup: float = 0.5
    firmness: float = 0.5
    local: dict[str, float] = field(default_factory=dict)
    """Blend-shape pair such as `nose-hump` -> -1..1, or one shape such as `mouthSmileLeft` -> 0..1."""


def between(anchors: tuple[tuple[str, float], ...], value: float, extend: bool = False) -> Part:
    """Linear shares of the two anchors around a value."""
    positions = [position for _, position in anchors]
    if not extend:
        value = min(max(value, positions[0]), positions[-1])
    upper = min(max(int(np.searchsorted(positions, value)), 1), len(anchors) - 1)
    share = (value - positions[upper - 1]) / (positions[upper] - positions[upper - 1])
    return tuple(x for x in ((anchors[upper - 1][0], 1.0 - share), (anchors[upper][0], share)) if x[1] != 0.0)


def _three(name: str, value: float, extend: bool = False) -> Part:
    return between(((f"min{name}", 0.0), (f"average{name}", 0.5), (f"max{name}", 1.0)), value, extend)


def _add_products(data: BodyData, vertices: Vertices, prefix: str, parts: list[Part]) -> None:
    for combination in product(*parts):
        name = "-".join(filter(None, (prefix, *(label for label, _ in combination))))
        data.add_target(vertices, name, float(np.prod([share for _, share in combination])))


def rest_vertices(shape: Shape) -> Vertices:
    """All vertices `(V, 3)` of this body in the files' rest pose, ground axes, metres, soles at y = 0, spine over the origin.

    The height parameter is solved so that the body stands `stature_m` tall and the weight parameter so that its
    volume weighs `bmi * stature_m^2` (the range of the shapes permitting).
    """
    data = load_body_data()
    low, high = MASS_PARAMETER_RANGE
    target_kg = shape.bmi * shape.stature_m**2
    parameter, previous = 0.5, None
    masses = _Masses(data, shape)
    vertices = _solve_height(*masses.at(parameter), shape.stature_m, data)
    for _ in range(6):
        error = mass_kg(data, vertices) - target_kg
        if abs(error) < 0.4:
            break
        slope = (error - previous[1]) / (parameter - previous[0]) if previous else 45.0
        step = error / slope if slope > 5.0 else np.sign(error) * 0.2
        previous = (parameter, error)
        parameter = float(np.clip(parameter - np.clip(step, -0.5, 0.5), low, high))
        if parameter == previous[0]:
            break
        vertices = _solve_height(*masses.at(parameter), shape.stature_m, data)
    return vertices


def _gender_and_age(shape: Shape) -> tuple[Part, Part]:
    gender: Part = tuple(x for x in (("male", shape.male), ("female", 1.0 - shape.male)) if x[1] != 0.0)
    return gender, between(AGE_ANCHORS, shape.age_years)


class _Masses:
    """The body at any mass: what no mass changes, and for each anchor of the mass what it adds, found when it is first asked for."""

    def __init__(self, data: BodyData, shape: Shape) -> None:
        self._data, self._shape = data, shape
        self._fixed = data.template_m.copy()
        races: Part = tuple(zip(("african", "asian", "caucasian"), shape.ancestry, strict=True))
        _add_products(data, self._fixed, "", [races, *_gender_and_age(shape)])
        for name, amount in shape.local.items():
            add_local(data, self._fixed, name, amount)
        self._anchors: dict[str, tuple[Vertices, Vertices]] = {}

    def at(self, mass_parameter: float) -> tuple[Vertices, Vertices]:
        """Vertices `(V, 3)` of the shortest and of the tallest body of this mass."""
        short, tall = self._fixed.copy(), self._fixed.copy()
        for anchor, share in _three("weight", mass_parameter, extend=True):
            if anchor not in self._anchors:
                self._anchors[anchor] = self._added(anchor)
            low, high = self._anchors[anchor]
            short += np.float32(share) * low
            tall += np.float32(share) * high
        return short, tall

    def _added(self, anchor: str) -> tuple[Vertices, Vertices]:
        data, shape = self._data, self._shape
        gender, age = _gender_and_age(shape)
        muscle, weight = _three("muscle", shape.muscle), ((anchor, 1.0),)
        build: list[Part] = [gender, age, muscle, weight]
        short = np.zeros_like(data.template_m)
        _add_products(data, short, "universal", build)
        ideal: Part = (("idealproportions", shape.proportions), ("uncommonproportions", 1.0 - shape.proportions))
        _add_products(data, short, "", [*build, ideal])
        cup, firmness = _three("cup", shape.cup), _three("firmness", shape.firmness)
        _add_products(data, short, "", [(("female", 1.0 - shape.male),), age, muscle, weight, cup, firmness])
        tall = short.copy()
        _add_products(data, short, "", [*build, (("minheight", 1.0),)])
        _add_products(data, tall, "", [*build, (("maxheight", 1.0),)])
        return short, tall


def _solve_height(short: Vertices, tall: Vertices, stature_m: float, data: BodyData) -> Vertices:
    body = data.vertices_of("body")
    parameter, bounds = 0.5, HEIGHT_PARAMETER_RANGE
    for _ in range(4):
        y = short[body, 1] * (1.0 - parameter) + tall[body, 1] * parameter
        top, sole = body[y.argmax()], body[y.argmin()]
        ends = [float(v[top, 1] - v[sole, 1]) for v in (short, tall)]
        parameter = float(np.clip((stature_m - ends[0]) / (ends[1] - ends[0]), *bounds))
    vertices = short + np.float32(parameter) * (tall - short)
    height = vertices[body, 1].max() - vertices[body, 1].min()
    vertices *= np.float32(stature_m / height)
    vertices[:, 1] -= vertices[body, 1].min()
    vertices[:, 0] -= joint(data, vertices, "pelvis")[0]
    return vertices


def add_local(data: BodyData, vertices: Vertices, name: str, amount: float) -> None:
    """One local change: a pair `<name>-incr/-decr` (or its siblings up/down, in/out ...) by sign, or a single shape."""
    if name in data.target_index:
        data.add_target(vertices, name, amount)
        return
    for less, more in (
        ("decr", "incr"),
        ("down", "up"),
        ("in", "out"),
        ("backward", "forward"),
        ("concave", "convex"),
        ("uncompress", "compress"),
    ):
        if f"{name}-{more}" in data.target_index:
            data.add_target(vertices, f"{name}-{more}", max(amount, 0.0))
            data.add_target(vertices, f"{name}-{less}", max(-amount, 0.0))
            return
    raise KeyError(name)


def joint(data: BodyData, vertices: Vertices, name: str) -> Floats:
    """Centre `(3,)` of one of the base mesh's joint cubes."""
    return joints(data, vertices, [name])[0]


def joints(data: BodyData, vertices: Vertices, names: Sequence[str]) -> Floats:
    """The same of several `(N, 3)`."""
    cubes = np.stack([data.joint_cubes[f"joint-{name}"] for name in names])
    return vertices[cubes].astype(np.float64).mean(1)


def mass_kg(data: BodyData, vertices: Vertices) -> float:
    """Body mass from the volume inside the skin (divergence theorem)."""
    a, b, c = (vertices[data.faces["body"][:, i]].astype(np.float64) for i in range(3))
    return float(np.einsum("ij,ij->", np.cross(a, b), c) / 6.0) * TISSUE_DENSITY_KG_M3
