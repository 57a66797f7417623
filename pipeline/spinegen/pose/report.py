"""The page about a trained network: scores, curves, tables and predictions in one file that opens offline."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..files import write_text
from ..records.metrics import Metrics
from ..records.training_record import HistoryRow
from ..version import __version__
from . import drawing, geometry
from .data.pictures import PictureError, read_rgb
from .validation import Validation

SHOWN_PEOPLE = 12
TILE_HW = (320, 240)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pose network</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
 body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#222}
 h1{font-size:1.6rem;margin-bottom:.2rem} h2{font-size:1.15rem;margin-top:2.2rem}
 table{border-collapse:collapse;font-variant-numeric:tabular-nums} td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}
 td:first-child,th:first-child{text-align:left} .muted{color:#666} .tiles{display:flex;flex-wrap:wrap;gap:8px}
 .tiles figure{margin:0;width:240px} .tiles img{width:100%;display:block} figcaption{font-size:12px;color:#666}
 .scroll{overflow-x:auto} svg{max-width:100%;height:auto}
</style>
<h1>Pose network</h1>
<p class="muted">{{ m.model }} on {{ m.annotations }}, {{ m.scores.people }} people; ground-truth boxes, flip test, SpineTrack sigmas, pycocotools; spinegen {{ version }}</p>
<h2>Scores</h2>
<div class="scroll"><table><tr><th></th><th>AP</th><th>AP50</th><th>AP75</th><th>AR</th><th>mean pose AP</th><th>mean pose AR</th><th>PCK AUC</th><th>mean pose AUC</th></tr>
{% for s in ("body", "spine", "feet", "all") %}{% set a = m.scores.network[s] %}{% set b = m.scores.mean_pose[s] %}
<tr><td>{{ s }}</td><td><b>{{ f(a.AP) }}</b></td><td>{{ f(a.AP50) }}</td><td>{{ f(a.AP75) }}</td><td>{{ f(a.AR) }}</td><td>{{ f(b.AP) }}</td><td>{{ f(b.AR) }}</td>
<td>{{ f(m.scores.auc.network[s]) }}</td><td>{{ f(m.scores.auc.mean_pose[s]) }}</td></tr>{% endfor %}</table></div>
<p class="muted">The mean pose is the average place of each keypoint in {{ m.mean_pose_from }}: what a network scores that looks at nothing. AUC: area under the share of keypoints nearer than
0 to 0.2 of the box's longer side.</p>
{% if curves %}<h2>Training</h2>{{ curves }}
<p class="muted">{{ training }}</p>{% endif %}
<h2>Predictions</h2><p class="muted">Spine in yellow; the label's spine in white beneath it. From the best to the worst person, evenly.</p>
<div class="tiles">{% for tile in tiles %}<figure><img alt="{{ tile.text }}" src="data:image/jpeg;base64,{{ tile.data }}"><figcaption>{{ tile.text }}</figcaption></figure>{% endfor %}</div>
{% for title, name in (("By occlusion", "occlusion"), ("By side of the trunk that is seen", "views"), ("By person", "people"), ("By keypoint", "keypoints")) %}
<h2>{{ title }}</h2><div class="scroll"><table><tr><th></th><th>labels</th><th>error px</th><th>error / box</th><th>PCK 0.05</th><th>PCK 0.1</th><th>AUC</th>
{% if name != "keypoints" %}<th>spine error px</th><th>spine / box</th><th>spine AUC</th>{% endif %}</tr>
{% for row in m.scores.tables | attr(name) %}<tr><td>{{ row.name }}</td><td>{{ row.count }}</td><td>{{ f(row.mean_px, 1) }}</td><td>{{ f(row.mean_box) }}</td><td>{{ f(row.pck_05) }}</td>
<td>{{ f(row.pck_10) }}</td><td>{{ f(row.auc) }}</td>{% if name != "keypoints" %}<td>{{ f(row.spine_mean_px, 1) }}</td><td>{{ f(row.spine_mean_box) }}</td><td>{{ f(row.spine_auc) }}</td>{% endif %}</tr>{% endfor %}</table></div>{% endfor %}
<h2>Speed</h2><table><tr><th>runtime</th><th>device</th><th>batch</th><th>ms</th><th>people/s</th></tr>
{% for row in m.latency %}<tr><td>{{ row.runtime }}</td><td>{{ row.device }}</td><td>{{ row.batch }}</td><td>{{ f(row.ms, 2) }}</td><td>{{ f(row.people_per_s, 0) }}</td></tr>{% endfor %}</table>
{% if m.training %}<h2>Export</h2><p>{{ "%.1f" | format(m.training.export.bytes / 1e6) }} MB; largest difference of an output between torch and ONNX Runtime:
{% for size, value in m.training.export.difference.items() %}batch {{ size }}: {{ "%.1e" | format(value) }}{{ "; " if not loop.last }}{% endfor %}.</p>{% endif %}
</html>
"""


def write_pose_report(path: Path, metrics: Metrics, history: Sequence[HistoryRow], result: Validation) -> None:
    """Write `report.html`.

    Args:
        history: rows of `metrics.csv`; empty without a training.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    def f(value: float | None, digits: int = 3) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    training = metrics.training
    text = ""
    if training is not None:
        text = (
            f"{training.size}, {training.parameters / 1e6:.2f} M parameters; {training.people} people; {training.steps} steps of "
            f"{training.batch} in {training.seconds / 60:.1f} min on {training.device}: {training.people_per_s:.0f} people/s "
            f"(one loading thread alone: {training.loader_people_per_s:.0f} people/s)"
        )
    template = Environment(autoescape=True).from_string(_PAGE)
    page = template.render(
        m=metrics,
        f=f,
        curves=Markup(curves_svg(history)) if history else "",
        tiles=_tiles(result),
        training=text,
        version=__version__,
    )
    write_text(path, page)


def curves_svg(history: Sequence[HistoryRow]) -> str:
    """Losses, and the validation AP, over minutes, as inline SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    minutes = [row["minutes"] for row in history]
    for name in ("position", "field", "distillation", "structure", "spine"):
        if name in history[0]:
            left.plot(minutes, [row[name] for row in history], label=name)
    left.set(xlabel="minutes", ylabel="loss before its weight", yscale="log")
    left.legend(frameon=False)
    scored = [row for row in history if row.get("ap_all") is not None]
    for name, label in (("ap_all", "all"), ("ap_spine", "spine")):
        right.plot([row["minutes"] for row in scored], [row[name] for row in scored], marker="o", label=label)
    right.set(xlabel="minutes", ylabel="validation AP of the averaged network", ylim=(0, 1))
    right.legend(frameon=False)
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _tiles(result: Validation) -> list[dict[str, str]]:
    """Crops of some people with prediction and label, ordered by their error."""
    labelled = result.people.visibility > 0
    distance = np.where(labelled, np.linalg.norm(result.keypoints_px - result.people.keypoints_px, axis=-1), 0).sum(
        axis=1
    )
    error = distance / np.maximum(labelled.sum(axis=1), 1) / result.people.boxes_xywh_px[:, 2:].max(axis=1)
    order = np.argsort(error)
    picked = order[np.unique(np.linspace(0, len(order) - 1, min(SHOWN_PEOPLE, len(order))).astype(int))]
    tiles = []
    for row in picked:
        try:
            image = read_rgb(result.people.image_paths[row])
        except PictureError:
            continue
        data = base64.b64encode(_tile(image, result, int(row))).decode()
        tiles.append({"data": data, "text": f"{result.people.people[row]}: mean error {error[row]:.3f} of the box"})
    return tiles


def _tile(image: NDArray[np.uint8], result: Validation, row: int) -> bytes:
    people = result.people
    centers, sizes = geometry.crop_regions(people.boxes_xywh_px[[row]], TILE_HW)
    matrix = geometry.transforms_input_image(centers, sizes, TILE_HW)
    tile = cv2.warpAffine(image, matrix[0], (TILE_HW[1], TILE_HW[0]), flags=cv2.INTER_AREA).astype(np.uint8)
    label = geometry.apply_affine(matrix, people.keypoints_px[[row]])
    from .. import skeleton

    chain = [skeleton.SPINE_CHAIN[i : i + 2] for i in range(len(skeleton.SPINE_CHAIN) - 1)]
    for a, b in chain:
        if people.visibility[row, a] and people.visibility[row, b]:
            ends = [(round(float(label[0, i, 0])), round(float(label[0, i, 1]))) for i in (a, b)]
            cv2.line(tile, ends[0], ends[1], (255, 255, 255), 5, cv2.LINE_AA)
    drawn = drawing.draw_pose(tile, geometry.apply_affine(matrix, result.keypoints_px[[row]]))
    return cv2.imencode(".jpg", drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
