"""Who may reach what: declared for every view, refused where it is not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from tests.webapp.client import main_words
from tests.webapp.conftest import FRI_7_FEB_2014
from webapp.access import current_actor, may_see_case, needs_role, reached_by
from workflows.roles import ADMINISTRATOR, AUDITOR, BUSINESS_MANAGER, LEAD_REVIEWER, SUBGROUP_CHAIR

A_PAGE = "<!DOCTYPE html><html lang=en><title>{0}</title><h1>{0}</h1><main>{1}</main></html>"


@pytest.fixture
def app(app):
    """The application, with three views of the test's own."""

    def case_page(case):
        return A_PAGE.format(case.reference, ", ".join(sorted(current_actor(case).roles)))

    app.add_url_rule("/test/cases/<reference>", "case_page", may_see_case(case_page))
    app.add_url_rule("/test/audit", "audit_page", needs_role(AUDITOR)(lambda: A_PAGE.format("Audit", "")))
    app.add_url_rule("/test/undeclared", "undeclared", lambda: A_PAGE.format("Undeclared", ""))
    return app


def test_a_view_that_does_not_say_who_may_reach_it_is_refused(as_, somebody):
    person = somebody("chair@example.org", SUBGROUP_CHAIR)

    assert as_(person).get("/test/undeclared").status_code == 403


def test_nobody_sees_a_case_without_signing_in(client, given):
    case = given.a_case(given.a_board())

    answer = client.get(f"/test/cases/{case.reference}")

    assert answer.headers["Location"] == f"/sign-in?to=/test/cases/{case.reference}"


def test_those_appointed_to_the_board_see_its_cases_and_act_in_their_roles(as_, somebody, given):
    board = given.a_board()
    case = given.a_case(board)
    person = somebody("chair@example.org", SUBGROUP_CHAIR, BUSINESS_MANAGER, on=board)
    given.appointed(person, LEAD_REVIEWER, on=given.a_case(board))

    assert main_words(as_(person).get(f"/test/cases/{case.reference}")) == "business_manager, subgroup_chair"


def test_a_case_that_may_not_be_seen_and_one_that_is_not_there_look_alike(as_, somebody, given):
    case = given.a_case(given.a_board())
    person = somebody("chair@example.org", SUBGROUP_CHAIR, on=given.a_board())
    client = as_(person)

    not_theirs = client.get(f"/test/cases/{case.reference}")
    not_there = client.get("/test/cases/ANY-2014-999")

    assert not_theirs.status_code == not_there.status_code == 404
    assert without_token(not_theirs.text) == without_token(not_there.text)


def without_token(page: str) -> str:
    """Return the page without the sign that a form is ours, which tells the second it was made in."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_an_administrator_sees_no_case(as_, somebody, given):
    case = given.a_case(given.a_board())
    person = somebody("admin@example.org", ADMINISTRATOR)

    assert as_(person).get(f"/test/cases/{case.reference}").status_code == 404


def test_an_appointment_counts_from_its_first_day_to_its_last(as_, somebody, given, session, clock):
    board = given.a_board()
    case = given.a_case(board)
    person = somebody("chair@example.org")
    today = FRI_7_FEB_2014.date()
    given.appointed(person, SUBGROUP_CHAIR, on=board, from_on=today, until_on=today)

    assert as_(person).get(f"/test/cases/{case.reference}").status_code == 200
    clock.forward(hours=7)
    assert as_(person).get(f"/test/cases/{case.reference}").status_code == 404


def test_that_a_case_was_read_is_recorded(as_, somebody, given, session):
    board = given.a_board()
    case = given.a_case(board)
    person = somebody("chair@example.org", SUBGROUP_CHAIR, on=board)

    as_(person).get(f"/test/cases/{case.reference}")
    as_(person).get("/test/cases/ANY-2014-999")

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case_read")).one()
    assert (entry.person_id, entry.case_id, entry.at) == (person.id, case.id, FRI_7_FEB_2014)
    assert entry.detail == {"page": "case_page", "method": "GET"}


def test_a_page_for_a_role_is_refused_to_others_in_words(as_, somebody):
    person = somebody("chair@example.org", SUBGROUP_CHAIR)

    page = as_(person).get("/test/audit")

    assert page.status_code == 403
    assert "not part of what you have been appointed to do" in main_words(page)


def test_a_page_for_a_role_is_open_to_whoever_holds_it(as_, somebody):
    person = somebody("auditor@example.org", AUDITOR)

    assert as_(person).get("/test/audit").status_code == 200


def test_who_may_reach_a_view_is_told_in_words(app):
    assert reached_by(app, "case_page") == "may see the case"
    assert reached_by(app, "audit_page") == "auditor"
    assert reached_by(app, "undeclared") is None
