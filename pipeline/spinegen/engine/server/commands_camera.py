"""`/cameras` and `/camera/N` commands."""

from collections.abc import Callable

from ...errors import EngineError
from ..world.world import MAX_CAMERAS, MAX_PIXELS, CameraActor
from .pictures import answer
from .router import Router
from .session import Session

_UNSUPPORTED = (
    "reflection", "illumination", "exposure_method", "exposure_bias", "motion_blur", "focal",
    "optical_flow", "cine", "vertical_fov", "lit_source", "auto_speed", "auto_brightness",
    "physical_exposure",
)  # fmt: skip


def numbers(*values: float) -> str:
    """Values as UnrealCV prints them."""
    return " ".join(f"{value:.6f}" for value in values)


def add_camera_commands(router: Router) -> None:
    """Register them."""
    _add_list(router)
    _add_placing(router)
    _add_frame(router)
    _add_projection(router)
    _add_pictures(router)


def _add_list(router: Router) -> None:
    """The list of cameras, and new ones."""
    command = router.command

    @command("vget /cameras", "Names of all cameras.")
    def cameras(session: Session) -> str:
        return " ".join(camera.name for camera in session.world.cameras) + " "

    @command("vset /cameras/spawn", "Adds a camera; its name.")
    def spawn(session: Session) -> str:
        world = session.world
        if len(world.cameras) >= MAX_CAMERAS:
            raise EngineError(f"no more than {MAX_CAMERAS} cameras")
        world.cameras.append(CameraActor(f"FusionCameraActor_{len(world.cameras) - 1}"))
        return world.cameras[-1].name


def _add_placing(router: Router) -> None:
    """Where a camera is and where it looks."""
    command = router.command

    @command("vget /camera/[uint]/location", "x y z, cm.")
    def location(session: Session, number: int) -> str:
        return numbers(*_camera(session, number).location_cm)

    @command("vset /camera/[uint]/location [float] [float] [float]", "x y z, cm.")
    def set_location(session: Session, number: int, x: float, y: float, z: float) -> str:
        _camera(session, number).location_cm = (x, y, z)
        return _moved(session, number)

    @command("vget /camera/[uint]/rotation", "pitch yaw roll, degrees.")
    def rotation(session: Session, number: int) -> str:
        return numbers(*_camera(session, number).rotator_deg)

    @command("vset /camera/[uint]/rotation [float] [float] [float]", "pitch yaw roll, degrees.")
    def set_rotation(session: Session, number: int, pitch: float, yaw: float, roll: float) -> str:
        _camera(session, number).rotator_deg = (pitch, yaw, roll)
        return _moved(session, number)

    router.add(
        "vset /camera/[uint]/moveto [float] [float] [float]", "As `location`: nothing blocks the way.", set_location
    )

    @command("vget /camera/[uint]/pose", "x y z, cm, then pitch yaw roll, degrees.")
    def pose(session: Session, number: int) -> str:
        camera = _camera(session, number)
        return numbers(*camera.location_cm, *camera.rotator_deg)

    @command("vset /camera/[uint]/pose [float] [float] [float] [float] [float] [float]", "The same, set together.")
    def set_pose(session: Session, number: int, *values: float) -> str:
        camera = _camera(session, number)
        x, y, z, pitch, yaw, roll = values
        camera.location_cm, camera.rotator_deg = (x, y, z), (pitch, yaw, roll)
        return _moved(session, number)


def _add_frame(router: Router) -> None:
    """Field of view, size and middle of the picture."""
    command = router.command

    @command("vget /camera/[uint]/fov", "Horizontal field of view, degrees.")
    def fov(session: Session, number: int) -> str:
        return numbers(_camera(session, number).fov_deg)

    @command("vset /camera/[uint]/fov [float]", "Horizontal field of view, 1..170 degrees.")
    def set_fov(session: Session, number: int, degrees: float) -> str:
        if not 1.0 <= degrees <= 170.0:
            raise EngineError(f"Argument Invalid: fov must lie within 1..170, found {degrees:g}")
        _camera(session, number).fov_deg = degrees
        return _changed(session)

    @command("vget /camera/[uint]/size", "Width and height, pixels.")
    def size(session: Session, number: int) -> str:
        camera = _camera(session, number)
        return f"{camera.width} {camera.height}"

    @command(
        "vset /camera/[uint]/size [uint] [uint]", "Width and height, pixels; puts the principal point in the middle."
    )
    def set_size(session: Session, number: int, width: int, height: int) -> str:
        if not (2 <= width <= 8192 and 2 <= height <= 8192 and width * height <= MAX_PIXELS):
            raise EngineError(f"Argument Invalid: size must be 2..8192 a side, found {width} x {height}")
        camera = _camera(session, number)
        camera.width, camera.height, camera.principal_point_px = width, height, None
        return _changed(session)

    @command("vget /camera/[uint]/principal_point", "x y, pixels; the first pixel's centre is 0 0.")
    def principal_point(session: Session, number: int) -> str:
        return numbers(*_camera(session, number).camera().intrinsics[:2, 2])

    @command("vset /camera/[uint]/principal_point [float] [float]", "x y, pixels; the first pixel's centre is 0 0.")
    def set_principal_point(session: Session, number: int, x: float, y: float) -> str:
        camera = _camera(session, number)
        if max(abs(x), abs(y)) > 10 * max(camera.width, camera.height):
            raise EngineError("Argument Invalid: principal point too far from the picture")
        camera.principal_point_px = (x, y)
        return _changed(session)


def _add_projection(router: Router) -> None:
    """Perspective or parallel rays."""
    command = router.command

    @command("vget /camera/[uint]/projection_type", "perspective or orthographic.")
    def projection_type(session: Session, number: int) -> str:
        return _camera(session, number).projection_type

    @command("vset /camera/[uint]/projection_type [str]", "perspective or orthographic.")
    def set_projection_type(session: Session, number: int, kind: str) -> str:
        camera, wanted = _camera(session, number), kind.lower()
        if wanted not in ("perspective", "orthographic"):
            raise EngineError(
                f"Argument Invalid: projection_type must be perspective or orthographic, found {kind[:40]!r}"
            )
        camera.projection_type = wanted
        return _changed(session)

    @command(
        "vget /camera/[uint]/ortho_width", "What an orthographic camera sees from the left edge to the right one, cm."
    )
    def ortho_width(session: Session, number: int) -> str:
        return numbers(_camera(session, number).ortho_width_cm)

    @command(
        "vset /camera/[uint]/ortho_width [float]", "The same, 1..100000 cm; tells once the projection is orthographic."
    )
    def set_ortho_width(session: Session, number: int, width_cm: float) -> str:
        if not 1.0 <= width_cm <= 100_000.0:
            raise EngineError(f"Argument Invalid: ortho_width must lie within 1..100000 cm, found {width_cm:g}")
        _camera(session, number).ortho_width_cm = width_cm
        return _changed(session)


def _add_pictures(router: Router) -> None:
    """Pictures of every kind, and what this engine does not offer."""
    for kind, help_text in _PICTURE_HELP.items():
        for word in (" [str]", ""):
            router.add(f"vget /camera/[uint]/{kind}{word}", help_text, _picture_handler(kind))
    for name in _UNSUPPORTED:
        router.add(f"vget /camera/[uint]/{name}", "", None)
        router.add(f"vset /camera/[uint]/{name} [str]", "", None)


_PICTURE_HELP = {
    "lit": "Picture: png, bmp or npy (H, W, 3 uint8 RGB) as bytes, or NAME.png to write; without a word a file of the engine's naming.",
    "normal": "World normals in Unreal axes, n * 127.5 + 127.5: as `lit`.",
    "object_mask": "Objects in their mask colours: as `lit`.",
    "seg": "The same as `object_mask`.",
    "depth": "Planar depth, float32 cm, 65504 where nothing is drawn: npy or exr as bytes, or NAME.npy, NAME.exr to write.",
}


def _picture_handler(kind: str) -> Callable[..., str | bytes]:
    def handler(session: Session, number: int, target: str | None = None) -> str | bytes:
        return answer(session, kind, number, target)

    return handler


def _camera(session: Session, number: int) -> CameraActor:
    if number >= len(session.world.cameras):
        raise EngineError("Invalid sensor id")
    return session.world.cameras[number]


def _moved(session: Session, number: int) -> str:
    session.world.camera_moved(number)
    return "ok"


def _changed(session: Session) -> str:
    session.world.changed()
    return "ok"
