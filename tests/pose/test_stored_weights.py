"""Weights stored in half precision and in eight bits: less room, nearly the same numbers, and read back."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from spinegen import shipped_model
from spinegen.pose.assembly import ARCHITECTURES
from spinegen.pose.export import export_onnx
from spinegen.pose.onnx_file import METADATA_KEY, open_simcc
from spinegen.pose.stored_weights import NIBBLE_FROM, Room, packed, rounded, store, widened
from spinegen.pose.training.whole_network import whole_network


@pytest.mark.parametrize(
    ("room", "share", "kind", "most"), [("half", 0.6, "FLOAT16", 0.01), ("byte", 0.35, "INT8", 0.02)]
)
def test_stored_weights_take_less_room_and_compute_nearly_the_same(
    exported_onnx: Path, tmp_path: Path, room: Room, share: float, kind: str, most: float
) -> None:
    target = tmp_path / "stored.onnx"
    difference = store(exported_onnx, target, room)
    assert 0 < difference < most
    assert target.stat().st_size < share * exported_onnx.stat().st_size
    model = onnx.load(str(target))
    assert onnx.TensorProto.DataType.Value(kind) in {entry.data_type for entry in model.graph.initializer}
    onnx.checker.check_model(model, full_check=True)
    assert open_simcc(target).names == open_simcc(exported_onnx).names, "what a file says of itself stays"
    assert {entry.key for entry in model.metadata_props} >= {METADATA_KEY}


@pytest.mark.parametrize("room", ["half", "byte"])
def test_stored_weights_are_read_by_their_names(exported_onnx: Path, tmp_path: Path, room: Room) -> None:
    target = tmp_path / "stored.onnx"
    store(exported_onnx, target, room)
    exact, near = widened(onnx.load(str(exported_onnx))), widened(onnx.load(str(target)))
    assert exact.keys() <= near.keys()
    for name, values in exact.items():
        assert near[name].shape == values.shape
        allowed = 0.15 if room == "byte" and values.size >= NIBBLE_FROM else 0.02
        assert np.square(near[name] - values).mean() <= allowed**2 * max(float(np.square(values).mean()), 1e-6), name


@pytest.mark.parametrize("room", ["half", "byte"])
def test_a_training_goes_on_from_a_file_however_its_weights_are_stored(tmp_path: Path, room: Room) -> None:
    light = ARCHITECTURES["light"]
    network, _ = whole_network(light, shipped_model("full"), 0)
    export_onnx(network.eval(), light, tmp_path / "whole.onnx")
    store(tmp_path / "whole.onnx", tmp_path / "stored.onnx", room)
    assert whole_network(light, tmp_path / "stored.onnx", 0)[1] == "the whole network of stored.onnx"


def test_a_filter_is_counted_in_steps_of_its_own() -> None:
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(6, 40)) * 10.0 ** np.arange(-3, 3)[:, None]).astype(np.float32)
    numbers, steps = rounded(values, axes=(1,))
    assert numbers.dtype == np.int8
    assert steps.shape == (6, 1)
    error = np.sqrt(
        np.square(numbers * steps.astype(np.float32) - values).mean(axis=1) / np.square(values).mean(axis=1)
    )
    assert (error < 0.012).all()
    # one step for all would drown the smaller rows
    assert (np.abs(numbers).max(axis=1) > 70).all()
    nothing, step = rounded(np.zeros((2, 8), np.float32), axes=(1,))
    assert (nothing == 0).all()
    assert (step > 0).all()


def test_two_numbers_of_four_bits_share_a_byte() -> None:
    numbers = np.random.default_rng(0).integers(-7, 8, (3, 4, 5)).astype(np.int8)
    together = packed(numbers)
    assert together.dtype == np.uint8
    assert together.shape == (3, 2, 5)
    assert (np.concatenate([together // 16, together % 16], axis=1).astype(int) - 8 == numbers).all()
