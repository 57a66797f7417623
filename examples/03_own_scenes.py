"""A scenes file of one's own, in which every value is a distribution: write it, draw it, look at the plan.

spinegen fit-mocap --out workspace
python examples/03_own_scenes.py workspace --shots 8
"""

import argparse
from pathlib import Path

import pandas as pd

import spinegen

SCENES = """
image: {width: 256, height: 256}
validation_share: 0.25
setup: {takes: 2}
people: {population: 8, wardrobe: office}
cameras:
  - {name: at the desk, fill: {uniform: [0.6, 0.9]}, focal_mm: {choice: [28, 50]}, height_m: 1.2}
places: {kinds: {office: 3, clinic: 1}}
props: {mat: 0, near: {chair: 1}, near_count: 1}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--shots", type=int, default=8)
    given = parser.parse_args()
    (scenes := given.workspace / "office.yaml").write_text(SCENES)
    drawn = spinegen.render_frames(given.workspace, scenes=str(scenes), shots=given.shots)
    plan = pd.read_parquet(given.workspace / "plan.parquet")
    print(plan[["shot", "clip", "activity", "place_kind", "azimuth_deg", "distance_m"]].to_string(index=False))
    print(f"{drawn.figures['frames']} frames in {given.workspace / 'frames'}")


if __name__ == "__main__":
    main()
