"""The editing server without a page: who may ask, what is written, what outlives a kill."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spinegen.curation.editing.guard import Guard
from spinegen.curation.editing.server import EditServer
from spinegen.errors import UsageError
from spinegen.records.label_files import read_picture_labels
from support.commands import refused
from support.label_folders import labelled_folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EditServer]:
    folder = labelled_folder(tmp_path / "L", pictures=2)
    with EditServer(folder.root, "ann") as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(
    server: EditServer, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    """A request as the page sends it, but for what `headers` say otherwise; an empty text leaves a header out."""
    given = {"Host": f"127.0.0.1:{server.guard.port}", "Content-Type": "application/json"}
    if method != "GET":
        given["Origin"] = f"http://127.0.0.1:{server.guard.port}"
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in ({"Content-Length": str(len(data))} | given).items():
        if value:
            connection.putheader(name, value)
    connection.endheaders(data)
    answer = connection.getresponse()
    found = answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return found


def inner(server: EditServer, path: str) -> str:
    return f"/{server.guard.token}/{path}"


def save_of(server: EditServer, **update: Any) -> dict[str, Any]:
    labels = json.loads(ask(server, "GET", inner(server, "api/labels/0"))[1])
    people = [{key: one[key] for key in ("person", "box_xywh_px", "keypoints", "removed")} for one in labels["people"]]
    return {"revision": labels["revision"], "done": True, "people": people, **update}


def test_the_page_its_files_and_pictures_are_served(server: EditServer) -> None:
    for path, kind in (
        ("", "text/html"),
        ("static/main.js", "text/javascript"),
        ("static/editor.css", "text/css"),
        ("api/picture/0", "image/png"),
    ):
        status, body, headers = ask(server, "GET", inner(server, path))
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert body
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert not any(name.startswith("access-control") for name in headers)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "{t}/api/set", {"Host": "evil.example"}, 421),
        ("GET", "{t}/api/set", {"Host": "evil.example:{p}"}, 421),
        ("GET", "{t}/api/set", {"Host": ""}, 421),
        ("GET", "api/set", {}, 404),
        ("GET", "", {}, 404),
        ("GET", "wrong{t}/api/set", {}, 404),
        ("GET", "{t}/api/set", {"Origin": "http://evil.example"}, 403),
        ("GET", "{t}/api/set", {"Origin": "null"}, 403),
        ("GET", "{t}/api/set", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("GET", "{t}/api/set", {"Sec_Fetch_Site": "same-site"}, 403),
        ("PUT", "{t}/api/labels/0", {"Origin": "http://evil.example"}, 403),
        ("PUT", "{t}/api/labels/0", {"Origin": ""}, 403),
        ("PUT", "{t}/api/labels/0", {"Content_Type": "text/plain"}, 415),
        ("PUT", "{t}/api/labels/0", {"Content_Length": "99000000"}, 413),
        ("PUT", "{t}/api/set", {}, 404),
        ("DELETE", "{t}/api/labels/0", {}, 501),
        ("OPTIONS", "{t}/api/labels/0", {}, 501),
    ],
)  # fmt: skip
def test_who_is_not_the_page_is_refused(
    server: EditServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    filled = {name: value.format(p=server.guard.port) for name, value in headers.items()}
    found = ask(server, method, "/" + path.format(t=server.guard.token), None, **filled)
    assert found[0] == status
    assert read_picture_labels(server.folder.labels_file(server.names[0])).revision == 0


@pytest.mark.parametrize(
    "path",
    [
        "../label.json", "..%2flabel.json", "static/../../label.json", "static/..%2f..%2f..%2fserver.py", "static/%2e%2e/server.py",
        "api/picture/../../label.json", "api/picture/-1", "api/picture//etc/passwd", "api/picture/figure-0.png", "static/server.py", "label.json",
        "api/labels/0%00",
    ],
)  # fmt: skip
def test_no_path_leads_anywhere_else(server: EditServer, path: str) -> None:
    status, body, _ = ask(server, "GET", inner(server, path))
    assert status == 404
    assert json.loads(body) == {"error": "nothing here"}


def test_a_link_out_of_the_folder_is_not_followed(server: EditServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    picture = server.folder.pictures / server.names[0]
    picture.unlink()
    picture.symlink_to(secret)
    status, body, _ = ask(server, "GET", inner(server, "api/picture/0"))
    assert status == 404
    assert b"is a link out of the folder" in body


def test_it_listens_on_this_machine_alone_and_every_secret_is_new(server: EditServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    with EditServer(server.folder.root, "ben") as other:
        assert other.guard.token != server.guard.token
        assert len(other.guard.token) >= 30
    guard = Guard("abc", 1)
    assert [guard.inner_path(path) for path in ("/abc/x?y=1", "/abc/", "/abcd/x", "abc/x", "/")] == [
        "x",
        "",
        None,
        None,
        None,
    ]


def test_a_save_that_did_not_see_the_latest_is_refused_with_it(server: EditServer) -> None:
    save = save_of(server)
    status, body, _ = ask(server, "PUT", inner(server, "api/labels/0"), save)
    assert (status, json.loads(body)["revision"]) == (200, 1)
    status, body, _ = ask(server, "PUT", inner(server, "api/labels/0"), {**save, "done": False})
    assert status == 409
    assert json.loads(body)["labels"]["revision"] == 1
    assert json.loads(body)["labels"]["done"] is True


def test_of_many_saves_at_once_one_wins_and_none_is_half(server: EditServer) -> None:
    save = save_of(server)
    answers: list[int] = []

    def one(shift: int) -> None:
        people = json.loads(json.dumps(save["people"]))
        people[0]["keypoints"][0][0] = float(shift)
        answers.append(ask(server, "PUT", inner(server, "api/labels/0"), {**save, "people": people})[0])

    threads = [threading.Thread(target=one, args=(k + 1,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 7]
    assert read_picture_labels(server.folder.labels_file(server.names[0])).revision == 1


def test_a_save_of_nothing_new_makes_no_revision(server: EditServer) -> None:
    status, body, _ = ask(server, "PUT", inner(server, "api/labels/0"), save_of(server, done=False))
    assert (status, json.loads(body)["revision"]) == (200, 0)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: s["people"].pop(), "field people: found [], allowed: [1]"),
        (lambda s: s["people"][0]["keypoints"].pop(), "field people[0].keypoints: found"),
        (lambda s: s["people"][0]["keypoints"].__setitem__(0, [900.0, 5.0, 2]), "nose at (900, 5) lies outside the picture of 200x240"),
        (lambda s: s["people"][0]["keypoints"].__setitem__(0, [1e9, 5.0, 0]), "nose at (1e+09, 5) is nowhere near the picture"),
        (lambda s: s["people"][0]["keypoints"].__setitem__(0, [5.0, 5.0, 3]), "field people[0].keypoints[0][2]: found 3"),
        (lambda s: s["people"][0]["keypoints"].__setitem__(0, ["5", 5.0, 2]), "field people[0].keypoints[0][0]: found '5'"),
        (lambda s: s["people"][0].__setitem__("box_xywh_px", [1, 1, 0, 5]), "allowed is a box of positive width and height"),
        (lambda s: s.pop("done"), "field done is missing"),
    ],
)  # fmt: skip
def test_what_is_no_save_is_said_and_changes_nothing(server: EditServer, spoil: Any, said: str) -> None:
    save = save_of(server)
    before = server.folder.labels_file(server.names[0]).read_bytes()
    spoil(save)
    status, body, _ = ask(server, "PUT", inner(server, "api/labels/0"), save)
    assert status == 422
    assert said in json.loads(body)["error"]
    assert server.folder.labels_file(server.names[0]).read_bytes() == before


def test_other_bodies_and_numbers_are_said_too(server: EditServer) -> None:
    assert b"is not whole JSON" in ask(server, "PUT", inner(server, "api/labels/0"), b"{")[1]
    assert (
        b"NaN" not in ask(server, "PUT", inner(server, "api/labels/0"), b'{"revision": NaN}')[2].get("x", "").encode()
    )
    status, body, _ = ask(server, "GET", inner(server, "api/labels/7"))
    assert (status, json.loads(body)["error"]) == (422, "picture 7: there are 2, counted from 0")
    status, body, _ = ask(server, "POST", inner(server, "api/people/0"), {"revision": 0, "box_xywh_px": [5, 5, 2, 2]})
    assert status == 422
    assert "at least 8 pixels wide and high" in json.loads(body)["error"]


def test_killed_while_saves_pour_in_every_file_is_whole_and_no_answered_save_is_lost(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L", pictures=1)
    code = "from spinegen.cli import main; main()"
    command = [sys.executable, "-c", code, "label", "edit", str(folder.root), "--by", "ann"]
    rng = random.Random(0)
    known = -1
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        port, token = int(address.split(":")[2].split("/")[0]), address.split("/")[3]
        stop, answered = rng.randint(3, 12), 0
        labels = read_picture_labels(folder.labels_file("figure-0.png"))
        revision, people = labels.revision, [one.plain() for one in labels.people]
        assert revision >= known
        while True:
            people[0]["keypoints"][0][0] = float(revision % 100) + 1  # pyright: ignore[reportArgumentType, reportCallIssue, reportIndexIssue, reportOptionalSubscript]
            body = json.dumps({"revision": revision, "done": False, "people": people})
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            if answered == stop:
                # half-way through this one
                threading.Timer(rng.uniform(0, 0.01), os.kill, (process.pid, signal.SIGKILL)).start()
            try:
                origin = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
                connection.request("PUT", f"/{token}/api/labels/0", body, origin)
                revision = known = json.loads(connection.getresponse().read())["revision"]
                answered += 1
            except (OSError, http.client.HTTPException, ValueError):
                break
            finally:
                connection.close()
        process.wait()
        process.stdout.close()
    after = read_picture_labels(folder.labels_file("figure-0.png"))
    assert known <= after.revision <= known + 1
    with folder.held():
        assert [path.name for path in folder.labels.iterdir()] == ["figure-0.png.json"]


def test_what_cannot_be_edited_is_said(tmp_path: Path) -> None:
    from spinegen.curation.editing.session import edit

    assert "nowhere: holds no label.json: make it with: spinegen label prepare" in refused(
        "label", "edit", "nowhere", cwd=tmp_path
    )
    folder = labelled_folder(tmp_path / "L", pictures=1)
    with folder.held():
        assert "in use by process" in refused("label", "edit", "L", cwd=tmp_path)
    with (
        EditServer(folder.root, "ann") as server,
        pytest.raises(UsageError, match=r"--port \d+: cannot be listened on"),
    ):
        edit(folder.root, "ben", server.guard.port, print)
    folder.labels_file("figure-0.png").write_text("{")
    assert "figure-0.png.json: is not whole JSON" in refused("label", "edit", "L", cwd=tmp_path)


def test_a_new_sitting_has_the_address_of_the_last_one_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    from spinegen.curation.editing.session import edit

    folder = labelled_folder(tmp_path / "L", pictures=1)
    seen: list[str] = []

    def leave(address: str) -> None:
        seen.append(address)
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            edit(folder.root, "ann", 0, leave)
    assert seen[0] == seen[1]
    kept = folder.root / ".cache/address"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert ".cache/" in (folder.root / ".gitignore").read_text()
    kept.chmod(0o644)
    with pytest.raises(KeyboardInterrupt):
        edit(folder.root, "ann", 0, leave)
    assert seen[2].split("/")[3] != seen[0].split("/")[3]
