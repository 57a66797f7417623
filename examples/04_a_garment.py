"""Dress a person in a garment of one's own, and write the dressed body as a Wavefront OBJ that any 3D program opens.

python examples/04_a_garment.py --looseness 0.03 --out dressed.obj
"""

import argparse
from pathlib import Path

import numpy as np

import spinegen
from spinegen.humans.spec.person_spec import Fabric, Garment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looseness", type=float, default=0.02, help="metres from the skin")
    parser.add_argument("--out", type=Path, default=Path("dressed.obj"))
    given = parser.parse_args()

    stripes = Fabric(pattern="stripes", colours=((0.1, 0.2, 0.5), (0.9, 0.9, 0.9), (0.8, 0.1, 0.1)), scale_m=0.05)
    shirt = Garment(kind="long_sleeve", fabric=stripes, looseness_m=given.looseness, sleeve=0.9, hem=0.2)
    dark = (0.1, 0.1, 0.1)
    trousers = Garment(kind="leggings", fabric=Fabric(colours=(dark, dark, dark)), leg=1.0)
    somebody = spinegen.sample_person(np.random.default_rng(0), "yoga")
    person = spinegen.build_person(somebody.model_copy(update={"garments": (shirt, trousers)}))

    lines, first = [], 1
    for part in person.parts:
        lines.append(f"o {part.name}")
        lines += [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in part.vertices_ground_m.tolist()]
        lines += ["f " + " ".join(str(first + corner) for corner in face) for face in part.faces.tolist()]
        first += len(part.vertices_ground_m)
        print(f"{part.name}: {len(part.vertices_ground_m)} vertices, {len(part.faces)} triangles")
    given.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
