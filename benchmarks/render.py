"""Throughput of the embedded engine through its protocol: picture, mask and depth of a dressed, posed person.

    python benchmarks/render.py [--frames 100] [--quality standard] [--size 640x480] [--people 1] [--linear] [--memory 2000]
                                [--peers PYTHON]

Prints frames a second, CPU seconds a frame and the share of time outside the drawing (protocol, encoding, transfer). `--linear` draws four
times as many frames again and compares. `--memory N` then plays N frames in which people, clothes, places, rooms and props come and go, and
prints the resident memory of client and engine. `--peers` draws the same person in pyrender and in Cycles in the same run; PYTHON is that of
an environment with `pyrender` and `bpy` (`pip install bpy pyrender`; not the project's own). CPU seconds hold on a busy machine too.
"""

import argparse
import io
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.launch import EngineProcess, start_engine
from spinegen.geometry import rigid
from spinegen.humans.person import build_person
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.humans.spec.sample import sample_person

WINDOW = 200
"""Frames whose median memory is one reading."""
SURFACES = (
    "grass",
    "paving",
    "gravel",
    "asphalt",
    "parquet",
    "planks",
    "tiles",
    "carpet",
    "plaster",
    "brick",
    "concrete",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--linear", action="store_true", help="draw four times as many frames too, and compare")
    parser.add_argument(
        "--memory", type=int, default=0, help="also watch the memory of client and engine over so many frames"
    )
    parser.add_argument(
        "--peers", metavar="PYTHON", help="also draw the people with pyrender and Cycles of this environment"
    )
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    with start_engine(options.quality) as engine:
        bench = Bench(engine, width, height, options.people)
        bench.frame(0)
        ours = bench.run(options.frames)
        _show({"renderer": engine.renderer, "quality": options.quality, "size": options.size, **ours})
        if options.linear:
            _show({"four_times_as_many_frames": _linear(ours, bench.run(4 * options.frames))})
        if options.peers:
            _show({"peers": _peers(options.peers, bench, ours, min(options.frames, 20))})
        if options.memory:
            bench.memory(options.memory)


def _compact(thing: dict[str, Any]) -> str:
    """JSON without blanks: the client warns of commands whose arguments hold some."""
    return json.dumps(thing, separators=(",", ":"))


def _show(result: dict[str, Any]) -> None:
    print(json.dumps(result, indent=1), flush=True)


def _line(reading: dict[str, float]) -> None:
    print(json.dumps(reading), flush=True)


def _linear(once: dict[str, Any], four_times: dict[str, Any]) -> dict[str, float]:
    """Cost of a frame in the longer run by that in the shorter one: 1 is linear."""
    return {
        "cpu_s_a_frame_ratio": round(four_times["cpu_s_a_frame"] / once["cpu_s_a_frame"], 3),
        "wall_s_a_frame_ratio": round(once["frames_a_second"] / four_times["frames_a_second"], 3),
    }


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
        self.send(f"vset /objects/spawn {actor_calls.STAGE} Stage_0", f"vset /camera/0/size {width} {height}")
        self.send('vbp Stage_0 SetBackdrop {"kind":"park"}', "vbp Stage_0 SetSun 40 200 70000 5300 0.53")
        self.rigs: list[tuple[str, tuple[str, ...], np.ndarray]] = []
        self.specs = [sample_person(self.rng, "yoga") for _ in range(people)]
        for number, spec in enumerate(self.specs):
            self.dress(f"Human_{number}", spec, 110 * number)

    def dress(self, name: str, spec: PersonSpec, y_cm: float = 0.0) -> None:
        """A person who stands at y."""
        self.send(f"vset /objects/spawn {actor_calls.HUMAN} {name} 0 {y_cm:.1f} 0")
        reply: Any = self.client.request(f"vbp {name} SetBody {spec.model_dump_json()}", timeout=600)
        actor_calls.return_value(reply)
        rig = actor_calls.return_value(self.send(f"vbp {name} GetBones")[0])
        self.rigs.append((name, *actor_calls.decode_rig(rig)))

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
                actor_calls.format_call(
                    name, actor_calls.HUMAN, "SetPose", actor_calls.encode_pose(str(number), bones, moved)
                )
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
        start, cpu, own, size = time.perf_counter(), _cpu_s(self.engine.process.pid), time.process_time(), 0
        for number in range(frames):
            size += self.frame(number)
        wall, cpu = time.perf_counter() - start, _cpu_s(self.engine.process.pid) - cpu
        own = time.process_time() - own
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
            "cpu_s_a_frame": round((cpu + own) / frames, 4),
            "engine_cpu_s_a_frame": round(cpu / frames, 4),
            "protocol_share": round(again / wall, 3),
            "megabytes_a_frame": round(size / frames / 1e6, 2),
        }

    def memory(self, frames: int) -> None:
        """Print resident memory while people (every 20th frame) and places (every 5th) change: medians of the last `WINDOW` frames.

        What a frame holds depends on who and what is in it, so single readings differ by more than what is asked.
        """
        readings: list[dict[str, float]] = []
        cpu = _cpu_s(self.engine.process.pid)
        for number in range(1, frames + 1):
            if number % 20 == 1:
                self.new_person()
            if number % 5 == 1:
                self.new_place()
            self.frame(number)
            readings.append(_memory_mb(self.engine.process.pid))
            if number % WINDOW == 0:
                last, spent = readings[-WINDOW:], _cpu_s(self.engine.process.pid) - cpu
                medians = {key: round(float(np.median([reading[key] for reading in last])), 1) for key in last[0]}
                highest = max(reading["engine_mb"] for reading in readings)
                _line({"frame": number, **medians, "engine_highest_mb": highest, "engine_cpu_s": round(spent, 1)})

    def new_person(self) -> None:
        """Another person in the place of the first."""
        name, *_ = self.rigs.pop(0)
        self.send(f"vset /object/{name}/destroy")
        wardrobe = ("yoga", "sport", "street", "office")[int(self.rng.integers(4))]
        self.dress(name, sample_person(self.rng, wardrobe))

    def new_place(self) -> None:
        """Another ground, backdrop, light, perhaps a room, and other props."""
        rng = self.rng
        for name in self.send("vget /objects")[0].split():
            if name.startswith("Prop_"):
                self.send(f"vset /object/{name}/destroy")
        backdrop = ("meadow", "park", "forest", "city", "street", "sky", "studio")[int(rng.integers(7))]
        colour, seed = f"#{int(rng.integers(2**24)):06x}", int(rng.integers(2**31))
        ground, wall = (SURFACES[int(rng.integers(len(SURFACES)))] for _ in range(2))
        room = {"wall": {"kind": wall, "colour": colour, "seed": seed}, "seed": seed}
        self.send(
            f"vbp Stage_0 SetSun {rng.uniform(5, 70):.3f} {rng.uniform(0, 360):.3f} 60000 5300 0.53",
            f"vbp Stage_0 SetBackdrop {_compact({'kind': backdrop, 'seed': seed})}",
            f"vbp Stage_0 SetGround {_compact({'surface': {'kind': ground, 'colour': colour, 'seed': seed}})}",
            f"vbp Stage_0 SetRoom {_compact(room) if rng.random() < 0.5 else ''}",
        )
        for number in range(4):
            kind = ("chair", "plant", "mat", "ball", "shelf", "sofa", "tree", "table")[int(rng.integers(8))]
            prop = {"name": f"Prop_{number}", "kind": kind, "seed": int(rng.integers(1000))}
            prop |= {
                "surface": {"kind": "fabric", "colour": colour},
                "location_cm": [*rng.uniform(-250, 250, 2).tolist(), 0],
            }
            self.send(f"vbp Stage_0 SpawnProp {_compact(prop)}")

    def meshes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Vertices and faces of each person at rest, ground metres."""
        out = []
        for number, spec in enumerate(self.specs):
            parts = build_person(spec).parts
            first = np.cumsum([0, *(len(part.vertices_ground_m) for part in parts)])
            vertices = np.concatenate([part.vertices_ground_m for part in parts]) + np.array([0.0, 0.0, 1.1 * number])
            out.append(
                (vertices, np.concatenate([part.faces + at for part, at in zip(parts, first[:-1], strict=True)]))
            )
        return out


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def _memory_mb(engine: int) -> dict[str, float]:
    return {"client_mb": _rss_mb(os.getpid()), "engine_mb": _rss_mb(engine)}


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def _peers(python: str, bench: Bench, ours: dict[str, Any], frames: int) -> list[dict[str, Any] | str]:
    """What pyrender and Cycles need for the same people, and how many times our frames that is; in turns, one after the other."""
    script = Path(__file__).with_name("render_peers.py")
    results: list[dict[str, Any] | str] = []
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.npz"
        bodies = {}
        for number, (vertices, faces) in enumerate(bench.meshes()):
            bodies |= {f"vertices_{number}": vertices, f"faces_{number}": faces}
        bodies["count"] = np.array(len(bodies) // 2)
        np.savez(scene, allow_pickle=False, **bodies)
        for peer, count in (("pyrender", frames), ("cycles", max(2, frames // 5))):
            command = [python, str(script), peer, str(scene), *map(str, bench.size), str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                results.append(f"{peer}: {' '.join(done.stderr.split())[-300:]}")
                continue
            figures = json.loads(done.stdout.splitlines()[-1])
            again = bench.run(frames)
            cpu = (ours["cpu_s_a_frame"] + again["cpu_s_a_frame"]) / 2
            ratio = figures["cpu_s_a_frame"] / cpu
            results.append({**figures, "ours_beside_it": again, "cpu_times_ours": round(ratio, 2)})
    return results


if __name__ == "__main__":
    main()
