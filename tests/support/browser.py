"""A real headless Chromium, driven over its debugging pipe: pages are looked at and worked with by mouse and keys."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-pipe", "--window-size=1200,900",
)  # fmt: skip
SHIFT, CONTROL, ALT = 8, 2, 1
CODES = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Enter": 13, "Escape": 27, "Delete": 46}
PATIENCE_S = 90.0


class Browser:
    """One process; pages are opened in it."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        child_in, self._write = os.pipe()
        self._read, child_out = os.pipe()
        redirected = f'exec "$@" 3<&{child_in} 4>&{child_out}'
        command = ["bash", "-c", redirected, "bash", CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            command, pass_fds=(child_in, child_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(child_in)
        os.close(child_out)
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol; its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self.events.append(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._read, 1 << 16)
            assert part, "Chromium ended"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def page(self, address: str) -> "Page":
        """Open a page of its own."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
        page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        page.go(address)
        return page

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._read)
        os.close(self._write)


class Page:
    """One page."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **params)

    def go(self, address: str) -> None:
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """Value of an expression; promises are awaited."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression is true; the page may be slow, but not dead."""
        end = time.monotonic() + PATIENCE_S
        while True:
            value = self.run(script)
            if value:
                return value
            assert time.monotonic() < end, f"never came true: {script}; {self.run('document.body.innerText')[:400]}"
            time.sleep(0.03)

    def middle(self, selector: str) -> tuple[float, float]:
        """Of an element, in the window."""
        box = self.run(
            f"(() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        )
        return float(box[0]), float(box[1])

    def mouse(self, kind: str, at: tuple[float, float], **more: Any) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1, **more)

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({selector!r}).scrollIntoView({{block: 'nearest'}})")
        at = self.middle(selector)
        self.mouse("mousePressed", at)
        self.mouse("mouseReleased", at)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 3) -> None:
        """With the left button down, in a few moves."""
        self.mouse("mouseMoved", start)
        self.mouse("mousePressed", start)
        for k in range(1, steps + 1):
            at = (start[0] + (end[0] - start[0]) * k / steps, start[1] + (end[1] - start[1]) * k / steps)
            self.mouse("mouseMoved", at, buttons=1)
        self.mouse("mouseReleased", end)

    def wheel(self, at: tuple[float, float], delta: float) -> None:
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=at[0], y=at[1], deltaX=0, deltaY=delta)

    def key(self, key: str, modifiers: int = 0) -> None:
        code = CODES.get(key, ord(key[0].upper()) if len(key) == 1 else 0)
        text = {"text": key} if len(key) == 1 and not modifiers & (CONTROL | ALT) else {}
        common = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def complaints(self) -> list[str]:
        """What the console was told: errors and uncaught exceptions."""
        self.run("0")
        own = [event for event in self.browser.events if event.get("sessionId") == self.session]
        thrown = [str(event["params"]) for event in own if event["method"] == "Runtime.exceptionThrown"]
        logged = [event["params"]["entry"] for event in own if event["method"] == "Log.entryAdded"]
        return thrown + [f"{entry['text']} {entry.get('url', '')}" for entry in logged if entry["level"] == "error"]


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """A browser that ends with the block."""
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()
