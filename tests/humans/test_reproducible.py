"""The same spec is the same person in any process."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np

from spinegen.humans.person import Person, build_person
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.humans.spec.sample import sample_person

SCRIPT = """
import sys
from spinegen.humans.person import build_person
from spinegen.humans.spec.person_spec import PersonSpec
sys.path.insert(0, sys.argv[1])
from test_reproducible import digest
print(digest(build_person(PersonSpec.model_validate_json(sys.stdin.read()))))
"""


def digest(person: Person) -> str:
    found = hashlib.sha256(person.rest_positions_ground_m.tobytes())
    for part in person.parts:
        for array in (part.vertices_ground_m, part.faces, part.uv, part.weights.data, part.texture_rgb):
            found.update(array.tobytes())
    return found.hexdigest()


def test_the_same_spec_is_the_same_bytes_in_another_process() -> None:
    spec: PersonSpec = sample_person(np.random.default_rng(8), "street")
    here = digest(build_person(spec))
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)],
        input=spec.model_dump_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, spinegen.humans.person, spinegen.humans.spec.sample; print([m for m in ('torch', 'anny', 'opensim') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
