"""What an agency's lead answers to reminders: about what is asked of the agency, and about nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Deadline
from models.panels.panel import DeclaredInterest
from models.people import Person
from models.reminder import ReminderAnswer
from tests.models.reviews import SCOPING
from tests.webapp.client import main_words


@pytest.fixture
def asked(review, session):
    """A case in which the police and health visiting are asked by 1 April 2014: their deadlines by agency."""
    review.take("request_scoping", answers=SCOPING)
    session.commit()
    owed = session.scalars(select(Deadline).where(Deadline.clock_key == "scoping_return"))
    return {deadline.subject: deadline.id for deadline in owed}


@pytest.fixture
def lead(as_, somebody, given, board, clock):
    """Return the browser of the lead of the police, on 4 April 2014, three days after."""

    def browser():
        clock.moment = datetime(2014, 4, 4, 9, 30, tzinfo=UTC)
        person = somebody("lead@example.org")
        given.appointed(person, "agency_lead", on=board, agency_id=given.an_agency(board, "Police").id)
        return as_(person)

    return browser


def page_of(browser, review):
    return browser.get(f"/cases/{review.case.reference}/asked")


def test_a_lead_says_that_what_is_late_has_been_seen(lead, review, asked, session):
    browser = lead()
    page = browser.send(page_of(browser, review), "I have seen this: What an agency knows: Police")

    assert page.request.path.endswith("/asked")
    assert "It is recorded that you have seen it" in main_words(page)
    assert "Seen by A. Person, agency lead" in main_words(page)
    answer = session.scalars(select(ReminderAnswer)).one()
    assert (answer.role, answer.subject, answer.kind) == ("agency_lead", "Police", "seen")
    assert session.scalars(select(AuditEntry.role).where(AuditEntry.action == "reminder_seen")).one() == "agency_lead"


def test_a_lead_puts_the_reminders_of_the_agency_off(lead, review, asked, session):
    browser = lead()
    page = browser.get(f"/cases/{review.case.reference}/asked/{asked['Police']}/put-off")
    typed = {"until_on__day": "11", "until_on__month": "4", "until_on__year": "2014"}

    assert "Say why it can wait" in main_words(browser.send(page, "Remind me later", reason=" ", **typed))
    page = browser.send(page, "Remind me later", reason="The record is being read", **typed)
    assert "You will be reminded again after 11 April 2014" in main_words(page)
    assert "Put off until 11 April 2014 by A. Person, agency lead" in main_words(page)


def test_a_lead_answers_for_no_other_agency(lead, review, asked, session):
    browser = lead()
    token = browser.held(page_of(browser, review), "I have seen this: What an agency knows: Police")
    decision = session.scalars(select(Deadline.id).where(Deadline.clock_key == "decision")).one()

    for other in (asked["Health visiting"], decision):
        for where in ("asked", "reminders"):
            address = f"/cases/{review.case.reference}/{where}/{other}"
            assert browser.post(f"{address}/seen", data=token).status_code == 404
            assert browser.get(f"{address}/put-off").status_code == 404
    assert "Health visiting" not in main_words(page_of(browser, review))
    assert not session.scalars(select(ReminderAnswer)).all()


def test_an_auditor_who_leads_one_agency_does_not_answer_for_another(lead, given, board, review, asked, session):
    """Whoever sees the whole case as auditor is told of no return for that."""
    browser = lead()
    person = session.scalars(select(Person).where(Person.email == "lead@example.org")).one()
    given.appointed(person, "auditor", on=board)
    session.commit()

    own, other = (f"/cases/{review.case.reference}/reminders/{asked[name]}/put-off" for name in SCOPING["agencies"])
    assert browser.get(own).status_code == 200
    assert browser.get(other).status_code == 403


def test_a_lead_with_an_interest_in_the_case_answers_nothing(lead, review, asked, session):
    browser = lead()
    person = session.scalars(select(Person).where(Person.email == "lead@example.org")).one()
    session.add(DeclaredInterest(person_id=person.id, case_id=review.case.id, declared_at=datetime.now(UTC)))
    session.commit()

    assert browser.get(f"/cases/{review.case.reference}/asked/{asked['Police']}/put-off").status_code == 404


def test_what_has_come_is_not_answered_about(lead, review, asked, session):
    browser = lead()
    review.take("record_scoping_return", answers={"agency": "Police", "involved": False})
    session.commit()

    assert "I have seen this" not in main_words(page_of(browser, review))
    assert browser.get(f"/cases/{review.case.reference}/asked/{asked['Police']}/put-off").status_code == 404
