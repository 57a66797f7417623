"""Throughput of the embedded engine through its protocol: picture, mask and depth of a dressed, posed person.

    python benchmarks/render.py [--frames 100] [--quality standard] [--size 640x480] [--people 1] [--memory 2000] [--peers]

Prints frames a second, the share of time outside the drawing (protocol, encoding, transfer), the engine's resident memory over frames, and
with --peers the same scene in pyrender where that is installed.
"""

import argparse
import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinegen.engine import protocol
from spinegen.engine.launch import EngineProcess, start_engine
from spinegen.geometry import rigid
from spinegen.humans.sample import sample_person


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--memory", type=int, default=0, help="also watch the engine's memory over so many frames")
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    with start_engine(options.quality) as engine:
        bench = Bench(engine, width, height, options.people)
        bench.frame(0)
        result = bench.run(options.frames)
        print(
            json.dumps(
                {"renderer": engine.renderer, "quality": options.quality, "size": options.size, **result}, indent=1
            )
        )
        if options.memory:
            print(json.dumps({"memory_mb": bench.memory(options.memory)}, indent=1))
    if options.peers:
        print(json.dumps({"pyrender": _pyrender(width, height, options.frames, bench.meshes())}, indent=1))


class Bench:
    """One engine with people on a lawn, each frame in another pose under another camera."""

    def __init__(self, engine: EngineProcess, width: int, height: int, people: int) -> None:
        import unrealcv

        self.engine, self.size = engine, (width, height)
        self.rng = np.random.default_rng(0)
        endpoint, kind = engine.endpoint
        self.client = unrealcv.Client(endpoint, kind)
        if not self.client.connect():
            raise SystemExit("the engine does not answer")
        self.send(f"vset /objects/spawn {protocol.STAGE} Stage_0", f"vset /camera/0/size {width} {height}")
        self.send('vbp Stage_0 SetBackdrop {"kind":"park"}', "vbp Stage_0 SetSun 40 200 70000 5300 0.53")
        self.rigs: list[tuple[str, tuple[str, ...], np.ndarray]] = []
        self.specs = [sample_person(self.rng, "yoga") for _ in range(people)]
        for number, spec in enumerate(self.specs):
            name = f"Human_{number}"
            self.send(f"vset /objects/spawn {protocol.HUMAN} {name} 0 {110 * number} 0")
            self.client.request(f"vbp {name} SetBody {spec.model_dump_json()}", timeout=600)
            rig = protocol.return_value(self.send(f"vbp {name} GetBones")[0])
            self.rigs.append((name, *protocol.decode_rig(rig)))

    def send(self, *commands: str) -> list[Any]:
        """Replies of a batch, none of them an error."""
        replies = self.client.request_batch(list(commands))
        for command, reply in zip(commands, replies, strict=True):
            if isinstance(reply, str) and reply.startswith("error"):
                raise SystemExit(f"{command[:80]}: {reply}")
        return replies

    def pose(self, number: int) -> list[str]:
        """Commands that move everybody a little and the camera around them."""
        out = []
        for name, bones, rest in self.rigs:
            moved = rest.copy()
            turn = rigid.axis_angle_matrix((0, 1, 0), 0.05 * number)
            moved[:, :3, :] = turn @ rest[:, :3, :]
            out.append(
                protocol.format_call(name, protocol.HUMAN, "SetPose", protocol.encode_pose(str(number), bones, moved))
            )
        angle = 0.1 * number
        x, y = -330 * np.cos(angle), -330 * np.sin(angle)
        out.append(f"vset /camera/0/location {x:.6f} {y:.6f} 140.000000")
        out.append(f"vset /camera/0/rotation -8.000000 {np.degrees(angle):.6f} 0.000000")
        return out

    def frame(self, number: int) -> int:
        """Draw and fetch one frame; bytes received."""
        pictures = ("vget /camera/0/lit bmp", "vget /camera/0/object_mask bmp", "vget /camera/0/depth npy")
        return sum(len(reply) for reply in self.send(*self.pose(number), *pictures)[-3:])

    def run(self, frames: int) -> dict[str, Any]:
        """Rates over `frames`, and the cost of fetching the same frame again (all but the drawing)."""
        start, cpu, size = time.perf_counter(), _cpu_s(self.engine.process.pid), 0
        for number in range(frames):
            size += self.frame(number)
        wall, cpu = time.perf_counter() - start, _cpu_s(self.engine.process.pid) - cpu
        start = time.perf_counter()
        for number in range(frames):
            pictures = ("vget /camera/0/lit bmp", "vget /camera/0/object_mask bmp", "vget /camera/0/depth npy")
            replies = self.send(*pictures)
            np.load(io.BytesIO(replies[2]))
            self.pose(number)
        again = time.perf_counter() - start
        return {
            "people": len(self.rigs),
            "frames_a_second": round(frames / wall, 2),
            "engine_cpu_s_a_frame": round(cpu / frames, 3),
            "protocol_share": round(again / wall, 3),
            "megabytes_a_frame": round(size / frames / 1e6, 2),
        }

    def memory(self, frames: int) -> dict[int, float]:
        """Resident memory after so many frames, with places that change every 10th."""
        out = {}
        kinds = ["meadow", "park", "forest", "city", "street", "sky"]
        for number in range(frames + 1):
            if number % 10 == 0:
                seed = int(self.rng.integers(2**31))
                kind = kinds[int(self.rng.integers(len(kinds)))]
                self.send(f'vbp Stage_0 SetBackdrop {{"kind":"{kind}","seed":{seed}}}')
                surface = ["grass", "paving", "gravel", "asphalt"][int(self.rng.integers(4))]
                self.send(f'vbp Stage_0 SetGround {{"surface":{{"kind":"{surface}","seed":{seed}}}}}')
            self.frame(number)
            if number % 200 == 0:
                out[number] = _rss_mb(self.engine.process.pid)
        return out

    def meshes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Vertices and faces of the people at rest, ground metres."""
        from spinegen.humans.person import build_person

        parts = [part for spec in self.specs for part in build_person(spec).parts]
        return [(part.vertices_ground_m, part.faces) for part in parts]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def _pyrender(
    width: int, height: int, frames: int, meshes: list[tuple[np.ndarray, np.ndarray]]
) -> dict[str, Any] | str:
    """The same people, one light with shadows, colour and depth in one drawing, instance mask in a second."""
    import os

    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    try:
        import pyrender  # type: ignore[import-not-found]
        import trimesh
    except ImportError as error:
        return f"not installed ({error})"
    scene = pyrender.Scene(ambient_light=[0.3, 0.3, 0.3])
    nodes = {}
    for number, (vertices, faces) in enumerate(meshes):
        mesh = pyrender.Mesh.from_trimesh(trimesh.Trimesh(vertices, faces, process=False))
        nodes[scene.add(mesh)] = (number + 1, 0, 0)
    place = np.eye(4)
    place[:3, 3] = [0, 1.2, 3.3]
    scene.add(pyrender.PerspectiveCamera(yfov=1.0), pose=place)
    scene.add(pyrender.DirectionalLight(intensity=4.0), pose=place)
    renderer = pyrender.OffscreenRenderer(width, height)
    flags = pyrender.RenderFlags
    renderer.render(scene, flags=flags.SHADOWS_DIRECTIONAL)
    start = time.perf_counter()
    for _ in range(frames):
        renderer.render(scene, flags=flags.SHADOWS_DIRECTIONAL)
        renderer.render(scene, flags=flags.SEG, seg_node_map=nodes)
    return {"frames_a_second": round(frames / (time.perf_counter() - start), 2)}


if __name__ == "__main__":
    main()
