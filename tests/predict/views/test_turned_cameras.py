"""A film that its file asks to be turned, from a camera that was calibrated with pictures as they were taken."""

from pathlib import Path

import numpy as np
import pytest

from spinegen.errors import UsageError
from spinegen.predict.views.cameras import ViewCamera
from spinegen.predict.views.pairing import as_filmed
from support.rigs import ring, walker

FILM, RIG = Path("cam_1.mp4"), Path("Calib.toml")


def turned(camera: ViewCamera, quarters: int) -> ViewCamera:
    return as_filmed(FILM, camera, (720, 640), quarters=quarters, calibration_path=RIG)


@pytest.mark.parametrize("quarters", [1, 3])
def test_points_lie_where_the_turned_picture_shows_them(quarters: int) -> None:
    camera = ring(1)[0]
    assert camera.size_wh == (640, 720)
    points = walker(1)[0]
    x, y = np.round(camera.project(points)[0]).astype(int)
    picture = np.zeros((720, 640), bool)
    picture[y, x] = True
    row, column = np.argwhere(np.rot90(picture, quarters))[0]
    np.testing.assert_allclose(turned(camera, quarters).project(points)[0], [column, row], atol=0.51)


@pytest.mark.parametrize("quarters", [1, 3])
def test_rays_are_those_of_the_camera_as_it_was_calibrated(quarters: int) -> None:
    camera = ring(1)[0]
    other = turned(camera, quarters)
    points = walker(2)
    np.testing.assert_allclose(
        other.undistorted(other.project(points)), camera.undistorted(camera.project(points)), atol=1e-9
    )


def test_a_film_of_another_size_that_nobody_turned_is_refused() -> None:
    with pytest.raises(UsageError, match="calibrated with 640 x 720; the video seems to be turned"):
        turned(ring(1)[0], 0)
    with pytest.raises(UsageError, match="has pictures of 700 x 640"):
        as_filmed(FILM, ring(1)[0], (700, 640), quarters=1, calibration_path=RIG)
