"""The browser the pages are tried in: one that is here already, or one installed for the tests.

`make browser` runs this before the tests. The tests themselves install nothing:
they use what is at hand, and fail in plain words where nothing is.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

CHOSEN_BY = "TEST_BROWSER"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
DOWNLOAD_SECONDS = 180
PACKAGE_SECONDS = 420
STARTS_WITHIN_SECONDS = 120
PAUSES_SECONDS = (10, 30)
"""How long to wait before the next attempt: a mirror may be half brought up to date, or another at the same lock."""
FAILURE = re.compile(r"^E: |\berror\b|\bfailed\b", re.IGNORECASE)


class NoBrowser(Exception):
    """No Chromium could be had. The words say what was tried and what to do."""


class NotInstalled(Exception):
    """One way of installing a browser did not work. The words say why."""


def browser_at_hand() -> Path:
    """Return a Chromium or Chrome that runs on this machine.

    A browser named in TEST_BROWSER is the only one considered. Raises NoBrowser.
    """
    chosen = os.environ.get(CHOSEN_BY)
    if chosen:
        if runs(Path(chosen)):
            return Path(chosen)
        raise NoBrowser(f"{CHOSEN_BY} names {chosen}, which does not run as a browser.")
    for path in _usual_places():
        if runs(path):
            return path
    raise NoBrowser(f"There is no Chromium or Chrome here. Run make browser, or name one in {CHOSEN_BY}.")


def runs(path: Path) -> bool:
    """Return whether the program at `path` starts and says that it is Chromium or Chrome."""
    try:
        told = _run([str(path), "--version"], seconds=STARTS_WITHIN_SECONDS)
    except NotInstalled:
        return False
    return "Chrom" in told


def provide() -> Path:
    """Return a browser that runs, installing one if need be. Raises NoBrowser with every reason."""
    try:
        return browser_at_hand()
    except NoBrowser as missing:
        reasons = [str(missing)]
    for way in (_download, _install_package):
        try:
            way()
            return browser_at_hand()
        except (NotInstalled, NoBrowser) as failed:
            reasons.append(f"{_says(way)}: {failed}")
    raise NoBrowser("\n".join(reasons))


def _says(way: Callable[[], None]) -> str:
    return (way.__doc__ or "").strip().rstrip(".")


def _usual_places() -> Iterator[Path]:
    for name in ON_PATH:
        found = shutil.which(name)
        if found:
            yield Path(found)
    yield ON_A_MAC
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    yield own


def _download() -> None:
    """Playwright's download of Chromium."""
    _run([sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"], seconds=DOWNLOAD_SECONDS)


def _install_package() -> None:
    """The system's package of Chromium."""
    if not shutil.which("apt-get"):
        raise NotInstalled("this system has no apt-get")
    if os.geteuid() != 0:
        raise NotInstalled("only the administrator may; run: sudo apt-get install chromium")
    for told in (["update"], ["--yes", "install", "chromium", "fonts-liberation"]):
        run_patiently(["apt-get", "--quiet", *told], seconds=PACKAGE_SECONDS)


def run_patiently(command: Sequence[str], seconds: int, pauses: Sequence[float] = PAUSES_SECONDS) -> str:
    """Return what `command` printed, if need be after another attempt. Raises NotInstalled if the last one failed."""
    for pause in pauses:
        try:
            return _run(command, seconds)
        except NotInstalled as failed:
            print(f"{command[0]}: {failed}. Once more in {pause} seconds.", file=sys.stderr)
            time.sleep(pause)
    return _run(command, seconds)


def _run(command: Sequence[str], seconds: int) -> str:
    """Return what `command` printed. Raises NotInstalled with its reason if it failed or took too long."""
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except subprocess.TimeoutExpired as slow:
        raise NotInstalled(f"not done after {seconds} seconds") from slow
    except OSError as refused:
        raise NotInstalled(refused.strerror) from refused
    if ended.returncode != 0:
        raise NotInstalled(_reason(ended.stdout) or f"ended with {ended.returncode}")
    return ended.stdout


def _reason(printed: str) -> str:
    """Return the first line that speaks of a failure, or else the last; nothing when nothing was printed."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return next((line for line in lines if FAILURE.search(line)), lines[-1] if lines else "")


def main() -> None:
    """Say which browser the tests will use, or why there is none; the tests that need it then fail by themselves."""
    try:
        print(f"Browser for the tests: {provide()}")
    except NoBrowser as missing:
        print(f"No browser for the tests, so those in tests/browser will fail.\n{missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
