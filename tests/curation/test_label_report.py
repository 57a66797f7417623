"""The report says how far labels were moved, and what every round's network comes to on the same pictures."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from spinegen.curation.accept import accept
from spinegen.curation.curve import learning_curve
from spinegen.curation.folder import LabelFolder
from spinegen.curation.moves import moves_of
from spinegen.curation.report import point_table, write_label_report
from spinegen.errors import DatasetError, TrainingError
from spinegen.pose.networks import shipped_model
from spinegen.progress import SilentReporter
from spinegen.skeleton import INDEX
from support.label_folders import corrected, labelled_folder
from support.simcc_files import told


@pytest.fixture
def folder(tmp_path: Path) -> LabelFolder:
    made = labelled_folder(tmp_path / "L")
    corrected(made, "figure-0.png", {"spine_03": (0.0, 22.0), "nose": (3.0, 4.0)})
    corrected(made, "figure-1.png")
    return made


def test_moves_are_counted_in_pixels_and_in_sides_of_the_box(folder: LabelFolder) -> None:
    done = [labels for labels in folder.all_labels() if labels.done]
    moves = moves_of(done)
    assert moves.moved_px.shape == (2, 37)
    assert moves.moved_px[0, INDEX["nose"]] == pytest.approx(5.0)
    # boxes are 180 x 220
    assert moves.share_of_box[0, INDEX["spine_03"]] == pytest.approx(0.1)
    table = point_table([moves])
    assert table[0].name == "spine_03"
    assert table[0].vertebra == "L1"
    assert table[0].moved_box[0] == pytest.approx(0.05)


def test_points_that_are_not_labelled_do_not_count(folder: LabelFolder) -> None:
    (labels, *_) = folder.all_labels()
    (person,) = labels.people
    points = tuple((x, y, 0) for x, y, _ in person.keypoints)
    gone = labels.model_copy(update={"people": (person.model_copy(update={"keypoints": points}),)})
    assert np.isnan(moves_of([gone]).moved_px).all()
    added = labels.model_copy(update={"people": (person.model_copy(update={"prelabel": None}),)})
    assert moves_of([added]).moved_px.shape == (0, 37)


def test_the_page_shows_rounds_points_and_acceptances(folder: LabelFolder) -> None:
    accept(folder.root, None, name="train-real", by="ben", reporter=SilentReporter())
    page = write_label_report(folder.root, reporter=SilentReporter()).read_text(encoding="utf-8")
    assert "2 of 3 pictures in 1 round are done" in page
    assert "edited by ann (2)" in page
    assert page.index("spine_03") < page.index("left_knee")
    assert "<td>train-real</td>" in page
    assert "No validation set" in page
    assert not re.search(r"(src|href)=\"?https?:", page)


def test_an_untouched_folder_has_a_page_too(tmp_path: Path) -> None:
    page = write_label_report(labelled_folder(tmp_path / "L").root, reporter=SilentReporter())
    assert "0 of 3 pictures in 1 round are done" in page.read_text(encoding="utf-8")


def test_every_rounds_network_is_scored_once_on_the_validation_set(folder: LabelFolder) -> None:
    accept(folder.root, None, name="val-real", by="ben", reporter=SilentReporter())
    validation = folder.root / "real/annotations/person_keypoints_val-real.json"
    rounds = folder.read_set().rounds
    (first,) = learning_curve(folder, rounds, annotations=validation, reporter=SilentReporter())
    assert first.name == "before round 1"
    ap = first.ap["all"]
    assert ap is not None
    assert 0 <= ap <= 1
    kept = folder.scores.read_bytes()
    assert learning_curve(folder, rounds, annotations=validation, reporter=SilentReporter()) == [first]
    assert folder.scores.read_bytes() == kept
    page = write_label_report(folder.root, reporter=SilentReporter()).read_text(encoding="utf-8")
    assert f"{ap:.3f}" in page
    assert "person_keypoints_val-real.json" in page


def test_a_missing_network_is_said_and_the_others_are_scored(folder: LabelFolder, tmp_path: Path) -> None:
    accept(folder.root, None, name="val-real", by="ben", reporter=SilentReporter())
    validation = folder.root / "real/annotations/person_keypoints_val-real.json"
    (made,) = folder.read_set().rounds
    gone = made.model_copy(update={"network_file": "gone.onnx", "network_sha256": "1" * 64})
    reporter = SilentReporter()
    first, second = learning_curve(folder, [gone, made], annotations=validation, reporter=reporter)
    assert first.ap["all"] is None
    assert second.ap["all"] is not None
    assert "gone.onnx: model file does not exist" in reporter.warnings[0]
    with pytest.raises(TrainingError, match=r"nothing\.onnx: model file does not exist"):
        learning_curve(
            folder, [made], annotations=validation, model=tmp_path / "nothing.onnx", reporter=SilentReporter()
        )


def test_a_network_of_another_convention_is_not_scored(folder: LabelFolder, tmp_path: Path) -> None:
    accept(folder.root, None, name="val-real", by="ben", reporter=SilentReporter())
    validation = folder.root / "real/annotations/person_keypoints_val-real.json"
    data = json.loads(validation.read_text())
    validation.write_text(json.dumps(data | {"info": data["info"] | {"body_points": "coco"}}))
    model = told(shipped_model("light"), tmp_path / "told.onnx", body_points="anatomical")
    with pytest.raises(DatasetError, match=r"body_points is coco, but that of .*told\.onnx is anatomical"):
        learning_curve(folder, [], annotations=validation, model=model, reporter=SilentReporter())
