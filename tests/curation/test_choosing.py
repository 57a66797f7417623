"""What is unsure and new comes first; what is there already does not come again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen import skeleton
from spinegen.curation.answers import Answer, ask, bend_of, spine_smoother
from spinegen.curation.choosing import choose_ranked, choose_spread, without_duplicates
from spinegen.curation.features import FeatureNetwork
from spinegen.curation.looks import Look, difference_hash
from spinegen.curation.similarity import lost_similarity, similarity
from spinegen.errors import TrainingError
from spinegen.media.sources import FoundFile
from spinegen.pose.networks import shipped_model
from spinegen.pose.predictor import PosePredictor
from support.label_folders import portrait

BOX = np.array([10.0, 20.0, 80.0, 160.0])
POSE = np.stack([np.linspace(20, 80, 37), np.linspace(30, 170, 37)], axis=1)


def look(name: str, disagreement: float, features: list[float], moved_px: float = 0.0) -> Look:
    vector = np.array([features], np.float32)
    answer = Answer(BOX[None], POSE[None] + moved_px, np.ones((1, 37)), np.array([disagreement]), np.zeros(1))
    file = FoundFile(Path(name), name)
    return Look(
        file,
        None,
        None,
        (100, 200),
        np.zeros(64, np.bool_),
        answer,
        (vector / np.linalg.norm(vector)).astype(np.float32),
    )


def test_guesses_do_not_hide_that_two_pictures_show_the_same() -> None:
    first = look("a.png", 0.3, [1, 0])
    guessed = np.arange(37) >= 20
    points = POSE + np.where(guessed[:, None], 40.0, 0.5)
    scores = np.where(guessed, 0.1, 0.9)[None]

    def other(scores: NDArray[np.float64], points: NDArray[np.float64]) -> Look:
        return replace(first, answer=replace(first.answer, keypoints_px=points[None], scores=scores))

    # a bust: what the crop does not show jumps from one encoding to the next
    assert without_duplicates([first, other(scores, points)])[1] != []
    # where the same points are seen, somebody moved; and where all is guessed, all of it must agree
    assert without_duplicates([first, other(np.ones((1, 37)), points)])[1] == []
    assert without_duplicates([first, other(np.full((1, 37), 0.1), points)])[1] == []
    # a seen arm that moved is another picture
    assert without_duplicates([first, other(scores, POSE + np.where(guessed[:, None], 0.5, 30.0))])[1] == []


def test_a_keypoint_loses_what_cocos_evaluation_takes() -> None:
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(0)
    found = POSE + rng.normal(0, 6, POSE.shape)
    truth, area = COCO(), 0.53 * BOX[2] * BOX[3]
    person = {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "iscrowd": 0,
        "bbox": BOX.tolist(),
        "area": area,
        "num_keypoints": 37,
    }
    keypoints = np.column_stack([POSE, np.full(37, 2)]).reshape(-1).tolist()
    data = {"images": [{"id": 1}], "annotations": [{**person, "keypoints": keypoints}], "categories": [{"id": 1}]}
    truth.dataset = data  # pyright: ignore[reportAttributeAccessIssue]
    result = {
        "image_id": 1,
        "category_id": 1,
        "keypoints": np.column_stack([found, np.ones(37)]).reshape(-1).tolist(),
        "score": 1,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes([result]), "keypoints")  # pyright: ignore[reportArgumentType]
        judge.params.kpt_oks_sigmas = np.array(skeleton.SIGMAS)
        expected = judge.computeOks if hasattr(judge, "computeOks") else judge.computeIoU
        judge.evaluate()
        oks = float(np.asarray(expected(1, 1)).reshape(-1)[0])
    assert similarity(POSE, found, BOX, np.ones(37, np.bool_)) == pytest.approx(oks, abs=1e-6)


def test_a_smooth_spine_loses_nothing_and_a_kink_does() -> None:
    names = [skeleton.KEYPOINTS[i].vertebra or "" for i in skeleton.SPINE_CHAIN]
    levels = np.array([skeleton.VERTEBRAE.index(name) for name in names]) / 24
    points = np.zeros((1, 37, 2))
    points[0, list(skeleton.SPINE_CHAIN)] = np.stack([40 + 30 * levels**3 - 20 * levels, 150 - 120 * levels], axis=1)
    inside = np.ones((1, 37), np.bool_)
    assert bend_of(points, BOX[None], inside)[0] < 1e-9
    points[0, skeleton.INDEX["spine_03"], 0] += 25
    kinked = bend_of(points, BOX[None], inside)[0]
    assert kinked > 0.02
    assert np.allclose(spine_smoother() @ spine_smoother(), spine_smoother())


def test_the_first_is_the_least_sure_the_second_is_unlike_it() -> None:
    looks = [look("a", 0.5, [1, 0.0]), look("b", 0.45, [1, 0.01]), look("c", 0.2, [0, 1.0]), look("d", 0.1, [0.7, 0.7])]
    assert [one.look.name for one in choose_ranked(looks, 3)] == ["a", "c", "d"]
    assert [one.look.name for one in choose_ranked(looks, 1, before=[look("e", 0.9, [1, 0.0])])] == ["c"]


def test_spread_takes_one_of_every_group_and_leaves_the_odd_one() -> None:
    rng = np.random.default_rng(0)
    groups = [
        look(f"{name}{i}", unsure, [*(axis + rng.normal(0, 0.02, 3))])
        for name, unsure, axis in (("a", 0.3, np.array([1.0, 0, 0])), ("b", 0.3, np.array([0, 1.0, 0])))
        for i in range(6)
    ]
    odd = look("odd", 0.5, [0.0, 0.0, 1.0])
    two = [one.look.name[0] for one in choose_spread([*groups, odd], 2)]
    assert sorted(two) == ["a", "b"]
    assert choose_ranked([*groups, odd], 1)[0].look is odd
    three = choose_spread([*groups, odd], 3)
    assert sorted(one.look.name[0] for one in three) == ["a", "b", "o"]
    assert len(choose_spread(groups, 20)) == 12


def test_more_than_there_are_is_all() -> None:
    looks = [look("a", 0.0, [1, 0.0]), look("b", 0.0, [1, 0.0])]
    assert {one.look.name for one in choose_ranked(looks, 9)} == {"a", "b"}


def test_a_frame_like_one_before_it_is_left_out_until_somebody_moves() -> None:
    first, still, moved = look("1", 0.1, [1, 0.0]), look("2", 0.1, [1, 0.0], 0.5), look("3", 0.1, [1, 0.0], 30)
    kept, dropped = without_duplicates([first, still, moved])
    assert [one.name for one in kept] == ["1", "3"]
    assert [one.name for one in dropped] == ["2"]
    assert without_duplicates([still], before=[first]) == ([], [still])


def test_a_hash_survives_compression_and_tells_pictures_apart() -> None:
    picture = portrait()
    darker = (picture * 0.8).astype(np.uint8)
    assert (difference_hash(picture) != difference_hash(darker)).sum() <= 3
    assert (difference_hash(picture) != difference_hash(picture[::-1].copy())).sum() > 12


@pytest.fixture(scope="module")
def predictor() -> PosePredictor:
    return PosePredictor(shipped_model("light"), threads=1, closer=False)


def boxes() -> NDArray[np.float64]:
    return np.array([[10.0, 5.0, 236.0, 290.0], [12.0, 4.0, 234.0, 292.0]])


def test_whoever_the_detector_found_twice_is_one_person(predictor: PosePredictor) -> None:
    answer = ask(predictor, portrait(), boxes())
    assert len(answer.boxes_xywh_px) == len(answer.unsure) == 1
    assert 0 < answer.unsure[0] < 1
    assert len(ask(predictor, portrait(), np.zeros((0, 4))).unsure) == 0


def test_a_mirrored_picture_is_as_unsure_and_has_its_sides_exchanged() -> None:
    predictor = PosePredictor(shipped_model("full"), threads=1, closer=False)
    picture, box = portrait(), boxes()[:1]
    plain = ask(predictor, picture, box)
    other = box.copy()
    other[:, 0] = picture.shape[1] - 1 - box[:, 0] - box[:, 2]
    mirrored = ask(predictor, np.ascontiguousarray(picture[:, ::-1]), other)
    placed = mirrored.keypoints_px[0].copy()
    placed[:, 0] = picture.shape[1] - 1 - placed[:, 0]
    exchanged, left = (np.linalg.norm(p - plain.keypoints_px[0], axis=1) for p in (placed[list(skeleton.FLIP)], placed))
    paired = [i for i, other in enumerate(skeleton.FLIP) if i != other]
    assert np.median(exchanged[paired]) < min(12, 0.6 * np.median(left[paired]))
    assert (
        lost_similarity(exchanged, box[0])[[skeleton.INDEX[name] for name in ("nose", "neck_02", "neck_03")]].mean()
        < 0.4
    )


def test_features_are_unit_vectors_of_the_coarsest_map(predictor: PosePredictor, tmp_path: Path) -> None:
    network = FeatureNetwork(shipped_model("light"), 1)
    found = network(predictor.crop(portrait(), boxes()))
    assert found.shape[0] == 2
    assert found.shape[1] >= 64
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert found[0] @ found[1] > 0.95
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(TrainingError, match=r"text\.onnx: is no ONNX file"):
        FeatureNetwork(tmp_path / "text.onnx")
