"""The report is one page that works anywhere, whatever is in the workspace."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from spinegen.annotate.report import write_report
from spinegen.annotate.report.published import published_ranges
from spinegen.progress import SilentReporter
from spinegen.records.fit_report import LimitShares, TruthErrors
from spinegen.records.metrics import METRICS_VERSION, ErrorRow, ErrorTables, Metrics, PckAuc, Scores
from spinegen.records.photographs import PHOTOGRAPHS_FILE, PhotographsRecord, ShownPhotograph
from spinegen.records.run_record import StageOutcome
from spinegen.records.training_record import OnnxExport, TrainingFacts
from spinegen.skeleton import VERTEBRAE
from spinegen.workspace import Workspace
from support.fit_reports import fit_report, write_fit_report

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0",
    "--virtual-time-budget=4000",
)  # fmt: skip


class Outside(HTMLParser):
    """Collects everything that a browser would fetch, and ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        else:
            self.fetched += [value for key, value in attrs if key in ("src", "href", "srcset", "data") and value]
        if found.get("id"):
            self.ids.append(str(found["id"]))


def parse(page: Path) -> Outside:
    parser = Outside()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def metrics(annotations: str) -> Metrics:
    """Scores of a small training."""
    subsets = ("body", "spine", "feet", "all")
    score: dict[str, float | None] = {"AP": 0.412, "AP50": 0.8, "AP75": 0.4, "AR": 0.5}
    mean: dict[str, float | None] = {"AP": 0.101}
    nose = ErrorRow(name="nose", count=8, mean_px=3.0, mean_box=0.02, pck_05=0.8, pck_10=0.9, auc=0.7)
    training = TrainingFacts(
        settings={"model": "tiny"},
        device="cpu",
        batch=8,
        learning_rate=0.001,
        people=24,
        validation_people=8,
        parameters=1_200_000,
        steps=100,
        seconds=60.0,
        people_per_s=13.0,
        loader_people_per_s=90.0,
        export=OnnxExport(difference={"1": 1e-6}, bytes=1000),
    )
    return Metrics(
        version=METRICS_VERSION,
        key="k",
        model="pose.onnx",
        annotations=annotations,
        mean_pose_from="training boxes",
        scores=Scores(
            people=8,
            network=dict.fromkeys(subsets, score),
            mean_pose=dict.fromkeys(subsets, mean),
            auc=PckAuc(network={"all": 0.6}, mean_pose={"all": 0.1}),
            tables=ErrorTables(subsets=(), keypoints=(nose,), occlusion=(), views=(), people=()),
        ),
        left_out=(),
        latency=(),
        training=training,
    )


@pytest.fixture
def whole(fresh: Workspace) -> Workspace:
    """Frames, two fits, scores and a run record, with names that would break careless HTML."""
    for name, verdict in (("flow", "good"), ("<b>odd #1", "doubtful")):
        folder = fresh.fit(name)
        errors = TruthErrors(
            centroid_mean_mm=3.21, centroid_p95_mm=5.0, centroid_max_mm=9.0, worst_frame=3, by_vertebra_mm={"L1": 3.0}
        )
        report = fit_report(
            name,
            verdict=verdict,
            reasons=("markers lie 7.4 mm RMS from the model",),
            limits=LimitShares(spine={"lumbar_flexion": 0.07}, other={}),
            truth=errors,
            notes=("labels swapped: <script>alert(1)</script>",),
        )
        write_fit_report(folder, report)
        (folder / "report.html").write_text("<p>fit</p>")
    fresh.pose.mkdir()
    metrics("person_keypoints_val-unreal.json").write(fresh.pose / "metrics.json")
    fresh.begin("fit", {"clips": ["flow"]})
    fresh.finish("fit", StageOutcome(seconds=3.2, figures={"clips": 2}))
    return fresh


def test_the_page_fetches_nothing_and_its_links_lead_somewhere(whole: Workspace) -> None:
    page = write_report(whole, SilentReporter())
    found = parse(page)
    assert all(value.startswith("data:") for value in found.fetched)
    assert "@import" not in page.read_text()
    assert not re.search(r"url\((?!data:)", page.read_text())
    for link in found.links:
        assert (
            link.removeprefix("#") in found.ids if link.startswith("#") else (whole.root / unquote(link)).is_file()
        ), link
    assert len(found.ids) == len(set(found.ids))
    assert page.stat().st_size < 4_000_000


def test_the_page_says_what_the_files_say(whole: Workspace) -> None:
    text = write_report(whole, SilentReporter()).read_text()
    for part in (
        "0.412",
        "0.101",
        "cmu41",
        "centroid mean mm 3.21",
        "lumbar_flexion 7 %",
        "doubtful",
        "16 of 16, chosen evenly",
    ):
        assert part in text, part
    assert "<b>odd" not in text
    assert "<script>alert" not in text


def test_every_seen_or_hidden_keypoint_is_in_the_overlay(whole: Workspace) -> None:
    text = write_report(whole, SilentReporter()).read_text()
    sheet = text[text.index('id="pictures"') : text.index('id="worst"')]
    frames = [json.loads(path.read_text()) for path in sorted((whole.frames / "00000").glob("*.json"))]
    people = [person for frame in frames for person in frame["people"]]
    flags = [v for person in people for v in person["visibility"]]
    assert sheet.count("<circle") == sum(v > 0 for v in flags)
    assert sheet.count(", hidden</title>") == flags.count(1)


@pytest.mark.parametrize("parts", [(), ("frames",), ("fits",), ("pose",), ("run.json",), ("fits", "pose")])
def test_a_partial_workspace_has_a_page_that_says_what_is_missing(
    whole: Workspace, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    part = Workspace(tmp_path / "part")
    part.open()
    for name in parts:
        source = whole.root / name
        shutil.copytree(source, part.root / name) if source.is_dir() else shutil.copy(source, part.root / name)
    text = write_report(part, SilentReporter()).read_text()
    assert ("spinegen fit-mocap</code>" in text) == ("fits" not in parts)
    assert ("Draw some with" in text) == ("frames" not in parts)
    assert ("spinegen train-validate</code>" in text) == ("pose" not in parts)


def test_photographs_that_are_there_are_shown(whole: Workspace) -> None:
    folder = whole.pose / "photographs"
    folder.mkdir()
    (folder / "0.jpg").write_bytes(b"jpeg")
    entries = (ShownPhotograph(file="0.jpg", title="a <dancer>"), ShownPhotograph(file="1.jpg", title="gone"))
    PhotographsRecord(networks=("mine", "shipped"), photographs=entries).write(folder / PHOTOGRAPHS_FILE)
    text = write_report(whole, SilentReporter()).read_text()
    assert "seen by mine (left) and shipped (right)" in text
    assert 'src="data:image/jpeg;base64,anBlZw==" alt="a &lt;dancer&gt;"' in text
    assert "gone" not in text[text.index('id="photographs"') : text.index('id="run"')]


def test_damaged_frames_are_left_out_and_counted(whole: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    (whole.frames / "00000" / "00000001.json").write_text("{")
    (whole.frames / "00000" / "00000002.jpg").write_bytes(b"")
    (whole.frames / "00000" / "00000003.jpg").unlink()
    reporter = SilentReporter()
    text = write_report(whole, reporter).read_text()
    assert "3 damaged frames were left out" in text
    assert len(reporter.warnings) == 3
    assert capfd.readouterr().err == "", "libraries complain on the console by themselves"


def test_published_ranges_cover_every_level_and_flexion_exceeds_extension_in_the_lumbar_spine() -> None:
    found = published_ranges()
    assert len(found.levels) == len(VERTEBRAE) - 1
    assert found.levels[0] == "L5-S1"
    assert (found.widest[..., 1] >= found.representative[..., 1]).all()
    lumbar = found.representative[:6, 0]
    assert (lumbar[:, 1] > -lumbar[:, 0]).all()
    assert lumbar[1].tolist() == [-4.0, 12.0]


def browse(page: Path, script: str, width: int = 1200) -> tuple[str, list[str]]:
    """Open a copy of the page with a script at its end; the DOM afterwards and what the console said."""
    assert CHROMIUM is not None
    probe = page.with_name("probe.html")
    probe.write_text(page.read_text() + f"<script>{script}</script>")
    profile = page.with_name("profile")
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},900", "--dump-dom", probe.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


_PROBE = """
addEventListener("load", () => {
  const say = (name, value) => document.body.setAttribute("data-" + name, value);
  const shown = () => document.querySelectorAll("#pictures .card:not([hidden])").length;
  const q = document.getElementById("q");
  say("all", shown());
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true}));
  say("focus", document.activeElement.id);
  q.value = "clip_val"; q.dispatchEvent(new Event("input"));
  say("val", shown());
  q.value = "no such thing"; q.dispatchEvent(new Event("input"));
  say("none", shown() + " " + !document.getElementById("none").hidden);
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  say("cleared", shown());
  const activity = document.querySelector("select[data-facet=activity]");
  activity.value = "yoga"; activity.dispatchEvent(new Event("change"));
  say("yoga", shown());
  const overlay = () => getComputedStyle(document.querySelector(".ov")).display;
  const mode = document.getElementById("mode");
  say("on", overlay());
  mode.value = ""; mode.dispatchEvent(new Event("change"));
  say("off", overlay());
  const shot = document.querySelector(".card:not([hidden]) .shot");
  shot.focus();
  say("reachable", document.activeElement === shot);
  shot.click();
  say("dialog", document.getElementById("big").open && document.querySelectorAll("#big img").length === 1);
  say("wide", document.documentElement.scrollWidth <= innerWidth);
});
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_browser_opens_it_without_a_word_and_its_controls_work(whole: Workspace) -> None:
    dom, console = browse(write_report(whole, SilentReporter()), _PROBE)
    assert not console
    body = re.search(r"<body[^>]*>", dom)
    assert body is not None
    said = dict(re.findall(r'data-(\w+)="([^"]*)"', body.group()))
    assert said == {
        "all": "16", "focus": "q", "val": "4", "none": "0 true", "cleared": "16", "yoga": "8", "on": "block", "off": "none",
        "reachable": "true", "dialog": "true", "wide": "true",
    }  # fmt: skip


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_an_empty_workspace_opens_without_a_word_on_a_narrow_screen(tmp_path: Path) -> None:
    script = 'addEventListener("load", () => document.body.setAttribute("data-wide", document.documentElement.scrollWidth <= innerWidth))'
    dom, console = browse(write_report(Workspace(tmp_path), SilentReporter()), script, 500)
    assert not console
    assert 'data-wide="true"' in dom
