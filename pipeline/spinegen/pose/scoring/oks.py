"""COCO's OKS average precision and recall by pycocotools, on subsets of the 37 keypoints."""

import contextlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import skeleton
from ..data.coco_set import CocoSet

FIELDS = ("AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl")
"""Order of pycocotools' keypoint summary."""

Scores = dict[str, dict[str, float | None]]


def oks_scores(
    people: CocoSet,
    keypoints_px: NDArray[np.float64],
    confidences: NDArray[np.float64],
    subsets: tuple[str, ...] = ("body", "spine", "feet", "all"),
) -> Scores:
    """AP and AR of one prediction a labelled person.

    As SpineTrack's evaluation does it: our sigmas, `num_keypoints` counted anew in each subset, `area` as in the file.

    Args:
        keypoints_px: (N, 37, 2), a row a labelled person.
        confidences: (N, 37); a person's score is their mean over the subset.

    Returns:
        Subset -> score name -> value in 0..1, or None where the file has no such person.
    """
    return {name: _evaluate(people, keypoints_px, confidences, skeleton.SUBSETS[name]) for name in subsets}


def _evaluate(
    people: CocoSet, keypoints: NDArray[np.float64], confidences: NDArray[np.float64], ids: tuple[int, ...]
) -> dict[str, float | None]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    columns = list(ids)
    visible = people.visibility[:, columns]
    truth = COCO()
    labels = np.concatenate([people.keypoints_px[:, columns], visible[..., None].astype(np.float64)], axis=-1)
    truth.dataset = _dataset(people, labels)  # pyright: ignore[reportAttributeAccessIssue]
    ones = np.ones((*confidences[:, columns].shape, 1))
    found = np.concatenate([keypoints[:, columns], ones], axis=-1).reshape(len(people), -1)
    results = [
        {
            "image_id": int(people.image_numbers[i]),
            "category_id": 1,
            "keypoints": found[i].tolist(),
            "score": float(confidences[i, columns].mean()),
        }
        for i in range(len(people))
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found_by_coco = truth.loadRes(results)  # pyright: ignore[reportArgumentType]
        judge = COCOeval(truth, found_by_coco, "keypoints")
        judge.params.kpt_oks_sigmas = np.array([skeleton.SIGMAS[i] for i in columns])
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return {name: None if value < 0 else float(value) for name, value in zip(FIELDS, judge.stats, strict=True)}


def _dataset(people: CocoSet, triples: NDArray[np.float64]) -> dict[str, Any]:
    annotations = [
        {
            "id": i + 1,
            "image_id": int(people.image_numbers[i]),
            "category_id": 1,
            "iscrowd": 0,
            "bbox": people.boxes_xywh_px[i].tolist(),
            "area": float(people.areas_px[i]),
            "keypoints": triples[i].reshape(-1).tolist(),
            "num_keypoints": int((triples[i, :, 2] > 0).sum()),
        }
        for i in range(len(people))
    ]
    images = [{"id": int(image)} for image in dict.fromkeys(people.image_numbers.tolist())]
    return {"info": {}, "images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}
