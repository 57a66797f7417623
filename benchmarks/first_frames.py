"""What the first picture of an engine, of a new person and of a new place costs: processor seconds of the engine's process.

    python benchmarks/first_frames.py [--size 320x320] [--rounds 8]

An engine is started, draws its bare stage, then the same person again and again (a usual picture), then a new person each time, then a
new place each time. What a usual picture costs is taken off; of persons and places the median is printed. Patterns are on disk already:
the first run on a machine paints them.
"""

import argparse
import json
import os
import statistics
from pathlib import Path

from spinegen.engine.protocol import actor_calls
from spinegen.engine.server.launch import start_engine
from spinegen.humans.spec.sample import sample_person
from spinegen.humans.spec.wardrobe import load_wardrobe
from spinegen.render.client import Connection
from spinegen.render.endpoint import parse_endpoint
from spinegen.streams import Stream, generator

PLACES = (
    (
        'SetGround {"surface":{"kind":"parquet","colour":"#%s"}}',
        'SetRoom {"size_cm":[700,600,280],"seed":%d,"windows":[{"side":"+x","count":2}],"wall":{"kind":"plaster","colour":"#%s"}}',
    ),
    ('SetGround {"surface":{"kind":"grass","colour":"#%s"}}', 'SetBackdrop {"kind":"park","seed":%d}'),
)


def seconds(process: int) -> float:
    """Processor time that a process has taken, all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stage:
    """An engine with one camera; every step is told by what it cost."""

    def __init__(self, connection: Connection, process: int, size: str) -> None:
        self._connection, self._process = connection, process
        connection.text(f"vset /objects/spawn {actor_calls.STAGE} Stage_0")
        for command in (f"size {size.replace('x', ' ')}", "location -300 0 140", "rotation -8 0 0", "fov 60"):
            connection.text(f"vset /camera/0/{command}")

    def cost(self, *commands: str) -> float:
        """Of these commands and a picture after them."""
        before = seconds(self._process)
        for command in commands:
            self._connection.request(command)
        self._connection.request("vget /camera/0/lit bmp")
        return seconds(self._process) - before

    def dressed(self, number: int) -> float:
        """Of a person who was not there before, and of the picture."""
        spec = sample_person(generator(7, Stream.PERSON.at(number)), load_wardrobe("street"))
        text = json.dumps(spec.model_dump(mode="json"), separators=(",", ":"))
        name = f"Person_{number}"
        gone = [f"vset /object/Person_{number - 1}/destroy"] if number else []
        spawn = f"vset /objects/spawn {actor_calls.HUMAN} {name}"
        return self.cost(*gone, spawn, actor_calls.format_call(name, actor_calls.HUMAN, "SetBody", text))

    def moved(self, number: int) -> float:
        """Of a place that was not there before, and of the picture."""
        colour = f"{0x707060 + 257 * number:06x}"
        ground, around = PLACES[number % 2]
        around = around % ((number, colour) if "Room" in around else number)
        return self.cost("vbp Stage_0 Reset", f"vbp Stage_0 {ground % colour}", f"vbp Stage_0 {around}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="320x320")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    with start_engine(threads=1) as engine:
        started = seconds(engine.process.pid)
        stage = Stage(Connection(parse_endpoint(engine.address)), engine.process.pid, options.size)
        first = stage.cost()
        person = stage.dressed(0)
        turn = "vset /camera/0/rotation {} 0 0".format
        usual = statistics.median(stage.cost(turn(-8 - number / 10)) for number in range(1, options.rounds + 1))
        people = statistics.median(stage.dressed(number) - usual for number in range(1, options.rounds + 1))
        places = statistics.median(stage.moved(number) - usual for number in range(1, options.rounds + 1))
    print(f"{options.size}, {engine.renderer}; processor seconds of the engine")
    for what, value in (
        ("start, until it answers", started),
        ("first picture, of the bare stage", first),
        ("first person, with the body's data", person),
        ("a usual picture", usual),
        ("a new person", people),
        ("a new place", places),
    ):
        print(f"{what:<36}{value:>8.3f}")


if __name__ == "__main__":
    main()
