"""The editing server: Python's own, on 127.0.0.1; it serves one folder's pictures and labels to the page that it brings."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from ... import skeleton
from ...errors import SpinegenError
from ...files import NO_ROOM
from ...records.base import as_plain
from ...records.label_files import PictureLabels, read_picture_labels
from ..folder import LabelFolder
from .added import Adder
from .guard import POLICY, Guard
from .saving import Desk, SaveError, StaleError

STATIC = Path(__file__).with_name("static")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
PICTURES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
MOST_BYTES = 4_000_000
"""Of a request's body; 100 people take 150,000."""
IDLE_S = 30.0


@dataclass(frozen=True)
class Answer:
    """A status, a body and its kind."""

    status: HTTPStatus
    body: bytes
    kind: str = "application/json"


class EditServer(ThreadingHTTPServer):
    """Serves one labelled folder.

    Args:
        root: the folder, which the caller holds.
        by: whose edits they are.
        port: 0 takes a free one.
        token: the secret; None: a new one.
    """

    daemon_threads = True

    def __init__(self, root: Path, by: str, port: int = 0, token: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = LabelFolder(root)
        self.names = [name for made in self.folder.read_set().rounds for name in made.pictures]
        self.guard = Guard(token or token_urlsafe(24), self.server_address[1])
        self.desk = Desk.at(root, by)
        self.adder = Adder(self.folder)
        self.static = {path.name: path for path in STATIC.iterdir() if path.suffix in KINDS}

    @property
    def address(self) -> str:
        """What to open; the secret is in it."""
        return f"http://127.0.0.1:{self.guard.port}/{self.guard.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that went away in the middle of an answer is no error."""

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """What a request whose sender was checked gets.

        Args:
            path: after the secret.
        """
        routes: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
            ("GET", r"", lambda: self._file("editor.html")),
            ("GET", r"static/([a-z_]+\.(?:css|js))", self._file),
            ("GET", r"api/set", self._set),
            ("GET", r"api/labels/(\d{1,7})", lambda n: _labels(self._read(int(n)))),
            ("GET", r"api/picture/(\d{1,7})", lambda n: self._picture(int(n))),
            ("PUT", r"api/labels/(\d{1,7})", lambda n: _labels(self.desk.save(self._name(int(n)), body))),
            ("POST", r"api/people/(\d{1,7})", lambda n: _labels(self.adder.add(self.desk, self._name(int(n)), body))),
        )
        for verb, pattern, do in routes:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return _guarded(do, *match.groups())
        return _fault(HTTPStatus.NOT_FOUND, "nothing here")

    def _name(self, number: int) -> str:
        if number >= len(self.names):
            raise SaveError(f"picture {number}: there are {len(self.names)}, counted from 0")
        return self.names[number]

    def _read(self, number: int) -> PictureLabels:
        return read_picture_labels(self.folder.labels_file(self._name(number)))

    def _file(self, name: str) -> Answer:
        path = self.static.get(name)
        if path is None:
            return _fault(HTTPStatus.NOT_FOUND, "nothing here")
        return Answer(HTTPStatus.OK, path.read_bytes(), KINDS[path.suffix])

    def _picture(self, number: int) -> Answer:
        path = (self.folder.pictures / self._name(number)).resolve()
        if path.parent != self.folder.pictures.resolve() or path.suffix not in PICTURES:
            return _fault(HTTPStatus.NOT_FOUND, f"{self._name(number)} is a link out of the folder")
        return Answer(HTTPStatus.OK, path.read_bytes(), PICTURES[path.suffix])

    def _set(self) -> Answer:
        pictures = []
        for number, name in enumerate(self.names):
            labels = self._read(number)
            pictures.append({"picture": name, "round": labels.round, "done": labels.done, "unsure": labels.why.unsure})
        shown = {
            "folder": self.folder.root.resolve().name,
            "by": self.desk.by,
            "names": skeleton.NAMES,
            "vertebrae": [point.vertebra for point in skeleton.KEYPOINTS],
            "flip": skeleton.FLIP,
            "links": skeleton.LINKS,
            "spine": skeleton.SPINE_CHAIN,
            "pictures": pictures,
        }
        return Answer(HTTPStatus.OK, json.dumps(as_plain(shown)).encode())


class _Handler(BaseHTTPRequestHandler):
    server: EditServer  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"
    server_version = "spinegen"
    sys_version = ""
    timeout = IDLE_S

    def do_GET(self) -> None:
        self._respond("GET")

    def do_PUT(self) -> None:
        self._respond("PUT")

    def do_POST(self) -> None:
        self._respond("POST")

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is for people; the page says what went wrong."""

    def _respond(self, method: str) -> None:
        guard = self.server.guard
        refusal = guard.refusal(method, self.path, self.headers)  # pyright: ignore[reportArgumentType]
        size = self.headers.get("Content-Length", "0")
        if refusal is not None:
            answer = _fault(refusal.status, refusal.why)
        elif not size.isdecimal() or int(size) > MOST_BYTES or "Transfer-Encoding" in self.headers:
            answer = _fault(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_BYTES} bytes are taken, of a length said before"
            )
        else:
            answer = self.server.answer(method, guard.inner_path(self.path) or "", self.rfile.read(int(size)))
        # what was not read would be taken for the next request
        self.close_connection = self.close_connection or answer.status >= HTTPStatus.BAD_REQUEST
        self.send_response(answer.status)
        for name, value in (*POLICY.items(), ("Content-Type", answer.kind), ("Content-Length", str(len(answer.body)))):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)


def _guarded(do: Callable[..., Answer], *arguments: str) -> Answer:
    """Errors as answers: the page says them to its user and keeps what was not saved."""
    try:
        return do(*arguments)
    except StaleError as error:
        body = {"error": str(error), "labels": error.labels.plain()}
        return Answer(HTTPStatus.CONFLICT, json.dumps(body).encode())
    except SpinegenError as error:
        return _fault(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        full = error.errno in NO_ROOM
        text = f"{where}{error.strerror or error}" + ("; make room, the page tries again by itself" if full else "")
        return _fault(HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.INTERNAL_SERVER_ERROR, text)


def _labels(labels: PictureLabels) -> Answer:
    return Answer(HTTPStatus.OK, json.dumps(labels.plain()).encode())


def _fault(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, json.dumps({"error": why}).encode())
