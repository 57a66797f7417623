"""Faults of cameras: each changes pictures as it should, and only those that it was drawn for."""

import numpy as np
import pytest
import torch
from torch import Tensor

from spinegen.pose.data import camera_faults as faults
from spinegen.pose.settings import AugmentSettings

NONE = {"spectrum": 0, "low_resolution": 0, "blur": 0, "noise": 0, "jpeg": 0}


def pictures(count: int = 4) -> Tensor:
    """Smooth pictures with a sharp square."""
    rows, columns = np.mgrid[0:64, 0:48]
    base = 120 + 60 * np.sin(rows / 9) * np.cos(columns / 7)
    base[20:40, 15:30] = 230
    return torch.tensor(np.tile(base, (count, 3, 1, 1)), dtype=torch.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def detail(images: Tensor) -> float:
    """Mean absolute difference of neighbours."""
    return float(images.diff(dim=-1).abs().mean())


@pytest.mark.parametrize("name", NONE)
def test_each_fault_touches_every_picture_it_is_asked_for_and_none_else(name: str) -> None:
    before = pictures()
    after = faults.camera_faults(before.clone(), rng(), AugmentSettings.model_validate({**NONE, name: 1}))
    assert ((after - before).abs().amax(dim=(1, 2, 3)) > 1).all()
    assert float(after.min()) >= 0
    assert float(after.max()) <= 255
    untouched = faults.camera_faults(before.clone(), rng(), AugmentSettings.model_validate(NONE))
    assert torch.equal(untouched, before)


def test_the_same_draws_give_the_same_pictures() -> None:
    settings = AugmentSettings()
    first, again = (faults.camera_faults(pictures(), rng(7), settings) for _ in range(2))
    assert torch.equal(first, again)


def test_a_disturbed_spectrum_keeps_the_mean_and_the_phases() -> None:
    before = pictures(2)
    after = before.clone()
    faults.disturb_spectrum(after, np.array([1]), rng())
    assert torch.equal(after[0], before[0])
    assert after[1].mean(dim=(1, 2)).tolist() == pytest.approx(before[1].mean(dim=(1, 2)).tolist(), abs=0.01)
    strong = torch.fft.rfft2(before[1]).abs() > 100
    turned = torch.angle(torch.fft.rfft2(after[1]) / torch.fft.rfft2(before[1]))[strong]
    assert strong.sum() > 20
    # rows 0 and h/2 and the first column are their own mirror images and are made real together; the rest keeps its phase
    assert float(turned.abs().median()) < 0.05


def test_low_resolution_and_blur_take_detail_away_and_noise_brings_some() -> None:
    every = np.arange(4)
    for fault, more in ((faults.coarsen, False), (faults.blur, False), (faults.add_noise, True)):
        images = pictures()
        before = detail(images)
        fault(images, every, rng())
        assert (detail(images) > before) == more


def test_faults_leave_a_square_where_it_was() -> None:
    """No fault may move what the labels say: the centre of the bright square stays within half a pixel."""
    columns = torch.arange(48, dtype=torch.float32)
    for fault in (faults.coarsen, faults.blur, faults.compress):
        images = pictures(8)
        fault(images, np.arange(8), rng(2))
        bright = (images[:, 0, 20:40] - 180).clamp(min=0).sum(dim=1)
        centre = (bright * columns).sum(dim=1) / bright.sum(dim=1)
        assert centre.tolist() == pytest.approx([22.0] * 8, abs=0.5)
