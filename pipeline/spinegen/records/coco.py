"""What a COCO keypoint file may hold: one frozen model an element, the same for everything that reads such files.

Ids may be whole numbers of any size or text; they are compared as text, so that `"4"` and `4` are one id. Keys that are not listed
here are left alone.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from ..skeleton import COUNT
from .rle import Counts, run_lengths

LARGEST_PX = 1_000_000
"""No picture is wider: a coordinate beyond it is a mistake."""
NAME_BYTES = 4000
"""Longest path that file systems take."""


def _key(value: object) -> object:
    """An id as text."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    raise ValueError("allowed is a whole number or a text")


def _relative_name(value: object) -> object:
    """A path below the folder of the pictures, with forward slashes."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("allowed is the name of a file")
    name = value.replace("\\", "/")
    path = PurePosixPath(name)
    odd = any(character < " " or "\ud800" <= character <= "\udfff" for character in name)
    if odd or len(name) > NAME_BYTES or path.is_absolute() or ".." in path.parts or name[1:3] == ":/":
        raise ValueError("allowed is a path below the folder of the pictures")
    return str(path)


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _flag(value: object) -> object:
    """COCO's 0 and 1."""
    if value is None:
        return False
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        return bool(value)
    raise ValueError("allowed are 0 and 1")


def _triples(value: object) -> object:
    """Points in one long list as lists of three."""
    if isinstance(value, list) and value and not isinstance(value[0], list):
        return [value[i : i + 3] for i in range(0, len(value), 3)]
    return value


def _camera(value: object) -> object:
    """Only a camera with a matrix is one of ours; other files use the word for other things."""
    return value if isinstance(value, dict) and "K" in value else None


def _name(value: object) -> object:
    return None if value is None else str(value)[:NAME_BYTES]


def _outline_kind(value: object) -> str:
    if not value:
        return "none"
    return "rle" if isinstance(value, dict | Rle) else "polygons"


Key = Annotated[str, BeforeValidator(_key)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Pixels = Annotated[float, Field(strict=True, ge=-LARGEST_PX, le=LARGEST_PX)]
Side = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=1, le=LARGEST_PX)]
Point3 = tuple[Number, Number, Number]
Matrix3 = tuple[Point3, Point3, Point3]


class Record(BaseModel):
    """Base of the elements: immutable; unknown keys are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    noun: ClassVar[str]
    """What errors call an element."""
    allowed: ClassVar[Mapping[str, str]]
    """What each field may hold, for errors."""


class CocoImage(Record):
    """One picture."""

    noun = "image"
    allowed = {
        "id": "a whole number or a text",
        "file_name": "a path below the folder of the pictures",
        "width": f"a whole number of pixels, 1 to {LARGEST_PX}",
        "height": f"a whole number of pixels, 1 to {LARGEST_PX}",
    }

    id: Key
    file_name: Annotated[str, BeforeValidator(_relative_name)]
    """Below the folder of the pictures, with forward slashes."""
    width: Side | None = None
    height: Side | None = None
    """Pixels, as the labels mean the picture; both or neither."""

    @model_validator(mode="after")
    def _whole_size(self) -> "CocoImage":
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height belong together: give both or neither")
        return self

    @property
    def size_wh(self) -> tuple[int, int] | None:
        """Width and height where the file says them."""
        return None if self.width is None or self.height is None else (self.width, self.height)


class CocoCamera(BaseModel):
    """Where a camera stands: `K` in pixels, `R` and `t` from the ground's axes to its own, metres."""

    model_config = ConfigDict(frozen=True)

    K: Matrix3
    R: Matrix3 | None = None
    t: Point3 | None = None


class Rle(BaseModel):
    """A run-length mask, compressed (text) or plain (lengths)."""

    model_config = ConfigDict(frozen=True)

    size: tuple[Side, Side]
    """Height and width."""
    counts: Annotated[str, Field(strict=True)] | tuple[Annotated[int, Field(strict=True)], ...]

    @model_validator(mode="after")
    def _fills(self) -> "Rle":
        self.runs()
        return self

    def runs(self) -> Counts:
        """Lengths of the runs, see `rle.run_lengths`."""
        return run_lengths(self.counts, self.size)


Polygons = tuple[tuple[Pixels, ...], ...]
Outline = Annotated[
    Annotated[Rle, Tag("rle")] | Annotated[Polygons, Tag("polygons")] | Annotated[None, BeforeValidator(lambda _: None), Tag("none")],
    Discriminator(_outline_kind),
]  # fmt: skip


class CocoAnnotation(Record):
    """One person, or another thing."""

    noun = "annotation"
    allowed = {
        "id": "a whole number or a text",
        "image_id": "the id of a picture",
        "category_id": "the id of a category",
        "bbox": "[x, y, width, height], finite numbers of pixels",
        "area": "a number of pixels, 0 or more",
        "iscrowd": "0 or 1",
        "keypoints": "finite numbers x, y, v of every keypoint in turn",
        "num_keypoints": "a whole number",
        "segmentation": "a run-length mask (size and counts) that fills its size, or lists of x, y in turn",
        "keypoints_3d": f"{COUNT} times x, y, z, finite metres",
        "camera": "K (3 x 3), and R (3 x 3) and t (3) where known, finite numbers",
        "time_s": "a finite number of seconds",
    }

    id: Key
    image_id: Key
    category_id: Key
    bbox: tuple[Pixels, Pixels, Pixels, Pixels]
    """x, y, width, height."""
    area: Annotated[Number, Field(ge=0)] | None = None
    iscrowd: Annotated[bool, BeforeValidator(_flag)] = False
    keypoints: tuple[Pixels, ...] = ()
    """x, y, v of each; empty where the file has none."""
    num_keypoints: Annotated[int, BeforeValidator(_whole), Field(strict=True)] | None = None
    segmentation: Outline = None
    keypoints_3d: (
        Annotated[tuple[Point3, ...], BeforeValidator(_triples), Field(min_length=COUNT, max_length=COUNT)] | None
    ) = None
    """`(37, 3)` in the camera's axes, metres."""
    camera: Annotated[CocoCamera | None, BeforeValidator(_camera)] = None
    person: Annotated[str | None, BeforeValidator(_name)] = None
    clip: Annotated[str | None, BeforeValidator(_name)] = None
    time_s: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, data: Any) -> Any:
        """`null` and an empty list of keypoints mean that there are none."""
        if isinstance(data, dict) and data.get("keypoints", 0) is None:
            return {**data, "keypoints": ()}
        return data

    @property
    def labelled(self) -> bool:
        """Whether any keypoint has v > 0."""
        return any(self.keypoints[2::3])


class CocoCategory(Record):
    """One kind of thing."""

    noun = "category"
    allowed = {"id": "a whole number or a text", "name": "a text", "keypoints": "the names of the keypoints"}

    id: Key
    name: Annotated[str, Field(strict=True)]
    keypoints: tuple[Annotated[str, Field(strict=True)], ...] | None = None
    skeleton: Any = None

    @property
    def is_person(self) -> bool:
        """Categories are chosen by name; ids mean nothing."""
        return self.name.strip().casefold() == "person"
