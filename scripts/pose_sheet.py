"""Draw postures as `spinegen poses` does, as stick figures from the side and from the front.

python scripts/pose_sheet.py --sheet docs/poses.png [--count 60] [--seed 0]
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from motion_sheet import CELL_PX, VIEWS, Picture, figure

from spinegen.biomech.anatomy.assemble import load_model
from spinegen.motions.pose_sampler import anchors, sample_poses
from spinegen.motions.shipped import shipped_flows
from spinegen.skeleton import NAMES, VERTEBRAE

COLUMNS = 10


def main() -> None:
    """Sample, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model = load_model("unisex")
    drawn = sample_poses(model, anchors(model, shipped_flows().values()), options.count, options.seed)
    poses = model.forward(drawn.q)
    points = model.station_positions(poses, [f"keypoint/{name}" for name in NAMES])
    spines = model.station_positions(poses, [f"centroid/{name}" for name in VERTEBRAE])
    tips = model.station_positions(poses, [f"landmark/{s}FTP" for s in "RL"])
    rows: list[Picture] = []
    for first in range(0, len(drawn.q), COLUMNS):
        for view in VIEWS.values():
            row = np.full((CELL_PX, CELL_PX * COLUMNS, 3), 250, np.uint8)
            for place, number in enumerate(range(first, min(first + COLUMNS, len(drawn.q)))):
                cell = row[:, place * CELL_PX : (place + 1) * CELL_PX]
                figure(cell, points[number], spines[number], tips[number], view=view)
                cv2.putText(
                    cell, drawn.kinds[number], (4, CELL_PX - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.32, (120, 120, 120), 1
                )
            rows.append(row)
    cv2.imwrite(str(options.sheet), np.concatenate(rows))
    print(f"{len(drawn.q)} of {drawn.drawn} postures on {options.sheet}")


if __name__ == "__main__":
    main()
