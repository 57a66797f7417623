"""Every public method of UnrealCV's Python API, run against the engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinegen.engine.server.launch import EngineProcess

pytestmark = pytest.mark.gl

NOT_DONE = {
    "get_optical_flow": "needs the frame before",
    "set_keyboard": "no player walks here",
    "set_global_time_dilation": "nothing moves by itself",
    "set_max_FPS": "there is no clock",
    "get_cine_camera": "no film back", "get_cine_camera_enabled": "no film back",
    "set_cine_camera_enabled": "no film back", "set_cine_filmback": "no film back", "set_cine_lens": "no film back",
    "set_cine_lens_settings": "no film back", "set_cine_focus": "no film back", "set_cine_focus_mode": "no film back",
    "set_cine_tracking_focus": "no film back", "set_cine_crop": "no film back", "set_cine_near_clip": "no film back",
    "set_cine_exposure": "no film back", "get_cine_intrinsics": "no film back",
}  # fmt: skip
"""Method to why; `docs/engine.md` says the same of their commands."""
OF_THE_CLIENT = {"connect", "message_handler", "check_connection", "get_bbox", "get_obj_bboxes"}
"""Run whenever the API is made, or ask the engine nothing; the boxes expect what OpenCV 4 answered for the points of a mask."""


@pytest.fixture(scope="module")
def api(tcp_engine: EngineProcess) -> Iterator[Any]:
    from unrealcv.api import UnrealCv_API

    (host, port), _ = tcp_engine.endpoint  # type: ignore[misc]
    made = UnrealCv_API(port, host, (96, 64))
    made.config_ue((96, 64))
    made.set_cam_pose(0, [-300, 0, 60, 0, 0, 0])
    assert made.set_new_obj("CubeActor", "Crate", [0, 0, 50]) == "Crate"
    yield made
    made.client.disconnect()


def _picture(api: Any, kind: str = "lit") -> np.ndarray:
    return np.asarray(api.get_image(0, kind, "png"))


def _spawned_from_path(api: Any) -> bool:
    name = api.spawn_object_from_path("/Engine/BasicShapes/Sphere.Sphere", "Ball")
    done = name == "Ball" and np.allclose(api.get_obj_size("Ball"), 100, atol=0.01)
    api.destroy_obj("Ball")
    return done and "Ball" not in api.get_objects()


def _camera_spawned(api: Any) -> bool:
    name = api.set_new_camera()
    return name in api.get_camera_list() and len(api.cam) == api.get_camera_num() == 2


def _hidden(api: Any, hide: Callable[[], None], show: Callable[[], None]) -> bool:
    def pixels() -> int:
        return int(np.count_nonzero(api.get_mask(_picture(api, "object_mask"), "Crate")))

    before = pixels()
    hide()
    during = pixels()
    show()
    return before > 100 and during == 0 and pixels() == before


def _told(done: object, then: bool) -> bool:
    """Of a method that only sends: whether the engine says so afterwards."""
    return then


METHODS: dict[str, Callable[[Any], Any]] = {
    "init_map": lambda a: a.init_map() is None and set(a.obj_dict) == set(a.get_objects()),
    "camera_info": lambda a: set(a.camera_info()) == set(range(a.get_camera_num())),
    "config_ue": lambda a: a.client.request("vget /camera/0/size") == "96 64",
    "get_camera_config": lambda a: a.get_camera_config()[0]["location"] == [-300.0, 0.0, 60.0],
    "get_objects": lambda a: {"Crate", "Ground_0"} <= set(a.get_objects()),
    "batch_cmd": lambda a: a.batch_cmd(["vget /camera/0/location", "vget /camera/0/fov"], None)[1] == "90.000000",
    "save_image": lambda a: Path(a.save_image(0, "lit", "kept.png")).is_file(),
    "get_image": lambda a: _picture(a).shape == (64, 96, 3) and _picture(a, "seg").shape == (64, 96, 3),
    "get_depth": lambda a: a.get_depth(0)[32, 48, 0] == pytest.approx(250, abs=0.1),
    "supports_command": lambda a: a.supports_command("vget /viewmode") and not a.supports_command("vget /moon"),
    "is_unrealcv_plus": lambda a: a.is_unrealcv_plus() is False,
    "get_server_version": lambda a: a.get_server_version() == "1.1.0",
    "get_server_version_tuple": lambda a: a.get_server_version_tuple()[:2] == (1, 1),
    "get_image_multicam": lambda a: [i.shape for i in a.get_image_multicam([0, 0])] == [(64, 96, 3)] * 2,
    "get_image_multimodal": lambda a: a.get_image_multimodal(0).shape == (64, 96, 4),
    "get_img_batch": lambda a: a.get_img_batch({0: {"lit": {"mode": "bmp", "inverse": False, "img": None}}})[0]["lit"][
        "img"
    ].shape == (64, 96, 3),
    "set_cam_pose": lambda a: _told(
        a.set_cam_pose(0, [-301, 1, 61, 1, 2, 3]), a.get_cam_pose(0) == [-301, 1, 61, 1, 2, 3]
    ),
    "get_cam_pose": lambda a: _told(a.set_cam_pose(0, [-300, 0, 60, 0, 0, 0]), a.get_cam_pose(0)[:3] == [-300, 0, 60]),
    "set_cam_fov": lambda a: a.set_cam_fov(0, 80) == 80 and float(a.get_cam_fov(0)) == 80,
    "get_cam_fov": lambda a: a.set_cam_fov(0, 90) == 90 and float(a.get_cam_fov(0)) == 90,
    "set_cam_location": lambda a: _told(a.set_cam_location(0, [-310, 0, 60]), a.get_cam_location(0)[0] == -310),
    "get_cam_location": lambda a: _told(a.set_cam_location(0, [-300, 0, 60]), a.get_cam_location(0)[0] == -300),
    "set_cam_rotation": lambda a: _told(a.set_cam_rotation(0, [5, 0, 0]), a.get_cam_rotation(0) == [5, 0, 0]),
    "get_cam_rotation": lambda a: _told(a.set_cam_rotation(0, [0, 0, 0]), a.get_cam_rotation(0) == [0, 0, 0]),
    "move_cam": lambda a: _told(a.move_cam(0, [-310, 0, 60]), a.get_cam_location(0) == [-310, 0, 60]),
    "move_cam_forward": lambda a: a.move_cam_forward(0, 0, 10) is False
    and a.get_cam_location(0) == pytest.approx([-300, 0, 60]),
    "get_distance": lambda a: a.get_distance([0, 0], [3, 4]) == 5,
    "get_obj_color": lambda a: len(a.get_obj_color("Crate")) == 2,
    "set_obj_color": lambda a: _told(a.set_obj_color("Crate", [9, 99, 199]), a.build_color_dict(["Crate"])["Crate"] == [9, 99, 199]),
    "build_color_dict": lambda a: set(a.build_color_dict(a.get_objects())) == set(a.get_objects()),
    "set_obj_location": lambda a: _told(a.set_obj_location("Crate", [1, 2, 53]), a.get_obj_location("Crate") == [1, 2, 53]),
    "get_obj_location": lambda a: _told(a.set_obj_location("Crate", [0, 0, 50]), a.get_obj_location("Crate") == [0, 0, 50]),
    "set_obj_rotation": lambda a: _told(a.set_obj_rotation("Crate", [1, 2, 3]), a.get_obj_rotation("Crate") == [3, 2, 1]),
    "get_obj_rotation": lambda a: _told(a.set_obj_rotation("Crate", [0, 0, 0]), a.get_obj_rotation("Crate") == [0, 0, 0]),
    "get_mask": lambda a: np.count_nonzero(a.get_mask(_picture(a, "object_mask"), "Crate")) > 100,
    "get_obj_pose": lambda a: a.get_obj_pose("Crate") == [0, 0, 50, 0, 0, 0],
    "build_pose_dic": lambda a: a.build_pose_dic(["Crate"])["Crate"] == [0, 0, 50, 0, 0, 0],
    "get_obj_bounds": lambda a: a.get_obj_bounds("Crate") == pytest.approx([-50, -50, 0, 50, 50, 100], abs=1e-3),
    "get_obj_size": lambda a: a.get_obj_size("Crate") == pytest.approx([100, 100, 100], abs=1e-3),
    "get_obj_scale": lambda a: a.get_obj_scale("Crate") == [1, 1, 1],
    "set_obj_scale": lambda a: _told(a.set_obj_scale("Crate", [1, 1, 1]), a.get_obj_scale("Crate") == [1, 1, 1]),
    "set_hide_obj": lambda a: _hidden(a, lambda: a.set_hide_obj("Crate"), lambda: a.set_show_obj("Crate")),
    "set_show_obj": lambda a: _hidden(a, lambda: a.set_hide_objects(["Crate"]), lambda: a.set_show_obj("Crate")),
    "set_hide_objects": lambda a: _hidden(
        a, lambda: a.set_hide_objects(["Crate"]), lambda: a.set_show_objects(["Crate"])
    ),
    "set_show_objects": lambda a: _hidden(a, lambda: a.set_hide_obj("Crate"), lambda: a.set_show_objects(["Crate"])),
    "get_vertex_locations": lambda a: np.shape(a.get_vertex_locations("Crate")) == (24, 3),
    "get_obj_bones": lambda a: a.set_new_obj("SpinegenHuman", "Person") == "Person" and "error" in _raised(a),
    "get_obj_uclass": lambda a: a.get_obj_uclass("Crate") == "CubeActor",
    "set_new_obj": lambda a: a.set_new_obj("sphere", "Small", [0, 100, 20]) == "Small",
    "destroy_obj": lambda a: _told(a.destroy_obj("Small"), "Small" not in a.get_objects()),
    "spawn_object_from_path": _spawned_from_path,
    "set_new_camera": _camera_spawned,
    "get_camera_num": lambda a: a.get_camera_num() == len(a.get_camera_list()),
    "get_camera_list": lambda a: a.get_camera_list()[0] == "SpinegenCamera_0",
    "register_camera": lambda a: _told(a.register_camera(0, "Crate"), a.cam[0]["obj_name"] == "Crate"),
    "set_pause": lambda a: _told(a.set_pause(), a.get_is_paused()),
    "set_resume": lambda a: _told(a.set_resume(), not a.get_is_paused()),
    "get_is_paused": lambda a: a.get_is_paused() is False,
    "set_map": lambda a: _told(a.set_map("SpinegenStage"), "Crate" not in a.get_objects() and a.get_camera_num() == 1),
}  # fmt: skip
"""Method to a use of it that says whether the engine did it, in an order in which each finds what the ones before have left."""


def _raised(api: Any) -> str:
    """A person without a body has no bones to tell."""
    try:
        api.get_obj_bones("Person")
    except RuntimeError as error:
        return str(error)
    return ""


def test_no_method_is_forgotten() -> None:
    from unrealcv.api import UnrealCv_API

    public = {name for name in vars(UnrealCv_API) if not name.startswith("_")}
    assert public == {*METHODS, *NOT_DONE, *OF_THE_CLIENT}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_does_what_it_says(api: Any, method: str) -> None:
    assert METHODS[method](api)
