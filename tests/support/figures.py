"""Coloured figures, and a pose network that finds the figure of a box exactly."""

import numpy as np

from spinegen import skeleton

SIZE = np.array([40.0, 100.0])
COLOURS = ((220, 40, 40), (40, 60, 220), (40, 200, 60))
SHAPE = np.random.default_rng(5).uniform(0.05, 0.95, (skeleton.COUNT, 2))
SHAPE[[skeleton.INDEX[n] for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]] = [
    [0.8, 0.2],
    [0.2, 0.2],
    [0.75, 0.5],
    [0.25, 0.5],
]


class Stage:
    """Figures at places; `pose_of` answers with the figure nearest to a box's centre."""

    size, shape = SIZE, SHAPE

    def __init__(self) -> None:
        self.places: dict[int, np.ndarray] = {}

    def picture(self) -> np.ndarray:
        canvas = np.full((200, 400, 3), 128, np.uint8)
        for person, (x, y) in self.places.items():
            left, top = max(int(x), 0), max(int(y), 0)
            canvas[top : int(y + SIZE[1]), left : int(x + SIZE[0])] = COLOURS[person]
        return canvas

    def detections(self) -> np.ndarray:
        return np.array([[*place, *SIZE] for place in self.places.values()]).reshape(-1, 4)

    def pose_of(self, image: np.ndarray, boxes: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points, scores = [], []
        for box in boxes:
            centre = box[:2] + box[2:] / 2
            distances = {p: float(np.linalg.norm(place + SIZE / 2 - centre)) for p, place in self.places.items()}
            distance, person = min(((d, p) for p, d in distances.items()), default=(np.inf, -1))
            found = distance < 60
            points.append(self.places[person] + SHAPE * SIZE if found else np.tile(centre, (skeleton.COUNT, 1)))
            scores.append(np.full(skeleton.COUNT, 0.8 if found else 0.05))
        return np.array(points), np.array(scores)
