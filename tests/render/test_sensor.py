"""What the sensor does to a picture is a pure function of picture, settings and seed."""

import numpy as np
import pytest

from spinegen.records.plan_shot import Sensor
from spinegen.render.sensor import expose, jpeg, mean_exposure

CLEAN = Sensor(noise=0.0, defocus_px=0.0, red_gain=1.0, blue_gain=1.0, exposure_s=0.0, jpeg_quality=90.0)
GREY = np.full((80, 100, 3), 128, np.uint8)


def test_a_perfect_sensor_changes_nothing():
    assert (expose(GREY, CLEAN, 1) == GREY).all()


def test_the_same_seed_makes_the_same_noise_and_another_seed_another():
    noisy = CLEAN.model_copy(update={"noise": 0.02})
    assert (expose(GREY, noisy, 5) == expose(GREY, noisy, 5)).all()
    assert (expose(GREY, noisy, 5) != expose(GREY, noisy, 6)).any()


def test_noise_at_mid_grey_has_the_stated_size():
    noisy = expose(np.full((200, 200, 3), 128, np.uint8), CLEAN.model_copy(update={"noise": 0.02}), 0)
    assert noisy.std() / 255 == pytest.approx(0.02, rel=0.05)


def test_a_red_gain_reddens():
    red, green, blue = expose(GREY, CLEAN.model_copy(update={"red_gain": 1.1}), 0).mean((0, 1))
    assert red == pytest.approx(140.8, abs=0.6)
    assert green == blue == 128


def test_a_shutter_adds_light_not_codes():
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert mean_exposure([black, white])[0, 0, 0] == pytest.approx(186, abs=1)


def test_a_lower_quality_makes_a_smaller_file():
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    assert len(jpeg(picture, 40)) < len(jpeg(picture, 95))
