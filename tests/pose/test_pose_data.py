"""Sets, crops and augmentation: labels stay on their pixels, and bad sets are refused by name."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from spinegen import skeleton
from spinegen.errors import DatasetError, TrainingError
from spinegen.pose.data.backdrops import Backdrops
from spinegen.pose.data.batches import BatchSource
from spinegen.pose.data.cache import CropCache, drop_other_crops, open_cache
from spinegen.pose.data.coco_set import CocoSet, read_coco
from spinegen.pose.data.occluders import hidden_points, occlude
from spinegen.pose.data.pixels import disturb, sample
from spinegen.pose.data.warp import plain_warp, random_warp
from spinegen.pose.settings import UNDISTURBED, AugmentSettings
from spinegen.progress import SilentReporter
from spinegen.records.rle import run_lengths
from support.small_coco import small_coco, written

HW = (128, 96)


def paths(drawn_set: Path, split: str) -> tuple[Path, Path]:
    return drawn_set / f"annotations/person_keypoints_{split}-unreal.json", drawn_set / f"images/{split}-unreal"


@pytest.fixture(scope="module")
def cache(drawn_set: Path, tmp_path_factory: pytest.TempPathFactory) -> CropCache:
    return open_cache(read_coco(*paths(drawn_set, "train")), HW, tmp_path_factory.mktemp("cache"), SilentReporter())


def changed(drawn_set: Path, tmp_path: Path, change: Any) -> Path:
    data = json.loads(paths(drawn_set, "val")[0].read_text())
    change(data)
    target = tmp_path / "changed.json"
    target.write_text(json.dumps(data))
    return target


def dots(count: int, hw: tuple[int, int], keypoint: int, points: np.ndarray) -> np.ndarray:
    """Crops that are black but for a bright dot at one keypoint."""
    crops = np.zeros((count, *hw, 4), np.uint8)
    rows, columns = np.mgrid[: hw[0], : hw[1]]
    for i in range(count):
        x, y = points[i, keypoint]
        crops[i, ..., 0] = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18)
    return crops


def test_labels_follow_their_pixels_through_every_augmentation() -> None:
    rng = np.random.default_rng(0)
    count, wrist = 64, skeleton.INDEX["left_wrist"]
    boxes = np.tile([30.0, 40.0, 60.0, 80.0], (count, 1))
    points = rng.uniform([40, 50], [80, 110], (count, 37, 2))
    visibility = np.full((count, 37), 2)
    crops = dots(count, (166, 125), wrist, points)
    warp = random_warp(rng, boxes, points, visibility, input_hw=HW, settings=AugmentSettings())
    seen = sample(torch.from_numpy(crops), warp.matrices_crop_input, HW)[:, 0].numpy()
    checked = 0
    for i in range(count):
        # in a mirrored picture the left wrist's dot is where a right wrist is now expected
        places = warp.keypoints_input_px[i, [wrist, skeleton.FLIP[wrist]]]
        row, column = np.unravel_index(seen[i].argmax(), HW)
        inside = (places > 3).all() and (places < [HW[1] - 4, HW[0] - 4]).all()
        if inside:
            assert np.linalg.norm(places - [column, row], axis=1).min() < 1.5
            checked += 1
    assert checked > 20


def test_a_mirrored_person_keeps_left_and_right_apart() -> None:
    rng = np.random.default_rng(0)
    points = np.zeros((1, 37, 2)) + 60
    left, right = skeleton.INDEX["left_wrist"], skeleton.INDEX["right_wrist"]
    points[0, left], points[0, right] = [80, 60], [40, 60]
    visibility = np.full((1, 37), 2)
    visibility[0, left] = 0
    still = UNDISTURBED.model_copy(update={"flip": 1})
    warp = random_warp(rng, np.array([[20.0, 20.0, 80.0, 80.0]]), points, visibility, input_hw=HW, settings=still)
    plain = plain_warp(np.array([[20.0, 20.0, 80.0, 80.0]]), points, visibility, HW)
    width = HW[1]
    assert warp.keypoints_input_px[0, right, 0] == pytest.approx(width - 1 - plain.keypoints_input_px[0, left, 0])
    assert warp.keypoints_input_px[0, left, 0] == pytest.approx(width - 1 - plain.keypoints_input_px[0, right, 0])
    assert warp.visibility[0, right] == 0
    assert warp.visibility[0, left] == 2


def test_a_swapped_background_leaves_the_persons_pixels_alone() -> None:
    rng = np.random.default_rng(0)
    planes = torch.full((8, 4, 32, 24), 100.0)
    planes[:, 3] = 0
    planes[:, 3, 8:24, 6:18] = 255
    only = UNDISTURBED.model_copy(update={"background": 1})
    out, _ = disturb(planes, np.ones(8, bool), rng, only, backdrops=Backdrops(None))
    assert (out[:, :, 8:24, 6:18] == 100).all()
    assert (out[:, :, :8] != 100).float().mean() > 0.5
    assert (disturb(planes, np.zeros(8, bool), rng, only, backdrops=Backdrops(None))[0] == 100).all(), (
        "without a mask nothing is swapped"
    )


def test_patches_cover_a_share_of_the_pictures() -> None:
    planes = torch.zeros(64, 4, 64, 48)
    only = UNDISTURBED.model_copy(update={"patches": 0.5})
    out, covered = disturb(planes, np.ones(64, bool), np.random.default_rng(0), only, backdrops=Backdrops(None))
    touched = (out.flatten(1) > 0).any(dim=1).float().mean()
    assert 0.1 < touched < 0.7
    assert not covered[(out.flatten(1) == 0).all(dim=1)].any(), "where nothing was pasted nothing is covered"


def test_points_under_a_pasted_thing_count_as_hidden() -> None:
    covered = torch.zeros(2, 20, 30, dtype=torch.bool)
    covered[1, 5:10, 20:25] = True
    points = np.array([[[22.0, 7.0], [3.0, 3.0]], [[22.0, 7.0], [22.0, 12.0]]])
    outside = np.array([[[-5.0, 7.0], [22.0, 50.0]]] * 2)
    assert hidden_points(covered, points).tolist() == [[False, False], [True, False]]
    assert not hidden_points(covered, outside).any()


def test_another_person_is_pasted_whole_and_beside(cache: CropCache) -> None:
    pictures, masks = torch.zeros(2, 3, 40, 40), torch.zeros(2, 40, 40)
    pictures[1, :, 10:30, 15:25], masks[1, 10:30, 15:25] = 200, 1
    seen = 0
    for seed in range(60):
        out = pictures.clone()
        covered = occlude(
            out,
            masks,
            np.ones(2, bool),
            np.random.default_rng(seed),
            probability=1.0,
            fill=lambda: torch.full((3, 40, 40), 50.0),
        )
        colours = set(out[0].unique().tolist())
        assert colours <= {0.0, 50.0, 200.0} or any(0 < c < 50 for c in colours)
        assert covered[0][out[0, 0] == 200].all()
        seen += 200.0 in colours
    assert seen > 3


def test_backdrops_of_a_user_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (10, 200, 30)).save(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_text("no picture")
    both, shipped_only = Backdrops(tmp_path), Backdrops(None)
    assert len(both.photographs) == 1
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    assert len(told := Backdrops(tmp_path).left_out) == 1
    assert "cut.png" in told[0]
    (tmp_path / "cut.png").unlink()
    green = [(both.view(np.random.default_rng(seed), (32, 24)) == (10, 200, 30)).all() for seed in range(120)]
    assert 0 < sum(green) < 60
    view = shipped_only.view(np.random.default_rng(3), (256, 192))
    assert view.shape == (256, 192, 3)
    assert view.std() > 5
    (tmp_path / "a.png").unlink()
    with pytest.raises(TrainingError, match="holds no picture that can be read"):
        Backdrops(tmp_path)


def test_the_panorama_stands_upright() -> None:
    """Brighter above the horizon than below it, as skies are, whatever way the camera turns."""
    outdoors = Backdrops(None)
    outdoors.panoramas = [np.concatenate([np.full((128, 512, 3), 220, np.uint8), np.full((128, 512, 3), 40, np.uint8)])]
    for seed in range(20):
        view = outdoors.view(np.random.default_rng(seed), (64, 48)).astype(float).mean(axis=(1, 2))
        assert view[0] >= view[-1]
        assert (np.diff(view) <= 1).all()


def source(cache: CropCache, seed: int = 0, **other: Any) -> BatchSource:
    return BatchSource(
        [cache],
        mix_ratio=0.0,
        batch=8,
        input_hw=HW,
        augment=AugmentSettings(),
        seed=seed,
        device=torch.device("cpu"),
        **other,
    )


def test_batches_are_the_same_for_the_same_seed_and_step_and_differ_otherwise(cache: CropCache) -> None:
    first, again, other = source(cache).make(5), source(cache).make(5), source(cache, seed=1).make(5)
    assert torch.equal(first.inputs, again.inputs)
    assert torch.equal(first.keypoints_input_px, again.keypoints_input_px)
    assert not torch.equal(first.inputs, other.inputs)


def test_hidden_points_weigh_what_they_are_asked_to(cache: CropCache) -> None:
    alike, half = source(cache).make(5).weights, source(cache, hidden_weight=0.5).make(5).weights
    assert set(alike.unique().tolist()) == {0.0, 1.0}
    assert set(half.unique().tolist()) == {0.0, 0.5, 1.0}
    assert torch.equal(half > 0, alike > 0)


def test_a_stream_that_resumes_goes_on_where_it_stopped(cache: CropCache) -> None:
    batches = source(cache)
    stream = batches.stream(3)
    # the stream's own thread sums in another order: equal to rounding
    assert torch.allclose(next(stream).inputs, batches.make(3).inputs, atol=1e-3)
    assert torch.allclose(next(stream).inputs, batches.make(4).inputs, atol=1e-3)
    stream.close()


def test_an_epoch_shows_everybody_once(cache: CropCache) -> None:
    batches = source(cache)
    seen = np.concatenate([batches.rows(step)[0] for step in range(batches.steps_per_epoch)])
    assert sorted(seen) == list(range(48))


def test_mixing_keeps_the_ratio_in_every_batch(cache: CropCache) -> None:
    mixed = BatchSource(
        [cache, cache],
        mix_ratio=0.25,
        batch=8,
        input_hw=HW,
        augment=AugmentSettings(),
        seed=0,
        device=torch.device("cpu"),
    )
    assert [len(rows) for rows in mixed.rows(4)] == [6, 2]
    assert len(mixed.make(0).inputs) == 8


@pytest.mark.parametrize(("ratio", "whom"), [(0.1, "nobody"), (0.9, "everybody")])
def test_a_ratio_that_leaves_one_set_out_is_refused(cache: CropCache, ratio: float, whom: str) -> None:
    with pytest.raises(TrainingError, match=f"mix_ratio {ratio} of a batch of 4 is {whom}: use a larger batch"):
        BatchSource(
            [cache, cache],
            mix_ratio=ratio,
            batch=4,
            input_hw=(64, 48),
            augment=AugmentSettings(),
            seed=0,
            device=torch.device("cpu"),
        )


def test_cached_crops_show_the_person_where_the_labels_say(cache: CropCache) -> None:
    inside = 0
    for mask, points, seen in zip(cache.pixels[..., 3], cache.keypoints_crop_px, cache.people.visibility, strict=True):
        hip = np.round(points[skeleton.INDEX["hip"]]).astype(int)
        inside += bool(seen[skeleton.INDEX["hip"]] and mask[hip[1], hip[0]] > 127)
    assert inside == len(cache.people)


def test_a_cache_is_cut_once(drawn_set: Path, tmp_path: Path) -> None:
    first = open_cache(read_coco(*paths(drawn_set, "val")), HW, tmp_path, SilentReporter())
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    second = open_cache(read_coco(*paths(drawn_set, "val")), HW, tmp_path, SilentReporter())
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert np.array_equal(first.pixels, second.pixels)


def test_crops_of_earlier_data_are_deleted(drawn_set: Path, tmp_path: Path) -> None:
    old = open_cache(read_coco(*paths(drawn_set, "val")), (64, 48), tmp_path, SilentReporter())
    new = open_cache(read_coco(*paths(drawn_set, "val")), HW, tmp_path, SilentReporter())
    drop_other_crops([new])
    assert not old.file.exists()
    assert new.file.exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_views_are_told_from_the_points_in_the_camera_frame(drawn_set: Path) -> None:
    people = read_coco(*paths(drawn_set, "train"))
    assert {"front", "back", "left", "right"} <= set(people.views)
    data = json.loads(paths(drawn_set, "train")[0].read_text())
    for annotation, view in zip(data["annotations"], people.views, strict=True):
        points = np.array(annotation["keypoints_3d"])
        nose, ears = points[skeleton.INDEX["nose"]], points[[skeleton.INDEX["left_ear"], skeleton.INDEX["right_ear"]]]
        lateral = points[skeleton.INDEX["left_hip"]] - points[skeleton.INDEX["right_hip"]]
        if view == "left":
            assert lateral[2] < 0, "the left hip is the nearer one"
        if view == "right":
            assert lateral[2] > 0
        assert np.isfinite(nose).all()
        assert np.isfinite(ears).all()


def test_another_order_of_keypoints_is_refused_with_the_difference(drawn_set: Path, tmp_path: Path) -> None:
    def swap(data: dict[str, Any]) -> None:
        names = data["categories"][0]["keypoints"]
        names[1], names[2] = names[2], names[1]

    with pytest.raises(DatasetError, match="another order: 1 is right_eye, must be left_eye"):
        read_coco(changed(drawn_set, tmp_path, swap), tmp_path)


def test_too_few_keypoints_are_refused_by_their_names(drawn_set: Path, tmp_path: Path) -> None:
    def cut(data: dict[str, Any]) -> None:
        del data["categories"][0]["keypoints"][35:]

    with pytest.raises(DatasetError, match=r"35 found.*missing neck_02, neck_03"):
        read_coco(changed(drawn_set, tmp_path, cut), tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("categories"), "categories missing"),
        (lambda d: d["annotations"].clear(), "holds no person"),
        (lambda d: d["annotations"][0].update(image_id=999), "image_id '999' is not among the images"),
        (lambda d: d["annotations"][0].update(bbox=[0, 0, 0, 5]), "positive size"),
        (lambda d: d["annotations"][0].update(keypoints=[1, 2, 2]), "found 3 keypoint numbers, allowed: 111"),
    ],
)
def test_a_broken_file_is_refused_with_its_fault(drawn_set: Path, tmp_path: Path, change: Any, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_coco(changed(drawn_set, tmp_path, change), tmp_path)


def test_no_file_and_no_json_are_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_coco(tmp_path / "absent.json", tmp_path)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(DatasetError, match="not valid JSON"):
        read_coco(tmp_path / "bad.json", tmp_path)


def repeated(drawn_set: Path, folder: Path, count: int) -> tuple[Path, Path]:
    """A set whose one picture is listed `count` times under different names."""
    data = json.loads(paths(drawn_set, "val")[0].read_text())
    picture = (paths(drawn_set, "val")[1] / data["images"][0]["file_name"]).read_bytes()
    images = folder / "many"
    images.mkdir()
    for i in range(count):
        (images / f"{i}.jpg").write_bytes(picture)
    first = data["annotations"][0]
    data["annotations"] = [{**first, "id": i + 1, "image_id": i} for i in range(count)]
    data["images"] = [{"id": i, "file_name": f"{i}.jpg", "width": 240, "height": 200} for i in range(count)]
    target = folder / "many.json"
    target.write_text(json.dumps(data))
    return target, images


def test_one_cut_off_jpeg_in_a_hundred_is_left_out_and_named(drawn_set: Path, tmp_path: Path) -> None:
    annotations, images = repeated(drawn_set, tmp_path, 101)
    broken = images / "50.jpg"
    broken.write_bytes(broken.read_bytes()[:2000])
    reporter = SilentReporter()
    cache = open_cache(read_coco(annotations, images), HW, tmp_path / "cache", reporter)
    assert len(cache.people) == len(cache.pixels) == 100
    assert reporter.warnings == [f"picture left out: {broken}: is cut off"]


def test_two_missing_pictures_in_a_hundred_are_too_many(drawn_set: Path, tmp_path: Path) -> None:
    annotations, images = repeated(drawn_set, tmp_path, 100)
    (images / "3.jpg").unlink()
    (images / "4.jpg").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"2 of 100 pictures are missing or broken, more than 1%.*3\.jpg"):
        open_cache(read_coco(annotations, images), HW, tmp_path / "cache", SilentReporter())


def test_a_subset_keeps_rows_together(drawn_set: Path) -> None:
    people: CocoSet = read_coco(*paths(drawn_set, "val"))
    some = people.subset(np.array([3, 7]))
    assert some.image_paths == (people.image_paths[3], people.image_paths[7])
    assert np.array_equal(some.keypoints_px, people.keypoints_px[[3, 7]])


def test_masks_in_plain_run_lengths_cut_the_same_crops(drawn_set: Path, tmp_path: Path) -> None:
    def plain(data: dict[str, Any]) -> None:
        for item in data["annotations"]:
            outline = item["segmentation"]
            outline["counts"] = run_lengths(outline["counts"], tuple(outline["size"])).tolist()

    images = paths(drawn_set, "val")[1]
    given = open_cache(read_coco(*paths(drawn_set, "val")), HW, tmp_path / "a", SilentReporter())
    other = open_cache(read_coco(changed(drawn_set, tmp_path, plain), images), HW, tmp_path / "b", SilentReporter())
    assert np.array_equal(given.pixels, other.pixels)
    assert (np.asarray(given.pixels[..., 3]) == 0).any()


def test_people_of_pictures_that_grew_since_they_were_labelled_are_refused(drawn_set: Path, tmp_path: Path) -> None:
    def halve(data: dict[str, Any]) -> None:
        for image in data["images"]:
            image["width"], image["height"] = image["width"] // 2, image["height"] // 2

    path = changed(
        drawn_set, tmp_path, lambda data: (halve(data), [a.pop("segmentation") for a in data["annotations"]])
    )
    with pytest.raises(DatasetError, match="the label says 120x100"):
        open_cache(read_coco(path, paths(drawn_set, "val")[1]), HW, tmp_path / "cache", SilentReporter())


def test_crops_follow_the_choice_of_how_exif_is_meant(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels, exif = rng.integers(0, 255, (64, 64, 3)).astype(np.uint8), Image.Exif()
    exif[0x0112] = 6
    data = small_coco(1)
    data["images"][0] |= {"width": 64, "height": 64, "file_name": "1.png"}
    path = written(tmp_path, data)
    Image.fromarray(pixels).save(tmp_path / "1.png", exif=exif)
    with pytest.raises(DatasetError, match="--exif upright or --exif stored"):
        open_cache(read_coco(path, tmp_path), HW, tmp_path / "cache", SilentReporter())
    crops = {
        choice: np.asarray(
            open_cache(read_coco(path, tmp_path, choice), HW, tmp_path / "cache", SilentReporter()).pixels
        )
        for choice in ("upright", "stored")
    }
    Image.fromarray(np.rot90(pixels, -1)).save(tmp_path / "1.png")
    turned = open_cache(read_coco(path, tmp_path), HW, tmp_path / "turned", SilentReporter())
    assert np.array_equal(crops["upright"], turned.pixels)
    assert not np.array_equal(crops["stored"], turned.pixels)
