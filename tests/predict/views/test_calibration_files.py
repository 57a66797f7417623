"""Every kind of calibration file gives the same rig."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from spinegen.errors import CalibrationError
from spinegen.predict.views.calibration import read_calibration
from spinegen.predict.views.cameras import ViewCamera
from support.rigs import ring, toml_section, write_rig

Writer = Callable[[Path, Sequence[ViewCamera]], Path]


def anipose(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    path = folder / "calibration.toml"
    path.write_text("\n".join(toml_section(camera) for camera in cameras) + "\n[metadata]\nadjusted = false\n")
    return path


def pose2sim(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    return write_rig(folder / "Calib.toml", cameras)


def qualisys(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    """As QTM writes it: camera axes x right, y up, z back, 64ths of a pixel, millimetres."""
    rows = []
    for camera in cameras:
        assert camera.size_wh is not None
        turn = np.diag([1.0, -1.0, -1.0]) @ camera.rotation_camera_world
        place = camera.position_world
        k = camera.intrinsics * 64
        d = camera.distortion
        cells = " ".join(f'r{i + 1}{j + 1}="{turn[i, j]:.12f}"' for i in range(3) for j in range(3))
        rows.append(
            f'<camera active="1" avg-residual="0.4" serial="{camera.name}" model="Miqus Video" viewrotation="0" video_resolution="1080p">'
            f'<fov_video left="10" top="4" right="{camera.size_wh[0] + 9}" bottom="{camera.size_wh[1] + 3}"/>'
            f'<transform x="{place[0]}" y="{place[1]}" z="{place[2]}" {cells}/>'
            f'<intrinsic focallength="9" sensorMinU="0" sensorMaxU="122879" focalLengthU="{k[0, 0]}" focalLengthV="{k[1, 1]}" '
            f'centerPointU="{k[0, 2] + 640}" centerPointV="{k[1, 2] + 256}" skew="0" radialDistortion1="{d[0]}" radialDistortion2="{d[1]}" '
            f'radialDistortion3="{d[4]}" tangentalDistortion1="{d[2]}" tangentalDistortion2="{d[3]}"/></camera>'
        )
    path = folder / "rig.qca.txt"
    path.write_text(
        f'<?xml version="1.0"?><calibration source="x" qtm-version="2023.1"><cameras>{"".join(rows)}</cameras></calibration>'
    )
    return path


def storage(path: Path, values: dict[str, Any]) -> Path:
    written = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    for key, value in values.items():
        written.write(key, value)
    written.release()
    return path


def opencv_script(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    """As OpenCV's multiview_calibration.py saves its results."""
    return storage(
        folder / "multiview.yaml",
        {
            "Rs": np.array([cv2.Rodrigues(c.rotation_camera_world)[0][:, 0] for c in cameras]),
            "Ts": np.array([c.translation_camera for c in cameras]),
            "Ks": np.array([c.intrinsics for c in cameras]),
            "distortions": np.concatenate([c.distortion for c in cameras]),
            "models": np.zeros(len(cameras), dtype=int),
            "image_sizes": np.array([c.size_wh for c in cameras]),
            "cam_ids": [c.name for c in cameras],
        },
    )


def easymocap(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    intri: dict[str, Any] = {"names": [c.name for c in cameras]}
    extri: dict[str, Any] = {"names": [c.name for c in cameras]}
    for c in cameras:
        assert c.size_wh is not None
        intri |= {
            f"K_{c.name}": c.intrinsics,
            f"dist_{c.name}": c.distortion[None],
            f"W_{c.name}": c.size_wh[0],
            f"H_{c.name}": c.size_wh[1],
        }
        extri |= {
            f"R_{c.name}": cv2.Rodrigues(c.rotation_camera_world)[0],
            f"T_{c.name}": c.translation_camera[:, None],
        }
        extri[f"Rot_{c.name}"] = c.rotation_camera_world
    storage(folder / "extri.yml", extri)
    return storage(folder / "intri.yml", intri)


def opencv_json(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    rows = {
        c.name: {
            "camera_matrix": c.intrinsics.tolist(),
            "distortion_coefficients": c.distortion.tolist(),
            "R": c.rotation_camera_world.tolist(),
            "t": c.translation_camera.tolist(),
            "width": (c.size_wh or (0, 0))[0],
            "height": (c.size_wh or (0, 0))[1],
        }
        for c in cameras
    }
    path = folder / "rig.json"
    path.write_text(json.dumps({"cameras": rows}))
    return path


def npz(folder: Path, cameras: Sequence[ViewCamera]) -> Path:
    arrays = {}
    for c in cameras:
        arrays |= {f"{c.name}/K": c.intrinsics, f"{c.name}/dist": c.distortion, f"{c.name}/R": c.rotation_camera_world}
        arrays |= {f"{c.name}/t": c.translation_camera, f"{c.name}/size": np.array(c.size_wh)}
    path = folder / "rig.npz"
    np.savez(path, allow_pickle=False, **arrays)
    return path


@pytest.mark.parametrize(
    ("write", "kind", "unit", "up"),
    [
        (pose2sim, "Pose2Sim", "m", "+z"),
        (anipose, "Anipose", None, None),
        (qualisys, "Qualisys", "mm", "+z"),
        (opencv_script, "OpenCV", None, None),
        (easymocap, "OpenCV", None, None),
        (opencv_json, "OpenCV", None, None),
        (npz, "OpenCV", None, None),
    ],
)
def test_a_rig_comes_back_from_its_file(
    tmp_path: Path, write: Writer, kind: str, unit: str | None, up: str | None
) -> None:
    cameras = ring(3)
    found = read_calibration(write(tmp_path, cameras))
    assert (found.kind, found.unit, found.up) == (kind, unit, up)
    assert [camera.name for camera in found.cameras] == [camera.name for camera in cameras]
    points = around(0, 0.8, 50)
    for ours, theirs in zip(cameras, found.cameras, strict=True):
        assert theirs.size_wh == ours.size_wh
        np.testing.assert_allclose(theirs.project(points), ours.project(points), atol=1e-4)


def test_a_stereo_pair_has_the_first_camera_as_its_world(tmp_path: Path) -> None:
    first, second = ring(2)
    turn = second.rotation_camera_world @ first.rotation_camera_world.T
    shift = second.translation_camera - turn @ first.translation_camera
    storage(tmp_path / "extrinsics.yml", {"R": turn, "T": shift[:, None]})
    path = storage(
        tmp_path / "intrinsics.yml",
        {"M1": first.intrinsics, "D1": first.distortion[None], "M2": second.intrinsics, "D2": second.distortion[None]},
    )
    found = read_calibration(path)
    points = around(0, 0.5, 20)
    seen_by_first = points @ first.rotation_camera_world.T + first.translation_camera
    np.testing.assert_allclose(found.cameras[1].project(seen_by_first), second.project(points), atol=1e-4)


def test_a_fisheye_takes_rays_back_to_where_they_came_from(tmp_path: Path) -> None:
    cameras = ring(2, lens=(0.05, -0.01, 0.002, 0.0))
    text = "\n".join(toml_section(camera, "fisheye = true") for camera in cameras)
    (tmp_path / "fish.toml").write_text(text)
    found = read_calibration(tmp_path / "fish.toml")
    points = around(1, 0.8, 30)
    for camera in found.cameras:
        assert camera.fisheye
        local = points @ camera.rotation_camera_world.T + camera.translation_camera
        np.testing.assert_allclose(camera.undistorted(camera.project(points)), local[:, :2] / local[:, 2:], atol=1e-7)


def around(seed: int, reach_m: float, count: int) -> np.ndarray:
    """Points near the middle of the ring."""
    points = np.random.default_rng(seed).uniform(-reach_m, reach_m, (count, 3))
    points[:, 1] += 0.9
    return points


def text_file(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("a.toml", lambda text: text.replace("matrix = ", "matrx = ", 1), "camera 'cam_1': matrix is missing"),
        ("a.toml", lambda text: text.replace("800.0", "-800.0", 1), "focal lengths above 0"),
        ("a.toml", lambda text: text.replace("[0.0, 0.0, 1.0]", "[0.0, 1.0]", 1), "matrix must be numbers"),
        (
            "a.toml",
            lambda text: text.replace("translation = [", "translation = [1.0, ", 1),
            "translation must be 3 numbers, found 4",
        ),
        ("a.toml", lambda text: text.replace('name = "cam_2"', 'name = "cam_1"'), "two cameras are named 'cam_1'"),
        ("a.toml", lambda text: text[: text.index("[cam_2]")], "holds one camera"),
        ("a.toml", lambda text: "cam = 3\n", "holds no camera"),
        ("a.toml", lambda text: "[cam", "is no TOML"),
        ("a.csv", lambda text: text, "of no known kind"),
        ("a.yml", lambda text: "%YAML:1.0\n---\nheight: 3\n", "no cameras in a layout that is known"),
        ("a.yml", lambda text: "x: [", "no file that OpenCV's FileStorage reads"),
        (
            "a.xml",
            lambda text: "<calibration><cameras><camera serial='1'/></cameras></calibration>",
            "element fov_video is missing",
        ),
        ("a.qca.txt", lambda text: "<calibration>", "is no XML"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(
    tmp_path: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    text = write_rig(tmp_path / "right.toml", ring(2)).read_text()
    path = text_file(tmp_path, name, change(text))
    with pytest.raises(CalibrationError, match=said) as error:
        read_calibration(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
