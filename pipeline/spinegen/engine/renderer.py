"""The renderer: one GL context, one drawing for mask, depth and picture of a camera."""

from typing import TYPE_CHECKING

import moderngl
import numpy as np
from numpy.typing import NDArray

from ..geometry.camera import Camera
from . import shaders
from .contact import ContactMap
from .frame_block import NEAR_M, frame_block
from .gl import create_context
from .gpu_cache import GpuCache
from .light_maps import LightMaps
from .mesh import Drawable, Material
from .quality import Quality, find_quality
from .scenery import Scenery, scenery
from .shadow import SunShadow, spanning_points
from .targets import Targets, make_targets

if TYPE_CHECKING:
    from .world import World

FAR_DEPTH_CM = 65504.0
"""Depth where nothing is drawn; the largest half float, as Unreal gives it."""
_KIND = {"plain": 0, "skin": 1, "eye": 2, "hair": 3, "cloth": 4, "ground": 5, "shadow": 6, "floor": 7}
_UNITS = (
    "albedo_map", "environment_map", "shadow_map", "shadow_depth", "occlusion_map", "sky_map", "cloud_map", "contact_map",
    "panorama_map", "picture_map",
)  # fmt: skip
"""Textures of the surface and sky shaders by texture unit."""


class Renderer:
    """Draws worlds. Use from one thread, one a process."""

    def __init__(self, quality: str | Quality = "standard") -> None:
        self.quality = find_quality(quality) if isinstance(quality, str) else quality
        self.context = context = create_context()
        self.name = str(context.info["GL_RENDERER"])
        software = "llvmpipe" in self.name or "softpipe" in self.name
        self._cache = GpuCache(context, 1.0 if software else self.quality.anisotropy)
        make = context.program
        vertex = shaders.source(shaders.SURFACE_VERTEX)
        taps = {"TAPS": self.quality.shadow_taps, "BLOCKERS": self.quality.blocker_taps}
        self._surface = make(vertex_shader=vertex, fragment_shader=shaders.source(shaders.SURFACE_FRAGMENT, **taps))
        self._mask = make(vertex_shader=vertex, fragment_shader=shaders.source(shaders.MASK_FRAGMENT))
        self._normal = make(vertex_shader=vertex, fragment_shader=shaders.source(shaders.NORMAL_FRAGMENT))
        screen = shaders.SKY_VERTEX
        self._sky = make(vertex_shader=screen, fragment_shader=shaders.source(shaders.SKY_FRAGMENT))
        occlusion = shaders.source(shaders.OCCLUSION_FRAGMENT, AMBIENT=max(self.quality.ambient_taps, 1))
        self._occlusion = make(vertex_shader=screen, fragment_shader=occlusion)
        self._blur = make(vertex_shader=screen, fragment_shader=shaders.BLUR_FRAGMENT)
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))
        self._screen = {
            name: context.vertex_array(program, [(triangle, "2f", "in_position")])
            for name, program in (("sky", self._sky), ("occlusion", self._occlusion), ("blur", self._blur))
        }
        self._block = context.buffer(reserve=1024, dynamic=True)
        for program in (self._surface, self._mask, self._normal, self._sky, self._occlusion):
            if "Frame" in program:
                program["Frame"].binding = 0  # type: ignore[union-attr]
        for unit, name in enumerate(_UNITS):
            for program in (self._surface, self._sky):
                if name in program:
                    program[name].value = unit  # type: ignore[union-attr]
        self._shadow = SunShadow(context, self._cache, self.quality.shadow_size)
        self._contact = ContactMap(context, self._cache)
        self._light = LightMaps(context)
        self._targets: dict[tuple[int, int], Targets] = {}
        self._drawn: Frame | None = None

    def frame(self, world: "World", camera: Camera) -> "Frame":
        """What a camera sees of the world as it is now."""
        return Frame(self, world, camera)

    def targets(self, camera: Camera) -> Targets:
        """Framebuffers of the camera's size; the last two sizes are kept."""
        size = (camera.width, camera.height)
        if size not in self._targets:
            while len(self._targets) >= 2:
                self._targets.pop(next(iter(self._targets)))
            self._targets[size] = make_targets(self.context, *size, self.quality)
        return self._targets[size]

    def prepare(self, frame: "Frame") -> None:
        """Upload a frame's constants and draw its masks, unless that was the last thing done."""
        if self._drawn is frame:
            return
        self._drawn = frame
        context, targets = self.context, self.targets(frame.camera)
        casters = spanning_points(frame.drawables)
        self._shadow.fit(frame.scenery.environment, casters)
        self._contact.draw(casters if self.quality.ambient_taps else [])
        self._block.write(frame_block(frame.camera, frame.scenery, frame.world.stage, self._shadow, self._contact))
        self._block.bind_to_uniform_block(0)
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "<"
        targets.ids.use()
        targets.ids.clear()
        for drawable in (*frame.drawables, *frame.scenery.drawables):
            self._mask["mask_id"].value = drawable.mask_id
            self._draw(drawable, "mask", self._mask)

    def _draw(self, drawable: Drawable, name: str, program: moderngl.Program) -> None:
        array = self._cache.array(drawable.mesh, name, program)
        program["model"].write(drawable.transform_world_mesh.T.astype(np.float32).tobytes())
        for first, count, material in drawable.mesh.runs:
            self._cull(material)
            if name == "normal":
                program["kind"].value = (_KIND[material.kind], int(material.two_sided))
            array.render(vertices=3 * count, first=3 * first)

    def _cull(self, material: Material) -> None:
        if material.two_sided:
            self.context.disable(moderngl.CULL_FACE)
        else:
            self.context.enable(moderngl.CULL_FACE)

    def read_masks(self, frame: "Frame") -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        """Mask ids and planar depth in metres (0: nothing), `(H, W)`."""
        self.prepare(frame)
        shape = (frame.camera.height, frame.camera.width)
        ids = self.targets(frame.camera).ids
        numbers = np.frombuffer(ids.read(attachment=1, components=1, dtype="u2", alignment=1), np.uint16).reshape(shape)
        depth = np.frombuffer(ids.read(attachment=0, components=1, dtype="f4"), np.float32).reshape(shape)
        return numbers[::-1], depth[::-1]

    def read_normals(self, frame: "Frame") -> NDArray[np.uint8]:
        """World normals `(H, W, 3)`."""
        self.prepare(frame)
        target = self.targets(frame.camera).resolved
        target.use()
        target.clear()
        for drawable in (*frame.drawables, *frame.scenery.drawables):
            self._draw(drawable, "normal", self._normal)
        return self._read_picture(frame)

    def read_picture(self, frame: "Frame") -> NDArray[np.uint8]:
        """The picture `(H, W, 3)`, sRGB."""
        self.prepare(frame)
        context, targets = self.context, self.targets(frame.camera)
        if frame.scenery.environment.sun_klux.any():
            self._shadow.draw(frame.drawables)
        self._draw_occlusion(targets)
        self._light.use(frame.scenery)
        targets.lit.use()
        targets.lit.clear()
        context.enable(moderngl.DEPTH_TEST)
        self._shadow.use(2, 3)
        targets.occlusion_map.use(4)
        self._contact.use(7)
        catchers = [d for d in frame.scenery.drawables if d.mesh.runs[0][2].kind == "shadow"]
        for drawable in (*frame.drawables, *frame.scenery.drawables):
            if all(drawable is not catcher for catcher in catchers):
                self._draw_lit(drawable)
        context.disable(moderngl.CULL_FACE)
        context.depth_func = "<="
        self._screen["sky"].render()
        context.depth_func = "<"
        context.enable(moderngl.BLEND)
        for drawable in catchers:
            self._draw_lit(drawable)
        context.disable(moderngl.BLEND)
        if targets.lit is not targets.resolved:
            context.copy_framebuffer(targets.resolved, targets.lit)
        return self._read_picture(frame)

    def _draw_lit(self, drawable: Drawable) -> None:
        program = self._surface
        array = self._cache.array(drawable.mesh, "surface", program)
        program["model"].write(drawable.transform_world_mesh.T.astype(np.float32).tobytes())
        for first, count, material in drawable.mesh.runs:
            self._cull(material)
            self._cache.texture(material.texture).use(0)
            program["tint"].value = (*material.colour, material.roughness)
            program["glow"].value = (*material.emission, material.metallic)
            program["kind"].value = (_KIND[material.kind], int(material.two_sided))
            program["texel"].value = (1.0 / material.tile_m, material.relief_m, 0.0, 0.0)
            array.render(vertices=3 * count, first=3 * first)

    def _draw_occlusion(self, targets: Targets) -> None:
        if not self.quality.ambient_taps:
            targets.occlusion.clear(1.0, 1.0, 1.0, 1.0)
            return
        self.context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        targets.occlusion_rough.use()
        targets.depth.use(0)
        self._occlusion["depth_map"].value = 0
        self._screen["occlusion"].render()
        targets.occlusion.use()
        targets.occlusion_rough_map.use(0)
        self._blur["occlusion_map"].value = 0
        self._blur["texel_uv"].value = tuple(1.0 / side for side in targets.occlusion_rough_map.size)
        self._screen["blur"].render()

    def _read_picture(self, frame: "Frame") -> NDArray[np.uint8]:
        times = self.quality.supersampling
        target = self.targets(frame.camera).resolved
        shape = (frame.camera.height * times, frame.camera.width * times, 4)
        picture = np.frombuffer(target.read(components=4), np.uint8).reshape(shape)[::-1, :, :3]
        if times == 1:
            return np.ascontiguousarray(picture)
        import cv2

        size = (frame.camera.width, frame.camera.height)
        return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA), np.uint8)


class Frame:
    """One camera's view of one state of the world; every picture of it is drawn once, when first asked for."""

    def __init__(self, renderer: Renderer, world: "World", camera: Camera) -> None:
        self.world, self.camera = world, camera
        self.drawables = world.drawables()
        self.scenery: Scenery = scenery(world.stage)
        self._renderer = renderer
        self._masks: tuple[NDArray[np.uint16], NDArray[np.float32]] | None = None
        self._lit: NDArray[np.uint8] | None = None

    @property
    def ids(self) -> NDArray[np.uint16]:
        """Mask ids `(H, W)`; 0 is the stage or nothing."""
        return self._read()[0]

    def depth_cm(self) -> NDArray[np.float32]:
        """Planar depth `(H, W)`, `FAR_DEPTH_CM` where nothing is drawn."""
        depth = self._read()[1]
        return np.where(depth > NEAR_M / 2, depth * np.float32(100.0), np.float32(FAR_DEPTH_CM))

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
