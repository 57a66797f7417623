"""What a frame costs, by part: core-seconds of one process that is worker and engine at once.

    python benchmarks/frame_cost.py --out WORKSPACE [--scenes yoga] [--shots 96] [--size 320x320] [--takes 1 8] [--cores 16]
                                    [--gpu-ms 4]

WORKSPACE holds fits (`spinegen fit-mocap --out WORKSPACE`); nothing is written into it. People who were drawn before on this machine come from
disk; with an empty folder as SPINEGEN_CACHE nobody does, and patterns are painted, too. For each number of `--takes` a plan with so many
takes a setup is drawn by a process of its own, one after the other, `--rounds` times in turns, and the least of each part is printed.

Seconds are of the processor (all threads), so that they hold on a busy machine. Every part is counted without the parts within it. GL calls
stand apart: with a software renderer their seconds are the drawing itself, with a GPU only what the processor spends on them. What is left,
the fixed cost, bounds the rate that N cores with one GPU can reach; `--gpu-ms` is what the GPU itself takes for a picture, measured there.
"""

import argparse
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spinegen.config import load_yaml, parse
from spinegen.engine.gpu.renderer import Renderer
from spinegen.engine.server.commands import execute
from spinegen.engine.server.session import Session as EngineSession
from spinegen.errors import EngineError
from spinegen.progress import SilentReporter
from spinegen.records.people import read_people
from spinegen.render.client import Connection
from spinegen.render.fits import Fits, read_motions
from spinegen.render.frame import Avatars, draw_frame
from spinegen.render.paths import FramePaths
from spinegen.render.remaining import Remaining
from spinegen.render.session import Session
from spinegen.render.skeleton_map import load_skeleton_map
from spinegen.resources import shipped
from spinegen.scenes.plan import Plan, make_plan
from spinegen.scenes.settings import SceneSettings
from spinegen.workspace import Workspace

PARTS: dict[str, tuple[str, ...]] = {
    "plan row": ("scenes.plan:Plan.shots",),
    "model of a person": ("render.avatar:Avatar.__init__",),
    "retarget": ("render.avatar:Avatar.poses",),
    "reading fits": ("render.fits:read_fit", "biomech.fits.files:read_osim"),
    "person": ("engine.world.bodies:build_person", "engine.world.body:Body.of"),
    "people from and to disk": ("engine.world.bodies:kept", "engine.world.human:Human.wear", "engine.world.body:Body.skin"),
    "levels of detail": ("engine.world.detail:coarser",),
    "clothes": ("humans.person:make_clothes", "humans.person:make_shell"),
    "hair": ("humans.person:hair_parts", "humans.person:face_hair_parts"),
    "skin and fabric textures": ("humans.person:skin_texture", "humans.person:eye_texture", "humans.garments.cloth:fabric_texture"),
    "surface textures": ("engine.world.scenery:surface_texture", "engine.content.props:surface_texture", "engine.content.rooms:surface_material"),
    "place": ("engine.gpu.renderer:scenery",),
    "environment": (
        "engine.world.scenery:outdoor_environment", "engine.world.scenery:studio_environment",
        "engine.world.scenery:room_environment", "engine.world.scenery:panorama",
    ),
    "props": ("engine.world.world:prop_mesh",),
    "skinning": ("engine.world.skinning:Skin.posed",),
    "GL upload": (
        "engine.gpu.gpu_cache:GpuCache.mesh", "engine.gpu.gpu_cache:GpuCache.texture",
        "engine.gpu.light_maps:LightMaps.use",
    ),
    "GL draw and read-back": ("engine.gpu.renderer:Renderer.read_masks", "engine.gpu.renderer:Renderer.read_picture"),
    "encode": (
        "engine.server.pictures:encode_bmp", "engine.server.pictures:encode_npy", "engine.server.stage_mask:encode_mask",
        "render.frame:expose", "render.frame:jpeg", "render.frame:encode_numbers",
    ),
    "decode": ("render.client:Connection.picture", "render.client:Connection.depth_m", "render.session:decode_mask"),
    "visibility": ("render.frame:person_visibility",),
    "sidecar and files": ("render.frame:_sidecar", "records.sidecar:Sidecar.sealed", "render.frame:write_bytes"),
}  # fmt: skip
"""Part to the functions that it is, as `module:name` under `spinegen`."""
GL = ("GL upload", "GL draw and read-back")


class Clock:
    """Processor seconds by part, each without the parts called within it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._since = time.process_time()

    def _book(self) -> None:
        now = time.process_time()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what happens now to a part."""
        self._book()
        self._stack.append(name)
        try:
            yield
        finally:
            self._book()
            self._stack.pop()

    def watch(self, name: str, where: str) -> None:
        """Count every call of a function to a part."""
        module_name, _, path = where.partition(":")
        try:
            owner: Any = importlib.import_module(f"spinegen.{module_name}")
            *outer, last = path.split(".")
            for step in outer:
                owner = getattr(owner, step)
            original = vars(owner)[last]
        except (ImportError, AttributeError, KeyError) as error:
            raise SystemExit(f"{where}: no such function in this version; mend PARTS") from error
        bound = isinstance(original, classmethod)
        function: Callable[..., Any] = original.__func__ if bound else original

        @functools.wraps(function)
        def counted(*arguments: Any, **named: Any) -> Any:
            with self.part(name):
                return function(*arguments, **named)

        setattr(owner, last, classmethod(counted) if bound else counted)


class Direct(Connection):
    """Commands without a socket."""

    def __init__(self, engine: EngineSession) -> None:
        self.endpoint, self.timeout_s, self._dead, self._engine = "direct", 0.0, "", engine

    def request(self, command: str, timeout_s: float | None = None) -> str | bytes:
        reply = execute(self._engine, command)
        if isinstance(reply, str) and reply.startswith("error"):
            raise EngineError(f"the engine answered {reply[:300]!r} to {command[:80]!r}")
        return reply


def draw_all(plan: Plan, frames: Path, session: Session, avatars: Avatars) -> int:
    """Draw every shot of a plan; how many there were."""
    count = 0
    for batch in Remaining(plan, frames).batches():
        shots = plan.shots(batch.part, batch.shots)
        avatars.poses.expect(shots)
        for shot in shots:
            paths = FramePaths(frames, shot.shot)
            paths.sidecar.parent.mkdir(parents=True, exist_ok=True)
            draw_frame(shot, session, avatars, paths, keep_depth=False)
            count += 1
    return count


def play(options: argparse.Namespace, takes: int) -> dict[str, Any]:
    """Draw a plan in this process; seconds by part, and pictures drawn."""
    width, height = map(int, options.size.split("x"))
    data = load_yaml(shipped("configs/scenes")[options.scenes], SceneSettings).model_dump(mode="json")
    changes = {"shots": options.shots, "setup": {"takes": takes}, "image": {"width": width, "height": height}}
    clock, workspace = Clock(), Workspace(options.out)
    with tempfile.TemporaryDirectory() as folder, clock.part("start"):
        root = Path(folder)
        scene = parse({**data, **changes}, SceneSettings, "frame_cost")
        with SilentReporter().task("plan", None, "shots") as task:
            plan = make_plan(
                scene, read_motions(workspace), options.seed, root / "plan", people=root / "people.json", task=task
            )
        engine = EngineSession(Renderer(options.quality))
        mapping = load_skeleton_map()
        session = Session(Direct(engine), mapping)
        avatars = Avatars(mapping, read_people(root / "people.json"), Fits(workspace, tuple(plan.header.clips)))
        for part, places in PARTS.items():
            for where in places:
                clock.watch(part, where)
        with clock.part("other"):
            frames = draw_all(plan, root / "frames", session, avatars)
    seconds = {name: value / frames for name, value in clock.seconds.items() if name != "start"}
    return {"frames": frames, "renderer": engine.renderer.name, "seconds": seconds, "start": clock.seconds["start"]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="a workspace with fits")
    parser.add_argument("--scenes", default="yoga")
    parser.add_argument("--shots", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", default="320x320")
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--takes", type=int, nargs="+", default=[1, 8], help="takes of a setup, one column each")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cores", type=int, default=16, help="cores of the machine to predict")
    parser.add_argument("--gpu-ms", type=float, default=4.0, help="what its GPU takes for a frame's pictures")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone is not None:
        print(json.dumps(play(options, options.alone)))
        return
    found: dict[int, list[dict[str, Any]]] = {takes: [] for takes in options.takes}
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "LP")}
    for _ in range(options.rounds):
        for takes in options.takes:
            command = [sys.executable, __file__, *sys.argv[1:], "--alone", str(takes)]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, **one_thread}
            )
            if done.returncode:
                sys.exit(f"--takes {takes}: {done.stderr.strip()}")
            found[takes].append(json.loads(done.stdout.splitlines()[-1]))
    _print(options, found)


def _print(options: argparse.Namespace, found: dict[int, list[dict[str, Any]]]) -> None:
    """The table, and the rates that follow from it."""
    first = next(iter(found.values()))[0]
    print(f"{first['frames']} frames of {options.scenes}, {options.size}, {first['renderer']}; core-seconds a frame")
    print(f"{'takes a setup':<28}" + "".join(f"{takes:>10}" for takes in found))
    least = {
        takes: {part: min(run["seconds"].get(part, 0.0) for run in runs) for part in (*PARTS, "other")}
        for takes, runs in found.items()
    }
    for part in (*PARTS, "other"):
        print(f"{part:<28}" + "".join(f"{costs[part]:>10.4f}" for costs in least.values()))
    fixed = {takes: sum(value for part, value in costs.items() if part not in GL) for takes, costs in least.items()}
    drawn = {takes: sum(costs[part] for part in GL) for takes, costs in least.items()}
    print(f"{'fixed (all but GL)':<28}" + "".join(f"{value:>10.4f}" for value in fixed.values()))
    print(f"{'GL':<28}" + "".join(f"{value:>10.4f}" for value in drawn.values()))
    rates = {takes: min(options.cores / cost, 1000.0 / options.gpu_ms) for takes, cost in fixed.items()}
    label = f"frames/s, {options.cores} cores + GPU"
    print(f"{label:<28}" + "".join(f"{rate:>10.1f}" for rate in rates.values()))
    both = {takes: options.cores / (fixed[takes] + drawn[takes]) for takes in fixed}
    label = f"frames/s, {options.cores} cores alone"
    print(f"{label:<28}" + "".join(f"{rate:>10.1f}" for rate in both.values()))


if __name__ == "__main__":
    main()
