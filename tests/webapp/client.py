"""A browser for the tests: it finds fault with the pages it is given, and with requests that leave changes unsaved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

LABELLED_BY_THEMSELVES = {"hidden", "submit", "button"}


class WatchedSession(Session):
    """A session that knows whether anything was written since the last commit or rollback."""

    unsaved = False
    left_unsaved = False

    def close(self) -> None:
        WatchedSession.left_unsaved = self.unsaved or bool(self.new or self.dirty or self.deleted)
        super().close()


@event.listens_for(WatchedSession, "after_flush")
def _wrote(session: WatchedSession, _context: object) -> None:
    session.unsaved = True


@event.listens_for(WatchedSession, "do_orm_execute")
def _executes(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.unsaved = True  # type: ignore[attr-defined]


@event.listens_for(WatchedSession, "after_commit")
@event.listens_for(WatchedSession, "after_rollback")
def _saved(session: WatchedSession) -> None:
    session.unsaved = False


class CheckedClient(FlaskClient):
    """Fetches pages as a browser does, and fails where one is not as every page must be."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        WatchedSession.left_unsaved = False
        kwargs.setdefault("buffered", True)
        kwargs.setdefault("base_url", "https://localhost")
        kwargs.setdefault("headers", {"Referer": "https://localhost/"})
        response = super().open(*args, **kwargs)
        assert not WatchedSession.left_unsaved, f"{response.request.path} left changes unsaved"
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            problems = list(problems_of(response.text, self.application, response.request.path))
            assert not problems, f"{response.request.path}: " + "; ".join(problems)
        return response

    def send(self, page: TestResponse, /, button: str = "", **typed: str | list[str]) -> TestResponse:
        """Send the form of `page` that has this button, as it stands but for what is typed, and follow where it leads.

        A dash in the name of a box is written as two underscores.
        """
        form = form_of(page, button)
        where, answers = urljoin(page.request.path, form.get("action", "")), self.held(page, button, **typed)
        if form.get("method", "get") == "get":
            return self.get(where, query_string=answers, follow_redirects=True)
        return self.post(where, data=answers, follow_redirects=True)

    def held(self, page: TestResponse, /, button: str = "", **typed: str | list[str]) -> dict[str, list[str]]:
        """Return what the form would send, as it stands but for what is typed."""
        form = form_of(page, button)
        answers = _held_by(form)
        for name, value in typed.items():
            box = name.replace("__", "-")
            assert box in names_in(form), f"The form has no box {box}, but {sorted(names_in(form))}"
            answers[box] = value if isinstance(value, list) else [value]
        return answers

    def sign_out(self) -> TestResponse:
        """Press the button at the top of every page."""
        return self.send(self.get("/account"), "Sign out")


def problems_of(page: str, app: Flask, path: str = "/") -> Iterator[str]:
    """Yield, in words, everything about a page that no page may have."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=False)
    tree = parser.parse(page)
    yield from (f"does not parse: {code} at {where}" for where, code, _ in parser.errors)
    yield from _problems_of_the_heading(tree)
    yield from _problems_of_ids(tree)
    yield from _problems_of_labels(tree)
    yield from (f"a form goes to {action}, which is nothing" for action in _actions_to_nothing(tree, app, path))
    yield from (f"a <{each.tag}> has a style of its own" for each in tree.iter() if each.get("style"))
    yield from (f"has {key} on a <{each.tag}>" for each in tree.iter() for key in each.attrib if key.startswith("on"))
    if "{{" in page or "{%" in page or re.search(r"\bNone\b(?! of| that)", words_of(tree)):
        yield "shows the inside of a template"


def words_of(element: Element) -> str:
    """Return the words in an element, single-spaced, those of neighbouring elements apart."""
    return re.sub(r" (?=[.,:;)])", "", " ".join(" ".join(element.itertext()).split()))


def tree_of(page: TestResponse) -> Element:
    """Return the elements of a page."""
    return html5lib.parse(page.text, namespaceHTMLElements=False)


def main_words(page: TestResponse) -> str:
    """Return the words of the page itself, without its header and footer."""
    main = tree_of(page).find(".//main")
    assert main is not None
    return words_of(main)


def links_of(page: TestResponse) -> dict[str, str]:
    """Return the links of a page: their words, and where they lead."""
    return {words_of(link): link.get("href", "") for link in tree_of(page).iter("a")}


def form_of(page: TestResponse, button: str = "") -> Element:
    """Return the form of the page whose button says this, or the only one below its header."""
    tree = tree_of(page)
    forms = list(tree.iter("form")) if button else list(tree.iterfind(".//main//form"))
    if button:
        forms = [form for form in forms if any(button in words_of(each) for each in form.iter("button"))]
    assert len(forms) == 1, f"{len(forms)} forms have the button “{button}”"
    return forms[0]


def names_in(form: Element) -> set[str]:
    """Return the names of the boxes of a form."""
    return {each.get("name", "") for each in form.iter() if each.tag in {"input", "select", "textarea"}}


def _held_by(form: Element) -> dict[str, list[str]]:
    """Return what the form would send as it stands."""
    held: dict[str, list[str]] = {}
    for box in form.iter():
        name = box.get("name", "")
        if not name or (box.get("type") in {"radio", "checkbox"} and box.get("checked") is None):
            continue
        if box.tag == "select":
            options = list(box.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            held[name] = [option.get("value", "") for option in chosen]
        elif box.tag in {"input", "textarea"}:
            held.setdefault(name, []).append(box.get("value", "") if box.tag == "input" else (box.text or ""))
    return held


def _problems_of_the_heading(tree: Element) -> Iterator[str]:
    headings = [words_of(each) for each in tree.iter("h1")]
    if len(headings) != 1:
        yield f"has {len(headings)} h1"
        return
    title = words_of(next(tree.iter("title")))
    caption = next((words_of(each) for each in tree.iter("span") if "govuk-caption" in each.get("class", "")), "")
    heading = headings[0].removeprefix(caption).strip()
    summary = any("govuk-error-summary" in each.get("class", "").split() for each in tree.iter("div"))
    expected = f"Error: {heading}" if summary else heading
    if not title.startswith(expected):
        yield f"has the title “{title}” over the heading “{expected}”"


def _problems_of_ids(tree: Element) -> Iterator[str]:
    ids = Counter(each.get("id") for each in tree.iter() if each.get("id") is not None)
    yield from (f"has the id “{one}” {count} times" for one, count in ids.items() if count > 1)
    for each in tree.iter():
        href = each.get("href", "")
        named = [href[1:]] if href.startswith("#") else []
        named += each.get("aria-describedby", "").split() + each.get("aria-labelledby", "").split()
        yield from (f"points to “{one}”, which is not on the page" for one in named if one not in ids)


def _problems_of_labels(tree: Element) -> Iterator[str]:
    labels = {label.get("for"): words_of(label) for label in tree.iter("label")}
    for box in tree.iter():
        if box.tag not in {"input", "select", "textarea"} or box.get("type") in LABELLED_BY_THEMSELVES:
            continue
        if not labels.get(box.get("id")) and not box.get("aria-label"):
            yield f"has a box without a label: {box.get('name')}"
    yield from ("has a button without words" for each in tree.iter("button") if not words_of(each))
    yield from ("has a link without words" for each in tree.iter("a") if not words_of(each))


def _actions_to_nothing(tree: Element, app: Flask, path: str) -> Iterator[str]:
    for form in tree.iter("form"):
        where = urlsplit(urljoin(path, form.get("action", ""))).path
        try:
            app.url_map.bind("localhost").match(where, method=form.get("method", "get").upper())
        except RequestRedirect:
            continue
        except HTTPException:
            yield where


def cookie_of(response: TestResponse, name: str) -> str:
    """Return the line that sets a cookie."""
    return next(
        line for line in response.headers.getlist("Set-Cookie") if re.match(rf"(__Host-)?reviews-{name}=", line)
    )
