"""Rules for annotations: keypoints, boxes, outlines, stored cameras; what a foreign file lacks is not tried."""

from pathlib import Path

import cv2
import numpy as np

from ...geometry.types import Array
from ...labels.tissue import KEYPOINT_RADIUS_M
from ...media.pictures import Exif, picture_fault
from ...records.coco import CocoAnnotation, CocoImage, Rle
from ...records.coco_file import CocoFile
from ...records.rle import area_and_box
from ...skeleton import COUNT, NAMES
from .anatomy import BoneLengths, facing_side, side_faults
from .splits import SplitLedger
from .tables import PICTURES, Rules

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

    def see(self, file: CocoFile, images: Path | None, split: str, exif: Exif) -> None:
        """Check every picture and annotation of one file.

        Args:
            images: folder of the pictures, or `None` where it was not found.
            exif: whether pictures are turned as EXIF says.
        """
        if images is None:
            self.rules.skip(PICTURES, f"no folder beside {file.path.name} holds them; name it with --images")
        else:
            for image in file.images:
                fault = picture_fault(images / image.file_name, image.size_wh, exif, decode=False)
                self.rules[PICTURES].tell(fault is None, fault or "")
        for item in file.people:
            image = file.image_of.get(item.image_id)
            if image is not None and len(item.keypoints) == 3 * COUNT:
                self._annotation(f"{file.path.name}: annotation {item.id}", item, image, split)

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

    def _annotation(self, where: str, item: CocoAnnotation, image: CocoImage, split: str) -> None:
        points = np.array(item.keypoints, dtype=np.float64).reshape(COUNT, 3)
        box = np.array(item.bbox, dtype=np.float64)
        labelled = points[:, 2] > 0
        if item.num_keypoints is not None:
            self.rules["num_keypoints counts v > 0"].tell(
                item.num_keypoints == labelled.sum(), f"{where}: {item.num_keypoints}, found {labelled.sum()}"
            )
        if image.size_wh is None:
            self.rules.skip("labelled keypoints lie in the picture", "the file gives no sizes of pictures")
            self.rules.skip("boxes lie in the picture", "the file gives no sizes of pictures")
        else:
            size = np.array(image.size_wh)
            outside = labelled & ((points[:, :2] < -0.5) | (points[:, :2] >= size)).any(1)
            self.rules["labelled keypoints lie in the picture"].tell(
                not outside.any(), f"{where}: {', '.join(NAMES[i] for i in np.flatnonzero(outside))}"
            )
            fits = bool((box[2:] > 0).all() and (box[:2] >= -1).all() and (box[:2] + box[2:] <= size + 1).all())
            self.rules["boxes lie in the picture"].tell(fits, f"{where}: {box.tolist()}")
        self._box(where, item, points, box)
        if isinstance(item.segmentation, Rle):
            self._outline(where, item, item.segmentation)
        solid = self._solid(where, item, points)
        if solid is None:
            facing = facing_side(points)
            if facing is not None:
                self._facing[0 if facing else 1] += 1
        if item.person is not None and item.clip is not None:
            self.ledger.see(split, where, [(item.person, item.clip, item.time_s or 0.0)])
            if solid is not None:
                self.lengths.see(item.person, solid)

    def _box(self, where: str, item: CocoAnnotation, points: Array, box: Array) -> None:
        if item.area is not None:
            self.rules["areas are positive and fit the box"].tell(
                0 < item.area <= box[2] * box[3] * 1.001 + 1, f"{where}: area {item.area:g}, box {box.tolist()}"
            )
        seen = points[:, 2] == 2
        beyond = np.maximum(box[:2] - 0.5 - points[:, :2], points[:, :2] - (box[:2] + box[2:] - 0.5)).max(1)
        slack = np.maximum(_radius_px(item), 1.5) if _is_solid(item) else BOX_SLACK * box[2:].max() + 1
        out = np.flatnonzero(seen & (beyond > slack))
        self.rules["boxes contain their seen keypoints"].tell(
            not len(out), f"{where}: {', '.join(f'{NAMES[i]} by {beyond[i]:.1f} px' for i in out)}"
        )

    def _outline(self, where: str, item: CocoAnnotation, outline: Rle) -> None:
        area, box = area_and_box(outline.runs(), outline.size)
        same = area == item.area and bool(np.abs(np.subtract(box, item.bbox)).max() < 0.01)
        fault = f"{where}: outline has area {area} and box {list(box)}"
        self.rules["outlines give area and box"].tell(same, fault)

    def _solid(self, where: str, item: CocoAnnotation, points: Array) -> Array | None:
        """Check what is stored in 3D; the keypoints `(37, 3)` in the camera frame, or `None`."""
        if item.keypoints_3d is None or item.camera is None:
            lacking = "keypoints_3d" if item.keypoints_3d is None else "camera"
            self.rules.skip("keypoints project to their pixels", f"no {lacking} in the file")
            return None
        solid = np.array(item.keypoints_3d, dtype=np.float64)
        labelled = points[:, 2] > 0
        if labelled.any():
            still, intrinsics = np.zeros(3), np.array(item.camera.K, dtype=np.float64)
            found = cv2.projectPoints(solid[labelled], still, still, intrinsics, None)[0][:, 0]
            worst = float(np.abs(found - points[labelled, :2]).max())
            self.rules.measured("keypoints project to their pixels", "px").measure(
                worst, REPROJECTION_PX, f"{where}: {worst:.3f} px"
            )
        wrong = side_faults(solid)
        self.rules["left is left"].tell(not wrong, f"{where}: {'; '.join(wrong)}")
        return solid


def _is_solid(item: CocoAnnotation) -> bool:
    return item.keypoints_3d is not None and item.camera is not None


def _radius_px(item: CocoAnnotation) -> Array:
    assert item.keypoints_3d is not None
    assert item.camera is not None
    depth = np.array(item.keypoints_3d, dtype=np.float64)[:, 2]
    return KEYPOINT_RADIUS_M * item.camera.K[0][0] / np.maximum(depth, 0.05) + 1.0
