"""A small COCO set of drawn jointed figures with the 37 keypoints: learnable, lit from one side, in front of clutter."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from spinegen import skeleton

IDS = skeleton.INDEX


@dataclass(frozen=True)
class Look:
    """How one person is drawn."""

    skin: tuple[int, int, int]
    shirt: tuple[int, int, int]
    trousers: tuple[int, int, int]
    girth: float


def person_look(rng: np.random.Generator) -> Look:
    skin = np.array([230, 190, 160]) * rng.uniform(0.35, 1.05)
    shirt, trousers = rng.integers(20, 235, (2, 3))
    return Look(_rgb(skin), _rgb(shirt), _rgb(trousers), float(rng.uniform(0.8, 1.3)))


def _rgb(values: NDArray[np.float64]) -> tuple[int, int, int]:
    r, g, b = np.clip(values, 0, 255).astype(int)
    return int(r), int(g), int(b)


def _rotation(axis: str, angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    rows = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.array(rows[axis])


def pose_points(rng: np.random.Generator) -> NDArray[np.float64]:
    """(37, 3) metres in a person frame: x to the person's left, y up, z forward."""
    points = np.zeros((37, 3))
    lean = np.radians(rng.choice([0, 30, 80, 110], p=[0.45, 0.25, 0.2, 0.1]) + rng.normal(0, 10))
    trunk = _rotation("y", rng.normal(0, 0.3)) @ _rotation("x", lean) @ _rotation("z", rng.normal(0, 0.2))
    bend = rng.normal(0, 0.25)
    base, here = np.zeros(3), trunk
    chain, heights = skeleton.SPINE_CHAIN, (0.0, 0.03, 0.09, 0.16, 0.29, 0.41, 0.49, 0.54, 0.59)
    points[chain[0]] = base
    for lower, upper, below, above in zip(chain[:-1], chain[1:], heights[:-1], heights[1:], strict=True):
        here = here @ _rotation("x", bend * (above - below) / 0.3)
        points[upper] = points[lower] + here @ [0, above - below, 0]
    top, neck, mid = points[IDS["neck_03"]], points[IDS["spine_05"]], points[IDS["spine_04"]]
    head = here @ _rotation("y", rng.normal(0, 0.4)) @ _rotation("x", rng.normal(0, 0.3))
    for name, place in {
        "nose": (0, 0.03, 0.12), "left_eye": (0.03, 0.06, 0.1), "right_eye": (-0.03, 0.06, 0.1),
        "left_ear": (0.075, 0.04, 0.01), "right_ear": (-0.075, 0.04, 0.01), "head": (0, 0.19, 0.01),
    }.items():  # fmt: skip
        points[IDS[name]] = top + head @ place
    for side, sign in (("left", 1), ("right", -1)):
        points[IDS[f"{side}_shoulder"]] = neck + here @ [0.18 * sign, 0.0, 0.02]
        points[IDS[f"{side}_clavicle"]] = neck + here @ [0.03 * sign, 0.0, 0.09]
        points[IDS[f"{side}_latissimus"]] = (mid + neck) / 2 + 0.6 * (points[IDS[f"{side}_shoulder"]] - neck)
        arm = (
            here
            @ _rotation("z", sign * (-np.pi / 2 + rng.uniform(0.1, 2.6)))
            @ _rotation("y", -sign * rng.uniform(-0.3, 1.4))
        )
        points[IDS[f"{side}_elbow"]] = points[IDS[f"{side}_shoulder"]] + arm @ [0.28 * sign, 0, 0]
        fore = arm @ _rotation("y", -sign * rng.uniform(0, 1.6))
        points[IDS[f"{side}_wrist"]] = points[IDS[f"{side}_elbow"]] + fore @ [0.25 * sign, 0, 0]
        points[IDS[f"{side}_hip"]] = base + trunk @ [0.09 * sign, -0.06, 0.04]
        thigh = _rotation("x", -rng.uniform(-0.4, 1.2)) @ _rotation("z", sign * rng.uniform(0, 0.6))
        points[IDS[f"{side}_knee"]] = points[IDS[f"{side}_hip"]] + thigh @ [0, -0.42, 0]
        shank = thigh @ _rotation("x", rng.uniform(0, 1.2))
        points[IDS[f"{side}_ankle"]] = points[IDS[f"{side}_knee"]] + shank @ [0, -0.41, 0]
        for name, place in {
            "heel": (0, -0.06, -0.05),
            "big_toe": (-0.03 * sign, -0.07, 0.18),
            "small_toe": (0.04 * sign, -0.07, 0.14),
        }.items():
            points[IDS[f"{side}_{name}"]] = points[IDS[f"{side}_ankle"]] + shank @ place
    return points


def draw(rng: np.random.Generator, look: Look, size: tuple[int, int] = (200, 240)) -> dict[str, object]:
    """One picture: RGB (H, W, 3), keypoints (37, 3), points in the camera frame, mask."""
    height, width = size
    turn = _rotation("x", rng.normal(0.1, 0.1)) @ _rotation("y", rng.uniform(-np.pi, np.pi))
    # person (x left, y up, z forward) seen from the front by a camera (x right, y down, z forward)
    camera = pose_points(rng) @ turn.T * [1, -1, -1]
    camera[:, 2] += rng.uniform(2.6, 3.6)
    camera[:, :2] -= (camera[:, :2].min(axis=0) + camera[:, :2].max(axis=0)) / 2 + rng.normal(0, 0.05, 2)
    focal = 0.42 * height * 3
    pixels = camera[:, :2] / camera[:, 2:] * focal + [(width - 1) / 2, (height - 1) / 2]
    picture = _clutter(rng, size)
    mask = np.zeros(size, np.uint8)
    owner = np.zeros((height, width), np.int16)
    bones = _bones(look)
    order = sorted(bones, key=lambda bone: -float(camera[list(bone[0]), 2].mean()))
    for number, (ids, radius, color) in enumerate(order, start=1):
        depth = camera[list(ids), 2].mean()
        thick = max(1, round(2 * radius * focal / depth * look.girth))
        shade = float(np.clip(1.1 - 0.25 * (depth - camera[:, 2].min()) - 0.15 * rng.random(), 0.5, 1.1))
        layer = np.zeros(size, np.uint8)
        ends = [tuple(int(v) for v in np.round(pixels[i])) for i in (ids[0], ids[-1])]
        cv2.line(layer, ends[0], ends[1], 255, thick, cv2.LINE_AA)
        picture[:] = np.where(layer[..., None] > 127, np.array(color) * shade, picture)
        mask[layer > 127] = 1
        owner[layer > 127] = number
    triples = np.concatenate([pixels, np.full((37, 1), 2.0)], axis=1)
    own = {i: {n for n, (ids, _, _) in enumerate(order, start=1) if i in ids} for i in range(37)}
    for i, (x, y) in enumerate(np.round(pixels).astype(int)):
        if not (0 <= x < width and 0 <= y < height):
            triples[i] = 0
        elif own[i] and int(owner[y, x]) not in own[i]:
            triples[i, 2] = 1
    return {"picture": cv2.GaussianBlur(picture, (3, 3), 0.5), "keypoints": triples, "camera": camera, "mask": mask}


def _bones(look: Look) -> list[tuple[tuple[int, ...], float, tuple[int, int, int]]]:
    bones: list[tuple[tuple[int, ...], float, tuple[int, int, int]]] = [
        ((IDS["hip"], IDS["spine_02"]), 0.13, look.shirt),
        ((IDS["spine_02"], IDS["spine_04"]), 0.13, look.shirt),
        ((IDS["spine_04"], IDS["neck"]), 0.12, look.shirt),
        ((IDS["neck"], IDS["neck_03"]), 0.05, look.skin),
        ((IDS["neck_03"], IDS["head"]), 0.085, look.skin),
        ((IDS["neck_03"], IDS["nose"]), 0.04, (200, 60, 60)),
    ]
    for side, tint in (("left", 1.0), ("right", 0.85)):
        shirt, skin = (tuple(int(c * tint) for c in color) for color in (look.shirt, look.skin))
        bones += [
            ((IDS["spine_05"], IDS[f"{side}_shoulder"]), 0.06, look.shirt),
            ((IDS[f"{side}_shoulder"], IDS[f"{side}_elbow"]), 0.05, (shirt[0], shirt[1], shirt[2])),
            ((IDS[f"{side}_elbow"], IDS[f"{side}_wrist"]), 0.04, (skin[0], skin[1], skin[2])),
            ((IDS["hip"], IDS[f"{side}_hip"]), 0.09, look.trousers),
            ((IDS[f"{side}_hip"], IDS[f"{side}_knee"]), 0.075, look.trousers),
            ((IDS[f"{side}_knee"], IDS[f"{side}_ankle"]), 0.05, look.trousers),
            ((IDS[f"{side}_heel"], IDS[f"{side}_big_toe"]), 0.03, (40, 40, 40)),
        ]
    return bones


def _clutter(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.uint8]:
    cells = rng.integers(0, 255, (6, 7, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(cells, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(5):
        a, b = rng.integers(0, size[1], 2), rng.integers(0, size[0], 2)
        color = [int(c) for c in rng.integers(0, 255, 3)]
        cv2.rectangle(picture, (int(a[0]), int(b[0])), (int(a[1]), int(b[1])), color, -1 if rng.random() < 0.4 else 3)
    return picture


def write_set(folder: Path, split: str, count: int, people: int, *, seed: int) -> Path:
    """A COCO split `<split>-unreal` under `folder`; returns its annotation file. Splits of different seeds share no person."""
    images = folder / "images" / f"{split}-unreal"
    images.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    looks = [person_look(rng) for _ in range(people)]
    rows, files = [], []
    for number in range(count):
        who = number % people
        drawn = draw(rng, looks[who])
        picture, triples, mask = np.asarray(drawn["picture"]), np.asarray(drawn["keypoints"]), np.asarray(drawn["mask"])
        name = f"{number:08d}.jpg"
        cv2.imwrite(str(images / name), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        run_lengths = coco_mask.encode(np.asfortranarray(mask))
        counts = run_lengths["counts"]
        ys, xs = np.nonzero(mask)
        files.append({"id": number, "width": picture.shape[1], "height": picture.shape[0], "file_name": name})
        rows.append(
            {
                "id": number + 1,
                "image_id": number,
                "category_id": 1,
                "iscrowd": 0,
                "bbox": [float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)],
                "area": float(mask.sum()),
                "segmentation": {
                    "size": list(mask.shape),
                    "counts": counts if isinstance(counts, str) else counts.decode(),
                },
                "keypoints": [float(v) for v in triples.reshape(-1)],
                "num_keypoints": int((triples[:, 2] > 0).sum()),
                "keypoints_3d": np.asarray(drawn["camera"]).tolist(),
                "person": f"{split}-{who}",
            }
        )
    category = {
        "id": 1,
        "name": "person",
        "supercategory": "person",
        "keypoints": list(skeleton.NAMES),
        "skeleton": [[a + 1, b + 1] for a, b in skeleton.LINKS],
    }
    target = folder / "annotations" / f"person_keypoints_{split}-unreal.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"images": files, "annotations": rows, "categories": [category]}))
    return target
