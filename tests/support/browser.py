"""Pages opened in a real Chromium, where there is one."""

import shutil
import subprocess
from pathlib import Path

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0",
    "--virtual-time-budget=4000",
)  # fmt: skip


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
