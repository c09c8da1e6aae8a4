"""Every form there is, sent back with what nobody means: answered with a page, never a fault, and in no log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from tests.models.a_place import Place
from tests.webapp.client import names_in, tree_of
from tests.webapp.test_whose_it_is import (
    Addresses,
    Browser,
    as_,
    clock,
    everything_but,
    insider,
    place,
    token_of,
    views,
)
from workflows.roles import ADMINISTRATOR

__all__ = ["as_", "clock", "everything_but", "insider", "place"]

ODD = "Oddity"
SENT = (f"{ODD}\x00\x0b <b>{{{{7*7}}}}</b>", f"{ODD}{'9' * 25_000}")
OF_OTHERS = {"holiday_id", "session_id", "appointment_id"}


def addresses_of_pages(app: Flask, place: Place, *beginnings: str) -> Iterator[str]:
    addresses = Addresses(app, place)
    for rule in views(app):
        wanted = rule.rule.startswith(beginnings) and not rule.rule.startswith("/static/")
        if wanted and "GET" in (rule.methods or ()) and not OF_OTHERS & rule.arguments:
            yield from addresses.of(rule) if rule.arguments else [rule.rule]


def forms_of(page: Any, address: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield the forms of a page: how and where each is sent, and the names of its boxes."""
    for form in tree_of(page).iterfind(".//main//form"):
        where = urlsplit(urljoin(address, form.get("action", ""))).path
        yield form.get("method", "get").lower(), where, names_in(form) - {"", "csrf_token"} | _buttons(form)


def _buttons(form: Element) -> set[str]:
    return {each.get("name", "") for each in form.iter("button")} - {""}


def faults(app: Flask, browser: Browser, pages: Iterator[str]) -> list[str]:
    """Return every form that was answered with a fault, having sent each the odd answers in all its boxes."""
    app.testing = False
    found, sent = [], set()
    for address in pages:
        page = browser.get(address)
        for method, where, boxes in forms_of(page, address) if page.mimetype == "text/html" else ():
            if (where, *sorted(boxes)) in sent:
                continue
            sent.add((where, *sorted(boxes)))
            for odd in SENT:
                told = dict.fromkeys(sorted(boxes), odd)
                if method == "get":
                    answer = browser.get(where, query_string=told)
                else:
                    answer = browser.post(where, data=told | {"csrf_token": token_of(browser)})
                if answer.status_code >= 500:
                    found.append(f"{method} {where} from {address}: {odd[:12]!r}")
    assert len(sent) > 2
    return found


@pytest.fixture
def unsaid(caplog):
    """Afterwards nothing that was sent is in a log."""
    caplog.set_level(logging.INFO)
    yield
    assert ODD not in caplog.text


@pytest.mark.usefixtures("unsaid")
def test_those_of_a_board_are_answered_with_a_page(app, place, insider):
    assert faults(app, insider, addresses_of_pages(app, place, "/")) == []


@pytest.mark.usefixtures("unsaid")
def test_an_administrator_is_answered_with_a_page(app, place, somebody, as_):
    administrator = as_(somebody("admin@example.org", ADMINISTRATOR))

    pages = addresses_of_pages(app, place, "/people", "/boards", "/bank-holidays", "/panels/", "/account")
    assert faults(app, administrator, pages) == []


def test_a_number_too_large_for_anything_is_one_that_is_not_there(app, place, insider):
    app.testing = False
    addresses, wrong = Addresses(app, place), []
    for rule in views(app):
        numbers = [name for name in rule.arguments if f"<int:{name}>" in rule.rule]
        for number in (2**63, 10**30) if numbers else ():
            (address, *_) = addresses.of(rule, **dict.fromkeys(numbers, number))
            answers = [insider.get(address)] if "GET" in (rule.methods or ()) else []
            answers += [insider.post(address, data={"csrf_token": token_of(insider)})]
            wrong += [f"{address}: {each.status_code}" for each in answers if each.status_code not in (404, 405)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("told", ["99999999999999999999", "-1", "9" * 5000, "first"])
def test_a_page_of_a_list_that_cannot_be_is_answered_with_a_page(app, place, insider, told):
    app.testing = False
    asked = dict.fromkeys(
        ("page", "row", "year", "board", "first", "from", "as_at", "known_at", "scheme", "only"), told
    )
    lists = [rule.rule for rule in views(app) if not rule.arguments and "GET" in (rule.methods or ())]
    lists.append(f"/child-deaths/import/{place.upload.run.id}")
    wrong = [each for each in lists if insider.get(each, query_string=asked).status_code >= 500]
    assert wrong == []
