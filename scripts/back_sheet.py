"""Draw standing people of `configs/scenes/backs.yaml` on one sheet: each from behind and from the right.

    python scripts/back_sheet.py --out WORKSPACE --sheet docs/backs.jpg [--people 40] [--seed 0]

WORKSPACE holds the fit `yoga_standing` (`spinegen fit-mocap yoga_standing --out WORKSPACE`); nothing is written into it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.biomech.fits.files import FittedClip
from spinegen.config import load_yaml
from spinegen.engine.protocol.vocabulary import Backdrop, Ground, Surface
from spinegen.geometry.camera import Camera
from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.records.place import Light, Place
from spinegen.records.plan_shot import PlacedPerson
from spinegen.render.avatar import Avatar
from spinegen.render.engines import EmbeddedEngine
from spinegen.render.fits import Fits
from spinegen.render.session import Session
from spinegen.render.skeleton_map import SkeletonMap, load_skeleton_map
from spinegen.resources import shipped
from spinegen.scenes.population import sample_population
from spinegen.scenes.settings import SceneSettings
from spinegen.workspace import Workspace

CLIP, STANDS_AT_S = "yoga_standing", 0.5
WIDTH, HEIGHT, DRAWN_TIMES = 92, 212, 2
AWAY_M, MIDDLE_M, TALL_M = 6.0, 0.93, 2.05
PAPER = "#b8b9ba"
LIGHT = Light(sun=(35.0, 60.0, 20_000.0, 5400.0, 2.0), sky=(3.0, 0.2, 1.0, 0), exposure_ev=0.0, white_balance_k=0.0)


def main() -> None:
    """Dress, pose, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="a workspace with the fit yoga_standing")
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    settings = load_yaml(shipped("configs/scenes")["backs"], SceneSettings)
    specs, _ = sample_population(settings, options.seed)
    clip = Fits(Workspace(options.out), [CLIP])[CLIP]
    mapping, engine = load_skeleton_map("anny"), EmbeddedEngine()
    try:
        session = Session(engine.connect(), mapping)
        backdrop, paper = Backdrop(kind="studio", colour=PAPER), Surface(kind="plain", colour=PAPER, roughness=0.9)
        session.set_stage(Place(kind="studio", ground=Ground(surface=paper), backdrop=backdrop), LIGHT, ())
        tiles = [
            np.concatenate(both_sides(session, mapping, clip, name=name, spec=spec), axis=1)
            for name, spec in list(specs.items())[: options.people]
        ]
    finally:
        engine.discard()
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % options.columns)
    rows = [np.concatenate(tiles[i : i + options.columns], axis=1) for i in range(0, len(tiles), options.columns)]
    cv2.imwrite(str(options.sheet), np.concatenate(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    print(f"{min(len(specs), options.people)} people on {options.sheet}")


def both_sides(
    session: Session, mapping: SkeletonMap, clip: FittedClip, *, name: str, spec: PersonSpec
) -> list[NDArray[np.uint8]]:
    """`(HEIGHT, WIDTH, 3)` RGB from behind, and from the right."""
    avatar = Avatar(session.dress(name, spec), mapping, spec.spine)
    frame = int(np.searchsorted(clip.times_s, STANDS_AT_S))
    placed = PlacedPerson(
        person=name, clip=CLIP, frame=frame, time_s=float(clip.times_s[frame]), x_m=0.0, z_m=0.0, yaw_deg=0.0,
        anchor_frame=frame,
    )  # fmt: skip
    pose = avatar.pose(placed, clip)
    session.set_pose(name, name, avatar.moved_bones, pose.transforms_ground_bone)
    session.show_only([name])
    facing = pose.vertebra_rotations[0][:, 0] * [1.0, 0.0, 1.0]
    facing /= np.linalg.norm(facing)
    pictures = []
    for away in (-facing, np.cross(facing, [0.0, 1.0, 0.0])):
        eye = AWAY_M * away + [0.0, MIDDLE_M, 0.0]
        width, height = WIDTH * DRAWN_TIMES, HEIGHT * DRAWN_TIMES
        camera = Camera.look_at(
            tuple(eye.tolist()), (0.0, MIDDLE_M, 0.0), roll_deg=0.0, focal_px=height * AWAY_M / TALL_M, width=width,
            height=height,
        )  # fmt: skip
        session.set_camera(camera)
        lit = cv2.resize(session.lit(camera), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        pictures.append(np.asarray(lit, np.uint8))
    return pictures


if __name__ == "__main__":
    main()
