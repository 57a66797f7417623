"""People whom the detector missed: somebody draws a box, the round's network says the rest."""

from threading import Lock
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError

from ...media.pictures import read_rgb
from ...pose.predictor import PosePredictor
from ...records.base import Record, sentence
from ...records.label_files import Box, LabelledPerson, PictureLabels, read_picture_labels
from ..answers import ask
from ..curve import network_path
from ..folder import LabelFolder
from ..keeping import prelabel
from .saving import Desk, SaveError

LEAST_SIDE_PX = 8.0


class Asked(Record):
    """A box that somebody drew."""

    revision: Annotated[int, Field(ge=0)]
    box_xywh_px: Box


class Adder:
    """Opens a network when it is first needed."""

    def __init__(self, folder: LabelFolder) -> None:
        self.folder = folder
        self._open: dict[int, PosePredictor] = {}
        self._lock = Lock()

    def add(self, desk: Desk, picture: str, body: bytes) -> PictureLabels:
        """Pre-label a person in a box and save it.

        Raises:
            SaveError: the body is no box inside the picture.
            StaleError: a later revision is there than the page knew.
            TrainingError: the round's network is missing.
        """
        try:
            asked = Asked.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise SaveError(f"{picture}: {sentence(error)}") from error
        labels = read_picture_labels(self.folder.labels_file(picture))
        box = np.array(asked.box_xywh_px, dtype=np.float64)
        low, high = np.maximum(box[:2], 0.0), np.minimum(box[:2] + box[2:], [labels.width, labels.height])
        if not (high - low >= LEAST_SIDE_PX).all():
            raise SaveError(
                f"{picture}: a person's box is at least {LEAST_SIDE_PX:g} pixels wide and high; found {list(asked.box_xywh_px)}"
            )
        box = np.round(np.concatenate([low, high - low]), 2)
        image = read_rgb(self.folder.pictures / picture)
        with self._lock:
            said = ask(self._network(labels.round), image, box[None].astype(np.float64))
        points = prelabel(said.keypoints_px[0], said.scores[0], (labels.width, labels.height))
        x, y, width, height = box.tolist()
        scores = tuple(round(float(score), 3) for score in said.scores[0])
        person = LabelledPerson(
            person=1, box_xywh_px=(x, y, width, height), keypoints=points, prelabel=points, scores=scores, added=True
        )
        return desk.add(picture, asked.revision, person)

    def _network(self, number: int) -> PosePredictor:
        if number not in self._open:
            made = next(one for one in self.folder.read_set().rounds if one.number == number)
            self._open[number] = PosePredictor(network_path(self.folder, made), threads=1)
        return self._open[number]
