"""Rules for annotations: keypoints, boxes, outlines, stored cameras; what a foreign file lacks is not tried."""

from pathlib import Path
from typing import Any

import numpy as np

from ...geometry.types import Array
from ...labels.tissue import KEYPOINT_RADIUS_M
from ...skeleton import COUNT, NAMES
from .anatomy import BoneLengths, facing_side, side_faults
from .splits import SplitLedger
from .tables import Rules
from .whole_files import picture_fault

REPROJECTION_PX = 0.01
BOX_SLACK = 0.05
"""Where no depth is stored, a seen keypoint may lie this share of the box's larger side outside it."""
FACES_LEFT = 0.9
"""From pixels alone, sides are judged over a whole file: this share of faces that look at us must have the left eye on the right."""


class CocoRules:
    """Looks at annotation files one by one."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.lengths = BoneLengths()
        self.ledger = SplitLedger()
        self._facing = [0, 0]

    def see(self, path: Path, data: dict[str, Any], images: Path | None, split: str) -> None:
        """Check every picture and annotation of one file.

        Args:
            images: folder of the pictures, or `None` where it was not found.
        """
        by_id = {item["id"]: item for item in data["images"]}
        rule = self.rules["named pictures are there and whole"]
        if images is None:
            self.rules.skip(rule.name, "no folder of pictures beside the file")
        else:
            for item in data["images"]:
                fault = picture_fault(images / item["file_name"], item["width"], item["height"], decode=False)
                rule.tell(fault is None, fault or "")
        for item in data["annotations"]:
            image = by_id.get(item["image_id"])
            if image is not None:
                self._annotation(f"{path.name}: annotation {item['id']}", item, image, split)

    def finish(self) -> None:
        """Rules that need everything."""
        self.lengths.judge(self.rules)
        self.ledger.judge(self.rules)
        right, wrong = self._facing
        rule = self.rules["left is left (faces)"]
        if right + wrong:
            share = right / (right + wrong)
            text = f"of {right + wrong} faces that look at the camera only {100 * share:.0f} % have the left eye on the right side"
            rule.tell(share >= FACES_LEFT, text, count=right + wrong)
        else:
            solid = self.rules["left is left"].tried
            self.rules.skip(rule.name, "judged in 3D" if solid else "no face looks at the camera")

    def _annotation(self, where: str, item: dict[str, Any], image: dict[str, Any], split: str) -> None:
        shape = self.rules["37 keypoints of finite numbers, v in 0, 1, 2"]
        try:
            points = np.array(item["keypoints"], dtype=np.float64).reshape(COUNT, 3)
            box = np.array(item["bbox"], dtype=np.float64).reshape(4)
        except (TypeError, ValueError):
            shape.tell(False, f"{where}: keypoints must be {3 * COUNT} numbers, bbox 4")
            return
        fine = bool(np.isfinite(points).all() and np.isfinite(box).all() and np.isin(points[:, 2], (0, 1, 2)).all())
        shape.tell(fine, where)
        if not fine:
            return
        labelled = points[:, 2] > 0
        if "num_keypoints" in item:
            self.rules["num_keypoints counts v > 0"].tell(
                item["num_keypoints"] == labelled.sum(), f"{where}: {item['num_keypoints']}, found {labelled.sum()}"
            )
        size = np.array([image["width"], image["height"]])
        outside = labelled & ((points[:, :2] < -0.5) | (points[:, :2] >= size)).any(1)
        self.rules["labelled keypoints lie in the picture"].tell(
            not outside.any(), f"{where}: {', '.join(NAMES[i] for i in np.flatnonzero(outside))}"
        )
        self._box(where, item, points, box, size)
        if item.get("iscrowd") == 0 and isinstance(item.get("segmentation"), dict):
            self._outline(where, item, box)
        solid = self._solid(where, item, points)
        if solid is None:
            facing = facing_side(points)
            if facing is not None:
                self._facing[0 if facing else 1] += 1
        person, clip = item.get("person"), item.get("clip")
        if person is not None and clip is not None:
            self.ledger.see(split, where, [(str(person), str(clip), float(item.get("time_s", 0.0)))])
            if solid is not None:
                self.lengths.see(str(person), solid)

    def _box(self, where: str, item: dict[str, Any], points: Array, box: Array, size: Array) -> None:
        fits = bool((box[2:] > 0).all() and (box[:2] >= -1).all() and (box[:2] + box[2:] <= size + 1).all())
        self.rules["boxes lie in the picture"].tell(fits, f"{where}: {box.tolist()}")
        area = item.get("area")
        if area is not None:
            self.rules["areas are positive and fit the box"].tell(
                0 < area <= box[2] * box[3] * 1.001 + 1, f"{where}: area {area}, box {box.tolist()}"
            )
        seen = points[:, 2] == 2
        beyond = np.maximum(box[:2] - 0.5 - points[:, :2], points[:, :2] - (box[:2] + box[2:] - 0.5)).max(1)
        slack = np.maximum(_radius_px(item), 1.5) if "keypoints_3d" in item else BOX_SLACK * box[2:].max() + 1
        out = np.flatnonzero(seen & (beyond > slack))
        self.rules["boxes contain their seen keypoints"].tell(
            not len(out), f"{where}: {', '.join(f'{NAMES[i]} by {beyond[i]:.1f} px' for i in out)}"
        )

    def _outline(self, where: str, item: dict[str, Any], box: Array) -> None:
        from pycocotools import mask as rle

        try:
            encoded: Any = {
                "size": item["segmentation"]["size"],
                "counts": item["segmentation"]["counts"].encode("ascii"),
            }
            area, found = int(rle.area(encoded)), np.asarray(rle.toBbox(encoded), dtype=np.float64)
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            self.rules["outlines decode and give area and box"].tell(False, f"{where}: {error}")
            return
        same = area == item.get("area") and bool(np.abs(found - box).max() < 0.01)
        fault = f"{where}: outline has area {area} and box {found.tolist()}"
        self.rules["outlines decode and give area and box"].tell(same, fault)

    def _solid(self, where: str, item: dict[str, Any], points: Array) -> Array | None:
        """Check what is stored in 3D; the keypoints `(37, 3)` in the camera frame, or `None`."""
        import cv2

        if "keypoints_3d" not in item or "camera" not in item:
            self.rules.skip("keypoints project to their pixels", "no keypoints_3d and camera in the file")
            return None
        rule = self.rules["3D points are finite"]
        try:
            solid = np.array(item["keypoints_3d"], dtype=np.float64).reshape(COUNT, 3)
            intrinsics = np.array(item["camera"]["K"], dtype=np.float64).reshape(3, 3)
        except (TypeError, ValueError, KeyError) as error:
            rule.tell(False, f"{where}: {error}")
            return None
        rule.tell(bool(np.isfinite(solid).all() and np.isfinite(intrinsics).all()), where)
        labelled = points[:, 2] > 0
        if labelled.any():
            still = np.zeros(3)
            found = cv2.projectPoints(solid[labelled], still, still, intrinsics, None)[0][:, 0]
            worst = float(np.abs(found - points[labelled, :2]).max())
            self.rules.measured("keypoints project to their pixels", "px").measure(
                worst, REPROJECTION_PX, f"{where}: {worst:.3f} px"
            )
        wrong = side_faults(solid)
        self.rules["left is left"].tell(not wrong, f"{where}: {'; '.join(wrong)}")
        return solid


def _radius_px(item: dict[str, Any]) -> Array:
    depth = np.array(item["keypoints_3d"], dtype=np.float64).reshape(COUNT, 3)[:, 2]
    return KEYPOINT_RADIUS_M * float(item["camera"]["K"][0][0]) / np.maximum(depth, 0.05) + 1.0
