"""The editing page in a real browser, by its own mouse and keys."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spinegen.curation.editing.server import EditServer
from spinegen.curation.folder import LabelFolder
from spinegen.records.label_files import PictureLabels, read_picture_labels
from spinegen.skeleton import FLIP, INDEX, SPINE_CHAIN
from support.browser import CHROMIUM, CONTROL, SHIFT, Browser, Page, chromium
from support.label_folders import labelled_folder

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
CHAIN = list(SPINE_CHAIN)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@contextmanager
def serving(root: Path) -> Iterator[EditServer]:
    with EditServer(root, "ann") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EditServer]:
    folder = labelled_folder(tmp_path / "L", people=2)
    with serving(folder.root) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: EditServer) -> Page:
    return opened(browser, server.address)


def opened(browser: Browser, address: str) -> Page:
    page = browser.page(address)
    page.until("document.body.dataset.ready === 'yes'")
    page.click("#stage")
    return page


def labels_of(server: EditServer, number: int = 0) -> PictureLabels:
    return read_picture_labels(server.folder.labels_file(server.names[number]))


def points_of(server: EditServer, person: int = 1, number: int = 0) -> NDArray[np.float64]:
    """(37, 3) on disk."""
    return np.array(next(one for one in labels_of(server, number).people if one.person == person).keypoints)


def saved(page: Page) -> None:
    page.until("document.getElementById('saved').textContent === 'saved'")


def circle(name: str, person: int = 1) -> str:
    return f'circle[data-person="{person}"][data-point="{INDEX[name]}"]'


def scale(page: Page) -> float:
    return float(
        page.run("Number(document.querySelector('#world').getAttribute('transform').match(/scale\\((.*)\\)/)[1])")
    )


def choose(page: Page, name: str) -> None:
    page.click(f"#points li:nth-child({INDEX[name] + 1})")


def test_a_point_is_dragged_and_saved_at_once(page: Page, server: EditServer) -> None:
    before, at = points_of(server), page.middle(circle("left_elbow"))
    page.drag(at, (at[0] + 30, at[1] - 12))
    saved(page)
    after = points_of(server)
    moved = after[INDEX["left_elbow"], :2] - before[INDEX["left_elbow"], :2]
    assert moved == pytest.approx(np.array([30, -12]) / scale(page), abs=0.02)
    others = [i for i in range(37) if i != INDEX["left_elbow"]]
    assert np.array_equal(after[others], before[others])
    labels = labels_of(server)
    assert (labels.revision, labels.done, labels.edits[-1].by, labels.edits[-1].through) == (1, False, "ann", "edit")
    assert page.complaints() == []


def test_keys_move_hide_unlabel_and_undo(page: Page, server: EditServer) -> None:
    before = points_of(server)
    choose(page, "nose")
    page.key("ArrowRight")
    page.key("ArrowDown", SHIFT)
    page.key("h")
    saved(page)
    row = points_of(server)[0]
    assert row[:2] - before[0, :2] == pytest.approx([1, 10], abs=0.011)
    assert row[2] == (1 if before[0, 2] == 2 else 2)
    page.key("x")
    saved(page)
    assert points_of(server)[0, 2] == 0
    for _ in range(3):
        page.key("z")
    page.key("z", CONTROL)
    saved(page)
    assert np.array_equal(points_of(server), before)
    page.key("y")
    saved(page)
    assert points_of(server)[0, 0] == pytest.approx(before[0, 0] + 1)
    page.key("n")
    page.key("ArrowLeft")
    saved(page)
    assert points_of(server)[1, 0] == pytest.approx(before[1, 0] - 1)


def test_sides_are_swapped_of_a_person_or_of_a_pair(page: Page, server: EditServer) -> None:
    before = points_of(server)
    page.key("s")
    saved(page)
    assert np.array_equal(points_of(server), before[list(FLIP)])
    page.key("s")
    choose(page, "left_knee")
    page.key("S", SHIFT)
    saved(page)
    after, expected = points_of(server), before.copy()
    expected[[13, 14]] = before[[14, 13]]
    assert np.array_equal(after, expected)


def test_the_spine_bends_as_a_curve_and_levels_slide_on_it(page: Page, server: EditServer) -> None:
    before = points_of(server)
    page.key("c")
    assert page.run("document.querySelectorAll('.handle').length") == 5
    assert np.array_equal(points_of(server), before)
    handle = page.middle('.handle[data-handle="2"]')
    page.drag(handle, (handle[0] + 60, handle[1]))
    saved(page)
    bent = points_of(server)
    shift = bent[CHAIN, 0] - before[CHAIN, 0]
    expected = 60 / scale(page)
    # the middle follows the mouse, the ends stay, and nothing but the spine moves
    assert 0.5 * expected < shift[3:6].max() < 1.1 * expected
    assert np.abs(shift[[0, 8]]).max() < 0.02
    others = [i for i in range(37) if i not in CHAIN]
    assert np.array_equal(bent[others], before[others])

    at = page.middle(circle("spine_04"))
    goal = page.middle(circle("spine_05"))
    page.drag(at, ((at[0] + goal[0]) / 2, (at[1] + goal[1]) / 2))
    saved(page)
    slid = points_of(server)
    assert [i for i in range(37) if not np.array_equal(slid[i], bent[i])] == [INDEX["spine_04"]]
    share = np.linalg.norm(slid[INDEX["spine_04"], :2] - bent[INDEX["spine_04"], :2])
    assert 0.25 < share / np.linalg.norm(bent[INDEX["spine_05"], :2] - bent[INDEX["spine_04"], :2]) < 0.75
    page.key("]")
    saved(page)
    along = points_of(server)[INDEX["spine_04"], :2] - slid[INDEX["spine_04"], :2]
    assert np.linalg.norm(along) == pytest.approx(1.0, abs=0.05)
    page.drag(page.middle(circle("spine_04")), (goal[0], goal[1] - 400))
    saved(page)
    order = points_of(server)[CHAIN, :2]
    assert np.linalg.norm(order[5] - order[4]) > 0.01
    page.key("Escape")
    assert page.run("document.querySelectorAll('.handle').length") == 0


def test_people_are_chosen_removed_and_taken_back(page: Page, server: EditServer) -> None:
    page.key("2")
    page.key("r")
    saved(page)
    assert [one.removed for one in labels_of(server).people] == [False, True]
    assert page.run(f"document.querySelectorAll('{circle('nose', 2)}').length") == 0
    page.key("r")
    saved(page)
    assert [one.removed for one in labels_of(server).people] == [False, False]
    before, at = points_of(server, 1), page.middle(circle("left_hip", 1))
    page.drag(at, (at[0] + 10, at[1]))
    saved(page)
    assert not np.array_equal(points_of(server, 1), before)


def test_zoom_keeps_what_is_under_the_mouse_and_drags_stay_exact(page: Page, server: EditServer) -> None:
    before, at, once = points_of(server), page.middle(circle("right_wrist")), scale(page)
    page.wheel(at, -240)
    page.until(
        f"Number(document.querySelector('#world').getAttribute('transform').match(/scale\\((.*)\\)/)[1]) > {once * 1.1}"
    )
    near = page.middle(circle("right_wrist"))
    assert np.hypot(near[0] - at[0], near[1] - at[1]) < 1.0
    page.drag(near, (near[0] + 20, near[1]))
    saved(page)
    moved = points_of(server)[INDEX["right_wrist"], 0] - before[INDEX["right_wrist"], 0]
    assert moved == pytest.approx(20 / scale(page), abs=0.02)
    page.key("0")
    assert scale(page) == pytest.approx(once)
    page.key("+")
    page.key("-")
    assert scale(page) == pytest.approx(once)


def test_done_goes_on_to_the_next_and_progress_counts(page: Page, server: EditServer) -> None:
    assert page.run("document.getElementById('counted').textContent") == "0 of 3 done"
    page.key("Enter")
    page.until("document.getElementById('place').textContent.startsWith('2 of 3')")
    assert labels_of(server, 0).done
    page.key(".")
    page.until("document.getElementById('place').textContent.startsWith('3 of 3')")
    page.key("Enter")
    page.until("document.getElementById('place').textContent.startsWith('2 of 3')")
    page.click("#done")
    page.until("document.getElementById('saved').textContent.startsWith('every picture is done')")
    assert page.run("document.getElementById('counted').textContent") == "3 of 3 done"
    assert page.run("document.getElementById('progress').value") == 3
    page.key(",")
    page.until("document.getElementById('place').textContent.startsWith('1 of 3')")
    assert all(one.done for one in server.folder.all_labels())


def test_every_key_is_in_the_help(page: Page) -> None:
    page.key("?", SHIFT)
    assert page.run("document.getElementById('help').open")
    text = page.run("document.getElementById('keys').textContent")
    assert all(
        word in text for word in ("swap left and right", "undo", "the spine as a curve", "next picture", "hidden")
    )
    page.key("Escape")
    page.until("!document.getElementById('help').open")


def test_two_pages_keep_each_others_work(browser: Browser, server: EditServer) -> None:
    first, second = opened(browser, server.address), opened(browser, server.address)
    before = points_of(server)
    for page, name in ((first, "nose"), (second, "left_knee"), (first, "left_knee")):
        choose(page, name)
        page.key("ArrowRight")
        page.until("document.getElementById('saved').textContent === 'saved' || document.getElementById('clash').open")
    # the second knew nothing of the nose, and the first went the same way with the knee
    assert not first.run("document.getElementById('clash').open")
    assert not second.run("document.getElementById('clash').open")
    after = points_of(server)
    assert after[0, 0] == pytest.approx(before[0, 0] + 1)
    assert after[INDEX["left_knee"], 0] == pytest.approx(before[INDEX["left_knee"], 0] + 1)
    assert labels_of(server).revision == 2


def test_where_two_pages_moved_one_point_apart_the_person_decides(browser: Browser, server: EditServer) -> None:
    first, second = opened(browser, server.address), opened(browser, server.address)
    before = points_of(server)
    choose(first, "nose")
    first.key("ArrowRight")
    saved(first)
    choose(second, "nose")
    second.key("ArrowDown")
    second.until("document.getElementById('clash').open")
    assert second.run("document.getElementById('clash-text').textContent") == "person 1: nose"
    assert points_of(server)[0, :2] - before[0, :2] == pytest.approx([1, 0], abs=0.011)
    second.click("#mine")
    saved(second)
    assert points_of(server)[0, :2] - before[0, :2] == pytest.approx([0, 1], abs=0.011)
    choose(first, "nose")
    first.key("ArrowUp")
    first.until("document.getElementById('clash').open")
    first.click("#theirs")
    saved(first)
    assert points_of(server)[0, :2] - before[0, :2] == pytest.approx([0, 1], abs=0.011)


@contextmanager
def sitting(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`spinegen label edit` as a process of its own, and the address that it prints."""
    code = "from spinegen.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "label", "edit", str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process, process.stdout.readline().split()[-1]
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_page_keeps_its_work_while_the_command_is_killed_and_saves_when_it_runs_again(
    browser: Browser, tmp_path: Path
) -> None:
    folder = labelled_folder(tmp_path / "L", pictures=1)
    file = folder.labels_file("figure-0.png")
    with sitting(folder.root) as (process, address):
        page = opened(browser, address)
        process.kill()
        process.wait()
        choose(page, "nose")
        page.key("ArrowRight")
        page.until(
            "document.getElementById('saved').textContent.startsWith('not saved: spinegen label edit does not answer')"
        )
        page.key("ArrowRight")
    before = read_picture_labels(file)
    assert before.revision == 0
    with sitting(folder.root) as (_, again):
        assert again == address
        saved(page)
        after = read_picture_labels(file)
    assert after.people[0].keypoints[0][0] == pytest.approx(before.people[0].keypoints[0][0] + 2)


def test_a_full_disk_is_said_and_the_save_follows_when_there_is_room(page: Page, server: EditServer) -> None:
    import resource

    choose(page, "nose")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        page.key("ArrowRight")
        page.until("document.getElementById('saved').textContent.startsWith('not saved:')")
        text = page.run("document.getElementById('saved').textContent")
        assert labels_of(server).revision == 0
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "File too large; make room, the page tries again by itself" in text
    saved(page)
    assert labels_of(server).revision == 1
    assert not [path for path in server.folder.labels.iterdir() if path.name.startswith(".")]


def test_a_missed_person_is_added_by_a_box_and_pre_labelled(browser: Browser, tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "L", pictures=1)
    with serving(folder.root) as server:
        page = opened(browser, server.address)
        page.key("a")
        low, high = page.run(
            "(() => { const b = document.getElementById('picture').getBoundingClientRect(); return [[b.left + 20, b.top + 20], [b.right - 20, b.bottom - 20]]; })()"
        )
        page.drag((low[0], low[1]), (high[0], high[1]))
        saved(page)
        labels = labels_of(server)
        assert [one.person for one in labels.people] == [1, 2]
        added = labels.people[1]
        assert added.prelabel == added.keypoints
        assert page.run(f"document.querySelectorAll('{circle('hip', 2)}').length") == 1
        page.key("z")
        page.key("r")
        saved(page)
        assert labels_of(server).people[1].removed
        assert page.complaints() == []


def test_a_page_of_another_site_can_neither_read_nor_write(
    browser: Browser, server: EditServer, tmp_path: Path
) -> None:
    other = labelled_folder(tmp_path / "other", pictures=1)
    with serving(other.root) as elsewhere:
        page = opened(browser, elsewhere.address)
        attack = f"""(async () => {{
          const tried = [];
          for (const [method, path] of [["GET", "api/labels/0"], ["GET", "api/picture/0"], ["PUT", "api/labels/0"]]) {{
            for (const mode of ["cors", "no-cors"]) {{
              const body = method === "PUT" ? {json.dumps(json.dumps({"revision": 0, "done": True, "people": []}))} : undefined;
              try {{
                const answer = await fetch("{server.address}" + path, {{ method, body, mode }});
                tried.push(answer.ok ? await answer.text() : answer.type);
              }} catch (error) {{ tried.push("refused"); }}
            }}
          }}
          return tried;
        }})()"""
        assert set(page.run(attack)) <= {"refused", "opaque", "error"}
    assert labels_of(server).revision == 0


def test_the_folder_that_was_edited_is_still_plain_files(page: Page, server: EditServer) -> None:
    page.key("Enter")
    page.until("document.getElementById('place').textContent.startsWith('2 of 3')")
    folder = LabelFolder(server.folder.root)
    kinds = {path.suffix for path in folder.root.rglob("*") if path.is_file() and ".cache" not in path.parts}
    assert kinds <= {".json", ".png", "", ".lock"}
