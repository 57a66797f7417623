"""The renderer: one GL context; triangles are drawn once into buffers (mask, depth, paint, shape), which one pass then lights."""

from typing import TYPE_CHECKING

import moderngl
import numpy as np
from numpy.typing import NDArray

from ..geometry.camera import PlacedCamera
from . import shader_screen, shader_surfaces
from .contact import ContactMap
from .frame_block import NEAR_M, frame_block
from .gl import create_context
from .gpu_cache import GpuCache
from .light_maps import LightMaps
from .mesh import Material
from .quality import Quality, find_quality
from .scenery import Scenery, scenery
from .shader_blocks import source
from .shader_light import LIGHT_FRAGMENT
from .shadow import SunShadow, spanning_points
from .soft_shadow import SoftShadows
from .targets import Geometry, Targets, make_targets

if TYPE_CHECKING:
    from .world import World

FAR_DEPTH_CM = 65504.0
"""Depth where nothing is drawn; the largest half float, as Unreal gives it."""
_KIND = {"plain": 0, "skin": 1, "eye": 2, "hair": 3, "cloth": 4, "ground": 5, "shadow": 6, "floor": 7}
_UNITS = (
    "albedo_map", "environment_map", "shadow_map", "shadow_depth", "occlusion_map", "sky_map", "cloud_map", "contact_map",
    "panorama_map", "picture_map", "depth_map", "paint_map", "shape_map", "soft_0", "soft_1", "soft_2",
)  # fmt: skip
"""Textures of the shaders by texture unit."""


class Renderer:
    """Draws worlds. Use from one thread, one a process."""

    def __init__(self, quality: str | Quality = "standard") -> None:
        self.quality = find_quality(quality) if isinstance(quality, str) else quality
        self.context = context = create_context()
        self.name = str(context.info["GL_RENDERER"])
        software = "llvmpipe" in self.name or "softpipe" in self.name
        self._cache = GpuCache(context, 1.0 if software else self.quality.anisotropy)
        self._geometry = context.program(
            vertex_shader=source(shader_surfaces.SURFACE_VERTEX),
            fragment_shader=source(shader_surfaces.GEOMETRY_FRAGMENT),
        )
        taps = {"TAPS": self.quality.shadow_taps, "BLOCKERS": self.quality.blocker_taps}
        fragments = {
            "light": source(LIGHT_FRAGMENT, **taps, SOFT=0),
            "soft light": source(LIGHT_FRAGMENT, **taps, SOFT=1),
            "occlusion": source(shader_screen.OCCLUSION_FRAGMENT, AMBIENT=max(self.quality.ambient_taps, 1)),
            "blur": source(shader_screen.BLUR_FRAGMENT),
            "smooth": source(shader_screen.SMOOTH_FRAGMENT),
        }
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))
        self._programs = {
            name: context.program(vertex_shader=shader_screen.SCREEN_VERTEX, fragment_shader=fragment)
            for name, fragment in fragments.items()
        }
        self._screen = {
            name: context.vertex_array(program, [(triangle, "2f", "in_position")])
            for name, program in self._programs.items()
        }
        self._block = context.buffer(reserve=2048, dynamic=True)
        for program in (self._geometry, *self._programs.values()):
            if "Frame" in program:
                program["Frame"].binding = 0  # type: ignore[union-attr]
            for unit, name in enumerate(_UNITS):
                if name in program:
                    program[name].value = unit  # type: ignore[union-attr]
        self._shadow = SunShadow(context, self._cache, self.quality.shadow_size)
        self._soft = SoftShadows(context, self._cache)
        self._contact = ContactMap(context, self._cache)
        self._light = LightMaps(context)
        self._targets: dict[tuple[int, int], Targets] = {}
        self._drawn: Frame | None = None

    def frame(self, world: "World", camera: PlacedCamera) -> "Frame":
        """What a camera sees of the world as it is now."""
        return Frame(self, world, camera)

    def _sized(self, camera: PlacedCamera) -> Targets:
        """Framebuffers of the camera's size; the last two sizes are kept."""
        size = (camera.width, camera.height)
        if size not in self._targets:
            while len(self._targets) >= 2:
                self._targets.pop(next(iter(self._targets)))
            self._targets[size] = make_targets(self.context, *size, self.quality)
        return self._targets[size]

    def _prepare(self, frame: "Frame") -> Targets:
        """Upload a frame's constants and lay down its surfaces, unless that was the last thing done."""
        targets = self._sized(frame.camera)
        if self._drawn is frame:
            return targets
        self._drawn = frame
        casters = spanning_points(frame.drawables)
        self._shadow.fit(frame.scenery.environment, casters)
        self._soft.fit(frame.scenery.environment, casters)
        self._contact.draw(casters if self.quality.ambient_taps else [])
        self._block.write(
            frame_block(frame.camera, frame.scenery, frame.world.stage, self._shadow, self._contact, self._soft)
        )
        self._block.bind_to_uniform_block(0)
        self._lay_down(frame, targets.exact)
        return targets

    def _lay_down(self, frame: "Frame", geometry: Geometry) -> None:
        self.context.enable(moderngl.DEPTH_TEST)
        geometry.target.use()
        geometry.target.clear()
        program = self._geometry
        for drawable in (*frame.drawables, *frame.scenery.drawables):
            array = self._cache.array(drawable.mesh, "geometry", program)
            program["mask_id"].value = drawable.mask_id
            program["model"].write(drawable.transform_world_mesh.T.astype(np.float32).tobytes())
            for first, count, material in drawable.mesh.runs:
                self._set_material(material)
                array.render(vertices=3 * count, first=3 * first)

    def _set_material(self, material: Material) -> None:
        if material.two_sided:
            self.context.disable(moderngl.CULL_FACE)
        else:
            self.context.enable(moderngl.CULL_FACE)
        program = self._geometry
        self._cache.texture(material.texture).use(0)
        program["tint"].value = (*material.colour, material.roughness)
        program["glow"].value = (*material.emission, material.metallic)
        program["kind"].value = (_KIND[material.kind], int(material.two_sided))
        program["texel"].value = (1.0 / material.tile_m, material.relief_m, float(material.varied), 0.0)

    def read_masks(self, frame: "Frame") -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        """Mask ids and planar depth in metres (0: nothing), `(H, W)`."""
        target = self._prepare(frame).exact.target
        shape = (frame.camera.height, frame.camera.width)
        numbers = target.read(attachment=1, components=1, dtype="u2", alignment=1)
        depth = target.read(attachment=0, components=1, dtype="f4", alignment=1)
        return (
            np.frombuffer(numbers, np.uint16).reshape(shape)[::-1],
            np.frombuffer(depth, np.float32).reshape(shape)[::-1],
        )

    def read_normals(self, frame: "Frame") -> NDArray[np.uint8]:
        """World normals `(H, W, 3)` in Unreal axes as n * 127.5 + 127.5; black where nothing is drawn."""
        target = self._prepare(frame).exact.target
        shape = (frame.camera.height, frame.camera.width, 4)
        values = np.frombuffer(target.read(attachment=3, components=4, dtype="f4"), np.float32).reshape(shape)[::-1]
        coded = np.rint(values[..., [0, 2, 1]] * 127.5 + 127.5)
        coded[read_nothing(self.read_masks(frame)[1])] = 0
        return np.clip(coded, 0, 255).astype(np.uint8)

    def read_picture(self, frame: "Frame") -> NDArray[np.uint8]:
        """The picture `(H, W, 3)`, sRGB."""
        targets = self._prepare(frame)
        if targets.large is not targets.exact:
            self._lay_down(frame, targets.large)
        environment = frame.scenery.environment
        if environment.soft_lights:
            self._soft.draw(frame.drawables)
        elif environment.sun_klux.any():
            self._shadow.draw(frame.drawables)
        self.context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._draw_occlusion(targets)
        self._light.use(frame.scenery)
        self._shadow.use(2, 3)
        targets.occlusion_map.use(4)
        self._contact.use(7)
        self._soft.use(13)
        for unit, texture in ((10, targets.large.depth), (11, targets.large.paint), (12, targets.large.shape)):
            texture.use(unit)
        targets.lit.use()
        self._screen["soft light" if environment.soft_lights else "light"].render()
        self._shadow.release(2, 3)
        targets.smooth.use()
        targets.lit_map.use(9)
        self._programs["smooth"]["texel_uv"].value = tuple(1.0 / side for side in targets.lit_map.size)
        self._screen["smooth"].render()
        return self._read(targets.smooth, frame)

    def _draw_occlusion(self, targets: Targets) -> None:
        if not self.quality.ambient_taps:
            targets.occlusion.clear(1.0, 1.0, 1.0, 1.0)
            return
        targets.occlusion_rough.use()
        targets.exact.depth.use(10)
        self._screen["occlusion"].render()
        targets.occlusion.use()
        targets.occlusion_rough_map.use(4)
        self._programs["blur"]["texel_uv"].value = tuple(1.0 / side for side in targets.occlusion_rough_map.size)
        self._screen["blur"].render()

    def _read(self, target: moderngl.Framebuffer, frame: "Frame") -> NDArray[np.uint8]:
        times = self.quality.supersampling
        shape = (frame.camera.height * times, frame.camera.width * times, 4)
        picture = np.frombuffer(target.read(components=4), np.uint8).reshape(shape)[::-1, :, :3]
        if times == 1:
            return np.ascontiguousarray(picture)
        import cv2

        size = (frame.camera.width, frame.camera.height)
        return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA), np.uint8)


def read_nothing(depth_m: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where nothing was drawn."""
    return depth_m < NEAR_M / 2


class Frame:
    """One camera's view of one state of the world; every picture of it is drawn once, when first asked for."""

    def __init__(self, renderer: Renderer, world: "World", camera: PlacedCamera) -> None:
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
