"""Labelled folders made by hand, small and without any network; and photographs with one person, in every kind of file."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spinegen.curation.folder import LabelFolder, now
from spinegen.curation.keeping import prelabel
from spinegen.files import sha256
from spinegen.pose.photographs import PHOTOGRAPHS, read_photograph
from spinegen.records.label_files import (
    LABELS_VERSION,
    Edit,
    LabelledPerson,
    LabelRound,
    LabelSet,
    PictureLabels,
    Unsureness,
)
from support.pose_figures import draw, person_look

SIZE_HW = (240, 200)
WHY = Unsureness(disagreement=0.2, spine=0.1, unsure=0.28, novelty=1.0)


def portrait(width: int = 256, height: int = 300) -> NDArray[np.uint8]:
    """A photograph of one person (US Navy, in Matplotlib)."""
    picture = read_photograph(next(p for p in PHOTOGRAPHS if p.package == "matplotlib"))
    assert picture is not None
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def beside(shade: int, width: int) -> NDArray[np.uint8]:
    """The portrait at the right end of a wider picture."""
    canvas = np.full((300, width, 3), shade, np.uint8)
    canvas[:, -256:] = portrait()
    return canvas


def write_photographs(folder: Path) -> dict[str, tuple[int, int]]:
    """One person in every kind of file; width and height of each as it is shown."""
    folder.mkdir(parents=True)
    Image.fromarray(portrait()).save(folder / "plain.jpg", quality=92)
    turned = Image.fromarray(np.rot90(beside(60, 300), 1).copy())
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(folder / "turned.jpg", quality=92, exif=exif)
    cv2.imwrite(str(folder / "deep.png"), (beside(90, 320)[..., ::-1].astype(np.uint16) * 257))
    clear = np.dstack([beside(120, 340), np.full((300, 340), 255, np.uint8)])
    clear[:, :40, 3] = 0
    Image.fromarray(clear).save(folder / "clear.png")
    Image.fromarray(beside(150, 360)).convert("CMYK").save(folder / "print.jpg", quality=92)
    return {
        "plain.jpg": (256, 300), "turned.jpg": (300, 300), "deep.png": (320, 300), "clear.png": (340, 300), "print.jpg": (360, 300),
    }  # fmt: skip


def labelled_folder(root: Path, pictures: int = 3, people: int = 1, seed: int = 0) -> LabelFolder:
    """A prepared folder of drawn figures; the network was a few pixels wrong everywhere."""
    folder = LabelFolder(root)
    rng = np.random.default_rng(seed)
    names: list[str] = []
    with folder.held():
        for number in range(pictures):
            name = f"figure-{number}.png"
            shown = [draw(rng, person_look(rng), SIZE_HW) for _ in range(people)]
            Image.fromarray(np.hstack([np.asarray(one["picture"]) for one in shown])).save(folder.pictures / name)
            size_wh = (SIZE_HW[1] * people, SIZE_HW[0])
            drawn = []
            for who, one in enumerate(shown, start=1):
                points = np.asarray(one["keypoints"], dtype=np.float64)[:, :2] + [SIZE_HW[1] * (who - 1), 0]
                said = prelabel(points + rng.normal(0, 2, (37, 2)), np.linspace(0.1, 1, 37), size_wh)
                box = (SIZE_HW[1] * (who - 1) + 10.0, 10.0, SIZE_HW[1] - 20.0, SIZE_HW[0] - 20.0)
                drawn.append(LabelledPerson(person=who, box_xywh_px=box, keypoints=said, prelabel=said))
            labels = PictureLabels(
                version=LABELS_VERSION, revision=0, round=1, picture=name, sha256=sha256(folder.pictures / name),
                width=size_wh[0], height=size_wh[1], source=name, why=WHY, people=tuple(drawn),
            )  # fmt: skip
            labels.write(folder.labels_file(name), indent=None)
            names.append(name)
        made = LabelRound(
            number=1, at=now(), network="full", network_sha256="0" * 64, settings={}, looked_at=pictures, nobody=0, duplicates=0,
            pictures=tuple(names),
        )  # fmt: skip
        LabelSet(version=LABELS_VERSION, rounds=(made,)).write(folder.set_file)
    return folder


def corrected(
    folder: LabelFolder, name: str, moves: dict[str, tuple[float, float]] | None = None, person: int = 1
) -> PictureLabels:
    """Somebody moves points of a picture by so many pixels and is done with it."""
    from spinegen.records.label_files import read_picture_labels
    from spinegen.skeleton import INDEX

    before = read_picture_labels(folder.labels_file(name))
    people = []
    for one in before.people:
        points = list(one.keypoints)
        for point, (dx, dy) in (moves or {}).items() if one.person == person else ():
            x, y, v = points[INDEX[point]]
            points[INDEX[point]] = (x + dx, y + dy, v or 2)
        people.append(one.model_copy(update={"keypoints": tuple(points)}))
    edit = Edit(by="ann", since=now(), at=now(), revision=before.revision + 1, through="edit")
    update = {"people": tuple(people), "revision": before.revision + 1, "done": True, "edits": (edit,)}
    after = before.model_copy(update=update)
    after.write(folder.labels_file(name), indent=None)
    return after
