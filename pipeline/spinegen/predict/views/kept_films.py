"""What a view saw, kept beside the results so that another run need not look again."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from ...files import write_bytes
from ..film import Film
from ..film_person import FilmPerson

VERSION = 2


def keep_film(path: Path, film: Film, identity: str) -> None:
    """Write a film's people as `.npz`: `times_s`, `head` (JSON), and of each person `<number>/frames`, `/boxes`, `/keypoints`, `/scores`, `/filled`."""
    head = {
        "version": VERSION,
        "identity": identity,
        "rate_hz": film.rate_hz,
        "faults": film.faults,
        "size_wh_px": film.size_wh_px,
    }
    arrays: dict[str, np.ndarray] = {"head": np.array(json.dumps(head)), "times_s": np.asarray(film.times_s)}
    for person in film.people:
        arrays |= {
            f"{person.number}/frames": np.asarray(person.frames),
            f"{person.number}/boxes": person.boxes_xywh_px,
            f"{person.number}/keypoints": person.keypoints_px,
            f"{person.number}/scores": person.scores,
            f"{person.number}/filled": person.filled,
        }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def kept_film(path: Path, identity: str) -> Film | None:
    """The film that was kept there, if it is the same video seen by the same networks."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            head = json.loads(str(archive["head"]))
            if (head["version"], head["identity"]) != (VERSION, identity):
                return None
            numbers = sorted({int(key.split("/")[0]) for key in archive.files if "/" in key})
            people = [
                FilmPerson(
                    number,
                    [int(frame) for frame in archive[f"{number}/frames"]],
                    archive[f"{number}/boxes"],
                    archive[f"{number}/keypoints"],
                    archive[f"{number}/scores"],
                    archive[f"{number}/filled"],
                )
                for number in numbers
            ]
            times = [float(time) for time in archive["times_s"]]
            width, height = head["size_wh_px"]
            return Film(
                times, people, float(head["rate_hz"]), [str(fault) for fault in head["faults"]], (width, height)
            )
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
