"""Whether the ranking finds what a network gets wrong."""

from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from spinegen import skeleton
from spinegen.curation.answers import ask
from spinegen.curation.similarity import similarity
from spinegen.pose.data.coco_set import read_coco
from spinegen.pose.networks import network_file
from spinegen.pose.predictor import PosePredictor
from spinegen.progress import Reporter


def unsure_and_wrong(workspace: Path, model: str, pictures: int, reporter: Reporter) -> None:
    """Print how wrong (OKS lost) the network is of the people that the ranking calls least and most sure."""
    split = workspace / "coco"
    people = read_coco(split / "annotations/person_keypoints_val-unreal.json", split / "images/val-unreal")
    predictor = PosePredictor(network_file(model), threads=1, closer=False)
    found: list[list[float]] = []
    rows_of_pictures = people.rows_of_pictures()
    chosen = np.unique(np.linspace(0, len(rows_of_pictures) - 1, min(pictures, len(rows_of_pictures))).astype(int))
    chain = np.isin(np.arange(skeleton.COUNT), skeleton.SPINE_CHAIN)
    with reporter.task("look", len(chosen), "pictures") as task:
        for rows in (rows_of_pictures[i] for i in chosen):
            answer = ask(predictor, people.picture(rows[0]), people.boxes_xywh_px[rows])
            for k, box in enumerate(answer.boxes_xywh_px):
                row = next(row for row in rows if np.array_equal(people.boxes_xywh_px[row], box))
                truth, seen = people.keypoints_px[row], people.visibility[row] > 0
                lost = [
                    1 - similarity(answer.keypoints_px[k], truth, box, seen & some)
                    for some in (np.ones_like(chain), chain)
                ]
                found.append([*(float(some[k]) for some in (answer.disagreement, answer.spine, answer.unsure)), *lost])
            task.advance()
    table = np.array(found)
    print(f"{model}: {len(table)} people in {len(chosen)} validation pictures, true boxes")
    print(
        "| ranked by | OKS lost, least sure third | middle | surest third | rank correlation | of the spine |\n|---|---|---|---|---|---|"
    )
    for column, name in enumerate(("disagreement", "spine", "unsure")):
        order = np.argsort(-table[:, column], kind="stable")
        thirds = " | ".join(f"{table[part, 3].mean():.3f}" for part in np.array_split(order, 3))
        ranks = [spearmanr(table[:, column], table[:, wrong])[0] for wrong in (3, 4)]
        print(f"| {name} | {thirds} | {ranks[0]:.2f} | {ranks[1]:.2f} |")
