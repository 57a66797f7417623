"""The weights that ship with the package."""

import torch
from torch import nn

from ...errors import TrainingError
from ..names import weights_path
from .weights_file import read_weights

SHIPPED = {
    "blazepose-lite": "a4224125a31c78f4873242ce4c4139fd52e435bd1115e005ec4f00736f367234",
    "blazepose-full": "3c783c67fea906a8fa356d43bed2ee2bd6214a8013c777d240dfba0f8dd7cd1f",
}
"""SHA-256 of each file."""


def load_shipped(backbone: nn.Module, name: str) -> None:
    """Give a backbone its published weights.

    Raises:
        TrainingError: the file is missing, damaged, not the known one, or the backbone is another.
    """
    path = weights_path(name)
    weights = read_weights(path, SHIPPED[name])
    wanted = {key: tuple(value.shape) for key, value in backbone.state_dict().items()}
    found = {key: value.shape for key, value in weights.items()}
    if wanted != found:
        raise TrainingError(f"{path}: its {len(found)} arrays are not those of this network's backbone")
    backbone.load_state_dict({key: torch.from_numpy(value).float() for key, value in weights.items()})
