"""Every page that somebody of each role can come to by following links, seen once: whole, narrow and read by axe.

Each role starts at its own first page and follows every link it is shown. Of the pages that one view makes, the first
is opened in the browser and the next few are only asked for, so that the walk has an end. Axe reads a page the first
time that any role comes to its view, since the views are the same for all.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.axe import violations
from tests.browser.conftest import NARROW, WIDE
from tests.browser.site import Site
from webapp.demonstration.people import NAMES

ASKED_FOR = 2
"""So many pages of each view: the first is opened, the others only asked for."""

FILES = (".csv", ".xlsx", ".json", ".svg", ".ics")

LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"
HEADINGS = "[...document.querySelectorAll('h1')].map(heading => heading.innerText.trim())"

Read = set[str]
"""The views of which axe has read a page, wide and narrow."""


@dataclass
class Walk:
    """What one person comes to, and everything found wrong on the way."""

    site: Site
    page: Page
    read: Read
    faults: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    def from_(self, start: str) -> None:
        ahead = deque(self._new([start]))
        while ahead:
            path = ahead.popleft()
            view = self.site.view_of(urlsplit(path).path)
            self.met[view] += 1
            if self.met[view] == 1 and not is_file(path):
                ahead.extend(self._new(self._open(path, view)))
            elif self.met[view] <= ASKED_FOR:
                self._hear(path, self.page.request.get(self.site.address + path).status)

    def _open(self, path: str, view: str) -> list[str]:
        """Look at the page, and return the paths it leads to."""
        answer = self.page.goto(self.site.address + path)
        assert isinstance(answer, Response)
        self._hear(path, answer.status)
        self.faults += [f"{path}: {fault}" for fault in self._faults(view)]
        return [urljoin(path, href) for href in self.page.evaluate(LINKS)]

    def _faults(self, view: str) -> Iterator[str]:
        headings, title = self.page.evaluate(HEADINGS), self.page.title()
        if len(headings) != 1:
            yield f"has {len(headings)} headings of the first level"
        elif not without_spaces(title).startswith(without_spaces(headings[0].splitlines()[-1])):
            yield f"has the title “{title}” over “{headings[0]}”"
        for width in (NARROW, WIDE):
            self.page.set_viewport_size(width)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width["width"]:
                yield f"is {wide} pixels wide where there are {width['width']}"
            if view not in self.read:
                yield from violations(self.page)
        self.read.add(view)

    def _hear(self, path: str, status: int) -> None:
        if status != HTTPStatus.OK:
            self.faults.append(f"{path}: answered with {status}")

    def _new(self, paths: list[str]) -> Iterator[str]:
        """Yield the paths of this site that are not known yet, each once."""
        for path in paths:
            address = urlsplit(path)
            whole = address._replace(fragment="").geturl()
            if address.scheme or not address.path or address.path.startswith("/static/") or whole in self.known:
                continue
            self.known.add(whole)
            yield whole


def without_spaces(words: str) -> str:
    """Return the words for comparing: blocks side by side have no space between them that a script could read."""
    return "".join(words.split())


def is_file(path: str) -> bool:
    return urlsplit(path).path.endswith(FILES)


@pytest.fixture(scope="session")
def read() -> Read:
    return set()


@pytest.mark.parametrize("role", NAMES)
def test_every_page_that_a_role_comes_to_is_whole_and_readable(page, site, sign_in, read, role):
    walk = Walk(site, sign_in(page, role.replace("_", ".")), read)

    walk.from_("/")

    assert walk.faults == []
    assert walk.met.keys() >= {"accounts.show", "messages.show", "reference.show"}, "the walk came nowhere"


def test_every_page_that_anybody_comes_to_is_whole_and_readable(page, site, read):
    walk = Walk(site, page, read)

    walk.from_("/notify-a-death")

    assert walk.faults == []
    assert "worklist.show" not in walk.met
