"""Draw one person with the embedded engine, without any workspace, into `person.jpg`.

python examples/02_render_one_person.py --seed 3
"""

import argparse

import cv2
import numpy as np

import spinegen
from spinegen.engine.protocol.vocabulary import Backdrop, Ground
from spinegen.geometry.camera import Camera
from spinegen.records.place import Light, Place
from spinegen.render.engines import EmbeddedEngine
from spinegen.render.session import Session
from spinegen.render.skeleton_map import load_skeleton_map


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    camera = Camera.look_at((3.4, 1.4, 0.8), (0.0, 0.9, 0.0), roll_deg=0.0, focal_px=600.0, width=480, height=480)
    sun, sky = (40.0, 30.0, 60_000.0, 5500.0, 0.53), (3.0, 0.2, 1.0, 0)
    light = Light(sun=sun, sky=sky, exposure_ev=0.0, white_balance_k=0.0)
    session = Session((engine := EmbeddedEngine()).connect(), load_skeleton_map("anny"))
    session.dress("somebody", spinegen.sample_person(np.random.default_rng(given.seed), "street"))
    session.set_stage(Place(kind="lawn", ground=Ground(), backdrop=Backdrop(kind="sky")), light, ())
    session.show_only(["somebody"])
    session.set_camera(camera)
    seen = session.capture(camera, people=1)
    engine.discard()
    cv2.imwrite("person.jpg", seen.lit_rgb[..., ::-1])
    print(f"{(seen.mask == 1).sum()} pixels show the person, from {seen.depth_m[seen.mask == 1].min():.2f} m on")


if __name__ == "__main__":
    main()
