"""Every page that somebody of each role can come to by following links, seen once: whole, narrow and read by axe.

Each role starts at its own first page and follows every link it is shown. Of the pages that one view makes, the first
is opened in the browser and the next few are only asked for, so that the walk has an end. A page that is the same to
the letter as one that was looked at before is not looked at again: about four of ten are, since much that one role
comes to another has seen. Axe reads a page the first time that any role comes to its view, since the views are the same
for all.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIResponse, Page, ViewportSize

from tests.browser.axe import violations
from tests.browser.conftest import NARROW, WIDE
from tests.browser.site import Site
from webapp.demonstration.people import NAMES

ASKED_FOR = 2
"""So many pages of each view: the first is opened, the others only asked for."""

FILES = (".csv", ".xlsx", ".json", ".svg", ".ics")

LINK = re.compile(r"<a\b[^>]*?\bhref=\"([^\"]*)\"")
MADE_ANEW = re.compile(r"name=\"(?:csrf_token|once)\"[^>]*>")
"""What differs each time that the same page is made."""

SEEN = """() => ({
  headings: [...document.querySelectorAll('h1')].map(heading => heading.innerText.trim()),
  title: document.title,
})"""
WIDTH = "document.documentElement.scrollWidth"


@dataclass
class Looked:
    """What all walks together have looked at: pages to the letter, and the views of which axe has read a page."""

    pages: set[str] = field(default_factory=set)
    views: set[str] = field(default_factory=set)

    def is_new(self, page: str) -> bool:
        """Return whether no page was looked at yet that has the same title and says the same, and take note of it."""
        said = MADE_ANEW.sub("", "".join(re.findall(r"<title>.*?</title>|<main.*?</main>", page, re.DOTALL)))
        is_new = said not in self.pages
        self.pages.add(said)
        return is_new


@dataclass
class Walk:
    """What one person comes to, and everything found wrong on the way."""

    site: Site
    page: Page
    looked: Looked
    faults: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    widths: tuple[ViewportSize, ViewportSize] = (WIDE, NARROW)
    """The width a page is opened at, and that it is looked at next; turned round for the page after it."""

    def from_(self, start: str) -> None:
        ahead = deque(self._new([start]))
        while ahead:
            path = ahead.popleft()
            view = self.site.view_of(urlsplit(path).path)
            self.met[view] += 1
            if self.met[view] == 1 and not is_file(path):
                ahead.extend(self._new(self._open(path, view)))
            elif self.met[view] <= ASKED_FOR:
                self._ask_for(path)

    def _ask_for(self, path: str) -> APIResponse:
        answer = self.page.request.get(self.site.address + path)
        if answer.status != HTTPStatus.OK:
            self.faults.append(f"{path}: answered with {answer.status}")
        return answer

    def _open(self, path: str, view: str) -> list[str]:
        """Look at the page, unless it was looked at before, and return the paths it leads to."""
        answer = self._ask_for(path)
        page = answer.text()
        if self.looked.is_new(page) or view not in self.looked.views:
            self._show(path, answer)
            self.faults += [f"{path}: {fault}" for fault in self._faults(view)]
        return [urljoin(path, unescape(href)) for href in LINK.findall(page)]

    def _show(self, path: str, answer: APIResponse) -> None:
        """Show in the browser what was answered, with whatever the page asks for in its turn."""
        address = self.site.address + path
        self.page.route(address, lambda route: route.fulfill(response=answer), times=1)
        self.page.goto(address)

    def _faults(self, view: str) -> Iterator[str]:
        seen = self.page.evaluate(SEEN)
        yield from faults_of_the_heading(seen["headings"], seen["title"])
        first, second = self.widths
        for width in (first, second):
            if width is second:
                self.page.set_viewport_size(width)
            wide = self.page.evaluate(WIDTH)
            if wide > width["width"]:
                yield f"is {wide} pixels wide where there are {width['width']}"
            if view not in self.looked.views:
                yield from violations(self.page)
        self.looked.views.add(view)
        self.widths = (second, first)

    def _new(self, paths: list[str]) -> Iterator[str]:
        """Yield the paths of this site that are not known yet, each once."""
        for path in paths:
            address = urlsplit(path)
            whole = address._replace(fragment="").geturl()
            if address.scheme or not address.path or address.path.startswith("/static/") or whole in self.known:
                continue
            self.known.add(whole)
            yield whole


def faults_of_the_heading(headings: list[str], title: str) -> Iterator[str]:
    if len(headings) != 1:
        yield f"has {len(headings)} headings of the first level"
    elif not without_spaces(title).startswith(without_spaces(headings[0].splitlines()[-1])):
        yield f"has the title “{title}” over “{headings[0]}”"


def without_spaces(words: str) -> str:
    """Return the words for comparing: blocks side by side have no space between them that a script could read."""
    return "".join(words.split())


def is_file(path: str) -> bool:
    return urlsplit(path).path.endswith(FILES)


@pytest.fixture(scope="session")
def looked() -> Looked:
    return Looked()


@pytest.mark.parametrize("role", NAMES)
def test_every_page_that_a_role_comes_to_is_whole_and_readable(page, site, sign_in, looked, role):
    walk = Walk(site, sign_in(page, role.replace("_", ".")), looked)

    walk.from_("/")

    assert walk.faults == []
    assert walk.met.keys() >= {"accounts.show", "messages.show", "reference.show"}, "the walk came nowhere"


def test_every_page_that_anybody_comes_to_is_whole_and_readable(page, site, looked):
    walk = Walk(site, page, looked)

    walk.from_("/notify-a-death")

    assert walk.faults == []
    assert "worklist.show" not in walk.met
