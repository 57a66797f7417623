"""AMASS: SMPL body parameters over time, turned into joint centres with the user's own SMPL files.

SMPL's model files may not be passed on (their licence allows research use by those who register), so this reader needs
the `smplx` package (`pip install spinegen[amass]`) and the folder of the files in `SPINEGEN_SMPL`.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ClipError
from ..geometry.rigid import rotation_vector_matrix
from ..geometry.types import Array
from .intake import check_size
from .joint_sets import SMPL_24
from .npz_members import npz_array, npz_number, npz_shapes, npz_text
from .raw import RawCapture
from .timing import Moments

FOLDER_VARIABLE = "SPINEGEN_SMPL"
_JOINTS = len(SMPL_24)
_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)
_SMPLH_HANDS = (25, 40)
"""SMPL+H, AMASS's own body, has the bases of the middle fingers where SMPL has its hand joints."""
_KEYS = ("poses", "trans", "betas")


def is_amass(path: Path) -> bool:
    """Whether an .npz file holds AMASS's arrays. Raises ClipError: unreadable."""
    shapes = npz_shapes(path)
    return "poses" in shapes and "trans" in shapes and len(shapes["poses"]) == 2


def read_amass(path: Path) -> RawCapture:
    """The 24 SMPL joints of an AMASS clip, metres, z up.

    Raises:
        ClipError: damaged file, `smplx` not installed, or no SMPL files.
    """
    shapes = npz_shapes(path)
    if any(key not in shapes for key in _KEYS):
        raise ClipError(f"{path}: an AMASS file needs the arrays {', '.join(_KEYS)}; found: {', '.join(shapes)}")
    frames = shapes["poses"][0]
    check_size(path, frames, _JOINTS)
    if shapes["poses"][1] < 66 or shapes["trans"] != (frames, 3) or len(shapes["betas"]) != 1:
        raise ClipError(
            f"{path}: AMASS arrays have the shapes poses {shapes['poses']}, trans {shapes['trans']}, betas {shapes['betas']}"
        )
    rate = npz_number(path, shapes, "mocap_framerate", "mocap_frame_rate", "fps")
    if rate is None:
        raise ClipError(f"{path}: an AMASS file needs mocap_framerate; found: {', '.join(shapes)}")
    gender = (npz_text(path, shapes, "gender") or "neutral").lower()
    poses, trans, betas = (np.asarray(npz_array(path, key), dtype=np.float64) for key in _KEYS)
    rest = _rest_joints(path, gender, betas)
    return RawCapture(
        labels=SMPL_24,
        positions=pose_joints(rest, poses, trans),
        kind="joints",
        moments=Moments(rate_hz=rate),
        unit="m",
        usual_up="+z",
        notes=(f"joints from the SMPL body ({gender}) in {FOLDER_VARIABLE}",),
    )


def pose_joints(rest: Array, poses: Array, trans: Array) -> Array:
    """Joint centres `(F, 24, 3)` from rest joints `(24, 3)`, axis-angles `(F, >= 66)` and translations `(F, 3)`.

    The two hand joints keep the wrists' rotation, as AMASS holds fingers in their place.
    """
    frames = len(poses)
    vectors = np.zeros((frames, _JOINTS, 3))
    vectors[:, :22] = poses[:, :66].reshape(frames, 22, 3)
    local = rotation_vector_matrix(np.nan_to_num(vectors))
    world = np.empty_like(local)
    out = np.empty((frames, _JOINTS, 3))
    for joint in range(_JOINTS):
        parent = _PARENTS[joint]
        if parent < 0:
            world[:, joint], out[:, joint] = local[:, joint], rest[joint] + trans
            continue
        world[:, joint] = world[:, parent] @ local[:, joint]
        out[:, joint] = out[:, parent] + world[:, parent] @ (rest[joint] - rest[parent])
    out[~np.isfinite(poses[:, :66]).all(1)] = np.nan
    return out


def _rest_joints(path: Path, gender: str, betas: Array) -> Array:
    """Rest joints `(24, 3)` of the shaped body."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder or not Path(folder).is_dir():
        found = f"it is {folder!r}" if folder else "it is not set"
        raise ClipError(
            f"{path}: AMASS clips need your SMPL body files (smpl.is.tue.mpg.de): set {FOLDER_VARIABLE} to the folder that "
            f"holds SMPL_NEUTRAL, SMPL_MALE or SMPL_FEMALE; {found}"
        )
    try:
        import smplx  # type: ignore[import-not-found]
    except ImportError:
        raise ClipError(f"{path}: AMASS clips need the smplx package: pip install 'spinegen[amass]'") from None
    try:
        body = _load_body(smplx, Path(folder), gender, min(len(betas), 10))
        template, directions, regressor = (
            np.asarray(part) for part in (body.v_template, body.shapedirs, body.J_regressor)
        )
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise ClipError(f"{path}: the SMPL files in {folder} cannot be loaded for gender {gender!r}: {text}") from error
    count = min(directions.shape[-1], len(betas))
    shaped = template + directions[..., :count] @ betas[:count]
    joints = np.asarray(regressor @ shaped, dtype=np.float64)
    return np.concatenate([joints[:22], joints[list(_SMPLH_HANDS)] if len(joints) > _JOINTS else joints[22:_JOINTS]])


def _load_body(smplx: Any, folder: Path, gender: str, count: int) -> Any:
    """SMPL in the folder or its `smpl` subfolder, else SMPL+H in `smplh`."""
    name = f"SMPL_{gender.upper()}.pkl"
    for place in (folder, folder / "smpl"):
        if (place / name).is_file():
            return smplx.SMPL(model_path=str(place / name), gender=gender, num_betas=count)
    if (folder / "smplh").is_dir():
        return smplx.create(str(folder), model_type="smplh", gender=gender, num_betas=count, use_pca=False, ext="npz")
    raise FileNotFoundError(f"neither {name} nor a folder smplh is there")
