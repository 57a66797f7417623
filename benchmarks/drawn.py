"""Networks on a set's drawn validation people, by group: the table of docs/networks.md, and a picture of where they fail.

    python benchmarks/drawn.py WORKSPACE [--model A.onnx B.onnx] [--once] [--out DIR]

Groups are what decides a score: how much of somebody is seen, whether the picture's edge or a thing in front cuts them off, whether an
authored motion or a drawn posture moves them. Hidden points count like seen ones but where the row says otherwise; two rows put the labels
in place of the answers for seen or for hidden points, and so tell what the others cost. Writes `drawn.json`,
and for each network `worst.<name>.jpg`: the people with the largest mean error of seen points, label green, answer blue.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinegen import shipped_model, skeleton
from spinegen.errors import SpinegenError
from spinegen.files import write_bytes, write_json
from spinegen.pose import geometry
from spinegen.pose.data.coco_set import CocoSet, read_coco
from spinegen.pose.scoring.oks import oks_scores
from spinegen.pose.train_part import find_split
from spinegen.pose.validation import Predictions, predictions
from spinegen.progress import make_reporter
from spinegen.records.json_file import read_json
from spinegen.workspace import Workspace

WELL_SEEN, NEARLY_WHOLE = 18, 25
"""Of the 37 points."""
NAMES = ("spine", "feet", "body", "all")
TILE_HW = (256, 192)
COLUMNS, WORST = 6, 12
LABEL_RGB, ANSWER_RGB, MISS_RGB = (90, 255, 90), (80, 200, 255), (255, 60, 60)


def main() -> int:
    """Predict, print and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path, help="workspace with an exported coco/ folder")
    parser.add_argument("--model", type=Path, nargs="+", help="exported networks; default: the shipped full and light")
    parser.add_argument("--out", type=Path, default=Path("drawn"), help="folder for drawn.json and the sheets")
    parser.add_argument("--once", action="store_true", help="without the closer looks at head and trunk")
    parser.add_argument("--threads", type=int, help="threads of ONNX Runtime")
    given = parser.parse_args()
    try:
        measure(
            Workspace(given.workspace),
            given.model or [shipped_model("full"), shipped_model("light")],
            given.out,
            threads=given.threads,
            closer=False if given.once else None,
        )
    except SpinegenError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def measure(
    workspace: Workspace, models: Sequence[Path], out: Path, *, threads: int | None, closer: bool | None
) -> None:
    """All networks on all people, one table."""
    split, reporter = find_split(workspace, "val"), make_reporter()
    people = read_coco(split.annotations, split.images)
    results: dict[str, Any] = {}
    for model in models:
        seen = predictions(model, people, device="cpu", reporter=reporter, threads=threads, closer=closer)
        results[model.stem] = by_group(seen, read_json(split.annotations))
        write_bytes(out / f"worst.{model.stem}.jpg", worst_sheet(seen))
    write_json(out / "drawn.json", results)
    columns = " | ".join(f"{name}: AP {' / '.join(NAMES)}" for name in results)
    print(f"| who | people | {columns} |")
    print("|---|---|" + "---|" * len(results))
    for group, first in next(iter(results.values())).items():
        cells = [" / ".join(f"{table[group][name]:.3f}" for name in NAMES) for table in results.values()]
        print(f"| {group} | {first['people']:.0f} | {' | '.join(cells)} |")


def by_group(found: Predictions, file: Any) -> dict[str, dict[str, float]]:
    """AP of each group of people that has any."""
    people = found.people
    plans = {image["file_name"]: {**image, **image.get("plan", {})} for image in file["images"]}
    plan = [plans[path.name] for path in people.image_paths]
    count = (people.visibility == 2).sum(axis=1)
    everyone = np.ones(len(people), bool)
    drawn = np.array([str(row.get("clip", "")).startswith("sampled") for row in plan])
    whole = ~np.array([bool(row.get("occluder") or row.get("truncated")) for row in plan])
    answers = found.keypoints_px, found.confidences
    groups: dict[str, tuple[NDArray[np.bool_], CocoSet, tuple[NDArray[np.float64], NDArray[np.float64]]]] = {
        "all": (everyone, people, answers),
        "all, were every seen point exact": (everyone, people, (_exact_where(people, 2, found), found.confidences)),
        "all, were every hidden point exact": (everyone, people, (_exact_where(people, 1, found), found.confidences)),
        "all, seen points only": (everyone, only_seen(people), answers),
        "all, straight crops only": (everyone, people, (found.straight.keypoints_px, found.straight.scores)),
        "neither cut off nor behind something": (whole, people, answers),
        f"at least {WELL_SEEN} of 37 points seen": (count >= WELL_SEEN, people, answers),
        f"at least {WELL_SEEN} seen, seen points only": (count >= WELL_SEEN, only_seen(people), answers),
        f"at least {NEARLY_WHOLE} of 37 points seen": (count >= NEARLY_WHOLE, people, answers),
        f"motions, at least {WELL_SEEN} seen": (~drawn & (count >= WELL_SEEN), people, answers),
        "drawn postures": (drawn, people, answers),
    }
    tables: dict[str, dict[str, float]] = {}
    for name, (who, labelled, (keypoints, scores)) in groups.items():
        rows = np.flatnonzero(who)
        if len(rows):
            table = oks_scores(labelled.subset(rows), keypoints[rows], scores[rows])
            tables[name] = {"people": len(rows), **{part: table[part]["AP"] or 0.0 for part in NAMES}}
    return tables


def _exact_where(people: CocoSet, visibility: int, found: Predictions) -> NDArray[np.float64]:
    return np.where((people.visibility == visibility)[..., None], people.keypoints_px, found.keypoints_px)


def only_seen(people: CocoSet) -> CocoSet:
    """The same people without the labels of hidden points."""
    return replace(people, visibility=np.where(people.visibility == 2, 2, 0))


def worst_sheet(found: Predictions) -> bytes:
    """A JPEG of the people whose seen points are missed by most, one a drawn person."""
    people = found.people
    seen = people.visibility == 2
    distance = np.linalg.norm(found.keypoints_px - people.keypoints_px, axis=-1) / people.boxes_xywh_px[:, 2:].max(
        axis=1, keepdims=True
    )
    error = np.where(seen, distance, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    rows: list[int] = []
    for row in np.argsort(-error):
        if people.people[row] not in {people.people[i] for i in rows} and len(rows) < WORST:
            rows.append(int(row))
    tiles = [_tile(found, row, float(error[row])) for row in rows]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    sheet = np.vstack([np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)])
    return cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _tile(found: Predictions, row: int, error: float) -> NDArray[np.uint8]:
    people = found.people
    centers, sizes = geometry.crop_regions(people.boxes_xywh_px[[row]], TILE_HW)
    matrix = geometry.transforms_input_image(centers, sizes, TILE_HW)
    tile = np.asarray(
        cv2.warpAffine(people.picture(row), matrix[0], TILE_HW[::-1], flags=cv2.INTER_AREA), dtype=np.uint8
    )
    label, answer = (
        np.clip(geometry.apply_affine(matrix, points[[row]])[0].round(), -10_000, 10_000).astype(int)
        for points in (people.keypoints_px, found.keypoints_px)
    )
    for a, b in skeleton.LINKS:
        cv2.line(tile, tuple(map(int, answer[a])), tuple(map(int, answer[b])), ANSWER_RGB, 1, cv2.LINE_AA)
    for i in np.flatnonzero(people.visibility[row] == 2):
        cv2.line(tile, tuple(map(int, answer[i])), tuple(map(int, label[i])), MISS_RGB, 1, cv2.LINE_AA)
        cv2.circle(tile, tuple(map(int, label[i])), 2, LABEL_RGB, -1, cv2.LINE_AA)
    cv2.putText(tile, f"{error:.2f}", (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return tile


if __name__ == "__main__":
    sys.exit(main())
