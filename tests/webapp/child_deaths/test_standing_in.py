"""Whoever stands in for a coordinator or an agency's lead does their work on child deaths, and the record says so."""

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import CaseEvent
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import code_of, confirm, keep_notification
from models.child_deaths.reporting_forms import Wanted, request_forms
from models.deputyship import Deputyship
from tests.webapp.child_deaths.conftest import NOON, OFFICE, THU_1_JUN, TUE_2_MAY
from tests.webapp.client import links_of, main_words
from workflows.reporting_forms import forms_for

SECRET = b"secret"
(MAIN,) = forms_for(TUE_2_MAY, [], newborn=False)


@pytest.fixture
def away(somebody, board):
    return somebody("away@example.org", "cdop_coordinator", on=board)


@pytest.fixture
def standing_in(session, as_):
    """Let a person stand in for another, and return their browser."""

    def run(deputy, absent, until_on=date(2017, 6, 30)):
        session.add(
            Deputyship(
                absent_id=absent.id, deputy_id=deputy.id, named_by=absent.id, named_at=NOON, from_on=THU_1_JUN,
                until_on=until_on,
            )
        )  # fmt: skip
        session.commit()
        return as_(deputy)

    return run


@pytest.fixture
def notification(session, board) -> PublicNotification:
    answers = {
        "died_on": "2017-05-31", "born_on": "2012-01-15", "sex": "female", "normally_resident_in": "Anytown",
        "expected": "no",
    }  # fmt: skip
    kept = keep_notification(
        session, board=board, answers=answers, details={"surname": "Catherwood"}, email="dr@example.org",
        sent_from="here", now=NOON,
    )  # fmt: skip
    confirm(session, kept.token, code_of(kept.token, SECRET), secret=SECRET, now=NOON)
    session.commit()
    return kept


def entries(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def test_a_doctor_who_stands_in_decides_on_what_was_notified_and_the_case_says_for_whom(
    somebody, standing_in, away, board, notification, session
):
    deputy = somebody("doctor@example.org", "designated_doctor", on=board)
    client = standing_in(deputy, away)
    assert "1 notification" in main_words(client.get("/child-deaths/"))

    opened = client.send(client.get(f"/child-deaths/queue/{notification.id}"), "Accept")

    assert "The notification is accepted" in main_words(opened)
    event = session.scalars(select(CaseEvent).where(CaseEvent.step == "notify_death")).one()
    assert (event.actor_id, event.role, event.on_behalf_of) == (deputy.id, "cdop_coordinator", away.id)
    for action in ("public_notification_read", "public_notification_decided"):
        (entry,) = entries(session, action)
        assert (entry.person_id, entry.detail["on_behalf_of"]) == (deputy.id, away.id)


@pytest.mark.parametrize(
    "path",
    ["/child-deaths/queue", "/child-deaths/import/", "/child-deaths/return/2016-17/records", "/messages/failed"],
)
def test_the_office_s_own_pages_open_to_its_deputy_and_to_nobody_else(somebody, standing_in, as_, away, board, path):
    deputy = somebody("doctor@example.org", "designated_doctor", on=board)
    assert as_(deputy).get(path).status_code == 403
    assert standing_in(deputy, away).get(path).status_code == 200


def test_a_chair_who_stands_in_is_shown_no_page_that_says_who_a_child_is(somebody, standing_in, away, board, notify):
    client = standing_in(somebody("chair@example.org", "cdop_chair", on=board), away)
    case = notify()

    assert client.get(f"/child-deaths/{case.reference}/requests/new").status_code == 200
    for path in ("/child-deaths/queue", "/child-deaths/import/", "/child-deaths/return/2016-17/records",
                 f"/cases/{case.reference}/child"):  # fmt: skip
        assert client.get(path).status_code == 403


def test_requests_recorded_by_a_deputy_say_for_whom(somebody, standing_in, away, board, notify, take, session):
    deputy = somebody("doctor@example.org", "designated_doctor", on=board)
    case = notify(agencies=["School"])
    take(case, "confirm_in_scope")
    session.commit()
    client = standing_in(deputy, away)

    client.send(client.get(f"/child-deaths/{case.reference}/requests/new"), "Record the requests")

    asked = session.scalars(select(CaseEvent).where(CaseEvent.step == "request_report")).all()
    assert {(event.actor_id, event.on_behalf_of) for event in asked} == {(deputy.id, away.id)}


def test_an_agency_s_board_member_fills_in_the_form_for_its_lead(
    somebody, given, standing_in, as_, board, notify, take, session
):
    agency = given.an_agency(board, "School")
    lead, member = somebody("lead@example.org"), somebody("member@example.org")
    given.appointed(lead, "agency_lead", on=board, agency_id=agency.id)
    given.appointed(member, "board_member", on=board, agency_id=agency.id)
    case = notify()
    take(case, "confirm_in_scope")
    wanted = [Wanted("School", MAIN, TUE_2_MAY.replace(day=24))]
    assert request_forms(session, case, wanted, actor=OFFICE, on=TUE_2_MAY, now=NOON) == []
    session.commit()
    sequence = session.scalars(select(CaseEvent.sequence).where(CaseEvent.step == "request_report")).one()
    form = f"/child-deaths/{case.reference}/forms/{sequence}"
    assert as_(member).get(form).status_code == 404

    client = standing_in(member, lead)

    assert f"/cases/{case.reference}" in links_of(client.get("/worklist/")).values()
    assert client.get(f"/cases/{case.reference}/about").status_code == 404
    assert "asked of School" in main_words(client.get(form))
    client.get(f"{form}/child")
    session.commit()
    (read,) = entries(session, "personal_details_read")
    assert (read.person_id, read.role, read.detail["on_behalf_of"]) == (member.id, "agency_lead", lead.id)
