"""The browser is found before it is fetched, and a machine without one is told so."""

import sys
from pathlib import Path

import pytest

from tests.browser.axe import violations
from tests.browser.provision import CHOSEN_BY, NoBrowser, NotInstalled, browser_at_hand, run_patiently, runs


def test_a_program_that_is_no_browser_is_not_taken_for_one():
    assert not runs(Path(sys.executable))
    assert not runs(Path("/nowhere/chromium"))


def test_a_browser_named_and_not_there_is_refused_by_name(monkeypatch):
    monkeypatch.setenv(CHOSEN_BY, "/nowhere/chromium")

    with pytest.raises(NoBrowser, match="/nowhere/chromium"):
        browser_at_hand()


def test_what_fails_once_is_tried_again(tmp_path, capsys):
    """As apt does while a mirror is brought up to date, or while another process has its lock."""
    seen = tmp_path / "seen"
    command = [
        "sh",
        "-c",
        f"test -e {seen} && echo done || {{ touch {seen}; echo 'E: Could not get lock'; exit 100; }}",
    ]

    assert run_patiently(command, seconds=60, pauses=(0,)) == "done\n"
    assert "sh: E: Could not get lock. Once more in 0 seconds." in capsys.readouterr().err


def test_what_fails_each_time_is_told(tmp_path):
    with pytest.raises(NotInstalled, match="No space left"):
        run_patiently(["sh", "-c", "echo 'E: No space left'; exit 100"], seconds=60, pauses=(0, 0))


def test_axe_sees_what_is_wrong_with_a_page(page):
    page.set_content("<html lang='en'><title>A page</title><main><h1>A page</h1><input></main></html>")

    assert any(line.startswith("label:") for line in violations(page))
