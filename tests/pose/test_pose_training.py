"""Training: what it learns, that it resumes, and that it is the same twice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from spinegen.errors import ConfigError, DatasetError, TrainingError
from spinegen.pose import stage
from spinegen.pose.assembly import ARCHITECTURES, build_network
from spinegen.pose.data.cache import open_cache
from spinegen.pose.nets.network import PoseNetwork
from spinegen.pose.networks import shipped_model
from spinegen.pose.onnx_file import open_simcc
from spinegen.pose.settings import LIGHT, MODERATE, AugmentSettings, TrainSettings
from spinegen.pose.train_part import differences, find_split, key_of, read_sets, trained_network
from spinegen.pose.training.averaging import MovingAverage
from spinegen.pose.training.checkpoint import load_checkpoint, load_trained, make_room_for, save_checkpoint
from spinegen.pose.training.loop import Trainer
from spinegen.pose.training.schedule import flat_cosine
from spinegen.pose.training.whole_network import whole_network
from spinegen.progress import SilentReporter
from spinegen.records.metrics import METRICS_VERSION, ErrorTables, Metrics, PckAuc, Scores
from spinegen.workspace import Workspace

CPU = torch.device("cpu")


def quick(**other: Any) -> TrainSettings:
    length = {} if {"epochs", "steps"} & set(other) else {"steps": 3}
    return TrainSettings.model_validate({"model": "tiny", "device": "cpu", "batch": 4, "threads": 1, **length, **other})


def trainer(workspace: Workspace, settings: TrainSettings) -> Trainer:
    architecture = ARCHITECTURES[settings.model]
    sets = read_sets([find_split(workspace, "train"), find_split(workspace, "val")])
    crops = workspace.coco.resolve().parent / "crops"  # beside the set that all tests share: cut once
    train, val = (open_cache(people, architecture.input_hw, crops, SilentReporter()) for people in sets)
    return Trainer(
        architecture,
        settings,
        train=train,
        validation=val,
        device=CPU,
        checkpoint=workspace.pose / "checkpoint.pt",
        key="key",
    )


def test_the_schedule_warms_up_stays_and_falls() -> None:
    assert flat_cosine(0.025) == pytest.approx(0.5)
    assert flat_cosine(0.05) == flat_cosine(0.49) == 1.0
    assert flat_cosine(0.75) == pytest.approx(0.51)
    assert flat_cosine(1.0) == flat_cosine(2.0) == pytest.approx(0.02)


def test_the_length_of_a_training_is_counted_in_steps_whatever_the_machine(workspace: Workspace) -> None:
    assert trainer(workspace, quick(epochs=None, steps=7)).total_steps == 7
    assert trainer(workspace, quick(epochs=2)).total_steps == 2 * (48 // 4)
    assert trainer(workspace, quick(epochs=None)).total_steps == 6400 // 4


def test_the_moving_average_of_a_standing_network_is_that_network() -> None:
    network = torch.nn.Linear(2, 2)
    average = MovingAverage(network)
    with torch.no_grad():
        network.weight.fill_(1.0)
    for _ in range(200):
        average.update(network)
    assert average.network.weight.flatten().tolist() == pytest.approx([1.0] * 4, abs=1e-3)


def test_two_trainings_of_one_seed_are_equal_and_another_seed_differs(workspace: Workspace) -> None:
    weights = []
    for seed in (0, 0, 1):
        (workspace.pose / "checkpoint.pt").unlink(missing_ok=True)
        network = trainer(workspace, quick(seed=seed)).run(SilentReporter()).network
        weights.append(torch.cat([p.flatten() for p in network.parameters()]))
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_a_killed_training_goes_on_to_the_same_network(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trainer(workspace, quick(steps=6)).run(SilentReporter())
    (workspace.pose / "checkpoint.pt").unlink()
    monkeypatch.setattr("spinegen.pose.training.loop.CHECKPOINT_SECONDS", 0.0)
    broken = trainer(workspace, quick(steps=6))
    step = broken._step

    def dies(*args: Any) -> Any:
        if int(load_step(workspace)) >= 3:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(broken, "_step", dies)
    with pytest.raises(KeyboardInterrupt):
        broken.run(SilentReporter())
    resumed = trainer(workspace, quick(steps=6)).run(SilentReporter())
    assert resumed.steps == whole.steps == 6
    for mine, theirs in zip(resumed.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def load_step(workspace: Workspace) -> int:
    state = load_checkpoint(workspace.pose / "checkpoint.pt", "key", "tiny")
    return state["step"] if state else 0


def test_a_checkpoint_of_another_architecture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"architecture": "small", "network": {}, "key": "k"})
    with pytest.raises(TrainingError, match="of architecture 'small', asked for is 'tiny'"):
        load_checkpoint(path, "k", "tiny")
    assert load_checkpoint(path, "other settings", "small") is None


def test_a_training_goes_on_from_a_whole_network(workspace: Workspace, trained: Workspace) -> None:
    weights = trained.pose / "weights.pt"
    then = trained_network(trained.pose, "tiny").state_dict()
    gone_on = trainer(workspace, quick(start=str(weights), epochs=None, steps=1, learning_rate=1e-9, weight_decay=0.0))
    now = gone_on.run(SilentReporter()).network.state_dict()
    assert gone_on.start == "the whole network of weights.pt"
    learnt = [name for name in then if name.endswith(".weight")]
    assert len(learnt) > 40
    for name in learnt:
        torch.testing.assert_close(now[name], then[name], atol=1e-6, rtol=0)
    fresh = trainer(workspace, quick(seed=1)).run(SilentReporter()).network.state_dict()
    assert any(not torch.allclose(fresh[name], then[name], atol=1e-3) for name in learnt)
    assert key_of(workspace, quick(start=str(weights))) != key_of(workspace, quick())


@pytest.mark.parametrize("name", ["light", "full"])
def test_a_shipped_network_is_gone_on_from_and_its_norms_know_what_they_see(name: str, workspace: Workspace) -> None:
    assert TrainSettings(start=name).model == name
    begun = trainer(workspace, TrainSettings(start=name, batch=8, steps=1, threads=1, device="cpu"))
    network, said = begun.starting_network()
    assert said == f"the whole network of spinegen-{name}.onnx"
    inputs = torch.cat([begun.source.make(step).inputs for step in range(2)])
    with torch.no_grad():
        known = network.eval()(inputs)[0].softmax(dim=-1)
        learning = network.train()(inputs)[0].softmax(dim=-1)
    theirs = torch.from_numpy(open_simcc(shipped_model(name)).distributions(inputs.numpy())[0])
    # eight bits, in which light is stored, round the head's fixed Gaussians, too
    assert float((known - theirs).abs().max()) < (1e-2 if name == "light" else 1e-3) * float(theirs.max())
    # norms folded into the file would make it another network as soon as it learns
    assert float((learning.argmax(-1) - known.argmax(-1)).abs().float().median()) <= 4


def test_what_cannot_be_gone_on_from_is_said(workspace: Workspace, trained: Workspace) -> None:
    weights = trained.pose / "weights.pt"
    with pytest.raises(
        TrainingError, match=r"weights\.pt: holds a tiny network, asked for is light: name the same --model"
    ):
        load_trained(build_network(ARCHITECTURES["light"]), weights, "light")
    onnx = trained.pose / "pose.onnx"
    with pytest.raises(TrainingError, match=r"pose\.onnx: holds a tiny network, asked for is light: name the same"):
        whole_network(ARCHITECTURES["light"], onnx, 0)
    assert whole_network(ARCHITECTURES["tiny"], onnx, 0)[1] == "the whole network of pose.onnx"
    with pytest.raises(TrainingError, match=r"weights\.pt: would be overwritten by the training that starts from it"):
        stage.train_validate(trained, quick(start=str(weights), seed=9), SilentReporter())


def test_an_unfinished_training_of_other_settings_is_kept_until_they_come_back(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    assert make_room_for(path, "first") is None
    save_checkpoint(path, {"architecture": "tiny", "network": {}, "key": "first", "step": 7})
    assert make_room_for(path, "first") is None
    kept = make_room_for(path, "second")
    assert kept is not None
    assert not path.exists()
    save_checkpoint(path, {"architecture": "small", "network": {}, "key": "second"})
    other = make_room_for(path, "first")
    assert other is not None
    assert other != kept
    state = load_checkpoint(path, "first", "tiny")
    assert state is not None
    assert state["step"] == 7
    save_checkpoint(path, {"architecture": "tiny", "network": {}, "key": "../../elsewhere"})
    outside = make_room_for(path, "third")
    assert outside is not None
    assert outside.parent == tmp_path


def test_a_damaged_checkpoint_or_one_with_code_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"half of a file")
    with pytest.raises(TrainingError, match="cannot be read"):
        load_checkpoint(path, "k", "tiny")
    torch.save({"network": Path("a pickled object")}, path)
    with pytest.raises(TrainingError, match="cannot be read"):
        load_checkpoint(path, "k", "tiny")


class Greedy(PoseNetwork):
    """A network that has room for a few people at a time."""

    def __init__(self, network: PoseNetwork, room: int, message: str | None) -> None:
        super().__init__(network.backbone, network.head, network.upper)
        self.room, self.message = room, message

    def with_field(self, images: torch.Tensor) -> Any:
        if len(images) > self.room:
            raise torch.OutOfMemoryError("full") if self.message is None else RuntimeError(self.message)
        return super().with_field(images)


@pytest.mark.parametrize("message", [None, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"])
@pytest.mark.parametrize(
    ("room", "advice"), [(3, "a batch of 2 fits: use --batch 2"), (1, "not even a batch of 2 fits")]
)
def test_out_of_memory_names_the_batch_that_fits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, room: int, advice: str, message: str | None
) -> None:
    monkeypatch.setattr(
        "spinegen.pose.training.loop.place", lambda network, device: Greedy(network, room, message).to(device)
    )
    with pytest.raises(TrainingError, match=f"memory with a batch of 8; {advice}"):
        trainer(workspace, quick(batch=8)).run(SilentReporter())


def test_other_faults_of_a_step_are_not_taken_for_a_full_memory(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinegen.pose.training.loop.place", lambda network, device: Greedy(network, 1, "shape"))
    with pytest.raises(RuntimeError, match="shape"):
        trainer(workspace, quick()).run(SilentReporter())


def test_bfloat16_learns_nearly_what_float32_does(workspace: Workspace) -> None:
    """The arithmetic of a GPU, here on the CPU: other rounding, the same course."""
    last = {}
    for precision in ("float32", "bfloat16"):
        (workspace.pose / "checkpoint.pt").unlink(missing_ok=True)
        last[precision] = (
            trainer(workspace, quick(precision=precision, steps=2)).run(SilentReporter()).history[-1]["position"]
        )
    assert last["bfloat16"] != last["float32"]
    assert last["bfloat16"] == pytest.approx(last["float32"], rel=0.02)


def test_losses_that_are_off_are_not_computed(workspace: Workspace) -> None:
    settings = quick(losses={"structure": 0, "spine": 0, "distillation": 0, "field": 0})
    history = trainer(workspace, settings).run(SilentReporter()).history
    assert {"position", "loss"} <= set(history[-1])
    assert not {"structure", "spine", "distillation", "field"} & set(history[-1])


def test_a_teacher_adds_its_loss(workspace: Workspace, exported_onnx: Path) -> None:
    history = trainer(workspace, quick(teacher=str(exported_onnx))).run(SilentReporter()).history
    assert history[-1]["distillation"] > 0


@pytest.mark.parametrize(("network", "mean", "refused"), [(0.3, 0.1, False), (0.1, 0.1, True), (None, 0.1, True)])
def test_a_network_that_does_not_beat_the_mean_pose_is_refused_loudly(
    network: float | None, mean: float, refused: bool
) -> None:
    scores = Scores(
        people=8,
        network={"all": {"AP": network}},
        mean_pose={"all": {"AP": mean}},
        auc=PckAuc(network={}, mean_pose={}),
        tables=ErrorTables(subsets=(), keypoints=(), occlusion=(), views=(), people=()),
    )
    metrics = Metrics(
        version=METRICS_VERSION,
        key=None,
        model="pose.onnx",
        annotations="val.json",
        mean_pose_from="training boxes",
        scores=scores,
        left_out=(),
        latency=(),
        training=None,
    )
    if refused:
        with pytest.raises(TrainingError, match="does not beat the mean pose"):
            stage.require_better_than_mean_pose(metrics)
    else:
        stage.require_better_than_mean_pose(metrics)


def test_an_empty_validation_split_is_said(tmp_path: Path, drawn_set: Path) -> None:
    workspace = Workspace(tmp_path)
    for split in ("train", "val"):
        source = drawn_set / f"annotations/person_keypoints_{split}-unreal.json"
        target = workspace.coco / "annotations" / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = json.loads(source.read_text())
        if split == "val":
            data["annotations"], data["images"] = [], []
        target.write_text(json.dumps(data))
    (workspace.coco / "images").symlink_to(drawn_set / "images", target_is_directory=True)
    with pytest.raises(DatasetError, match=r"val-unreal\.json: holds no person"):
        stage.train_validate(workspace, quick(), SilentReporter())


def test_a_set_that_was_not_exported_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="make it with: spinegen export-coco"):
        stage.train_validate(Workspace(tmp_path), quick(), SilentReporter())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": "huge"}, "must be one of full, light, lite, tiny, small, medium"),
        ({"annotations": "x.json"}, "go with only=validate"),
        ({"annotations": "x.json", "only": "validate"}, "belong together"),
        ({"mix_images": "x"}, "needs mix"),
        ({"mix_ratio": 1.5}, "mix_ratio"),
        ({"mix_ratio": 0.3}, "mix_ratio needs mix"),
        (
            {"start": "gone.pt"},
            "start must be full, light, an exported .onnx file or the weights.pt of a finished training, found 'gone.pt', which does not",
        ),
        ({"start": "light", "model": "lite"}, "start light is a light network, found model lite"),
        (
            {"start": "light", "model": "own.onnx", "only": "validate"},
            "start light is a light network, found model own",
        ),
        ({"start": __file__, "model": "light", "backbone": "scratch"}, "start and backbone both say"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, Any], message: str) -> None:
    from spinegen.config import parse

    with pytest.raises(ConfigError, match=message):
        parse(fields, TrainSettings, "command line")


def test_the_key_changes_with_what_is_learnt_and_not_with_how(workspace: Workspace) -> None:
    key = key_of(workspace, quick())
    assert key_of(workspace, quick(threads=2, only="train")) == key
    assert key_of(workspace, quick(seed=4)) != key
    assert key_of(workspace, quick(losses={"spine": 0.0})) != key


def test_what_changed_is_said_setting_by_setting() -> None:
    then = {"batch": 2, "losses": {"spine": 0.5, "position": 1.0}, "augment": None}
    now = {"batch": 8, "losses": {"spine": 0.5, "position": 2.0}, "augment": {"flip": 0.5}}
    assert differences(then, now) == [
        "batch was 2, now 8",
        "losses.position was 1.0, now 2.0",
        "augment was None, now {'flip': 0.5}",
    ]
    assert differences(now, now) == []


def test_a_network_learns_the_drawn_people(workspace: Workspace) -> None:
    """Overfits: a few people without augmentation are found again, far better than by their mean pose."""
    settings = quick(
        epochs=5,
        batch=8,
        learning_rate=3e-3,
        augment={
            "scale": [1, 1],
            "shift": 0,
            "rotation": 0,
            "half_body": 0,
            "bust": 0,
            "trunk": 0,
            "color": 0,
            "blur": 0,
            "patches": 0,
            "background": 0,
            "flip": 0,
            "swap_channels": 0,
        },
    )
    course = trainer(workspace, settings)
    result = course.run(SilentReporter())
    assert result.history[-1]["position"] < 0.8 * result.history[0]["position"]
    assert np.isfinite(result.history[-1]["loss"])


def test_the_recipe_grows_with_the_training_unless_told_otherwise(workspace: Workspace) -> None:
    short = trainer(workspace, quick(batch=8, epochs=None, steps=100))
    assert short.source.augment == LIGHT
    assert trainer(workspace, quick(batch=8, epochs=None, steps=5000)).source.augment == MODERATE
    assert trainer(workspace, quick(batch=8, epochs=None, steps=100_000)).source.augment == AugmentSettings()
    assert (
        trainer(workspace, quick(batch=8, epochs=None, steps=100, augment="full")).source.augment == AugmentSettings()
    )
    own = {"flip": 0.25}
    assert trainer(workspace, quick(augment=own)).source.augment == AugmentSettings(flip=0.25)
