"""Find the 37 keypoints of a person in a picture, with the network that ships or one of your own.

python examples/06_predict.py photo.jpg --out photo_pose.jpg
python examples/06_predict.py photo.jpg --model workspace/pose/pose.onnx --box 120 40 200 480
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

import spinegen
from spinegen.pose.drawing import draw_pose


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--model", type=Path, help="an exported network; by default the shipped one")
    parser.add_argument("--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="by default the whole picture")
    parser.add_argument("--out", type=Path, default=Path("pose.jpg"))
    given = parser.parse_args()

    picture = cv2.imread(str(given.picture), cv2.IMREAD_COLOR)
    if picture is None:
        parser.error(f"{given.picture}: is no picture")
    picture = np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8)
    box = np.array([given.box or (0, 0, picture.shape[1], picture.shape[0])], dtype=np.float64)
    predictor = spinegen.PosePredictor(given.model or spinegen.shipped_model(), flip_test=True)
    found = predictor.predict(picture, box)
    for keypoint, (x, y), score in zip(spinegen.KEYPOINTS, found.keypoints_px[0], found.scores[0], strict=True):
        print(f"{keypoint.name:<18} {keypoint.vertebra or '':<4} {x:7.1f} {y:7.1f}  {score:.2f}")
    cv2.imwrite(str(given.out), draw_pose(picture, found.keypoints_px, found.scores)[..., ::-1])


if __name__ == "__main__":
    main()
