"""Settings of a training that a test can wait for."""

from typing import Any

from spinegen.pose.settings import TrainSettings


def quick_settings(**other: Any) -> TrainSettings:
    """A training of seconds."""
    fields = {"model": "tiny", "device": "cpu", "epochs": 1, "batch": 8, "threads": 1, "fp16": True, **other}
    return TrainSettings.model_validate(fields)
