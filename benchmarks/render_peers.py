"""The same people drawn by another renderer: run by `render.py --peers PYTHON` in that renderer's own environment.

    PYTHON benchmarks/render_peers.py pyrender|cycles SCENE.npz WIDTH HEIGHT FRAMES [SAMPLES]

Prints one JSON line. The people stand still in one plain material on a ground, under one sun with shadows and light from all around; the
camera walks around them as in render.py. Needs numpy beside the renderer, nothing of spinegen.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOV_DEG = 90.0
GROUND_M = 40.0


def main() -> None:
    """Measure and print."""
    name, scene, width, height, frames, *samples = sys.argv[1:]
    stored = np.load(scene)
    meshes = [(stored[f"vertices_{k}"], stored[f"faces_{k}"]) for k in range(int(stored["count"]))]
    size = (int(width), int(height))
    with contextlib.redirect_stdout(sys.stderr):
        draw, about = (
            _pyrender(meshes, size) if name == "pyrender" else _cycles(meshes, size, int((samples or ["16"])[0]))
        )
        draw(0)
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(1, int(frames) + 1):
            draw(number)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = int(frames)
    figures = {"frames_a_second": round(count / wall, 3), "cpu_s_a_frame": round(cpu / count, 3)}
    print(json.dumps({**about, **figures}))


def camera_y_up(number: int) -> np.ndarray:
    """`(4, 4)` world from camera (x right, y up, looking along -z), metres: render.py's walk around the people."""
    angle, pitch = 0.1 * number, np.radians(-8.0)
    forward = np.array([np.cos(angle) * np.cos(pitch), np.sin(pitch), np.sin(angle) * np.cos(pitch)])
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(right, forward), -forward], axis=1)
    pose[:3, 3] = [-3.3 * np.cos(angle), 1.4, -3.3 * np.sin(angle)]
    return pose


def _pyrender(
    meshes: list[tuple[np.ndarray, np.ndarray]], size: tuple[int, int]
) -> tuple[Callable[[int], None], dict[str, Any]]:
    """Colour and depth in one drawing with shadows, masks in a second."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    import pyrender  # type: ignore[import-not-found]
    import trimesh  # type: ignore[import-not-found]

    scene = pyrender.Scene(ambient_light=[0.3, 0.3, 0.3])
    nodes = {}
    for number, (vertices, faces) in enumerate(meshes):
        body = pyrender.Mesh.from_trimesh(trimesh.Trimesh(vertices, faces, process=False))
        nodes[scene.add(body)] = (number + 1, 0, 0)
    ground = trimesh.creation.box((GROUND_M, 0.02, GROUND_M))
    ground.apply_translation((0, -0.01, 0))
    scene.add(pyrender.Mesh.from_trimesh(ground))
    width, height = size
    yfov = 2 * np.arctan(np.tan(np.radians(FOV_DEG) / 2) * height / width)
    camera = scene.add(pyrender.PerspectiveCamera(yfov=yfov, aspectRatio=width / height), pose=camera_y_up(0))
    sun = np.eye(4)
    sun[:3, :3] = np.array([[1, 0, 0], [0, np.cos(-0.9), -np.sin(-0.9)], [0, np.sin(-0.9), np.cos(-0.9)]])
    scene.add(pyrender.DirectionalLight(intensity=4.0), pose=sun)
    renderer = pyrender.OffscreenRenderer(width, height)
    flags = pyrender.RenderFlags

    def draw(number: int) -> None:
        scene.set_pose(camera, camera_y_up(number))
        colour, depth = renderer.render(scene, flags=flags.SHADOWS_DIRECTIONAL)
        mask, _ = renderer.render(scene, flags=flags.SEG, seg_node_map=nodes)
        if not (colour.any() and depth.any() and mask.any()):
            raise SystemExit("pyrender drew nothing")

    return draw, {"renderer": f"pyrender {pyrender.__version__}", "draws": "picture, depth, mask"}


Z_UP = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], float)
"""Ground axes (y up) to Blender's (z up)."""


def _cycles(
    meshes: list[tuple[np.ndarray, np.ndarray]], size: tuple[int, int], samples: int
) -> tuple[Callable[[int], None], dict[str, Any]]:
    """Picture, depth and object numbers as the passes of one path-traced and denoised frame, written as one EXR file."""
    import bpy  # type: ignore[import-not-found]
    from mathutils import Matrix  # type: ignore[import-not-found]

    scene = bpy.context.scene
    camera = _blender_world(bpy, meshes)
    _cycles_settings(bpy, size, samples)
    target = Path(tempfile.mkdtemp(prefix="cycles-")) / "frame.exr"

    def draw(number: int) -> None:
        camera.matrix_world = Matrix((Z_UP @ camera_y_up(number)).tolist())
        scene.render.filepath = str(target)
        with _quiet():
            bpy.ops.render.render(write_still=True)
        if not target.is_file():
            raise SystemExit("Cycles wrote nothing")
        target.unlink()

    about = {"renderer": f"Cycles {bpy.app.version_string}", "samples_a_pixel": samples, "denoised": True}
    return draw, {**about, "draws": "picture, depth, mask"}


def _blender_world(bpy: Any, meshes: list[tuple[np.ndarray, np.ndarray]]) -> Any:
    """People, ground and sun in place of what was there; the camera."""
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    scene = bpy.context.scene

    def add(name: str, data: Any) -> Any:
        thing = bpy.data.objects.new(name, data)
        scene.collection.objects.link(thing)
        return thing

    for number, (vertices, faces) in enumerate(meshes, 1):
        data = bpy.data.meshes.new(f"person_{number}")
        data.from_pydata((vertices @ Z_UP[:3, :3].T).tolist(), [], faces.tolist())
        data.shade_smooth()
        add(f"person_{number}", data).pass_index = number
    half = GROUND_M / 2
    ground = bpy.data.meshes.new("ground")
    ground.from_pydata([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [], [(0, 1, 2, 3)])
    add("ground", ground)
    sun = bpy.data.lights.new("sun", "SUN")
    sun.energy, sun.angle = 3.0, np.radians(0.53)
    add("sun", sun).rotation_euler = (0.7, 0.2, 0.0)
    scene.world = scene.world or bpy.data.worlds.new("world")
    camera = add("camera", bpy.data.cameras.new("camera"))
    camera.data.angle = np.radians(FOV_DEG)
    scene.camera = camera
    return camera


def _cycles_settings(bpy: Any, size: tuple[int, int], samples: int) -> None:
    """Path tracing on the CPU, all passes in one file."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", samples, True
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = True
    layer.use_pass_z = layer.use_pass_object_index = True
    settings = scene.render.image_settings
    with contextlib.suppress(AttributeError):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"


@contextlib.contextmanager
def _quiet() -> Any:
    """Blender writes its progress straight to the process's output."""
    saved, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(null)


if __name__ == "__main__":
    main()
