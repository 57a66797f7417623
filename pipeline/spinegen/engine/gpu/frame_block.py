"""Constants of one frame for the shaders, laid out as `shaders/frame.glsl` (std140)."""

import numpy as np
from numpy.typing import NDArray

from ...geometry.camera import OrthographicCamera, PlacedCamera
from ..light.environment import Environment, exposure_gain, sun_tangent
from ..light.lighting import Lighting
from ..light.room_light import MAX_LIGHTS
from ..world.scenery import Scenery
from .contact import ContactMap
from .shadow import SunShadow
from .soft_shadow import SoftShadows

NEAR_M, FAR_M = 0.1, 3000.0
_NO_SHADOW = -1.0
"""In the shader, of a light that has no soft shadow."""


def view_matrix(camera: PlacedCamera) -> NDArray[np.float64]:
    """`(4, 4)` ground to OpenCV camera axes."""
    view = np.eye(4)
    view[:3, :3] = camera.rotation_camera_ground
    view[:3, 3] = camera.translation_camera_m
    return view


def projection_matrix(camera: PlacedCamera) -> NDArray[np.float64]:
    """`(4, 4)` OpenCV camera axes to clip space. Pixel (0, 0) is the centre of the top-left pixel, half a pixel inside."""
    k, width, height = camera.intrinsics, camera.width, camera.height
    parallel = isinstance(camera, OrthographicCamera)
    matrix = np.zeros((4, 4))
    offset = 3 if parallel else 2
    matrix[0, 0] = 2.0 * k[0, 0] / width
    matrix[0, offset] = 2.0 * (k[0, 2] + 0.5) / width - 1.0
    matrix[1, 1] = -2.0 * k[1, 1] / height
    matrix[1, offset] = 1.0 - 2.0 * (k[1, 2] + 0.5) / height
    if parallel:
        matrix[2, 2] = 2.0 / (FAR_M - NEAR_M)
        matrix[2, 3] = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M)
        matrix[3, 3] = 1.0
        return matrix
    matrix[2, 2] = (FAR_M + NEAR_M) / (FAR_M - NEAR_M)
    matrix[2, 3] = -2.0 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
    matrix[3, 2] = 1.0
    return matrix


def _lens(camera: PlacedCamera) -> list[tuple[float, ...]]:
    """How the rays of pixels run, in two vectors."""
    projection = projection_matrix(camera)
    if isinstance(camera, OrthographicCamera):
        offset, lens = projection[:2, 3], (0.0, 1.0, camera.ortho_width_m, 0.0)
    else:
        offset, lens = projection[:2, 2], (1.0, 0.0, 0.0, 0.0)
    x, y = projection[0, 0], projection[1, 1]
    return [(1 / x, 1 / y, -offset[0] / x, -offset[1] / y), lens]


def _towards_camera(camera: PlacedCamera) -> NDArray[np.float64]:
    """Unit vector from a person in the middle of the place to where they are seen from."""
    if isinstance(camera, OrthographicCamera):
        return -camera.rotation_camera_ground[2]
    towards = camera.position_ground_m - np.array([0.0, 1.0, 0.0])
    return towards / max(float(np.linalg.norm(towards)), 1e-6)


def _lights(environment: Environment) -> list[tuple[float, ...]]:
    """Three arrays of `MAX_LIGHTS` vectors."""
    spare = [(0.0, 0.0, 0.0, 0.0)] * (MAX_LIGHTS - len(environment.lights))
    lights = environment.lights
    of_lights = zip(lights, environment.shadows_of_lights, strict=True)
    return [
        *[(*light.centre_m, light.area_m2) for light in lights], *spare,
        *[(*light.facing, _NO_SHADOW if number is None else number) for light, number in of_lights], *spare,
        *[(*light.radiance_kcd, 0.0) for light in lights], *spare,
    ]  # fmt: skip


def _haze(environment: Environment, turbidity: float) -> float:
    """One over the distance of haze, as the shader takes it: 0 is no haze, below it a studio's paper."""
    if environment.is_paper:
        return -1.0
    return 0.0 if environment.fade_m is None else turbidity / (3.0 * environment.fade_m)


def _walls(environment: Environment) -> list[tuple[float, ...]]:
    """Where the walls stand, in two vectors."""
    if environment.room is None:
        return [(0.0, 0.0, 1.0, 0.0), (1.0, 1.0, 1.0, 0.0)]
    model = environment.room
    yaw = np.radians(model.room.yaw_deg)
    half_x, height, half_z = model.size_m * [0.5, 1.0, 0.5]
    return [
        (model.centre_m[0], model.centre_m[2], np.cos(yaw), np.sin(yaw)),
        (float(half_x), float(height), float(half_z), 1.0),
    ]


def ambient_terms(sh: NDArray[np.float64]) -> list[tuple[float, ...]]:
    """Light from all around on a surface, by spherical harmonics `(9, 3)`, as a polynomial of its normal: of 1, y, z, x, xy, yz, z², xz and x² - y²."""
    factors = np.array([0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.946176, 1.092548, 0.546274])
    terms = sh * factors[:, None]
    terms[0] -= sh[6] * 0.315392
    return [(*term, 0.0) for term in terms]


def frame_block(
    camera: PlacedCamera,
    scenery: Scenery,
    lighting: Lighting,
    *,
    shadow: SunShadow,
    contact: ContactMap,
    soft: SoftShadows,
) -> bytes:
    """The uniform block."""
    environment = scenery.environment
    view, projection = view_matrix(camera), projection_matrix(camera)
    metered = environment.exposed(_towards_camera(camera), camera.rotation_camera_ground[2])
    gain = exposure_gain(metered, lighting.exposure_ev, lighting.white_kelvin)
    rng = np.random.default_rng(lighting.sky.seed)
    has_sun = float(environment.sun_klux.any() and environment.sun_direction[1] > -0.02)
    outside = environment.sh if environment.outside_sh is None else environment.outside_sh
    far_light = np.maximum(outside[0] * 0.282095, 0.0)
    aspect = scenery.strip_leaves
    if scenery.picture is not None:
        aspect = scenery.picture.shape[1] / scenery.picture.shape[0]
    rows = [
        (*environment.sun_direction, sun_tangent(lighting.sun)),
        (*environment.sun_klux * has_sun, has_sun),
    ]
    vectors = [
        *ambient_terms(environment.sh),
        (*gain, environment.outside_gain),
        (camera.width, camera.height, 1.0 / camera.width, 1.0 / camera.height),
        (shadow.uv_per_m, shadow.bias_m, shadow.range_m, shadow.texel_uv),
        (*environment.haze_kcd, _haze(environment, lighting.sky.turbidity)),
        *_lens(camera),
        (*environment.cloud_kcd, lighting.sky.clouds),
        (np.radians(lighting.sun.azimuth_deg), *rng.uniform(0, 1, 2), float(scenery.sky_kind)),
        (*scenery.ground_albedo, float(len(environment.lights))),
        (*far_light, scenery.strip_yaw_deg / 360.0),
        (*(environment.haze_kcd if environment.below_kcd is None else environment.below_kcd), aspect),
        (*contact.origin_m, contact.scale_per_m, 0.0),
        *_lights(environment),
        *soft.shape,
        *_walls(environment),
    ]
    matrices = [projection @ view, view, shadow.uv_from_world]
    flat = np.concatenate(
        [
            *(matrix.T.ravel() for matrix in matrices),
            (*camera.position_ground_m, scenery.strip_distance_m),
            *rows,
            *vectors,
            *(matrix.T.ravel() for matrix in soft.uv_from_world),
        ]
    )
    return flat.astype(np.float32).tobytes()
