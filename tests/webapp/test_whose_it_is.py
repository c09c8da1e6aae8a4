"""Nothing of a board is shown elsewhere, and nothing of a withheld case anywhere: every address there is, tried.

A new address fails here until `Addresses` knows what stands in it, so that no page is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from models.calendar_feed import open_feed
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from models.people import Person
from models.sessions import begin_session
from tests.models.a_place import OF_THE_CHILD, OTHER, PLANTED, Place
from tests.webapp.conftest import MovableClock
from webapp.exports import WORKBOOK
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, ROLES

MEETING = "2014-02-13"
NOT_OF_A_PLACE = (
    "/static/", "/reference", "/bank-holidays/", "/demonstration/", "/boards/", "/people/", "/account/sessions/",
    "/notify-a-death/",
)  # fmt: skip
"""What is nobody's in particular, a browser's own, or an administrator's, who sees no case."""

SEES_NOTHING_OF_A_CASE = ("/reminders/ladders/", "/reminders/people/", "/messages/failed/")
"""What others may reach: how a board is reminded, what of a ledger concerns cases they see, and a list that says so."""

BY_BOARD = ("/child-deaths/return/", "/figures/")
"""What is about the board that the address names behind a question mark, and otherwise one's own."""

NEEDS_MORE = {
    "/calendar/<token>.ics",
    "/cases/<reference>/asked/<int:deadline_id>/put-off",
    "/cases/<reference>/child",
    "/cases/<reference>/interests",
    "/cases/<reference>/interests/<uuid:public_id>/mistake",
    "/child-deaths/<reference>/forms/<int:sequence>/<section>/<int:number>",
    "/child-deaths/queue/<int:notification_id>/compare",
    "/figures/child-deaths/<part>/charts/<key>.svg",
    "/panels/<prefix>/boards",
    "/panels/<prefix>/meetings/<held_on>/minutes/correct",
}
"""What is not there for those of the board either: of a review, of minutes that are approved, of a chart of nothing."""


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2014, 1, 30, 15, 0, tzinfo=UTC))


class Browser(FlaskClient):
    """A browser that finds no fault with pages: it fetches hundreds, each of which is looked at elsewhere."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs |= {"base_url": "https://localhost", "buffered": True}
        return super().open(*args, **{"headers": {"Referer": "https://localhost/"}} | kwargs)


@pytest.fixture
def as_(app, session, clock):
    """Return a browser of its own for a person, who signed in just now."""

    def browser_of(person: Person) -> Browser:
        browser = Browser(app, app.response_class)
        token = begin_session(session, person, clock())
        session.commit()
        browser.set_cookie("__Host-reviews-token", token, secure=True)
        return browser

    return browser_of


@pytest.fixture
def place(session) -> Place:
    return Place(session)


@pytest.fixture
def everything_but(given):
    """Appoint a person in every role but the administrator's."""

    def appoint(person, *boards):
        for board in boards:
            for role in sorted(set(ROLES) - {ADMINISTRATOR}):
                given.appointed(person, role, on=board)

    return appoint


@pytest.fixture
def outsider(place, session, given, somebody, as_, everything_but):
    """Return the browser of somebody who holds every role on a board elsewhere and its panel, and sits there."""
    elsewhere = place.a_board_elsewhere()
    panel = Panel(board=place.story.a_board("Elsewhere Panel", "ELP", kind="panel"))
    session.add(panel)
    session.flush()
    session.add(PanelBoard(panel_id=panel.board_id, board_id=elsewhere.id))
    person = somebody("outsider@example.org")
    everything_but(person, elsewhere, panel.board)
    given.appointed(person, AGENCY_LEAD, on=elsewhere, agency_id=given.an_agency(elsewhere, "Police").id)
    session.commit()
    return as_(person)


@pytest.fixture
def interested(place, session, given, somebody, as_, everything_but):
    """Return the browser of somebody with every role and a seat, and an interest in the death and the review."""
    person = somebody("interested@example.org")
    everything_but(person, place.board, place.panel.board)
    given.appointed(person, AGENCY_LEAD, on=place.board, agency_id=place.police.id)
    place.story.sits(person, "primary_care", "Practice")
    place.told(person)
    for case in (place.death, place.again, place.review):
        session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=place.now))
    session.commit()
    return as_(person)


@pytest.fixture
def insider(place, session, given, somebody, as_, everything_but):
    """Return the browser of somebody with every role on the board and its panel, who sits there."""
    person = somebody("insider@example.org")
    everything_but(person, place.board, place.panel.board)
    given.appointed(person, AGENCY_LEAD, on=place.board, agency_id=place.police.id)
    place.story.sits(person, "primary_care", "Practice")
    place.action.owner_person_id = person.id
    session.commit()
    return as_(person)


class Addresses:
    """The address of every view, with what is there of a place in it, or what is not there."""

    def __init__(self, app: Any, place: Place, token: str = "") -> None:
        self.app, self.place = app, place
        self.adapter = app.url_map.bind("localhost")
        self.fixed = {
            "prefix": "PAN", "held_on": MEETING, "sequence": place.request_sequence(), "year_name": "2013-14",
            "workflow_key": "serious_case_review", "clock_key": "decision", "form": "csv", "part": "year",
            "run_id": place.upload.run.id, "notification_id": place.notification.id, "release_id": place.release.id,
            "decision_id": place.decision.id, "action_id": place.action.id, "delivery_id": place.delivery.id,
            "message_id": place.message.id, "member_id": place.story.members["police"].id, "number": 1,
            "section": place.form.sections[0].key, "token": token or "nothing", "one": UUID(int=1),
            "span_id": 1, "holiday_id": 1, "session_id": 1, "appointment_id": 1, "regime_key": "WT2013",
            "filename": "x", "kept": place.death.reference, "other": place.again.reference,
            "kind": "action", "thing_id": place.action.id,
        }  # fmt: skip

    def of(self, rule: Rule, **instead: Any) -> Iterator[str]:
        """Yield the addresses of a view: with each case that it may be about, if it is about one."""
        for told in self._told(rule.rule):
            told |= instead
            values = {name: told[name] for name in rule.arguments}
            board = {"board": self.place.board.reference_prefix} if rule.rule.startswith(BY_BOARD) else {}
            yield self.adapter.build(rule.endpoint, values | board)

    def _told(self, rule: str) -> Iterator[dict[str, Any]]:
        place, told = self.place, dict(self.fixed)
        if "<prefix>" in rule and not rule.startswith("/panels/"):
            told["prefix"] = place.board.reference_prefix
        if rule.startswith("/child-deaths/new/"):
            yield told | {
                "public_id": place.unfinished.public_id,
                "key": "siblings" if "<uuid:one>" in rule else "child",
            }
            return
        told["public_id"] = place.office.public_id
        if rule.startswith("/figures/"):
            yield told | {"key": "sex"}
        elif "<reference>" not in rule:
            yield told | {"key": "refer_case"}
        elif rule.startswith("/cases/"):
            for case, step in ((place.death, "record_delay"), (place.review, "refer_to_subgroup")):
                of = {"reference": case.reference, "key": step, "deadline_id": place.deadline_id(case)}
                yield told | of | {"sequence": 2}
        else:
            yield told | {"reference": place.death.reference}


def views(app) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def answers(client: Browser, rule: Rule, address: str) -> Iterator[tuple[str, Any]]:
    """Yield what is answered to each way of asking for an address."""
    methods = rule.methods or set()
    if "GET" in methods:
        yield "GET", client.get(address)
    if "POST" in methods:
        yield "POST", client.post(address, data={"csrf_token": token_of(client)})


@lru_cache
def token_of(client: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get("/account").text)
    assert found
    return str(found[1])


def page_without_token(answer: Any) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", str(answer.text))


def text_of(answer: Any) -> str:
    """Return what an answer says, a workbook unpacked."""
    if answer.mimetype != WORKBOOK:
        return str(answer.data, "utf-8", "replace")
    with ZipFile(BytesIO(answer.data)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def planted_in(answer: Any, place: Place) -> list[str]:
    """Return what is in an answer, its headers included, that is of the death or of the review."""
    planted = [PLANTED, *OF_THE_CHILD, *(case.reference for case in (place.death, place.again, place.review))]
    said = text_of(answer) + str(answer.headers)
    return [each for each in planted if each in said.replace(answer.request.path, "")]


def test_everything_of_a_board_is_not_there_for_those_of_another(app, place, outsider):
    addresses, wrong = Addresses(app, place), []
    for rule in views(app):
        if rule.rule.startswith(NOT_OF_A_PLACE) or not rule.arguments:
            continue
        for address in addresses.of(rule):
            for method, answer in answers(outsider, rule, address):
                planted = planted_in(answer, place)
                reached = answer.status_code not in (403, 404) and not rule.rule.startswith(SEES_NOTHING_OF_A_CASE)
                if reached or planted:
                    wrong.append(f"{method} {address}: {answer.status_code} {planted}")
    assert not wrong, "\n".join(wrong)


def test_no_list_of_another_board_tells_anything_of_it(app, place, outsider):
    wrong = []
    for rule in views(app):
        if not rule.arguments and "GET" in (rule.methods or ()):
            answer = outsider.get(rule.rule)
            if planted := planted_in(answer, place) + [each for each in (OTHER,) if each in text_of(answer)]:
                wrong.append(f"{rule.rule}: {planted}")
    assert not wrong, "\n".join(wrong)


def test_a_withheld_case_is_answered_like_one_that_is_not_there(app, place, interested):
    addresses, wrong = Addresses(app, place), []
    for rule in views(app):
        if "reference" not in rule.arguments:
            continue
        (missing, *_) = addresses.of(rule, reference="ANY-2014-999")
        for address in addresses.of(rule):
            withheld = list(answers(interested, rule, address))
            for (method, answer), (_, none) in zip(withheld, answers(interested, rule, missing), strict=True):
                same = page_without_token(answer) == page_without_token(none)
                if answer.status_code != none.status_code or not same or planted_in(answer, place):
                    wrong.append(f"{method} {address}: {answer.status_code} and {none.status_code}")
    assert not wrong, "\n".join(wrong)


def test_nothing_of_a_withheld_case_is_anywhere(app, place, session, interested, somebody):
    person = place.session.query(type(place.office)).filter_by(email="interested@example.org").one()
    token = open_feed(session, person, place.now)
    session.commit()
    addresses, wrong, seen = Addresses(app, place, token), [], set()
    for rule in views(app):
        if rule.rule.startswith(("/static/", "/demonstration/")) or "GET" not in (rule.methods or ()):
            continue
        if {"reference", "notification_id", "run_id"} & rule.arguments or rule.rule.startswith("/child-deaths/new/"):
            continue  # of one case, which is tried above, or what is no case yet
        for address in addresses.of(rule):
            answer = interested.get(address)
            if planted := planted_in(answer, place):
                wrong.append(f"{address}: {planted}")
            if OTHER in text_of(answer) or place.other.reference in text_of(answer):
                seen.add(rule.rule)
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 8, f"The death that is not withheld is to be seen, or nothing was tried: {seen}"


def test_an_administrator_sees_nothing_of_any_case(app, place, session, somebody, as_):
    administrator = as_(somebody("admin@example.org", ADMINISTRATOR))
    addresses, wrong = Addresses(app, place), []
    for rule in views(app):
        if rule.rule.startswith(("/static/", "/demonstration/", "/bank-holidays/", "/reference")):
            continue
        if "GET" in (rule.methods or ()) and not {"appointment_id", "holiday_id", "session_id"} & rule.arguments:
            for address in addresses.of(rule):
                # An administrator decides about letters that could not be sent, by the reference of the case.
                said = text_of(administrator.get(address))
                if planted := [each for each in (PLANTED, *OF_THE_CHILD) if each in said]:
                    wrong.append(f"{address}: {planted}")
    assert not wrong, "\n".join(wrong)


def test_the_addresses_tried_show_those_of_the_board_what_is_planted(app, place, insider):
    """So that the others try what is there."""
    addresses, missing, seen = Addresses(app, place), set(), set()
    for rule in views(app):
        if rule.rule.startswith(NOT_OF_A_PLACE) or not rule.arguments or "GET" not in (rule.methods or ()):
            continue
        for address in addresses.of(rule):
            answer = insider.get(address)
            if answer.status_code in (403, 404):
                missing.add(rule.rule)
            elif planted_in(answer, place):
                seen.add(rule.rule)
    assert missing <= NEEDS_MORE
    assert len(seen) > 40
