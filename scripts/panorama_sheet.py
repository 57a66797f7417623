"""Draw the panoramas that ship, exposed as a camera would, on one sheet.

python scripts/panorama_sheet.py --sheet docs/panoramas.jpg [--columns 4] [--width 300]
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen.engine.light.exr import read_exr
from spinegen.resources import PANORAMAS, resource_path

MIDDLE_GREY = 0.18
_BRIGHTEST = 1e4
"""Half floats of a sun overflow to infinity."""
BRIGHT_PERCENTILE = 99.0
"""A panorama with lamps or a sun is exposed for what is darker than this share of it."""


def main() -> None:
    """Read, expose, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--width", type=int, default=300)
    options = parser.parse_args()
    files = sorted(resource_path(PANORAMAS).glob("*.exr"))
    tiles = [tile(file, options.width) for file in files]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % options.columns)
    rows = [np.concatenate(tiles[i : i + options.columns], axis=1) for i in range(0, len(tiles), options.columns)]
    cv2.imwrite(str(options.sheet), np.concatenate(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"{len(files)} panoramas on {options.sheet}")


def tile(file: Path, width: int) -> NDArray[np.uint8]:
    """`(width / 2, width, 3)` BGR with the panorama's name."""
    light = cv2.resize(np.minimum(read_exr(file), _BRIGHTEST), (width, width // 2), interpolation=cv2.INTER_AREA)
    grey = light.mean(-1)
    metered = grey[grey <= np.percentile(grey, BRIGHT_PERCENTILE)].mean()
    shown = np.clip(light * (MIDDLE_GREY / max(float(metered), 1e-6)), 0.0, 1.0) ** (1.0 / 2.2)
    picture = np.ascontiguousarray((shown[..., ::-1] * 255.0).astype(np.uint8))
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(picture, file.stem, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thickness, cv2.LINE_AA)
    return picture


if __name__ == "__main__":
    main()
