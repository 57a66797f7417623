"""Rules for rendered frames: files whole, camera proper, flags as mask and depth say, left left, bones constant."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import DatasetError
from ...files import sha256
from ...labels.spine import SPINE_IDS, SPINE_LEVELS
from ...labels.tissue import KEYPOINT_RADIUS_M
from ...labels.visibility import MAX_HIDDEN_OF_VISIBLE, MIN_RADIUS_PX, Visibility, person_visibility
from ...media.pictures import picture_fault
from ...skeleton import NAMES
from ..labels import read_depth, read_mask
from ..sidecar import Frame, PersonLabel, read_frame
from .anatomy import BoneLengths, side_faults
from .splits import SplitLedger
from .tables import Rules
from .whole_files import rotation_fault

ON_THE_FENCE = 0.08
"""Flags whose recomputed hidden share lies this close to one half are not judged: a stored depth map is rounded."""
HIDDEN_TOLERANCE = 0.15
"""Largest difference between stored and recomputed hidden share."""
FIRST_PROP = 100
REPROJECTION_PX = 0.01


class FrameRules:
    """Looks at frames one by one."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.lengths = BoneLengths()
        self.ledger = SplitLedger()

    def see(self, sidecar: Path) -> None:
        """Check one frame."""
        whole = self.rules["sidecars whole, no NaN"]
        try:
            frame = read_frame(sidecar)
        except DatasetError as error:
            whole.tell(False, str(error))
            return
        whole.tell(True, "")
        self._digests(frame)
        fault = picture_fault(frame.image, (frame.width, frame.height), "stored", decode=True)
        self.rules["pictures whole"].tell(fault is None, fault or "")
        self._camera(frame)
        self.ledger.see(frame.split, f"shot {frame.shot}", [(p.person, p.clip, p.time_s) for p in frame.people])
        for label in frame.people:
            self.lengths.see(label.person, label.keypoints_ground_m)
            wrong = side_faults(label.keypoints_ground_m)
            self.rules["left is left"].tell(not wrong, f"{sidecar}: person {label.instance}: {'; '.join(wrong)}")
            self._spine_sites(frame, label)
        fault = picture_fault(frame.mask, (frame.width, frame.height), "stored", decode=True)
        self.rules["masks whole"].tell(fault is None, fault or "")
        if fault is None:
            self._mask(frame)

    def finish(self) -> None:
        """Rules that need all frames."""
        self.lengths.judge(self.rules)
        self.ledger.judge(self.rules)
        self.rules.skip("visibility agrees with mask and depth", "no depth maps; render with --depth")

    def _digests(self, frame: Frame) -> None:
        """Where the renderer left digests, the files must still have them."""
        rule = self.rules["files are as they were written"]
        if frame.sha256 is None:
            self.rules.skip(rule.name, "sidecars hold no digests")
            return
        folder = frame.sidecar.parent
        for name, digest in frame.sha256.items():
            try:
                same = sha256(folder / Path(name).name) == digest
            except OSError:
                same = False
            rule.tell(same, f"{folder / name}: is missing or was altered")

    def _camera(self, frame: Frame) -> None:
        camera = frame.camera
        proper = rotation_fault(camera.rotation_camera_ground)
        self.rules.measured("camera is a proper rotation", "").measure(
            proper, 1e-6, f"{frame.sidecar}: camera.R is off by {proper:.2g}"
        )
        size = (camera.width, camera.height) == (frame.width, frame.height)
        self.rules["camera has the picture's size"].tell(
            size, f"{frame.sidecar}: camera {camera.width}x{camera.height}"
        )
        rule = self.rules.measured("projection agrees with OpenCV", "px")
        rotation = cv2.Rodrigues(camera.rotation_camera_ground)[0]
        for label in frame.people:
            pixels, depth = camera.project(label.keypoints_ground_m)
            front = depth > 0
            if not front.any():
                continue
            expected = cv2.projectPoints(
                label.keypoints_ground_m[front], rotation, camera.translation_camera_m, camera.intrinsics, None
            )[0]
            worst = float(np.abs(expected[:, 0] - pixels[front]).max())
            rule.measure(worst, REPROJECTION_PX, f"{frame.sidecar}: {worst:.3f} px")

    def _spine_sites(self, frame: Frame, label: PersonLabel) -> None:
        gap = float(np.abs(label.keypoints_ground_m[SPINE_IDS] - label.centroids_ground_m[SPINE_LEVELS]).max())
        self.rules.measured("spine keypoints are the vertebral centroids", "m").measure(
            gap, 1e-4, f"{frame.sidecar}: person {label.instance}: {1000 * gap:.1f} mm apart"
        )

    def _mask(self, frame: Frame) -> None:
        try:
            mask = read_mask(frame.mask, frame.width, frame.height)
        except DatasetError as error:
            self.rules["masks whole"].tell(False, str(error), count=0)
            return
        counts = np.bincount(mask.reshape(-1), minlength=256)
        known = {one.instance for one in (*frame.people, *frame.bystanders)}
        strangers = [i for i in range(1, FIRST_PROP) if counts[i] and i not in known]
        self.rules["masks name only known people"].tell(
            not strangers, f"{frame.mask}: instances {strangers} are nobody"
        )
        for one in (*frame.people, *frame.bystanders):
            same = int(counts[one.instance]) == one.area_px
            fault = f"{frame.sidecar}: person {one.instance}: {one.area_px} px, mask has {counts[one.instance]}"
            self.rules["area equals the mask"].tell(same, fault)
        self._flags_by_mask(frame, mask)
        if frame.depth is not None:
            self._flags_by_depth(frame, mask)

    def _flags_by_mask(self, frame: Frame, mask: NDArray[np.uint8]) -> None:
        """What the mask alone can tell: v = 0 exactly outside the picture, and seen keypoints lie on their person."""
        inside_rule, on_rule = (
            self.rules["v = 0 exactly outside the picture"],
            self.rules["seen keypoints lie on their person"],
        )
        for label in frame.people:
            pixels, depth = frame.camera.project(label.keypoints_ground_m)
            with np.errstate(invalid="ignore"):
                inside = (
                    (depth > 0)
                    & (pixels >= -0.5).all(1)
                    & (pixels < np.array([frame.width, frame.height]) - 0.5).all(1)
                )
            wrong = np.flatnonzero(inside != (label.visibility > 0))
            inside_rule.tell(not len(wrong), f"{frame.sidecar}: person {label.instance}: {_named(wrong)}")
            radius = np.maximum(
                KEYPOINT_RADIUS_M * frame.camera.intrinsics[0, 0] / np.where(inside, depth, 1.0), MIN_RADIUS_PX
            )
            off = [
                int(i)
                for i in np.flatnonzero(inside & (label.visibility == 2))
                if not _near(mask, pixels[i], radius[i] + 1.0, label.instance)
            ]
            on_rule.tell(not off, f"{frame.sidecar}: person {label.instance}: {_named(np.array(off, dtype=np.int64))}")

    def _flags_by_depth(self, frame: Frame, mask: NDArray[np.uint8]) -> None:
        assert frame.depth is not None
        whole = self.rules["depth maps whole"]
        try:
            depth = read_depth(frame.depth)
        except DatasetError as error:
            whole.tell(False, str(error))
            return
        if depth.shape != mask.shape:
            whole.tell(False, f"{frame.depth}: shape {depth.shape}, mask has {mask.shape}")
            return
        whole.tell(True, "")
        rule = self.rules["visibility agrees with mask and depth"]
        for label in frame.people:
            found, posterior = person_visibility(
                frame.camera,
                label.keypoints_ground_m,
                label.posterior_ground_m,
                mask,
                instance=label.instance,
                depth_map_m=depth,
            )
            wrong = _disagreement(found, label.visibility, label.hidden_fraction)
            rule.tell(not len(wrong), f"{frame.sidecar}: person {label.instance}: {_named(wrong)}")
            wrong = _disagreement(posterior, label.visibility_posterior, label.hidden_fraction_posterior)
            rule.tell(not len(wrong), f"{frame.sidecar}: person {label.instance}: posterior points {wrong.tolist()}")


def _disagreement(found: Visibility, flags: NDArray[np.int64], hidden: NDArray[np.float64]) -> NDArray[np.int64]:
    clear = (np.abs(found.hidden - MAX_HIDDEN_OF_VISIBLE) > ON_THE_FENCE) | (found.flags == 0)
    return np.flatnonzero((clear & (found.flags != flags)) | (np.abs(found.hidden - hidden) > HIDDEN_TOLERANCE))


def _near(mask: NDArray[np.uint8], pixel: NDArray[np.float64], radius: float, instance: int) -> bool:
    """Whether a pixel of the instance lies in the square around a point."""
    low, high = np.floor(pixel - radius).astype(int), np.ceil(pixel + radius).astype(int) + 1
    patch = mask[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
    return bool((patch == instance).any())


def _named(ids: NDArray[np.int64]) -> str:
    return ", ".join(NAMES[i] for i in ids)
