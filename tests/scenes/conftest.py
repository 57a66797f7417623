"""Motion that the sampler's tests share."""

import pytest

from spinegen.scenes.motions import Motion
from support.swaying import swaying


@pytest.fixture(scope="session")
def three_motions() -> list[Motion]:
    return [swaying("first", 12, 1), swaying("second", 8, 2), swaying("third", 6, 3)]
