"""The 37 SpineTrack keypoints: names, sigmas, links, flips and subsets; the only place they are written.

Order, sigmas, loss weights and links follow the metadata of the `spinepose` 2.1 package and the evaluation configs of
github.com/dfki-av/spinepose (branch `evaluation`); ids 0-16 are COCO-17 and 0-25 are Halpe-26.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Keypoint:
    """One keypoint of the schema."""

    id: int
    name: str
    sigma: float
    """OKS sigma (object keypoint similarity), as pycocotools' `kpt_oks_sigmas` wants it."""
    loss_weight: float
    vertebra: str | None = None
    """Name of the vertebra whose site this keypoint is, caudal `S1` to cranial `C1`."""


_ROWS: tuple[tuple[str, float, float, str | None], ...] = (
    ("nose", 0.026, 1.0, None),
    ("left_eye", 0.025, 1.0, None),
    ("right_eye", 0.025, 1.0, None),
    ("left_ear", 0.035, 1.0, None),
    ("right_ear", 0.035, 1.0, None),
    ("left_shoulder", 0.079, 1.0, None),
    ("right_shoulder", 0.079, 1.0, None),
    ("left_elbow", 0.072, 1.2, None),
    ("right_elbow", 0.072, 1.2, None),
    ("left_wrist", 0.062, 1.5, None),
    ("right_wrist", 0.062, 1.5, None),
    ("left_hip", 0.107, 1.0, None),
    ("right_hip", 0.107, 1.0, None),
    ("left_knee", 0.087, 1.2, None),
    ("right_knee", 0.087, 1.2, None),
    ("left_ankle", 0.089, 1.5, None),
    ("right_ankle", 0.089, 1.5, None),
    ("head", 0.026, 1.0, None),
    ("neck", 0.04, 1.5, "C7"),
    ("hip", 0.07, 1.5, "S1"),
    ("left_big_toe", 0.079, 1.2, None),
    ("right_big_toe", 0.079, 1.2, None),
    ("left_small_toe", 0.079, 1.2, None),
    ("right_small_toe", 0.079, 1.2, None),
    ("left_heel", 0.079, 1.2, None),
    ("right_heel", 0.079, 1.2, None),
    ("spine_01", 0.10, 1.2, "L5"),
    ("spine_02", 0.10, 1.2, "L3"),
    ("spine_03", 0.10, 1.2, "L1"),
    ("spine_04", 0.08, 1.2, "T8"),
    ("spine_05", 0.08, 1.2, "T3"),
    ("left_latissimus", 0.12, 1.0, None),
    ("right_latissimus", 0.12, 1.0, None),
    ("left_clavicle", 0.07, 1.2, None),
    ("right_clavicle", 0.07, 1.2, None),
    ("neck_02", 0.07, 1.5, "C4"),
    ("neck_03", 0.06, 1.5, "C1"),
)

KEYPOINTS: tuple[Keypoint, ...] = tuple(Keypoint(i, *row) for i, row in enumerate(_ROWS))
NAMES: tuple[str, ...] = tuple(k.name for k in KEYPOINTS)
INDEX: dict[str, int] = {k.name: k.id for k in KEYPOINTS}
SIGMAS: tuple[float, ...] = tuple(k.sigma for k in KEYPOINTS)
LOSS_WEIGHTS: tuple[float, ...] = tuple(k.loss_weight for k in KEYPOINTS)
COUNT = len(KEYPOINTS)

VERTEBRAE: tuple[str, ...] = (
    "S1",
    *(f"L{i}" for i in range(5, 0, -1)),
    *(f"T{i}" for i in range(12, 0, -1)),
    *(f"C{i}" for i in range(7, 0, -1)),
)
"""All 25 vertebrae, caudal to cranial."""

SPINE_CHAIN: tuple[int, ...] = (19, 26, 27, 28, 29, 30, 18, 35, 36)
"""The nine vertebral keypoints, caudal to cranial: S1, L5, L3, L1, T8, T3, C7, C4, C1."""

LINKS: tuple[tuple[int, int], ...] = (
    *((15, 13), (13, 11), (11, 19), (16, 14), (14, 12), (12, 19)),
    *((17, 36), (36, 35), (35, 18), (18, 30), (30, 29), (29, 28), (28, 27), (27, 26), (26, 19)),
    *((5, 7), (7, 9), (6, 8), (8, 10)),
    *((1, 2), (17, 0), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),
    *((15, 20), (15, 22), (15, 24), (16, 21), (16, 23), (16, 25)),
    *((30, 33), (30, 34), (5, 33), (34, 6), (29, 31), (29, 32)),
)
"""The 39 drawn links as 0-based keypoint ids (COCO files hold them 1-based)."""

SUBSETS: dict[str, tuple[int, ...]] = {
    "body": tuple(range(17)),
    "feet": tuple(range(20, 26)),
    "spine": (36, 35, 18, 30, 29, 28, 27, 26, 19),
    "all": tuple(range(COUNT)),
}
"""Keypoint ids of each scored subset."""


def flip_permutation() -> tuple[int, ...]:
    """For each keypoint id, the id that it becomes in a mirrored image."""

    def mirrored(name: str) -> str:
        side, _, rest = name.partition("_")
        other = {"left": "right", "right": "left"}.get(side)
        return f"{other}_{rest}" if other else name

    return tuple(INDEX[mirrored(k.name)] for k in KEYPOINTS)


FLIP: tuple[int, ...] = flip_permutation()

COLORS_RGB: tuple[tuple[int, int, int], ...] = tuple(
    {
        18: (36, 93, 48),
        35: (36, 93, 48),
        36: (36, 93, 48),
        19: (35, 161, 210),
        26: (248, 144, 171),
        27: (248, 144, 171),
        28: (248, 144, 171),
        29: (194, 134, 91),
        30: (194, 134, 91),
    }.get(i, (204, 51, 51))
    for i in range(COUNT)
)
