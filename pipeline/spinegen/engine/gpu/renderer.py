"""The renderer: one GL context; triangles are drawn once for masks and depth, once into buffers of several samples a pixel, which one pass lights."""

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ...geometry.camera import PlacedCamera
from ..content.mesh import Drawable, Material
from ..world.scenery import GROUND_MASK_ID, Scenery, scenery
from ..world.world import World
from .backdrop import Backdrop
from .contact import ContactMap
from .frame_block import FAR_M, NEAR_M, frame_block
from .gl import create_context, take_hold, uniform, uniforms
from .gpu_cache import GpuCache
from .grain_map import make_grain_map
from .light_maps import LightMaps
from .light_passes import Light, LightPasses
from .programs import GRAIN_UNIT, Programs
from .quality import Quality, find_quality
from .shadow import SunShadow, spanning_points
from .soft_shadow import SoftShadows
from .targets import Surfaces, Targets, make_surfaces, make_targets, sample_count
from .visible import View

FAR_DEPTH_CM = 65504.0
"""Depth where nothing is drawn; the largest half float, as Unreal gives it."""
_KIND = {"plain": 0, "skin": 1, "eye": 2, "hair": 3, "cloth": 4, "ground": 5, "shadow": 6, "floor": 7}
_OF_PEOPLE = ("skin", "eye", "hair", "cloth")

_Flags = tuple[int, bool, bool, bool, bool]
"""Of a material: how it varies, whether it has grain, relief, a glow, and turns to whoever looks at it."""


class _Geometry(NamedTuple):
    """The geometry pass of one kind of material."""

    name: str
    program: moderngl.Program
    uniforms: Mapping[str, moderngl.Uniform]


class Renderer:
    """Draws worlds. Use from one thread."""

    def __init__(self, quality: str | Quality = "standard") -> None:
        self.quality = find_quality(quality) if isinstance(quality, str) else quality
        self.context = context = create_context()
        self.name = str(context.info["GL_RENDERER"])
        self._software = "llvmpipe" in self.name or "softpipe" in self.name
        self._cache = GpuCache(context, self.quality.anisotropy, self._software)
        self._samples = sample_count(context)
        self._programs = Programs(context)
        self._masks = self._programs.program("mask.vert", "mask.frag")
        self._geometry: dict[_Flags, _Geometry] = {}
        self._grain = make_grain_map(context)
        self._backdrop = Backdrop(context, self._programs, self._software)
        self._passes = LightPasses(
            context, self._programs, self.quality, samples=self._samples, software=self._software
        )
        self._block = context.buffer(reserve=2048, dynamic=True)
        self._shadow = SunShadow(context, self._cache, self.quality.shadow_size)
        self._soft = SoftShadows(context, self._cache)
        self._contact = ContactMap(context, self._cache)
        self._light = LightMaps(context)
        self._targets: dict[tuple[int, int], Targets] = {}
        self._shaped: Surfaces | None = None
        self._drawn: Frame | None = None

    def frame(self, world: World, camera: PlacedCamera) -> "Frame":
        """What a camera sees of the world as it is now."""
        return Frame(self, world, camera)

    def _sized(self, camera: PlacedCamera) -> Targets:
        """Framebuffers of the camera's size; the last two sizes are kept."""
        size = (camera.width, camera.height)
        if size not in self._targets:
            while len(self._targets) >= 2:
                self._targets.pop(next(iter(self._targets)))
            self._targets[size] = make_targets(self.context, *size, quality=self.quality, samples=self._samples)
        return self._targets[size]

    def _prepare(self, frame: "Frame") -> Targets:
        """Upload a frame's constants and draw its masks, unless that was the last thing done."""
        take_hold(self.context)
        targets = self._sized(frame.camera)
        if self._drawn is frame:
            return targets
        self._drawn = frame
        casters = spanning_points(frame.drawables)
        pixel_m = frame.camera.pixel_m(_nearest_m(frame.camera, casters)) / self.quality.supersampling
        self._shadow.fit(frame.scenery.environment, casters, pixel_m)
        self._soft.fit(frame.scenery.environment, casters)
        self._contact.draw(casters if self.quality.ambient_taps else [])
        self._block.write(
            frame_block(
                frame.camera,
                frame.scenery,
                frame.world.lighting,
                shadow=self._shadow,
                contact=self._contact,
                soft=self._soft,
            )
        )
        self._block.bind_to_uniform_block(0)
        self._draw_masks(frame, targets.masks)
        return targets

    def _draw_masks(self, frame: "Frame", target: moderngl.Framebuffer) -> None:
        self.context.enable(moderngl.DEPTH_TEST)
        target.use()
        target.clear()
        program = self._masks
        for drawable in frame.everything:
            array = self._cache.array(drawable.mesh, "mask", program)
            uniform(program, "mask_id").value = drawable.mask_id
            uniform(program, "model").write(drawable.transform_world_mesh.T.astype(np.float32).tobytes())
            for two_sided, runs in groupby(drawable.mesh.runs, key=lambda run: run[2].two_sided):
                self._cull(two_sided)
                own = list(runs)
                array.render(vertices=3 * (sum(own[-1][:2]) - own[0][0]), first=3 * own[0][0])

    def _lay_down(self, frame: "Frame", surfaces: Surfaces, view: View | None = None) -> None:
        """Draw what there is, or of it what a view may see."""
        self.context.enable(moderngl.DEPTH_TEST)
        surfaces.target.use()
        surfaces.target.clear()
        self._grain.use(GRAIN_UNIT)
        for drawable in frame.everything:
            model = drawable.transform_world_mesh.T.astype(np.float32).tobytes()
            mesh = drawable.mesh
            name, runs = ("faces", mesh.runs) if view is None else ("seen_faces", self._seen_runs(drawable, view))
            for first, count, material in runs:
                geometry = self._geometry_of(material)
                geometry.uniforms["model"].write(model)
                self._set_material(material, geometry.uniforms)
                array = self._cache.array(mesh, geometry.name, geometry.program, name)
                array.render(vertices=3 * count, first=3 * first)

    def _seen_runs(self, drawable: Drawable, view: View) -> list[tuple[int, int, Material]]:
        """Runs of triangles that a view may see, as they lie among those."""
        mesh = drawable.mesh
        seen = view.visible(drawable)
        if not len(seen):
            return []
        self._cache.see(mesh, seen)
        bounds = np.searchsorted(seen, [(first, first + count) for first, count, _ in mesh.runs]).tolist()
        return [
            (first, last - first, material)
            for (first, last), (_, _, material) in zip(bounds, mesh.runs, strict=True)
            if last > first
        ]

    def _geometry_of(self, material: Material) -> "_Geometry":
        """The geometry pass for a kind of material: software renderers walk through what others need, too."""
        # Hair is lit as the head below it is, from whichever side a lock is seen.
        turns = material.two_sided and material.kind != "hair"
        flags = (material.varied, material.grain is not None, material.relief_m > 0, any(material.emission), turns)
        if flags not in self._geometry:
            names = ("VARIED", "GRAINED", "RELIEF", "GLOWS", "TURNS")
            kinds = {name: int(value) for name, value in zip(names, flags, strict=True)}
            program = self._programs.program("surface.vert", "surface.frag", **kinds)
            self._geometry[flags] = _Geometry(f"geometry {kinds}", program, uniforms(program))
        return self._geometry[flags]

    def _cull(self, two_sided: bool) -> None:
        if two_sided:
            self.context.disable(moderngl.CULL_FACE)
        else:
            self.context.enable(moderngl.CULL_FACE)

    def _set_material(self, material: Material, known: Mapping[str, moderngl.Uniform]) -> None:
        self._cull(material.two_sided)
        self._cache.texture(material.texture, narrow=material.kind in _OF_PEOPLE).use(0)
        values: dict[str, tuple[float, ...] | float] = {
            "tint": (*material.colour, material.roughness),
            "glow": (*material.emission, material.metallic),
            "kind": _KIND[material.kind],
            "texel": (1.0 / material.tile_m, material.relief_m),
        }
        if material.grain is not None:
            values |= {"grain": material.grain[:4], "broad": material.grain[4:]}
        for name, value in values.items():
            if name in known:  # a kind of material does not use all of them
                known[name].value = value

    def read_masks(self, frame: "Frame") -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        """Mask ids and planar depth in metres (0: nothing), `(H, W)`."""
        target = self._prepare(frame).masks
        shape = (frame.camera.height, frame.camera.width)
        numbers = target.read(attachment=1, components=1, dtype="u2", alignment=1)
        depth = target.read(attachment=0, components=1, dtype="f4", alignment=1)
        return (
            np.frombuffer(numbers, np.uint16).reshape(shape)[::-1],
            np.frombuffer(depth, np.float32).reshape(shape)[::-1],
        )

    def read_normals(self, frame: "Frame") -> NDArray[np.uint8]:
        """World normals `(H, W, 3)` in Unreal axes as n * 127.5 + 127.5; black where nothing is drawn."""
        self._prepare(frame)
        size = (frame.camera.width, frame.camera.height)
        if self._shaped is None or self._shaped.target.size != size:
            self._shaped = make_surfaces(self.context, size, 0)
        self._lay_down(frame, self._shaped)
        raw = self._shaped.target.read(attachment=1, components=2, dtype="u4")
        normals = decoded_normals(np.frombuffer(raw, np.uint32).reshape(*size[::-1], 2)[::-1, :, 1])
        coded = np.rint(normals[..., [0, 2, 1]] * 127.5 + 127.5)
        coded[read_nothing(self.read_masks(frame)[1])] = 0
        return np.clip(coded, 0, 255).astype(np.uint8)

    def read_picture(self, frame: "Frame") -> NDArray[np.uint8]:
        """The picture `(H, W, 3)`, sRGB."""
        targets = self._prepare(frame)
        surfaces, environment = targets.surfaces, frame.scenery.environment
        view = View(frame.camera, frame.depth_m(), self._samples) if self._software else None
        self._lay_down(frame, surfaces, view)
        self._light.use(frame.scenery)
        self._draw_behind(frame, targets)
        if environment.soft_lights:
            self._soft.draw(frame.drawables)
        elif environment.sun_klux.any():
            self._shadow.draw(frame.drawables)
        self.context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._soft.use(12)
        self._contact.use(7)
        light = Light(bool(environment.soft_lights), frame.catches_shadows, environment.room is None)
        self._passes.draw_occlusion(targets, max(self._soft.count, 1) if light.soft else 0)
        self._shadow.use(2, 3)
        targets.occlusion_map.use(4)
        targets.depth.use(17)
        surfaces.depth.use(10)
        surfaces.surface.use(11)
        targets.behind_map.use(15)
        targets.backdrop_map.use(16)
        self._passes.light(targets, light)
        self._shadow.release(2, 3)
        return self._read(targets.lit, frame)

    def _draw_behind(self, frame: "Frame", targets: Targets) -> None:
        """Sky and panorama, tested for depth, so that no pixel costs anything that something covers."""
        if frame.catches_shadows:
            self._backdrop.draw_all(targets.backdrop, frame.scenery.sky_kind)
        one_size = targets.covered is targets.masks
        is_empty = self._software and one_size and bool(frame.depth_m().all())
        if is_empty and targets.behind_is_empty:
            return
        if not one_size:
            self._draw_masks(frame, targets.covered)
        targets.behind_is_empty = is_empty
        self._backdrop.draw_behind(targets, frame.scenery.sky_kind, frame.camera, self._light.skyline_rad)

    def _read(self, target: moderngl.Framebuffer, frame: "Frame") -> NDArray[np.uint8]:
        times = self.quality.supersampling
        shape = (frame.camera.height * times, frame.camera.width * times, 4)
        upwards = np.frombuffer(target.read(components=4), np.uint8).reshape(shape)
        picture = np.asarray(cv2.flip(cv2.cvtColor(upwards, cv2.COLOR_RGBA2RGB), 0), np.uint8)
        if times == 1:
            return picture
        size = (frame.camera.width, frame.camera.height)
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _nearest_m(camera: PlacedCamera, casters: list[tuple[Drawable, NDArray[np.float64]]]) -> float:
    """Depth of the nearest of the points that span casters, of those before the camera."""
    depths = np.concatenate([camera.to_camera(points)[:, 2] for _, points in casters]) if casters else np.zeros(0)
    return float(depths[depths > NEAR_M].min(initial=FAR_M))


def decoded_normals(shape: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Unit normals `(..., 3)` from the second number of surfaces `(...)`, see `shaders/packing.glsl`."""
    plane = np.stack([shape & 1023, shape >> 10 & 1023], axis=-1) / 511.5 - 1.0
    z = 1.0 - np.abs(plane).sum(-1)
    over = np.maximum(-z, 0.0)[..., None]
    out = np.concatenate([plane - np.where(plane < 0, -over, over), z[..., None]], axis=-1)
    return np.asarray(out / np.linalg.norm(out, axis=-1, keepdims=True))


def read_nothing(depth_m: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where nothing was drawn."""
    return depth_m < NEAR_M / 2


class Frame:
    """One camera's view of one state of the world; every picture of it is drawn once, when first asked for."""

    def __init__(self, renderer: Renderer, world: World, camera: PlacedCamera) -> None:
        self.world, self.camera = world, camera
        self.drawables = world.drawables(camera)
        self.scenery: Scenery = scenery(world.lighting)
        self.everything = (*self.drawables, *world.shown(self.scenery.drawables))
        self.catches_shadows = any(
            material.kind == "shadow" for drawable in self.everything for _, _, material in drawable.mesh.runs
        )
        self._renderer = renderer
        self._masks: tuple[NDArray[np.uint16], NDArray[np.float32]] | None = None
        self._lit: NDArray[np.uint8] | None = None

    @property
    def ids(self) -> NDArray[np.uint16]:
        """Mask ids of things and people `(H, W)`; 0 is the place itself or nothing."""
        return np.where(self.level_ids >= GROUND_MASK_ID, np.uint16(0), self.level_ids)

    @property
    def level_ids(self) -> NDArray[np.uint16]:
        """Mask ids `(H, W)`, those of the level's own actors among them; 0 is nothing."""
        return self._read()[0]

    def depth_m(self) -> NDArray[np.float32]:
        """Planar depth `(H, W)`, 0 where nothing is drawn."""
        return self._read()[1]

    def depth_cm(self) -> NDArray[np.float32]:
        """Planar depth `(H, W)`, `FAR_DEPTH_CM` where nothing is drawn."""
        depth = self.depth_m()
        return np.where(read_nothing(depth), np.float32(FAR_DEPTH_CM), depth * np.float32(100.0))

    def lit(self) -> NDArray[np.uint8]:
        """Picture `(H, W, 3)`, sRGB."""
        if self._lit is None:
            self._lit = self._renderer.read_picture(self)
        return self._lit

    def normal(self) -> NDArray[np.uint8]:
        """World normals `(H, W, 3)`, Unreal axes."""
        return self._renderer.read_normals(self)

    def _read(self) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        if self._masks is None:
            self._masks = self._renderer.read_masks(self)
        return self._masks
