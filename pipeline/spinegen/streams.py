"""Random streams by name: every generator is seeded by a seed and the stream that it feeds, so that no two draws are the same numbers."""

from enum import Enum

import numpy as np


class Stream(Enum):
    """What a generator is for, with the number that stands for it beside the seed.

    Numbers need to differ only among streams of one seed. They decide every set's bytes: they stay as they are.
    """

    # Beside the seed of a set; the shots take the small numbers.
    CLIP_SPLIT = (2**30 - 1, "which clips are for validation")
    CAMERA_RIG = (2**30, "the first of the rigs, one a view")
    PERSON = (2**31, "the first of the people")
    SPINE = (2**31 + 2**30, "the shape of the first one's spine")
    BACKGROUND = (2**30 + 2**29, "who stands behind whom")
    HANDS = (2**30 + 2**29 + 1, "how far hands are closed, before the number of the person")
    # Beside the seed of a street.
    PAVEMENT = (3, "stones and width of the walk")
    # Beside the seeds of a person's skin, hair, garments and fabrics.
    SKIN = (3, "mottles of the skin")
    EYES = (5, "veins and fibres of the eyes")
    HAIR = (11, "where strands grow and how they lie")
    HAIR_TEXTURE = (13, "shades of strands")
    FACE_HAIR = (31, "brows and beards")
    CLOTH = (1, "folds of garments")
    SKIRT = (2, "folds of skirts")
    HOOD = (41, "folds of hoods")
    FABRIC = (7, "patterns and prints")
    SHOES = (21, "wear of shoes")
    # Beside the seeds of grounds, rooms and variants of what the engine paints.
    GROUND_LINES = (12, "lines on the ground")
    CURTAINS = (7, "curtains and radiators")
    WINDOWS = (5, "how much of the light outside a room's windows leave")
    STREET_HOUSES = (77, "rows of houses")
    WALL_PICTURES = (4711, "the pictures on walls, before their numbers")
    CLOUDS = (20240117, "the one pattern of all clouds")
    # Alone: pictures that all people share.
    GRAIN = (20240118, "pores, threads and mottle")
    STRANDS = (20240119, "shades of strands")
    # Beside the seed of a training.
    BATCH_ORDER = (3, "order of the people in a round")
    BATCH_DRAWS = (7, "augmentation of a step")
    # Beside the seed of a lifting network's training.
    LIFTED_MOTIONS = (19, "which motion is played by whom")
    LIFTED_BATCH = (23, "windows, cameras and faults of a step")
    LIFTED_WEIGHTS = (29, "weights before the first step")
    LIFTED_CORRECTION = (31, "windows, cameras and faults that the last layer is fitted to")
    # Beside the seed of statistics of trunks.
    SEEN_TRUNKS = (37, "people, cameras and errors that they are made from")

    # Beside the seed of a choice of pictures to label.
    LABEL_CHOICE = (11, "which pictures are labelled, where chance decides")

    def __init__(self, number: int, meaning: str) -> None:
        self.number = number
        self.meaning = meaning

    def at(self, index: int) -> int:
        """Number of the `index`-th of a run of streams that begins here."""
        return self.number + index


def generator(*words: int | Stream) -> np.random.Generator:
    """A generator of its own for every sequence of seeds and streams."""
    return np.random.default_rng(
        np.random.SeedSequence([word.number if isinstance(word, Stream) else word for word in words])
    )
