"""Meshes and textures on the GPU, kept as long as their originals live."""

from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from ..content.mesh import Mesh, Texture
from .mipmaps import SRGB8_ALPHA8, add_levels, srgb_levels

Faces = Literal["faces", "coarse_faces", "blurred_faces", "seen_faces"]


@dataclass
class GpuMesh:
    """Buffers of one mesh and a vertex array a program."""

    positions: moderngl.Buffer
    normals: moderngl.Buffer
    uv: moderngl.Buffer
    faces: moderngl.Buffer
    coarse_faces: moderngl.Buffer
    blurred_faces: moderngl.Buffer
    seen_faces: moderngl.Buffer | None
    """Those of `faces` that the present view may see."""
    version: int
    arrays: dict[tuple[str, Faces], moderngl.VertexArray]


class GpuCache:
    """Uploads what is new, rewrites what has changed."""

    def __init__(self, context: moderngl.Context, anisotropy: float, software: bool) -> None:
        self._context = context
        self._anisotropy = 1.0 if software else anisotropy
        self.software = software
        self._meshes: WeakKeyDictionary[Mesh, GpuMesh] = WeakKeyDictionary()
        self._textures: WeakKeyDictionary[Texture, moderngl.Texture] = WeakKeyDictionary()
        self._white = Texture(np.full((2, 2, 3), 255, np.uint8))

    def mesh(self, mesh: Mesh) -> GpuMesh:
        """The mesh's buffers, up to date."""
        found = self._meshes.get(mesh)
        if found is None:
            make = self._context.buffer
            faces = make(np.ascontiguousarray(mesh.faces, np.int32))
            coarse, blurred = mesh.coarse_faces, mesh.blurred_faces
            found = GpuMesh(
                make(np.ascontiguousarray(mesh.vertices_m, np.float32), dynamic=mesh.moves),
                make(np.ascontiguousarray(mesh.normals, np.float32), dynamic=mesh.moves),
                make(np.ascontiguousarray(mesh.uv, np.float32)),
                faces,
                faces if coarse is None else make(np.ascontiguousarray(coarse, np.int32)),
                faces if blurred is None else make(np.ascontiguousarray(blurred, np.int32)),
                None,
                mesh.version,
                {},
            )
            self._meshes[mesh] = found
        elif found.version != mesh.version:
            found.positions.write(np.ascontiguousarray(mesh.vertices_m, np.float32))
            found.normals.write(np.ascontiguousarray(mesh.normals, np.float32))
            found.version = mesh.version
        return found

    def array(self, mesh: Mesh, name: str, program: moderngl.Program, kind: Faces = "faces") -> moderngl.VertexArray:
        """The mesh, or its triangles of another kind, as vertex array of the program called `name`."""
        gpu = self.mesh(mesh)
        if (name, kind) not in gpu.arrays:
            parts = (
                (gpu.positions, "3f", "in_position"),
                (gpu.normals, "3f", "in_normal"),
                (gpu.uv, "2f", "in_uv"),
            )
            content = [part for part in parts if part[2] in program]
            gpu.arrays[name, kind] = self._context.vertex_array(program, content, getattr(gpu, kind))
        return gpu.arrays[name, kind]

    def see(self, mesh: Mesh, triangles: NDArray[np.int32]) -> None:
        """Have `seen_faces` hold these triangles `(N,)` of the mesh."""
        gpu = self.mesh(mesh)
        if gpu.seen_faces is None:
            gpu.seen_faces = self._context.buffer(reserve=gpu.faces.size, dynamic=True)
        gpu.seen_faces.write(mesh.faces.take(triangles, axis=0))

    def texture(self, texture: Texture | None, *, narrow: bool = False) -> moderngl.Texture:
        """Mipmapped sRGB texture; white for `None`.

        Args:
            texture: the pixels.
            narrow: for surfaces so small that nobody sees where one level of the texture ends and the next begins.
        """
        texture = texture or self._white
        found = self._textures.get(texture)
        if found is None:
            upwards = np.asarray(cv2.flip(np.ascontiguousarray(texture.hand_over()), 0), np.uint8)
            height, width = upwards.shape[:2]
            found = self._context.texture((width, height), 4, _rgba(upwards), internal_format=SRGB8_ALPHA8)
            if self.software:
                add_levels(found, [_rgba(level) for level in srgb_levels(upwards)], srgb=True)
                if narrow:
                    found.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
            else:
                found.build_mipmaps()
                found.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
            if texture.height_is_luminance and self._anisotropy > 1:
                found.anisotropy = self._anisotropy
            self._textures[texture] = found
        return found


def _rgba(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA), np.uint8) if pixels.shape[2] == 3 else pixels
